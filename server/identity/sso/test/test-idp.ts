import { inflateRawSync } from 'node:zlib';
import { buildLogoutRequest, judgeLogout, type IdpParty, type LogoutMessage } from '../../../../sso/index.ts';
// The identity provider of the library's own specs, on the addresses of a served one.
import {
  buildAnswer,
  buildAssertion,
  buildParts,
  idpKey,
  toField,
  type AnswerParts,
} from '../../../../sso/test/idp.ts';
import { SYSTEM_ACTOR } from '../../../kernel/index.ts';
import { portable } from '../../../platform/persistence/index.ts';
import { ask, type Ask, type Reply } from '../../../test/support/ask.ts';
import { cookieOf, type Browser, type IdentityServer } from '../../test/serve-identity.ts';

const ID = 'corp';
const ENTITY = 'https://idp.bank.example/saml';
const SSO_URL = 'https://idp.bank.example/sso';
const SLO_URL = 'https://idp.bank.example/slo';
const BINDING = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const FORM = 'application/x-www-form-urlencoded';
const REFUSALS = portable<Record<never, never>, { body: string }>(
  'spec.sso_refusals',
  `SELECT body FROM audit_event WHERE action = 'assertion.refuse' ORDER BY epoch, lane, n`,
  { params: {}, result: { body: 'clob' } },
);
const PARTY: IdpParty = {
  ...{ entityId: ENTITY, ssoUrl: SSO_URL, ssoBinding: 'redirect', certificates: [] },
  ...{ signPolicy: 'both', allowCbc: false, allow3des: false, requireEncrypted: false },
};
const MAP = {
  attributes: { username: 'uid', groups: 'groups' },
  roles: [
    { group: 'agents', role: 'agent' },
    { group: 'leaders', role: 'supervisor' },
    { group: 'admins', role: 'system-admin' },
    { group: 'security', role: 'security-admin' },
  ],
  jit: true,
};

/** Approves what somebody else asked for. */
export async function approve(browser: Browser, approvalId: string): Promise<Reply> {
  const version = (await browser.ask(`/api/v1/approvals/${approvalId}`)).json.version as number;
  return browser.ask(`/api/v1/approvals/${approvalId}/approve`, {
    method: 'POST',
    body: {},
    headers: { 'If-Match': `"${version}"` },
  });
}

/** A sign-in that was begun in a browser. */
export interface Begun {
  reply: Reply;
  cookie: string;
  relayState: string;
  requestId: string;
}

/** An identity provider for a served identity; it answers whatever a spec says. */
export class TestIdp {
  readonly #server: IdentityServer;
  readonly #base: string;
  #ourCertificates: string[] = [];
  #count = 0;

  constructor(server: IdentityServer) {
    this.#server = server;
    this.#base = `https://localhost:${server.port}/sso/${ID}`;
  }

  metadata(): string {
    return (
      `<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${ENTITY}"><md:IDPSSODescriptor ` +
      `protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><md:KeyDescriptor use="signing">` +
      `<ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>` +
      `${idpKey.certificate.replace(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>` +
      `</md:KeyDescriptor><md:SingleLogoutService Binding="${BINDING}" Location="${SLO_URL}"/>` +
      `<md:SingleSignOnService Binding="${BINDING}" Location="${SSO_URL}"/></md:IDPSSODescriptor></md:EntityDescriptor>`
    );
  }

