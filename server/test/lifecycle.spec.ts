import { expect } from 'chai';
import type { RecordStore } from '../platform/persistence/index.ts';
import { codeOf, CONTROL, DAY_MS, LIN, LifecycleStage, QIAN, SUN } from './support/lifecycle.ts';
import { RECORD_TABLES } from './support/records.ts';

const UNKNOWN = '01900000-0000-7000-8000-00000000dead';

describe('the life cycle of records', () => {
  let stage: LifecycleStage;
  beforeEach(async () => {
    stage = await LifecycleStage.open();
  });
  afterEach(() => stage.close());

  it('removes a person who is over with everything that belongs to them, and nothing of others', async () => {
    await stage.switchOn();
    const gone = await stage.seeds.requester(stage.yearsAgo(9));
    const conversationId = await stage.seeds.conversation({
      ...{
        requesterId: gone,
        openedAt: stage.yearsAgo(7, 3),
        closedAt: stage.yearsAgo(7, 2),
        evaluatedAt: stage.yearsAgo(7, 2),
      },
      texts: ['我的卡丢了', '好的', '谢谢'],
    });
    await stage.seeds.ticket({
      requesterId: gone,
      conversationId,
      openedAt: stage.yearsAgo(7),
      updatedAt: stage.yearsAgo(6),
    });
    const stays = await stage.seeds.requester(stage.yearsAgo(9));
    await stage.seeds.conversation({
      requesterId: stays,
      openedAt: stage.yearsAgo(1),
      closedAt: stage.yearsAgo(1),
    });
    const before = await stage.seeds.counts();
    const run = await stage.sweep();
    const after = await stage.seeds.counts();
    expect(run.state).to.equal('done');
    for (const table of RECORD_TABLES) {
      const isOfGone = [
        'evaluation',
        'evaluation_criterion',
        'ticket',
        'ticket_comment',
        'ticket_event',
        'ticket_token',
      ];
      // Of one person, one row of an array on PostgreSQL, and one for each token elsewhere.
      if (table === 'requester_token') expect(after[table], table).to.be.at.least(1);
      else expect(after[table], table).to.equal(isOfGone.includes(table) ? 0 : 1);
    }
    const removed = RECORD_TABLES.reduce((sum, table) => sum + (before[table] ?? 0) - (after[table] ?? 0), 0);
    expect(run.rowsRemoved).to.equal(removed);
    expect(await stage.seeds.idsOf('requester')).to.deep.equal([stays]);
    expect(stage.forgotten).to.deep.equal([conversationId]);
  });

  it('keeps a conversation as long as its ticket, and a profile as long as anything of the person', async () => {
    await stage.switchOn();
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const conversationId = await stage.seeds.conversation({
      requesterId,
      openedAt: stage.yearsAgo(4, 1),
      closedAt: stage.yearsAgo(4),
    });
    await stage.seeds.ticket({
      requesterId,
      conversationId,
      openedAt: stage.yearsAgo(4),
      updatedAt: stage.yearsAgo(4),
    });
    const run = await stage.sweep();
    expect(run.rowsRemoved).to.equal(0);
    expect(run.report.classes['chat']).to.include({ due: 1, gone: 0 });
    expect(run.report.classes['chat']?.keptByClass).to.deep.equal({ ticket: 1 });
    stage.clock.advance(400 * DAY_MS);
    await stage.core.sql(`UPDATE sweep_guard SET high_water_at = NULL`);
    await stage.sweep();
    expect((await stage.seeds.counts())['conversation']).to.equal(0);
    expect((await stage.seeds.counts())['requester']).to.equal(0);
  });

  it('keeps a conversation as long as its evaluation is kept', async () => {
    await stage.switchOn();
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const seed = { requesterId, openedAt: stage.yearsAgo(4, 1), closedAt: stage.yearsAgo(4) };
    await stage.seeds.conversation({ ...seed, evaluatedAt: stage.yearsAgo(2) });
    const run = await stage.sweep();
    expect(run.report.classes['chat']?.keptByClass).to.deep.equal({ qa: 1 });
    expect((await stage.seeds.counts())['evaluation']).to.equal(1);
  });

  it('leaves open work alone, and takes what was left with the robot', async () => {
    await stage.switchOn();
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const old = { requesterId, openedAt: stage.yearsAgo(8) };
    const queued = await stage.seeds.conversation({ ...old, state: 'queued' });
    const left = await stage.seeds.conversation({ ...old });
    const revived = await stage.seeds.conversation({ ...old, lastAt: stage.yearsAgo(1) });
    await stage.seeds.ticket({ requesterId, openedAt: stage.yearsAgo(8), state: 'open' });
    await stage.sweep();
    expect(await stage.seeds.idsOf('conversation'))
      .to.deep.equal([queued, revived].sort())
      .and.not.include(left);
    expect((await stage.seeds.counts())['ticket']).to.equal(1);
  });

  describe('holds', () => {
    it('keep what they name: person, account, ticket, period, class; and let the rest go', async () => {
      await stage.switchOn();
      const [byPerson, byAccount, byTicket, byPeriod, free] = [
        await stage.seeds.requester(stage.yearsAgo(9)),
        await stage.seeds.requester(stage.yearsAgo(9)),
        await stage.seeds.requester(stage.yearsAgo(9)),
        await stage.seeds.requester(stage.yearsAgo(9)),
        await stage.seeds.requester(stage.yearsAgo(9)),
      ];
      const closed = (years: number) => ({
        openedAt: stage.yearsAgo(years, 1),
        closedAt: stage.yearsAgo(years),
      });
      const kept = [
        await stage.seeds.conversation({ requesterId: byPerson, ...closed(7) }),
        await stage.seeds.conversation({ requesterId: byAccount, ...closed(7), agentId: LIN }),
        await stage.seeds.conversation({ requesterId: byTicket, ...closed(7) }),
        await stage.seeds.conversation({ requesterId: byPeriod, ...closed(8) }),
      ];
      const ticketId = await stage.seeds.ticket({
        ...{ requesterId: byTicket, conversationId: kept[2] as string, openedAt: stage.yearsAgo(7) },
      });
      await stage.seeds.ticket({ requesterId: free, openedAt: stage.yearsAgo(7) });
      await stage.seeds.conversation({ requesterId: free, ...closed(7) });
      await stage.place({ requesterId: byPerson });
      await stage.place({ accountId: LIN });
      await stage.place({ ticketId });
      await stage.place({ fromAt: stage.yearsAgo(8, 30), toAt: stage.yearsAgo(7, 200) });
      const run = await stage.sweep();
      expect(await stage.seeds.idsOf('conversation')).to.deep.equal(kept.sort());
      expect(await stage.seeds.idsOf('ticket')).to.deep.equal([ticketId]);
      expect(await stage.seeds.idsOf('requester')).to.deep.equal(
        [byPerson, byAccount, byTicket, byPeriod].sort(),
      );
      expect(run.report.classes['chat']).to.include({ due: 5, gone: 1, heldByHold: 4 });
      expect(Object.values(run.report.holds)).to.have.length(4);
    });

    it('count independently when they overlap', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.seeds.conversation({
        requesterId,
        openedAt: stage.yearsAgo(7),
        closedAt: stage.yearsAgo(7),
      });
      const first = await stage.place({ requesterId });
      const second = await stage.place({ requesterId, recordClass: 'chat' });
      const who = { requestedById: QIAN.id, approvedById: SUN.id };
      await stage.as(SUN, (tx) => stage.life.holds.release(tx, first, who));
      await stage.sweep();
      expect((await stage.seeds.counts())['conversation']).to.equal(1);
      await stage.as(SUN, (tx) => stage.life.holds.release(tx, second, who));
      await stage.sweep();
      expect((await stage.seeds.counts())['conversation']).to.equal(0);
    });

    it('refuse what cannot be: nothing named, an end before the start, ids that are not there', async () => {
      const [start, end] = [stage.yearsAgo(2), stage.yearsAgo(1)];
      expect(await codeOf(stage.place({}))).to.equal('hold.scope_empty');
      expect(await codeOf(stage.place({ fromAt: end, toAt: start }))).to.equal('hold.period_invalid');
      expect(await codeOf(stage.place({ fromAt: end, toAt: end }))).to.equal('hold.period_invalid');
      for (const scope of [{ requesterId: UNKNOWN }, { ticketId: UNKNOWN }, { accountId: UNKNOWN }]) {
        expect(await codeOf(stage.place(scope))).to.equal('hold.subject_unknown');
      }
      expect(await stage.core.sql('SELECT id FROM legal_hold')).to.deep.equal([]);
    });

    it('are released by two people, neither of whom who approves placed it', async () => {
      const requesterId = await stage.seeds.requester(stage.yearsAgo(1));
      const hold = await stage.place({ requesterId });
      const self = { requestedById: SUN.id, approvedById: QIAN.id };
      expect(await codeOf(stage.as(QIAN, (tx) => stage.life.holds.release(tx, hold, self)))).to.equal(
        'hold.second_person',
      );
      const who = { requestedById: QIAN.id, approvedById: SUN.id };
      await stage.as(SUN, (tx) => stage.life.holds.release(tx, hold, who));
      expect(await codeOf(stage.as(SUN, (tx) => stage.life.holds.release(tx, hold, who)))).to.equal(
        'hold.state_refused',
      );
    });

    it('keep a person from being erased, whatever part of them a hold names', async () => {
      const isHeld = (id: string) => stage.core.uow.read((db) => stage.life.isHeld(db, id));
      const people = [];
      for (let n = 0; n < 4; n += 1) people.push(await stage.seeds.requester(stage.yearsAgo(5)));
      const [person, ticketed, helped, free] = people as [string, string, string, string];
      const ticketId = await stage.seeds.ticket({
        requesterId: ticketed,
        openedAt: stage.yearsAgo(1),
        state: 'open',
      });
      await stage.seeds.conversation({
        requesterId: helped,
        openedAt: stage.yearsAgo(1),
        closedAt: stage.yearsAgo(1),
        agentId: LIN,
      });
      await stage.seeds.conversation({
        requesterId: free,
        openedAt: stage.yearsAgo(1),
        closedAt: stage.yearsAgo(1),
      });
      expect(await isHeld(person)).to.equal(false);
      await stage.place({ requesterId: person, recordClass: 'ticket' });
      await stage.place({ ticketId });
      await stage.place({ accountId: LIN });
      expect(await Promise.all(people.map(isHeld))).to.deep.equal([true, true, true, false]);
      await stage.place({ recordClass: 'chat', fromAt: stage.yearsAgo(1, 1), toAt: stage.yearsAgo(0) });
      expect(await isHeld(free)).to.equal(true);
    });

    it('that are placed while a chunk is on its way wait for it, and count from the next one', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      for (let n = 0; n < 3; n += 1) {
        await stage.seeds.conversation({
          requesterId,
          openedAt: stage.yearsAgo(7),
          closedAt: stage.yearsAgo(7 - n),
        });
      }
      // One record a chunk; the hold is asked for while the first chunk holds its locks.
      const target = stage.stores.find(({ name }) => name === 'desk.conversation') as RecordStore;
      let placing: Promise<unknown> | undefined;
      let isPlaced = false;
      const oneByOne: RecordStore = {
        ...target,
        lock: async (tx, ids, thresholds) => {
          const locked = await target.lock?.(tx, ids, thresholds);
          placing ??= stage.core.besides(() => stage.place({ requesterId })).then(() => (isPlaced = true));
          // The hold's unit of work is under way and has to wait: it cannot be done before this chunk is.
          for (let turn = 0; turn < 5; turn += 1)
            await stage.core.uow.read((db) => stage.life.rules.list(db));
          expect(isPlaced).to.equal(false);
          return locked ?? [];
        },
      };
      stage.stores[stage.stores.indexOf(target)] = oneByOne;
      stage.rebuild(1);
      await stage.life.sweeps.sweep({ ...CONTROL, checkpoint: async () => void (await placing) });
      expect(isPlaced).to.equal(true);
      expect((await stage.seeds.counts())['conversation'], 'one chunk went before the hold').to.equal(2);
    });
  });

  describe('periods', () => {
    const change = (months: number, more: object = {}) => ({
      ...{ recordClass: 'chat' as const, months, action: 'archive-and-delete' as const, version: 0 },
      ...more,
    });
    const apply = (input: ReturnType<typeof change>, approvedBy: string | null = null) =>
      stage.as(QIAN, (tx) => stage.life.rules.apply(tx, input, { changedBy: QIAN.id, approvedBy }));

    it('are lengthened at once, and shortened only by two', async () => {
      expect(await apply(change(48))).to.include({ months: 48, version: 1 });
      expect(await codeOf(apply(change(36, { version: 1 })))).to.equal('account.second_person');
      expect(await codeOf(apply(change(48, { version: 1, action: 'delete' })))).to.equal(
        'account.second_person',
      );
      expect(await apply(change(36, { version: 1 }), SUN.id)).to.include({ months: 36, version: 2 });
      expect(await codeOf(apply(change(60, { version: 1 })))).to.equal('request.version_stale');
    });

    it('never go below the floor, above a century, or to part of a month', async () => {
      for (const months of [0, -1, 5, 1_201, 7.5]) {
        expect(await codeOf(apply(change(months), SUN.id)), String(months)).to.equal(
          'retention.period_refused',
        );
      }
      expect(await stage.core.sql('SELECT record_class FROM retention_rule')).to.deep.equal([]);
    });

    it('that are lengthened in the middle of a sweep hold from its next chunk', async () => {
      await stage.switchOn();
      const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
      await stage.seeds.ticket({ requesterId, openedAt: stage.yearsAgo(7) });
      await stage.seeds.conversation({
        requesterId,
        openedAt: stage.yearsAgo(7),
        closedAt: stage.yearsAgo(7),
      });
      let isLengthened = false;
      await stage.life.sweeps.sweep({
        ...CONTROL,
        checkpoint: async () => {
          if (!isLengthened) await apply(change(120));
          isLengthened = true;
        },
      });
      expect(await stage.seeds.counts()).to.include({ ticket: 0, conversation: 1 });
    });
  });
});
