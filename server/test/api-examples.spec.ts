import { spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { totp } from '../platform/crypto/index.ts';
import { createAuthority } from './support/certificates.ts';
import { Instance, type InstanceReply, type InstanceRequest } from './support/instance.ts';

const DOCS = fileURLToPath(new URL('../../docs/api', import.meta.url));
const TOOLS: Record<string, string> = { sh: 'curl', js: process.execPath, python: 'python3' };
/** The robot learns for a while after the start; examples wait for it as programs would. */
const LEARNED_MS = 120_000;
const DELIVERED_MS = 90_000;

interface Block {
  language: string;
  name: string;
  text: string;
  /** What the page says it prints. */
  printed: string | undefined;
}

/** The named code blocks of a page; a `text` block of the same name behind one is what it prints. */
function blocksOf(page: string): Block[] {
  const text = readFileSync(join(DOCS, page), 'utf8');
  const found = [...text.matchAll(/^```(\w+) ([\w-]+)\n([\s\S]*?)^```$/gm)];
  return found.flatMap(([, language = '', name = '', body = ''], index) => {
    if (language === 'text') return [];
    const next = found[index + 1];
    const printed = next?.[1] === 'text' && next[2] === name ? next[3] : undefined;
    return [{ language, name, text: body, printed }];
  });
}

const isThere = (program: string) => spawnSync(program, ['--version']).status === 0;

describe('the examples of the API documentation', function () {
  this.timeout(400_000);
  const instance = new Instance();
  const folder = mkdtempSync(join(tmpdir(), 'vd-examples-'));
  const authority = createAuthority();
  const received: { signature: string; body: string; type: string; id: string; ticketId: string }[] = [];
  let receiver: Server;
  let receiverUrl = '';
  let answerAfterMs = 0;
  let webhookToken = '';

  before(async () => {
    receiver = createServer(authority.issue({ names: ['127.0.0.1'] }), (request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
      request.on('end', () => {
        const { id, type, data } = JSON.parse(body) as {
          id: string;
          type: string;
          data: { ticketId: string };
        };
        const signature = String(request.headers['vaultdesk-signature']);
        received.push({ signature, body, type, id, ticketId: data.ticketId });
        setTimeout(() => response.writeHead(204).end(), answerAfterMs);
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as AddressInfo;
    receiverUrl = `https://127.0.0.1:${port}/hook`;
    mkdirSync(instance.home, { recursive: true, mode: 0o711 });
    writeFileSync(join(instance.home, 'ca.pem'), authority.ca);
    const allow = `egress:\n  caFile: ca.pem\n  allow:\n    - webhook:* https 127.0.0.1:${port}\n`;
    writeFileSync(join(instance.home, 'config.yaml'), allow);
    await instance.start();
    webhookToken = await makeToken();
    await robotHasLearned();
  });
  after(async () => {
    receiver.closeAllConnections();
    receiver.close();
    await instance.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (path: string, request?: InstanceRequest): Promise<InstanceReply> =>
    instance.call(`/api/v1${path}`, request);
  const as = (token: string) => ({ authorization: `Bearer ${token}` });

  /** A token for webhooks, made by the system administrator as on the console. */
  async function makeToken(): Promise<string> {
    const { username, password, totpSecret = '' } = instance.account('system-admin');
    const otp = totp.code(totpSecret, new Date());
    const session = await call('/session', { method: 'POST', body: { username, password, otp } });
    const headers = {
      cookie: (session.headers['set-cookie']?.[0] ?? '').split(';')[0] ?? '',
      'x-csrf-token': String(session.json.csrfToken),
    };
    const body = { name: 'examples', scopes: ['webhook:write'], expiresInDays: 1, networks: ['127.0.0.0/8'] };
    const made = await call('/tokens', { method: 'POST', headers, body });
    expect(made.status, made.text).to.equal(201);
    return String(made.json.token);
  }

  async function robotHasLearned(): Promise<void> {
    const endMs = performance.now() + LEARNED_MS;
    const body = { text: '怎么注销银行卡账户？', lang: 'zh' };
    for (;;) {
      const reply = await call('/robot/query', { method: 'POST', headers: as(instance.token), body });
      if (reply.json?.outcome === 'answer') return;
      if (performance.now() > endMs) throw new Error(`The robot does not answer: ${reply.text}`);
      await wait(250);
    }
  }

  /** Runs a block as the page says, with what its preamble sets, in one folder for all blocks of a page. */
  function run(block: Block, env: Record<string, string> = {}, input = ''): Promise<string> {
    const certificate = join(instance.home, 'tls', 'server.crt');
    const shell = [
      'set -e',
      'field() { node -p "JSON.parse(require(\'fs\').readFileSync(0)).$1"; }',
      'curl() { command curl --silent --show-error --fail-with-body "$@"; }',
    ];
    const isPlain = block.name.startsWith('verify') || block.printed !== undefined;
    const program: Record<string, [string, string[]]> = {
      sh: ['bash', ['-c', `${isPlain ? '' : shell.join('\n')}\n${block.text}`]],
      js: [process.execPath, ['--input-type=module', '-e', block.text]],
      python: ['python3', ['-c', block.text]],
    };
    const [command, args] = program[block.language] as [string, string[]];
    const child = spawn(command, args, {
      cwd: folder,
      env: {
        ...process.env,
        ...{
          BASE: instance.url,
          HOME_FOLDER: instance.home,
          TOKEN: instance.token,
          PYTHONIOENCODING: 'utf-8',
        },
        ...{ WEBHOOK_TOKEN: webhookToken, RECEIVER_URL: receiverUrl },
        ...{ CURL_CA_BUNDLE: certificate, SSL_CERT_FILE: certificate, NODE_EXTRA_CA_CERTS: certificate },
        ...env,
      },
    });
    child.stdin.end(input);
    return new Promise((resolve, reject) => {
      let [out, err] = ['', ''];
      child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
      child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
      child.once('close', (code) =>
        code === 0 ? resolve(out) : reject(new Error(`${block.name} ended with ${code}: ${err}${out}`)),
      );
    });
  }

  for (const block of [...blocksOf('examples.md'), ...blocksOf('files.md')]) {
    it(`${block.name} in ${block.language} prints what the page says`, async function () {
      if (!isThere(TOOLS[block.language] ?? '') || !isThere('python3')) this.skip();
      expect(block.printed, 'each example has its output').to.be.a('string');
      expect(await run(block)).to.equal(block.printed);
    });
  }

  it('holds robot, desk, and channel in each of three languages', () => {
    const names = blocksOf('examples.md').map(({ name, language }) => `${name} ${language}`);
    const wanted = ['robot', 'desk', 'channel'].flatMap((name) =>
      ['sh', 'js', 'python'].map((one) => `${name} ${one}`),
    );
    expect(names).to.deep.equal(wanted);
  });

  it('makes a webhook, tests it, rotates its secret, and lists its deliveries', async function () {
    if (!isThere('curl') || !isThere('python3')) this.skip();
    const outputs: string[] = [];
    const shell = blocksOf('webhooks.md').filter(({ name }) => name.startsWith('webhook-'));
    const joined = { ...(shell[0] as Block), text: shell.map(({ text }) => text).join('\n') };
    outputs.push(await run(joined));
    expect(outputs[0]).to.include('"isDelivered":true').and.include('"count":0');
    expect(received.at(-1)?.type).to.equal('ping');
  });

  it('checks a signature in three languages: the right one, and no other', async function () {
    const blocks = blocksOf('webhooks.md').filter(({ name }) => name.startsWith('verify-'));
    expect(blocks.map(({ language }) => language)).to.deep.equal(['js', 'python', 'sh']);
    const { secret } = JSON.parse(readFileSync(join(folder, 'webhook.json'), 'utf8')) as { secret: string };
    const { signature, body } = received.find(({ type }) => type === 'ping') as (typeof received)[0];
    const second = Number(/t=(\d+)/.exec(signature)?.[1]);
    const other = createHmac('sha256', 'another').update(`${second}.${body}`).digest('hex');
    const own = /v1=(\w+)/.exec(signature)?.[1] ?? '';
    const cases: [string, { SIGNATURE?: string; SECRET?: string; NOW?: string; body?: string }, string][] = [
      ['as it came', {}, 'valid'],
      ['during a rotation', { SIGNATURE: `t=${second},v1=${other},v1=${own}` }, 'valid'],
      ['with another secret', { SECRET: 'vdw_another' }, 'refused'],
      ['with a changed body', { body: body.replace('ping', 'pong') }, 'refused'],
      ['with another second', { SIGNATURE: signature.replace(`t=${second}`, `t=${second + 1}`) }, 'refused'],
      ['played again later', { NOW: String(second + 301) }, 'refused'],
      ['from the future', { NOW: String(second - 301) }, 'refused'],
      ['without a signature', { SIGNATURE: `t=${second}` }, 'refused'],
      ['cut short', { SIGNATURE: signature.slice(0, -2) }, 'refused'],
    ];
    for (const block of blocks) {
      const tool = block.language === 'sh' ? 'openssl' : (TOOLS[block.language] ?? '');
      if (block.language === 'sh' ? spawnSync(tool, ['version']).status !== 0 : !isThere(tool)) continue;
      for (const [what, change, verdict] of cases) {
        const env = { SIGNATURE: signature, SECRET: secret, NOW: String(second + 5), ...change };
        const { body: input = body, ...rest } = { ...env };
        expect((await run(block, rest, input)).trim(), `${block.language}, ${what}`).to.equal(verdict);
      }
    }
  });

  it('loses no event to kill -9 in the middle of deliveries; what comes twice has the same id', async () => {
    const count = 30;
    answerAfterMs = 150;
    received.length = 0;
    const tickets: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const body = { subject: `重启前 ${index}`, description: '投递中断测试' };
      const made = await call('/tickets', { method: 'POST', headers: as(instance.token), body });
      expect(made.status, made.text).to.equal(201);
      tickets.push(String(made.json.id));
    }
    const created = () => received.filter(({ type }) => type === 'ticket.created');
    await until(() => created().length >= 5, 'deliveries began');
    expect(created().length).to.be.lessThan(count);
    await instance.kill();
    await instance.start();
    await until(
      () => new Set(created().map(({ ticketId }) => ticketId)).size === count,
      'everything arrived',
    );
    expect(new Set(created().map(({ ticketId }) => ticketId))).to.deep.equal(new Set(tickets));
    expect(new Set(created().map(({ id }) => id)).size).to.equal(count);
    for (const got of created()) {
      const twins = created().filter(({ id }) => id === got.id);
      expect(new Set(twins.map(({ body }) => body)).size).to.equal(1);
    }
  });

  async function until(isDone: () => boolean, what: string): Promise<void> {
    const endMs = performance.now() + DELIVERED_MS;
    while (!isDone()) {
      if (performance.now() > endMs)
        throw new Error(`Waited in vain until ${what}: ${received.length} received.`);
      await wait(20);
    }
  }
});
