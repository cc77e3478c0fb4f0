import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { AppError, createFakeClock, type FakeClock } from '../kernel/index.ts';
import { IS_ORACLE_SIM } from './support/core.ts';
import { openDatabaseProxy, type DatabaseProxy } from './support/database-proxy.ts';
import { buildDatabase } from './support/database.ts';
import { ackedBy, DeskWriter } from './support/desk-load.ts';

const WRITERS = 8;
const HOUR_MS = 3_600_000;
/** The trail takes no entry from the future: a clock that is set forward starts before. */
const DAY_MS = 24 * HOUR_MS;
const DELAY_MS = 120;

describe('bad weather between the server and its database', function () {
  this.timeout(120_000);
  let proxy: DatabaseProxy;
  let desk: Desk;
  let clock: FakeClock;

  before(async function () {
    // The stand-in has no connection that could be cut.
    if (IS_ORACLE_SIM) return this.skip();
    const clone = await buildDatabase();
    proxy = await openDatabaseProxy(clone.url);
    clock = createFakeClock(new Date(Date.now() - DAY_MS));
    const drop = async () => {
      await proxy.close();
      await clone.drop();
    };
    desk = await buildDesk({ clock, place: { url: proxy.url, drop }, queueItemsMax: 100 });
  });
  after(() => desk?.close());
  afterEach(() => {
    proxy.delayMs = 0;
    proxy.isDown = false;
  });

  const openWriters = (count: number) =>
    Promise.all(
      Array.from({ length: count }, async () => new DeskWriter(desk, await desk.buildConversation())),
    );
  const untilAcked = async (writers: readonly DeskWriter[], count: number) => {
    while (ackedBy(writers) < count) await wait(1);
  };
  const refusedBy = (writers: readonly DeskWriter[]) =>
    new Set(writers.flatMap(({ refusals }) => [...refusals.keys()]));

  it('loses, doubles, and reorders nothing when connections are cut and answers are lost', async () => {
    const writers = await openWriters(WRITERS);
    let isOver = false;
    const writing = writers.map((writer) =>
      writer.write(
        (n) => `第 ${n} 条`,
        () => isOver,
      ),
    );
    for (let blow = 0; blow < 12; blow += 1) {
      await untilAcked(writers, ackedBy(writers) + WRITERS * 2);
      if (blow % 3 === 0) proxy.cut();
      else proxy.loseAnswer();
    }
    isOver = true;
    await Promise.all(writing);
    for (const writer of writers) await writer.expectWhole();
  });

  it('refuses by name while nothing gets through, and goes on with the same ids afterwards', async () => {
    const writers = await openWriters(2);
    let isOver = false;
    const writing = writers.map((writer) =>
      writer.write(
        (n) => `第 ${n} 条`,
        () => isOver,
      ),
    );
    await untilAcked(writers, 10);
    proxy.isDown = true;
    proxy.cut();
    // A batch is tried again until the clock says that it took too long.
    const advancing = setInterval(() => clock.advance(1_000), 50);
    while (!writers.every(({ refusals }) => refusals.size > 0)) await wait(5);
    clearInterval(advancing);
    expect(refusedBy(writers).has('storage.unavailable')).to.equal(true);
    proxy.isDown = false;
    await untilAcked(writers, ackedBy(writers) + 10);
    isOver = true;
    await Promise.all(writing);
    for (const writer of writers) await writer.expectWhole();
  });

  it('on a slow disk gathers what waits, refuses what is too much, and keeps the order', async () => {
    const [writer] = (await openWriters(1)) as [DeskWriter];
    proxy.delayMs = DELAY_MS;
    const by = { actor: { type: 'requester' as const, id: writer.requesterId } };
    const { conversationId } = writer;
    const sent = Array.from({ length: 250 }, (_, n) => ({ id: desk.core.ids.next(), text: `第 ${n} 条` }));
    const startedMs = performance.now();
    const outcomes = await Promise.all(
      sent.map(({ id, text }) =>
        desk.service.receive(by, { conversationId, id, text }).then(
          ({ seq }) => ({ seq, code: '' }),
          (error: unknown) => ({ seq: 0, code: error instanceof AppError ? error.code : String(error) }),
        ),
      ),
    );
    // One commit for all who waited, not one for each.
    expect(performance.now() - startedMs).to.be.below(20 * DELAY_MS);
    const taken = sent.filter((_, n) => outcomes[n]?.code === '');
    expect(taken.length).to.be.within(100, 249);
    expect(new Set(outcomes.map(({ code }) => code))).to.deep.equal(new Set(['', 'server.busy']));
    taken.forEach(({ id, text }) => {
      const seq = outcomes[sent.findIndex((message) => message.id === id)]?.seq ?? 0;
      writer.acked.set(id, { seq, text });
    });
    proxy.delayMs = 0;
    // The page sends again what was refused, and what it is not sure of.
    for (const { id, text } of taken.slice(-3)) await writer.send(id, text);
    for (const { id, text } of sent.slice(taken.length)) await writer.send(id, text);
    await writer.expectWhole();
  });

  it('numbers on without a gap when the clock is set forward and back', async () => {
    const [writer] = (await openWriters(1)) as [DeskWriter];
    const write = async () => {
      for (let n = 0; n < 3; n += 1)
        await writer.send(desk.core.ids.next(), `现在 ${clock.now().toISOString()}`);
    };
    for (const step of [0, 2 * HOUR_MS, -HOUR_MS, 3 * HOUR_MS, -3 * HOUR_MS]) {
      clock.advance(step);
      await write();
    }
    await writer.expectWhole();
    const rows = await desk.core.sql(
      `SELECT body FROM audit_event WHERE action = 'message.receive' AND target_id = $1 ORDER BY n`,
      [writer.conversationId],
    );
    const backs = rows.map(
      ({ body }) => (JSON.parse(String(body)) as { clock?: { back?: number } }).clock?.back,
    );
    expect(backs.filter((back) => back !== undefined)).to.deep.equal([HOUR_MS, 3 * HOUR_MS]);
  });

  it('leaves no number of the trail out', async () => {
    const lanes = await desk.core.sql(
      'SELECT lane, COUNT(*) AS entries, MAX(n) AS last FROM audit_event WHERE lane > 0 GROUP BY lane',
    );
    expect(lanes.length).to.equal(2);
    for (const { entries, last } of lanes) expect(Number(entries)).to.equal(Number(last));
  });
});
