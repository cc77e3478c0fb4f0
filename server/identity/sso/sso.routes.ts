import { spMetadata, type LogoutCarrier } from '../../../sso/index.ts';
import { AppError } from '../../kernel/index.ts';
import {
  defineRoute,
  readCookie,
  Rendered,
  SESSION_COOKIE,
  type AnyRoute,
  type RequestContext,
  type Schema,
} from '../../platform/http/index.ts';
import { permissionsOfAccount } from '../account.repo.ts';
import type { LiveSession, SessionService } from '../session.service.ts';
import { IDP_ID_PATTERN, type IdpService } from './idp.service.ts';
import type { SpKeys } from './sp-keys.ts';
import { goTo, refusedPage, SSO_ASSETS, testedPage, type PageLook } from './sso.pages.ts';
import type { PreparedLogout, SsoLogoutService } from './sso-logout.service.ts';
import { readFields, type PreparedAnswer, type SsoSignInService } from './sso-sign-in.service.ts';

/** What the addresses that identity providers know need. */
export interface SsoRouteDeps {
  idps: IdpService;
  keys: SpKeys;
  signIns: SsoSignInService;
  logouts: SsoLogoutService;
  sessions: SessionService;
  isEvaluation: boolean;
  /** Beginnings write a row each, so an address may not begin without end. */
  beginningsPerMinute: number;
}

interface ByIdp {
  idp: string;
}

const closed = (properties: Record<string, Schema>, required: readonly string[]): Schema => ({
  ...{ type: 'object', additionalProperties: false, properties, required },
});
const text = (maxLength: number): Schema => ({ type: 'string', maxLength });
const params = closed({ idp: { type: 'string', pattern: IDP_ID_PATTERN, maxLength: 40 } }, ['idp']);
const anything: Schema = {};
/** A message of 256 KiB in base64, every character of it percent-coded. */
const FORM_BYTES_MAX = 1_200_000;
const form = closed({ form: text(FORM_BYTES_MAX) }, ['form']);
const rawQuery = closed({ raw: text(FORM_BYTES_MAX) }, ['raw']);
const MINUTE_MS = 60_000;
/** The sign-in page as it is for those who left: it leads nowhere by itself. */
const SIGNED_OUT = '/sign-in?out=1';
const COMMON = { permission: 'public', params, response: anything, isInternal: true } as const;

/** Sign-in, answers, logout, and our metadata, for each identity provider under addresses of its own. */
export function ssoRoutes(deps: SsoRouteDeps): AnyRoute[] {
  return [
    metadataRoute(deps),
    loginRoute(deps),
    answerRoute(deps),
    logoutRoute(deps),
    sloRoute(deps, 'GET'),
    sloRoute(deps, 'POST'),
    assetRoute(),
    choicesRoute(deps),
  ];
}

const lookOf = ({ isEvaluation }: SsoRouteDeps, { lang }: RequestContext): PageLook => ({
  lang,
  isEvaluation,
});

/** What an address may ask in a minute. */
function limitOf({ beginningsPerMinute }: SsoRouteDeps) {
  return { max: beginningsPerMinute, perMs: MINUTE_MS, counts: 'all' } as const;
}

function metadataRoute(deps: SsoRouteDeps): AnyRoute {
  const { idps, keys } = deps;
  return defineRoute<ByIdp, unknown, unknown, string>({
    ...COMMON,
    method: 'GET',
    path: '/sso/:idp/metadata',
    summary: 'Our metadata for an identity provider.',
    audit: { none: 'Public by nature: addresses and certificates.' },
    limit: limitOf(deps),
    async prepare({ params: { idp } }) {
      if ((await idps.find(idp)) === undefined) throw new AppError('request.not_found');
      return spMetadata(await keys.party(idp));
    },
    handler: async (_tx, { prepared }) =>
      new Rendered({
        status: 200,
        html: prepared,
        contentType: 'application/samlmetadata+xml',
      }),
  });
}

function loginRoute(deps: SsoRouteDeps): AnyRoute {
  const { idps, keys, signIns, sessions } = deps;
  return defineRoute<
    ByIdp,
    { returnTo?: string; force?: string; test?: string },
    unknown,
    LiveSession | undefined
  >({
    ...COMMON,
    method: 'GET',
    path: '/sso/:idp/login',
    summary: 'Begins a sign-in at an identity provider.',
    audit: 'sso.begin',
    query: closed(
      {
        returnTo: text(1_000),
        force: { type: 'string', enum: ['1'] },
        test: { type: 'string', enum: ['1'] },
      },
      [],
    ),
    limit: limitOf(deps),
    async prepare({ params: { idp }, query }, context) {
      // Keys of ours are made with the first use, in a unit of work of their own.
      await keys.party(idp);
      const live = await liveSession(sessions, context);
      const mayTest = live !== undefined && permissionsOfAccount(live.account).has('idp:write');
      if (query.test !== undefined && !mayTest) {
        throw new AppError(live ? 'access.refused' : 'access.unauthenticated');
      }
      return live;
    },
    async handler(tx, { params: { idp }, query, prepared: live }, context) {
      const testerId = query.test === undefined ? undefined : live?.account.id;
      const known = await idps.find(idp);
      const isOpen =
        known?.idp.state === 'live' || (known?.idp.state === 'approved' && testerId !== undefined);
      if (known === undefined || !isOpen) return refusedPage(lookOf(deps, context), context.requestId);
      const ask = {
        ...{ returnTo: query.returnTo, isForced: query.force === '1' },
        ...(testerId === undefined ? {} : { testerId }),
        // Somebody who is signed in proves it anew; the session it was ends with the answer.
        ...(query.force === '1' && live?.row.idpId === idp ? { again: live } : {}),
      };
      return goTo(lookOf(deps, context), await signIns.begin(tx, known, ask, context));
    },
  });
}

