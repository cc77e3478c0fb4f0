import { expect } from 'chai';
import { totp } from '../../platform/crypto/index.ts';
import { IS_ORACLE_SIM } from '../support/core.ts';
import { Instance, type EvaluationAccount, type InstanceReply } from '../support/instance.ts';
import { leastBody, type JsonSchema, type TextChange } from './made-bodies.ts';
import { startPlainPostgres } from './plain-postgres.ts';

/** Everybody the evaluation has, and a program with its token. */
const PEOPLE = [
  ...['agent', 'supervisor', 'inspector', 'editor', 'editor2', 'officer'],
  ...['audit-admin', 'security-admin', 'system-admin'],
];
/** Ids nothing has. */
const NOTHING = '01900000-0000-7000-8000-00000000dead';
/**
 * Requests that end the session everything else is asked with, or wait for what never comes; and the list of articles, which
 * the evaluation makes within one instant, so that random ids decide on their order.
 */
const LEFT_OUT = /\/(session|sessions|password|second-factor|messages\/stream)\b|\/visitor\/|\/articles$/;

/** Texts that databases tell apart where they are not made alike. */
const BAD_TEXTS: readonly [string, TextChange][] = [
  ['empty texts', () => ''],
  ['texts of spaces', () => '   '],
  ['texts of 1,001 characters', () => '长'.repeat(1_001)],
  [
    'texts as long as they may be, of Chinese characters',
    ({ maxLength }) => '长'.repeat(Math.min(Number(maxLength ?? 50), 1_000)),
  ],
  ['letters of four bytes', ({ minLength }) => '𠮷😀'.repeat(Math.max(1, Number(minLength ?? 1)))],
];

interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: string; required: boolean; schema: JsonSchema }[];
  body: JsonSchema | undefined;
}

type Ask = (operation: Operation, body?: unknown) => Promise<InstanceReply>;

/**
 * Asks the whole server, as everybody, for everything its description names; the answers are written down, and the runs on
 * two databases compared. Only `npm run test:oracle-sim` runs it, once for each database.
 */
describe('every route', function () {
  this.timeout(900_000);
  let instance: Instance;
  let plain: { url: string; stop(): Promise<void> } | undefined;
  const asks = new Map<string, Ask>();
  let operations: Operation[];

  before(async () => {
    plain = IS_ORACLE_SIM ? undefined : await startPlainPostgres();
    instance = new Instance({
      VAULTDESK_WORKERS: '1',
      ...(plain === undefined ? {} : { VAULTDESK_DATABASE_URL: plain.url }),
    });
    await instance.start();
    operations = await readOperations(instance);
    for (const username of PEOPLE) asks.set(username, await signIn(instance, instance.account(username)));
    asks.set('a program', asker(instance, { authorization: `Bearer ${instance.token}` }));
    asks.set('nobody', asker(instance, {}));
  });
  after(async () => {
    await instance.dispose();
    await plain?.stop();
  });

  it('is described', () => expect(operations.length).to.be.greaterThan(200));

  for (const who of [...PEOPLE, 'a program', 'nobody']) {
    it(`that reads answers ${who}`, async () => {
      for (const operation of operations.filter(({ method }) => method === 'GET')) {
        const reply = await (asks.get(who) as Ask)(operation);
        expect(reply.status, `${operation.path} ${reply.text}`).to.be.below(500);
      }
    });
  }

  for (const who of PEOPLE) {
    it(`that writes answers ${who}, who sends nothing`, async () => {
      for (const operation of operations.filter(({ body }) => body !== undefined)) {
        const reply = await (asks.get(who) as Ask)(operation, {});
        expect(reply.status, `${operation.method} ${operation.path} ${reply.text}`).to.be.below(500);
      }
    });
  }

  for (const [what, change] of BAD_TEXTS) {
    it(`that writes answers ${what}`, async () => {
      for (const operation of operations.filter(({ body }) => body !== undefined)) {
        for (const who of PEOPLE) {
          const body = leastBody(operation.body as JsonSchema, change);
          const reply = await (asks.get(who) as Ask)(operation, body);
          expect(reply.status, `${operation.method} ${operation.path} ${reply.text}`).to.be.below(500);
          // Whoever may do it was asked; the others would only be refused.
          if (reply.status !== 403) break;
        }
      }
    });
  }
});

async function readOperations(instance: Instance): Promise<Operation[]> {
  const { json } = await instance.call('/api/v1/openapi.json');
  const paths = json.paths as Record<string, Record<string, Record<string, unknown>>>;
  return Object.entries(paths)
    .filter(([path]) => !LEFT_OUT.test(path))
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { parameters, requestBody }]) => ({
        ...{ method: method.toUpperCase(), path, parameters: parameters as Operation['parameters'] },
        body: (requestBody as { content?: Record<string, { schema: JsonSchema }> } | undefined)?.content?.[
          'application/json'
        ]?.schema,
      })),
    )
    .sort((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1));
}

async function signIn(instance: Instance, account: EvaluationAccount): Promise<Ask> {
  const { username, password, totpSecret } = account;
  const otp = totpSecret === undefined ? {} : { otp: totp.code(totpSecret, new Date()) };
  const reply = await instance.call('/api/v1/session', {
    method: 'POST',
    body: { username, password, ...otp },
  });
  expect(reply.status, `${username} ${reply.text}`).to.be.oneOf([200, 201]);
  const cookie = (reply.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '';
  return asker(instance, { cookie, 'x-csrf-token': String(reply.json.csrfToken) });
}

/** Asks with these headers; ids are those of the first record that this person's list of the same path gave. */
function asker(instance: Instance, headers: Record<string, string>): Ask {
  const known = new Map<string, string>();
  return async ({ method, path, parameters }, body) => {
    const list = path.replace(/\/\{[^}]*\}.*$/, '');
    const filled = path.replace(
      /\{[^}]*\}/g,
      (_, at: number) => (at === list.length + 1 ? known.get(list) : undefined) ?? NOTHING,
    );
    const query = parameters
      .filter((each) => each.in === 'query' && each.required)
      .map(({ name, schema }) => `${name}=${encodeURIComponent(String(leastBody(schema)))}`)
      .join('&');
    const needsVersion = parameters.some(({ name }) => name === 'If-Match');
    const reply = await instance.call(`${filled}${query === '' ? '' : `?${query}`}`, {
      method,
      headers: { ...headers, ...(needsVersion ? { 'if-match': '"1"' } : {}) },
      ...(body === undefined ? {} : { body }),
    });
    const first = (reply.json?.items as { id?: unknown }[] | undefined)?.[0]?.id;
    if (method === 'GET' && path === list && typeof first === 'string') known.set(list, first);
    return reply;
  };
}
