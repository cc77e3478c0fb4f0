import { expect } from 'chai';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { readAll, SETTLE_MS, subjectOf, TicketMaker, Writer } from './support/fault-load.ts';
import { askInstance, openVisitor, startListening, untilReady } from './support/instance-client.ts';
import { Instance } from './support/instance.ts';

const IS_LONG = process.env['VAULTDESK_TEST_LONG'] === '1';
// A dozen kills together with kill.spec.ts, for the time of the suite; `npm run bench faults` does it by the hundred.
const WORKER_KILLS = IS_LONG ? 100 : 3;
const SERVER_KILLS = IS_LONG ? 40 : 1;
const DATABASE_KILLS = IS_LONG ? 59 : 3;
const VISITORS = 4;
const PAUSE_MS = 10;
/** The database's processes are stopped for this long, as a disk does that hangs. */
const HANG_MS = 3_000;

describe('kill -9 under load, two workers', function () {
  this.timeout(IS_LONG ? 3_600_000 : 600_000);
  const instance = new Instance({ VAULTDESK_WORKERS: '2' });
  let writers: Writer[] = [];
  let tickets: TicketMaker;

  before(async () => {
    await startListening(instance);
    const sessions = await Promise.all(Array.from({ length: VISITORS }, () => openVisitor(instance)));
    writers = sessions.map((session) => new Writer(instance, session));
    tickets = new TicketMaker(instance);
    await untilWorkers();
  });
  after(() => instance.dispose());

  const ackedCount = () => writers.reduce((sum, { acked }) => sum + acked.size, 0);
  /** The blow falls while work is under way: some more was acknowledged since the last one. */
  const underLoad = async () => {
    const [messages, made] = [ackedCount(), tickets.made.size];
    await until(() => ackedCount() >= messages + VISITORS * 5 && tickets.made.size >= made + 2);
    await wait(Math.random() * 50);
  };
  const untilWorkers = (except?: number) =>
    until(() => {
      const { workers } = instance.status.pids;
      return workers.length === 2 && !workers.includes(except ?? 0);
    });

  it('of a worker: the other goes on, and it is started again', async () => {
    const { server } = instance.status.pids;
    for (let kill = 0; kill < WORKER_KILLS; kill += 1) {
      await underLoad();
      await untilWorkers(instance.killWorker(kill % 2));
    }
    await underLoad();
    expect(instance.status.pids.server).to.equal(server);
  });

  it('of the server with its workers: it comes back by a new start', async () => {
    for (let kill = 0; kill < SERVER_KILLS; kill += 1) {
      await underLoad();
      await instance.kill();
      await startListening(instance);
      await untilWorkers();
    }
  });

  it('of PostgreSQL: it comes back by itself, and the workers stay', async () => {
    await underLoad();
    const { workers } = instance.status.pids;
    for (let kill = 0; kill < DATABASE_KILLS; kill += 1) {
      await underLoad();
      instance.killDatabase();
      await untilReady(instance);
    }
    await underLoad();
    expect(instance.status.pids.workers).to.deep.equal(workers);
  });

  it('and a database that hangs for seconds: no worker takes the other for dead', async () => {
    await underLoad();
    const { workers } = instance.status.pids;
    await instance.holdDatabase(HANG_MS);
    await underLoad();
    expect(instance.status.pids.workers).to.deep.equal(workers);
  });

  it('of all at once', async () => {
    await underLoad();
    instance.killDatabase();
    await instance.kill();
    await startListening(instance);
    await underLoad();
  });

  it('leaves every acknowledged message there once, in order, without a gap', async () => {
    await Promise.all(writers.map((writer) => writer.finish()));
    for (const { session, acked, sentOrder, contradictions } of writers) {
      expect(contradictions).to.deep.equal([]);
      const messages = await readAll(instance, session);
      expect(messages.map(({ seq }) => seq)).to.deep.equal(messages.map((_, index) => index + 1));
      const own = messages.filter(({ from }) => from === 'requester');
      expect(own.map(({ id }) => id)).to.deep.equal(sentOrder);
      expect(own.map(({ text }) => text)).to.deep.equal(sentOrder.map((_, index) => `消息 ${index}`));
      expect(own.map(({ id, seq }) => [id, seq])).to.deep.equal(sentOrder.map((id) => [id, acked.get(id)]));
    }
  });

  it('leaves every acknowledged ticket there once, and its key still means it', async () => {
    await tickets.finish();
    expect(tickets.surprises).to.deep.equal([]);
    const headers = { Authorization: `Bearer ${instance.token}` };
    const numbers = new Set<number>();
    for (const [key, { id, number }] of tickets.made) {
      const found = await askInstance(instance, `/api/v1/tickets/${id}`, { headers });
      expect(found.json).to.deep.include({ id, number, subject: subjectOf(key) });
      expect((await tickets.post(key)).json).to.deep.include({ id, number });
      numbers.add(number);
    }
    expect(numbers.size).to.equal(tickets.made.size);
    const page = await askInstance(instance, '/api/v1/tickets?limit=200', { headers });
    const subjects = (page.json.items as { subject: string }[]).map(({ subject }) => subject);
    expect(new Set(subjects).size).to.equal(subjects.length);
  });

  it('leaves one entry of the trail and at most one event for each message, and hands out every event', async () => {
    const numbersOf = async (statement: string) => {
      const [row] = (await instance.sql(statement)) as Record<string, string>[];
      return Object.values(row ?? {}).map(Number);
    };
    const [messages, entries] = await numbersOf(
      `SELECT (SELECT COUNT(*) FROM message WHERE sender = 'requester'),
        (SELECT COUNT(*) FROM audit_event WHERE action = 'message.receive') AS entries`,
    );
    expect(entries).to.equal(messages);
    const [events, ofMessages] = await numbersOf(
      `SELECT COUNT(*), COUNT(DISTINCT payload::json ->> 'messageId') AS messages
        FROM outbox_event WHERE type = 'message.received'`,
    );
    expect(events).to.equal(ofMessages);
    await until(async () => {
      const [pending] = await numbersOf('SELECT COUNT(*) FROM outbox_event WHERE state = 0');
      return pending === 0;
    });
    expect(await numbersOf('SELECT COUNT(*) FROM dead_letter')).to.deep.equal([0]);
  });

  it('leaves a trail that verifies whole', async () => {
    const { code, stdout, stderr } = await instance.vaultdesk('audit', 'verify');
    expect({ code, said: code === 0 ? '' : stdout + stderr }).to.deep.equal({ code: 0, said: '' });
  });
});

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + SETTLE_MS;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error('it did not come to what was waited for');
    await wait(PAUSE_MS);
  }
}
