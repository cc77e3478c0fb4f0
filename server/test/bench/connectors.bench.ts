import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { totp } from '../../platform/crypto/index.ts';
import { Instance, type EvaluationAccount } from '../support/instance.ts';
import { figure, isFull, percentile, say, type Figure } from './figure.ts';

const CONNECTORS = 10;
const ROUNDS = 6;
const OPENINGS = 60;
const FULL_OPENINGS = 400;
/** What opens while every connector is dead may take this much longer, at most. */
const RATIO_MUST = 1.1;

type Call = (method: string, path: string, body?: object, headers?: Record<string, string>) => Promise<Reply>;
interface Reply {
  status: number;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers of every form
  json: any;
}

/**
 * Tickets opened by an agent, alternately in peace and while every connector is dead: peers accept and never answer,
 * and somebody asks them all the time. Rounds take turns, so that both kinds meet the same machine.
 */
export async function* run(): AsyncGenerator<Figure> {
  const sockets = new Set<Socket>();
  const dead = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => dead.listen(0, '127.0.0.1', resolve));
  const { port } = dead.address() as AddressInfo;
  const instance = new Instance();
  mkdirSync(instance.home, { recursive: true, mode: 0o700 });
  writeFileSync(
    join(instance.home, 'config.yaml'),
    `tls:\n  mode: front\ntrustedProxies:\n  - 127.0.0.1\negress:\n  allow:\n    - connector:* http 127.0.0.1:${port}\n`,
  );
  try {
    say('starting the server');
    await instance.start();
    const url = instance.url.replace('https:', 'http:');
    const admin = await signIn(url, instance.account('system-admin'));
    for (let index = 0; index < CONNECTORS; index += 1) await connect(admin, port, index);
    const agent = await signIn(url, instance.account('agent'));
    yield* measure(agent);
  } finally {
    await instance.dispose();
    for (const socket of sockets) socket.destroy();
    dead.close();
  }
}

async function* measure(agent: Call): AsyncGenerator<Figure> {
  const { json: made } = await agent('POST', '/tickets', { subject: '订单未送达', description: '来电询问' });
  const ticketPath = `/tickets/${String(made.id)}`;
  const { json: ticket } = await agent('GET', ticketPath);
  const requesterPath = `/requesters/${String(ticket.requester.id)}`;
  const { json: requester } = await agent('GET', requesterPath);
  await agent('PUT', requesterPath, { phone: '13812345678' }, { 'if-match': `"${requester.version}"` });
  const { json: offers } = await agent('GET', `${requesterPath}/lookups`);
  if (offers.items.length !== CONNECTORS) throw new Error(`${offers.items.length} lookups are offered`);
  const openings = isFull() ? FULL_OPENINGS : OPENINGS;
  const tookMs: Record<'peace' | 'dead', number[]> = { peace: [], dead: [] };
  const answers = { lookups: 0, failedActs: 0, slowestMs: 0 };
  await open(agent, ticketPath, { count: openings, into: [], answers });
  for (let round = 0; round < ROUNDS; round += 1) {
    say(`round ${round + 1} of ${ROUNDS}`);
    await open(agent, ticketPath, { count: openings, into: tookMs.peace, answers });
    const stopping = { isOver: false };
    const asking = offers.items.map((offer: { connectorId: string; operation: string }) =>
      askOnAndOn(agent, `${requesterPath}/lookups`, { offer, stopping, answers }),
    );
    await open(agent, ticketPath, { count: openings, into: tookMs.dead, answers });
    stopping.isOver = true;
    await Promise.all(asking);
  }
  const p95 = (kind: 'peace' | 'dead') => percentile(tookMs[kind], 0.95);
  const p50 = (kind: 'peace' | 'dead') => percentile(tookMs[kind], 0.5);
  yield figure('connectors.ticket_open_p50_all_dead', p50('dead'), 'ms', p50('peace'));
  yield figure('connectors.ticket_open_p95_all_dead', p95('dead'), 'ms', p95('peace') * RATIO_MUST);
  yield figure('connectors.failed_acts_all_dead', answers.failedActs, 'of all', 1);
  yield figure('connectors.dead_lookups', answers.lookups, 'calls', 1);
  yield figure('connectors.slowest_answer', answers.slowestMs, 'ms', 5_500);
}

async function open(
  agent: Call,
  path: string,
  options: { count: number; into: number[]; answers: { failedActs: number } },
): Promise<void> {
  for (let index = 0; index < options.count; index += 1) {
    const startedMs = performance.now();
    const { status } = await agent('GET', path);
    options.into.push(performance.now() - startedMs);
    if (status !== 200) options.answers.failedActs += 1;
  }
}

/** What a panel does that is opened again and again: asks, waits for the refusal, asks anew. */
async function askOnAndOn(
  agent: Call,
  path: string,
  run: {
    offer: { connectorId: string; operation: string };
    stopping: { isOver: boolean };
    answers: { lookups: number; slowestMs: number };
  },
): Promise<void> {
  const { connectorId, operation } = run.offer;
  while (!run.stopping.isOver) {
    const startedMs = performance.now();
    const { status } = await agent('POST', path, { connectorId, operation });
    if (status < 500) throw new Error(`a dead connector answered ${status}`);
    run.answers.lookups += 1;
    run.answers.slowestMs = Math.max(run.answers.slowestMs, performance.now() - startedMs);
    await new Promise((resolve) => setTimeout(resolve, PANEL_PAUSE_MS));
  }
}

/** A person opens a customer no faster than this. */
const PANEL_PAUSE_MS = 500;

async function connect(admin: Call, port: number, index: number): Promise<void> {
  const operation = {
    ...{ name: 'order.list', title: { zh: '订单', en: 'Orders' }, isReadOnly: true, idempotency: 'natural' },
    ...{ isMany: true, purposes: ['service'], input: { phone: { isRequired: true, source: 'phone' } } },
    ...{ method: 'GET', path: '/orders/{phone}', records: '/items' },
    output: { number: { path: '/number', type: 'text', class: 'C1' } },
  };
  const config = {
    baseUrl: `http://127.0.0.1:${port}`,
    auth: { kind: 'none' },
    checkPath: '/',
    operations: [operation],
  };
  const { status, json } = await admin('POST', '/connectors', {
    name: `dead ${index}`,
    module: 'rest',
    config,
  });
  if (status !== 201) throw new Error(`no connector: ${status} ${JSON.stringify(json)}`);
  await admin('POST', `/connectors/${String(json.id)}/state`, { state: 'live' }, { 'if-match': '"1"' });
}

async function signIn(url: string, { username, password, totpSecret }: EvaluationAccount): Promise<Call> {
  const otp = totpSecret === undefined ? {} : { otp: totp.code(totpSecret, new Date()) };
  const answer = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password, ...otp }),
  });
  const { csrfToken } = (await answer.json()) as { csrfToken: string };
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return async (method, path, body, headers = {}) => {
    const reply = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...{ cookie, 'x-csrf-token': csrfToken },
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, json: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };
}
