import { expect } from 'chai';
import process from 'node:process';
import { askInstance, startListening } from '../support/instance-client.ts';
import { Instance } from '../support/instance.ts';
import { BODIES, CANARY, FRAMING, HEADS, HOSTS, PATHS, type HostileCase } from './requests.ts';
import { AccessLog, dial, hear, statusesIn, talk, type Target } from './wire.ts';

const GROUPS: readonly (readonly [name: string, cases: readonly HostileCase[]])[] = [
  ['names of the server', HOSTS],
  ['framing', FRAMING],
  ['heads', HEADS],
  ['addresses', PATHS],
  ['bodies', BODIES],
];
const SIGN_INS = 500;
const UNSAFE = ['POST', 'PUT', 'PATCH', 'DELETE'] as const;

describe('abuse of a running server', function () {
  this.timeout(180_000);
  const instance = new Instance();
  let target: Target;
  let host: string;
  let log: AccessLog;

  before(async () => {
    await startListening(instance);
    host = new URL(instance.url).host;
    target = { port: Number(new URL(instance.url).port), ca: instance.certificate };
    log = new AccessLog(instance.home);
    // Lines are written after answers: those about the start come before that of this one.
    await askInstance(instance, '/marker.txt');
    await log.until(({ status }) => status === 404);
  });
  after(() => instance.dispose());

  const bytesOf = ({ bytes }: HostileCase) =>
    typeof bytes === 'string' ? bytes.replaceAll('HOST', host).replaceAll('TOKEN', instance.token) : bytes;
  /** A good request of somebody else, right after. */
  const othersAreServed = async () => {
    const { status } = await askInstance(instance, '/api/v1/session');
    expect(status, 'what a good client gets').to.equal(401);
  };

  for (const [group, cases] of GROUPS) {
    describe(group, () => {
      for (const hostile of cases) {
        const { title, status } = hostile;
        it(`answers ${title} with ${status.join(' or ')}, in one line of the log`, async () => {
          const from = log.lines.length;
          const answer = await talk(target, bytesOf(hostile));
          await othersAreServed();
          const lines = await log.since(from, 2);
          const seen = statusesIn(answer);
          expect(seen, answer.slice(0, 500)).to.have.length(1);
          expect(status).to.include(seen[0]);
          expect(answer).not.to.contain(CANARY);
          expect(lines.map((line) => line.status)).to.deep.equal([seen[0], 401]);
        });
      }
    });
  }

  it('answers pipelined requests one by one, in their order', async () => {
    const line = (path: string, last = '') => `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${last}\r\n`;
    const answer = await talk(
      target,
      line('/healthz') + line('/api/v1/session') + line('/nothing.txt', 'Connection: close\r\n'),
    );
    expect(statusesIn(answer)).to.deep.equal([200, 401, 404]);
  });

  it('asks for a body that it wants, and only then', async () => {
    const body = '{"site":"demo"}';
    const head = `POST /api/v1/visitor/session HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n`;
    const socket = await dial(target);
    const heard = hear(socket);
    socket.write(
      `${head}Content-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
    );
    socket.once('data', () => socket.write(body));
    expect(statusesIn(await heard)).to.deep.equal([100, 200]);
  });

  describe('requests that a foreign page sends', () => {
    let headers: Record<string, string>;
    before(async () => {
      const { password } = instance.account('supervisor');
      const body = { username: 'supervisor', password };
      const reply = await askInstance(instance, '/api/v1/session', { body });
      const cookie = String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '';
      headers = { Cookie: cookie, 'X-CSRF-Token': String(reply.json.csrfToken) };
    });

    const ticket = { subject: '跨站请求', description: '应当被拒绝。' };
    const send = (method: string, more: Record<string, string>) =>
      askInstance(instance, '/api/v1/tickets', { method, headers: { ...headers, ...more }, body: ticket });

    it('takes the own page’s, which carries the token', async () => {
      const own = { Origin: instance.url, 'Sec-Fetch-Site': 'same-origin' };
      expect((await send('POST', own)).status).to.equal(201);
      expect((await send('POST', { ...own, 'X-CSRF-Token': 'x'.repeat(43) })).json.code).to.equal(
        'access.csrf',
      );
    });

    const foreign: readonly (readonly [string, (url: string) => Record<string, string>])[] = [
      ['a foreign origin', () => ({ Origin: 'https://evil.example' })],
      ['no origin at all, named null', () => ({ Origin: 'null' })],
      ['the own name without TLS', (url) => ({ Origin: url.replace('https', 'http') })],
      ['another port', (url) => ({ Origin: url.replace(/:\d+$/, ':1') })],
      ['a name that begins with ours', (url) => ({ Origin: `${url}.evil.example` })],
      ['a name in the place of a password', (url) => ({ Origin: url.replace('//', '//evil.example@') })],
      ['a cross-site page', () => ({ 'Sec-Fetch-Site': 'cross-site' })],
      ['a sister site', () => ({ 'Sec-Fetch-Site': 'same-site' })],
      ['a word nobody knows in Sec-Fetch-Site', () => ({ 'Sec-Fetch-Site': 'trust-me' })],
      ['our origin from a cross-site page', (url) => ({ Origin: url, 'Sec-Fetch-Site': 'cross-site' })],
    ];
    for (const method of UNSAFE) {
      for (const [what, headersOf] of foreign) {
        it(`refuses ${method} from ${what} with the right token`, async () => {
          const reply = await send(method, headersOf(instance.url));
          expect([reply.status, reply.json.code]).to.deep.equal([403, 'request.origin_refused']);
        });
      }
    }

    it('refuses a sign-in from a foreign page', async () => {
      const reply = await askInstance(instance, '/api/v1/session', {
        headers: { Origin: 'https://evil.example' },
        body: { username: 'supervisor', password: instance.account('supervisor').password },
      });
      expect([reply.status, reply.headers['set-cookie']]).to.deep.equal([403, undefined]);
    });

    const upgrade = (path: string, ...lines: string[]) =>
      talk(
        target,
        [
          `GET ${path} HTTP/1.1`,
          ...['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
          ...['Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==', 'Sec-WebSocket-Protocol: vaultdesk.v1'],
          ...lines,
          '\r\n',
        ].join('\r\n'),
      );
    const sockets: readonly (readonly [number, string, string, (host: string) => string[]])[] = [
      [
        403,
        'a foreign page, with the cookie',
        '/ws/agent',
        (name) => [`Host: ${name}`, 'Origin: https://evil.example'],
      ],
      [
        403,
        'a page without a name, with the cookie',
        '/ws/agent',
        (name) => [`Host: ${name}`, 'Origin: null'],
      ],
      [
        403,
        'a foreign page, as a visitor',
        '/ws/visitor',
        (name) => [`Host: ${name}`, 'Origin: https://evil.example'],
      ],
      [421, 'a foreign Host', '/ws/visitor', () => ['Host: evil.example']],
      [421, 'two Hosts', '/ws/visitor', (name) => [`Host: ${name}`, 'Host: evil.example']],
      [404, 'an address that is none', '/ws/nothing', (name) => [`Host: ${name}`]],
      [404, 'an address of slashes', '//', (name) => [`Host: ${name}`]],
    ];
    for (const [status, what, path, linesOf] of sockets) {
      it(`opens no socket for ${what}`, async () => {
        const lines = [...linesOf(host), `Cookie: ${headers['Cookie']}`];
        expect(statusesIn(await upgrade(path, ...lines))).to.deep.equal([status]);
        await othersAreServed();
      });
    }
  });

  it(`goes on serving while ${SIGN_INS} sign in at once with wrong passwords`, async () => {
    const tries = Promise.all(
      Array.from({ length: SIGN_INS }, (_, at) =>
        askInstance(instance, '/api/v1/session', {
          body: { username: `guess-${at % 20}`, password: `${CANARY}-${at}` },
        }),
      ),
    );
    const waits: number[] = [];
    let isOver = false;
    void tries.finally(() => (isOver = true)).catch(() => undefined);
    while (!isOver) {
      const startedMs = performance.now();
      const { status } = await askInstance(instance, '/api/v1/tickets', {
        headers: { Authorization: `Bearer ${instance.token}` },
      });
      waits.push(performance.now() - startedMs);
      expect(status).to.equal(200);
    }
    const statuses = new Set((await tries).map(({ status }) => status));
    // Refused as wrong, locked, or told to come back: never let in, and no fault of ours.
    for (const status of statuses) expect([401, 423, 429, 503]).to.include(status);
    waits.sort((left, right) => left - right);
    expect(waits[Math.floor(waits.length / 2)], 'median of the others, ms').to.be.below(3_000);
  });

  it('opens no debugger at the signal that asks for one', async () => {
    process.kill(instance.status.pids.server, 'SIGUSR1');
    await othersAreServed();
    expect(instance.output).not.to.contain('Debugger listening');
    const answer = await fetch('http://127.0.0.1:9229/json/version').catch(() => undefined);
    expect(answer).to.equal(undefined);
  });

  it('wrote nothing of all that into its log', () => {
    const { text } = log;
    for (const word of [CANARY, 'evil.example', 'etc/passwd', 'guess-', instance.token]) {
      expect(text.includes(word), word).to.equal(false);
    }
  });
});