async function liveSession(sessions: SessionService, context: RequestContext) {
  const cookie = readCookie(context.header('cookie'), SESSION_COOKIE);
  return cookie === undefined ? undefined : sessions.find(cookie, true);
}

function answerRoute(deps: SsoRouteDeps): AnyRoute {
  const { signIns } = deps;
  return defineRoute<ByIdp, unknown, { form: string }, PreparedAnswer>({
    ...COMMON,
    method: 'POST',
    path: '/sso/:idp/acs',
    summary: 'Takes the answer of an identity provider.',
    audit: 'session.open',
    isCrossSite: true,
    form: { bytesMax: FORM_BYTES_MAX },
    body: form,
    prepare: ({ params: { idp }, body }, context) => signIns.prepare(idp, body.form, context),
    async handler(tx, { prepared }, context) {
      const end = await signIns.complete(tx, prepared, context);
      if (end.type === 'signed-in') return new Rendered({ status: 303, location: end.returnTo });
      if (end.type === 'tested') return testedPage(lookOf(deps, context), end);
      return refusedPage(lookOf(deps, context), context.requestId);
    },
  });
}

function logoutRoute(deps: SsoRouteDeps): AnyRoute {
  const { logouts, sessions } = deps;
  return defineRoute<ByIdp>({
    ...COMMON,
    method: 'GET',
    path: '/sso/:idp/logout',
    summary: 'Ends the own session here and at the identity provider.',
    audit: 'session.close',
    async handler(tx, _input, context) {
      // A page of somebody else may not sign people out; browsers say where a request comes from.
      const isForeign = context.header('sec-fetch-site') === 'cross-site';
      const live = isForeign ? undefined : await liveSession(sessions, context);
      if (live === undefined) return new Rendered({ status: 303, location: isForeign ? '/' : SIGNED_OUT });
      const outgoing = await logouts.begin(tx, live, context);
      if (outgoing === undefined) return new Rendered({ status: 303, location: SIGNED_OUT });
      return goTo(lookOf(deps, context), outgoing);
    },
  });
}

function sloRoute(deps: SsoRouteDeps, method: 'GET' | 'POST'): AnyRoute {
  const { logouts } = deps;
  const isForm = method === 'POST';
  return defineRoute<ByIdp, { raw: string }, { form: string }, PreparedLogout>({
    ...COMMON,
    ...{ method, path: '/sso/:idp/slo', audit: 'sso.logout' },
    summary: 'Takes a logout request of an identity provider, or its answer to ours.',
    ...(isForm
      ? { isCrossSite: true, form: { bytesMax: FORM_BYTES_MAX }, body: form }
      : { rawQuery: true, query: rawQuery }),
    prepare({ params: { idp }, query, body }) {
      const carrier = (): LogoutCarrier =>
        isForm
          ? { binding: 'post', fields: readFields(body.form) }
          : { binding: 'redirect', rawQuery: query.raw };
      return logouts.prepare(idp, carrier);
    },
    async handler(tx, { prepared }, context) {
      const end = await logouts.complete(tx, prepared, context);
      if (end.type === 'answer') return goTo(lookOf(deps, context), end.outgoing);
      if (end.type === 'home') return new Rendered({ status: 303, location: SIGNED_OUT });
      return refusedPage(lookOf(deps, context), context.requestId);
    },
  });
}

function assetRoute(): AnyRoute {
  const names = Object.keys(SSO_ASSETS);
  return defineRoute<{ name: keyof typeof SSO_ASSETS }>({
    method: 'GET',
    path: '/sso/:name',
    summary: 'Style and script of the pages of single sign-on.',
    permission: 'public',
    audit: { none: 'Files of the product.' },
    params: closed({ name: { type: 'string', enum: names } }, ['name']),
    response: anything,
    isInternal: true,
    handler: async (_tx, { params: { name } }) =>
      new Rendered({ status: 200, html: SSO_ASSETS[name][1], contentType: SSO_ASSETS[name][0] }),
  });
}

function choicesRoute({ idps, isEvaluation }: SsoRouteDeps): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/sso',
    summary: 'Identity providers that people can sign in through.',
    permission: 'public',
    audit: { none: 'The sign-in page shows them to everybody.' },
    response: {
      type: 'object',
      properties: {
        items: { type: 'array', items: { type: 'object', properties: { id: text(40) } } },
        goesStraight: { type: 'boolean' },
      },
      required: ['items', 'goesStraight'],
    },
    async handler() {
      const live = (await idps.list()).filter(({ idp }) => idp.state === 'live');
      // The accounts of an evaluation are local ones, so there the page stays.
      const goesStraight = live.length === 1 && !isEvaluation;
      return { items: live.map(({ idp }) => ({ id: idp.id })), goesStraight };
    },
  });
}
