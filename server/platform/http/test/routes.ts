import { AppError } from '../../../kernel/index.ts';
import { defineRoute, refuse, type AnyRoute } from '../route.ts';

const ANYTHING = { type: 'object' } as const;
const THING_BODY = {
  type: 'object',
  additionalProperties: false,
  required: ['name'],
  properties: { name: { type: 'string', maxLength: 10 }, nested: { type: 'array', items: {} } },
} as const;

const createThing = defineRoute<Record<string, never>, Record<string, never>, { name: string }>({
  method: 'POST',
  path: '/api/v1/things',
  summary: 'Makes a thing.',
  permission: 'thing:write',
  audit: 'config.change',
  body: THING_BODY,
  response: ANYTHING,
  status: 201,
  handler: (_tx, { body }, context) =>
    Promise.resolve({ name: body.name, by: context.actor.id, ip: context.ip }),
});

const changeThing = defineRoute<{ id: string }, Record<string, never>, { name: string }>({
  method: 'PUT',
  path: '/api/v1/things/:id',
  summary: 'Changes a thing.',
  permission: 'thing:write',
  audit: 'config.change',
  body: THING_BODY,
  response: ANYTHING,
  ifMatch: true,
  handler: (_tx, { version }) => {
    if (version !== 3) throw new AppError('request.version_stale');
    return Promise.resolve({ version: 4 });
  },
});

const listThings = defineRoute<Record<string, never>, { limit?: number }>({
  method: 'GET',
  path: '/api/v1/things',
  summary: 'Lists things.',
  permission: 'public',
  audit: { none: 'nothing personal' },
  query: {
    type: 'object',
    additionalProperties: false,
    properties: { limit: { type: 'integer', minimum: 1, maximum: 500 } },
  },
  response: ANYTHING,
  handler: (_tx, { query }) => Promise.resolve({ items: [], limit: query.limit }),
});

const simple = (path: string, rest: Partial<AnyRoute>): AnyRoute => ({
  method: 'GET',
  path: `/api/v1${path}`,
  summary: 'A route of the tests.',
  permission: 'public',
  audit: { none: 'test' },
  response: ANYTHING,
  handler: () => Promise.resolve({}),
  ...rest,
});

/** Routes that show every part of the table. */
export const ROUTES: AnyRoute[] = [
  createThing,
  changeThing,
  listThings,
  simple('/fault', { handler: () => Promise.reject(new Error('secret of the database')) }),
  simple('/gone', { method: 'DELETE', status: 204, permission: 'signed-in', audit: 'config.change' }),
  simple('/visitor', { permission: 'visitor' }),
  simple('/session', { permission: 'signed-in', isOpenWhenRestricted: true }),
  simple('/refused', {
    method: 'POST',
    audit: 'session.fail',
    limit: { max: 3, perMs: 60_000, counts: 'failures' },
    handler: (tx) => {
      tx.record({ action: 'session.fail', outcome: 'refused' });
      return Promise.resolve(refuse('session.credentials_invalid'));
    },
  }),
  simple('/forbidden', {
    method: 'POST',
    permission: 'thing:write',
    audit: 'config.change',
    handler: () => Promise.reject(new AppError('account.self_refused')),
  }),
  simple('/wrong-answer', {
    response: { type: 'object', required: ['missing'], properties: { missing: {} } },
  }),
  simple('/prepared', {
    prepare: () => Promise.resolve(42),
    handler: (_tx, { prepared }) => Promise.resolve({ prepared }),
  }),
];

/** A program's credentials. */
export const AGENT = { Authorization: 'Bearer token-of-the-agent' };
/** A browser's credentials. */
export const COOKIE = { Cookie: '__Host-vaultdesk=cookie-of-the-agent', 'X-CSRF-Token': 'csrf-of-the-agent' };