  /** Puts it in, live at once as on an evaluation instance, and learns our certificates from our metadata. */
  async register(change: Record<string, unknown> = {}): Promise<void> {
    const { core, identity, clock } = this.#server;
    const input = { id: ID, metadata: this.metadata(), map: { ...MAP, ...change } };
    const { idps } = identity.sso;
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
      idps.put(tx, await idps.draft(tx, input), 'live'),
    );
    clock.advance(3_000);
    const { text } = await this.#server.ask(`/sso/${ID}/metadata`);
    this.#ourCertificates = [...text.matchAll(/X509Certificate>([^<]+)</g)].map(
      ([, body]) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`,
    );
  }

  async begin(returnTo: string, options: { cookie?: string; query?: string } = {}): Promise<Begun> {
    const headers: Record<string, string> = options.cookie === undefined ? {} : { Cookie: options.cookie };
    const query = options.query ?? '';
    const path = `/sso/${ID}/login?returnTo=${encodeURIComponent(returnTo)}${query}`;
    const reply = await this.#server.ask(path, { headers });
    const { searchParams } = new URL(String(reply.headers.location));
    const xml = inflateRawSync(Buffer.from(searchParams.get('SAMLRequest') ?? '', 'base64')).toString();
    return {
      ...{ reply, cookie: cookieOf(reply), relayState: searchParams.get('RelayState') ?? '' },
      requestId: / ID="([^"]+)"/.exec(xml)?.[1] ?? '',
    };
  }

  /** The form of an answer to a sign-in, encrypted for us when asked. */
  async formOf(
    { requestId, relayState }: Begun,
    change: Partial<AnswerParts>,
    how: { isEncrypted?: boolean } = {},
  ): Promise<string> {
    this.#count += 1;
    const parts = {
      ...{ now: this.#server.clock.now(), assertionId: `_assertion${this.#count}` },
      ...{ inResponseTo: requestId, subjectInResponseTo: requestId, audience: `${this.#base}/metadata` },
      ...{ destination: `${this.#base}/acs`, recipient: `${this.#base}/acs`, ...change },
    };
    const [certificate] = this.#ourCertificates;
    const encryption = how.isEncrypted && certificate ? { encryption: { certificate } } : {};
    const SAMLResponse = toField(await buildAnswer(parts, encryption));
    return new URLSearchParams({ SAMLResponse, RelayState: relayState }).toString();
  }

  post(raw: string, cookie: string, headers: Record<string, string> = {}): Promise<Reply> {
    const all = { ...headers, Cookie: cookie, 'Content-Type': FORM };
    return this.#server.ask(`/sso/${ID}/acs`, { method: 'POST', raw, headers: all });
  }

  /** Answers a sign-in, in the browser that began it unless said. */
  async answer(
    begun: Begun,
    change: Partial<AnswerParts> = {},
    options: { cookie?: string; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    return this.post(await this.formOf(begun, change), options.cookie ?? begun.cookie, options.headers);
  }

  /** The same answer several times at once; every second one to another server on the database. */
  async copies(begun: Begun, change: Partial<AnswerParts>, times: number): Promise<Reply[]> {
    const raw = await this.formOf(begun, change);
    const ports = [this.#server.port, await this.#server.twin()];
    const headers = { Cookie: begun.cookie, 'Content-Type': FORM };
    const send = (port: number) => ask(port, `/sso/${ID}/acs`, { method: 'POST', raw, headers });
    return Promise.all(Array.from({ length: times }, (_, index) => send(ports[index % 2] as number)));
  }

  /** Signs somebody in and gives the browser. */
  async signIn(change: Partial<AnswerParts>): Promise<Pick<Browser, 'session' | 'ask'> & { cookie: string }> {
    const reply = await this.answer(await this.begin('/'), change);
    if (reply.status !== 303) throw new Error(`Refused: ${await this.lastRefusal()}`);
    const cookie = cookieOf(reply);
    const asked = (path: string, options: Ask = {}) =>
      this.#server.ask(path, { ...options, headers: { Cookie: cookie, ...options.headers } });
    return { cookie, ask: asked, session: (await asked('/api/v1/session')).json };
  }

  /** Code of the last refused answer in the trail. */
  async lastRefusal(): Promise<string | null> {
    const rows = await this.#server.core.uow.read((db) => db.all(REFUSALS, {}));
    return (JSON.parse(rows.at(-1)?.body ?? '{}') as { reason?: string }).reason ?? null;
  }

  /** A logout request of the identity provider, as the path that a browser is sent to. */
  logoutPath(who: { nameId: string; sessionIndex?: string }): string {
    this.#count += 1;
    const outgoing = buildLogoutRequest({
      ...{ id: `_logout${this.#count}`, now: this.#server.clock.now(), relayState: 'r' },
      sp: { entityId: ENTITY, acsUrl: '', sloUrl: SLO_URL, keys: [idpKey] },
      idp: { ...PARTY, sloUrl: `${this.#base}/slo`, sloBinding: 'redirect' },
      ...{ nameId: who.nameId, nameIdFormat: undefined, sessionIndex: who.sessionIndex },
    });
    const url = new URL(outgoing?.url ?? '');
    return `${url.pathname}${url.search}`;
  }

  /** Reads what we sent it, as a strict identity provider would. */
  readLogout(location: string): LogoutMessage {
    const sp = { entityId: ENTITY, acsUrl: '', sloUrl: SLO_URL, keys: [] };
    const idp = { ...PARTY, entityId: `${this.#base}/metadata`, certificates: this.#ourCertificates };
    const rawQuery = new URL(location).search.slice(1);
    return judgeLogout({ binding: 'redirect', rawQuery }, { sp, idp, clock: this.#server.clock });
  }

  /** An unsigned assertion, as somebody would paste it. */
  assertion(change: Partial<AnswerParts>): string {
    return buildAssertion(buildParts(change));
  }
}
