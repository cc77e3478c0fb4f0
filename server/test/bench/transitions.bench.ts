import { Agent, request } from 'node:http';
import { figure, isFull, isQuick, percentile, say, type Figure } from './figure.ts';
import { between, readMeter } from './load/meter.ts';
import { openStage, type Stage } from './load/stage.ts';

const CUSTOMERS = isQuick() ? 400 : 2_000;
const MESSAGES_PER_SECOND = 2_963;
const MOVES_PER_SECOND = 248;
const TICKETS = 500;
const AT_ONCE = 8;
const WARM_MS = 4_000;
const MUST_MS = 500;
const TICK_MS = 5;

interface Ticket {
  id: string;
  version: number;
  state: string;
  isBusy: boolean;
}

/**
 * Tickets moved from state to state at a fixed rate, each by a request of its own, while messages come in at theirs; and
 * in the end whether each ticket stands where its last answer said.
 */
export async function* run(): AsyncGenerator<Figure> {
  const stage = await openStage(CUSTOMERS);
  try {
    say(`making ${TICKETS} tickets`);
    const tickets = await makeTickets(stage);
    say('warming up');
    await stage.fleet.fixedRate(MESSAGES_PER_SECOND, WARM_MS);
    const ms = isFull() ? 60_000 : 15_000;
    say(`${MOVES_PER_SECOND} moves beside ${MESSAGES_PER_SECOND} messages a second for ${ms / 1000} s`);
    const before = await readMeter(stage.instance);
    const startedMs = performance.now();
    const [messages, moves] = await Promise.all([
      stage.fleet.fixedRate(MESSAGES_PER_SECOND, ms),
      moveAll(stage, tickets, ms),
    ]);
    const used = between(before, await readMeter(stage.instance));
    const cores = (used.serverMs + used.databaseMs) / (performance.now() - startedMs);
    const due = Math.round((MOVES_PER_SECOND * ms) / 1000);
    yield figure('transitions.moved', moves.tookMs.length, 'moves', due);
    yield figure('transitions.refused', moves.refused, 'moves', due);
    yield figure('transitions.p50', percentile(moves.tookMs, 0.5), 'ms', MUST_MS);
    yield figure('transitions.p99', percentile(moves.tookMs, 0.99), 'ms', MUST_MS);
    yield figure('transitions.messages_acked', messages.acked, 'messages', messages.sent);
    yield figure('transitions.messages_p99', percentile(messages.ackMs, 0.99), 'ms', MUST_MS);
    yield figure('transitions.out_of_step', messages.outOfStep + messages.refused, 'messages', messages.sent);
    yield figure('transitions.cores', cores, 'cores', 2);
    yield figure('transitions.lost', await countLost(stage, tickets), 'tickets', TICKETS);
  } finally {
    agent.destroy();
    await stage.close();
  }
}

/** Connections of the client, which a reverse proxy would hold open, too. */
const agent = new Agent({ keepAlive: true, maxSockets: 128 });

interface Reply {
  status: number;
  ticket: Ticket;
}

/** By the plain client of Node: what `fetch` adds to each request would be taken from the server on the same cores. */
function ask(
  stage: Stage,
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Reply> {
  const authorization = `Bearer ${stage.instance.token}`;
  return new Promise((resolve, reject) => {
    const sent = request(`${stage.url}/api/v1/tickets${path}`, {
      ...{ method, agent },
      headers: { 'content-type': 'application/json', authorization, ...headers },
    });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          ticket: JSON.parse(Buffer.concat(parts).toString()) as Ticket,
        }),
      );
    });
    sent.end(body);
  });
}

async function makeTickets(stage: Stage): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  const work = async () => {
    while (tickets.length < TICKETS) {
      const body = JSON.stringify({
        subject: '账单有误',
        description: '客户要求核实一笔消费。',
        priority: 'normal',
      });
      const { status, ticket: made } = await ask(stage, '', { method: 'POST', body });
      if (status !== 201) throw new Error(`no ticket: ${status}`);
      tickets.push({ id: made.id, version: made.version, state: made.state, isBusy: false });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return tickets;
}

/** Each move at its time, on a ticket that nobody is moving; measured from the time it was due. */
async function moveAll(
  stage: Stage,
  tickets: Ticket[],
  ms: number,
): Promise<{ tookMs: number[]; refused: number }> {
  const tookMs: number[] = [];
  const running = new Set<Promise<void>>();
  const startedMs = performance.now();
  let [sent, refused, next] = [0, 0, 0];
  const move = async (ticket: Ticket, dueMs: number) => {
    const to = ticket.state === 'open' ? 'pending' : 'open';
    const { status, ticket: answer } = await ask(stage, `/${ticket.id}/transitions`, {
      method: 'POST',
      headers: { 'if-match': `"${ticket.version}"` },
      body: JSON.stringify({ to }),
    });
    if (status !== 200) return void (refused += 1);
    ticket.version = answer.version;
    ticket.state = answer.state;
    tookMs.push(performance.now() - dueMs);
  };
  for (let nowMs = 0; nowMs < ms; nowMs = performance.now() - startedMs) {
    for (; sent < (nowMs * MOVES_PER_SECOND) / 1000; sent += 1) {
      const ticket = tickets[next % tickets.length] as Ticket;
      next += 1;
      // A server that does not keep up has every ticket under way: what could not be sent is missing in the count.
      if (ticket.isBusy) continue;
      ticket.isBusy = true;
      const one = move(ticket, startedMs + (sent * 1000) / MOVES_PER_SECOND)
        .catch(() => void (refused += 1))
        .finally(() => {
          ticket.isBusy = false;
          running.delete(one);
        });
      running.add(one);
    }
    await new Promise((resolve) => setTimeout(resolve, TICK_MS));
  }
  await Promise.all(running);
  return { tookMs, refused };
}

async function countLost(stage: Stage, tickets: readonly Ticket[]): Promise<number> {
  let lost = 0;
  for (const { id, state, version } of tickets) {
    const { ticket: found } = await ask(stage, `/${id}`);
    if (found.state !== state || found.version !== version) lost += 1;
  }
  return lost;
}
