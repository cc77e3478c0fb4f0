import { expect } from 'chai';
import { deskRecords, deskUnitRows, eraseDeskRows } from '../desk/index.ts';
import { buildDesk, PEOPLE, type Desk } from '../desk/test/build-desk.ts';
import { createFakeClock, ROOT_UNIT_ID, wholeScope, type Actor, type DataScope } from '../kernel/index.ts';
import { foldFigures, type Tx } from '../platform/persistence/index.ts';
import { rebuildFigures } from '../reports/index.ts';
import { windowOf } from '../reports/overview.rules.ts';
import { countOverview, readOverview } from '../reports/overview.view.ts';
import { figureFoldKind } from '../upkeep.ts';
import { actsOn } from './support/report-acts.ts';

const START = new Date('2026-01-05T01:23:45.678Z');
const HOUR_MS = 3_600_000;
const STEPS = 400;
const DAYS = 60;
const [NORTH, OUTLET, SOUTH] = ['1', '2', '3'].map((n) => `01900000-0000-7000-8000-00000000e10${n}`) as [
  string,
  string,
  string,
];
/** Unit, and what it lies under, nearest first. */
const TREE: readonly [string, readonly string[]][] = [
  [NORTH, [ROOT_UNIT_ID]],
  [OUTLET, [NORTH, ROOT_UNIT_ID]],
  [SOUTH, [ROOT_UNIT_ID]],
];
/** What happens more often than the rest. */
const OFTEN = [
  ...[
    'create',
    'create',
    'move',
    'move',
    'open',
    'open',
    'queue',
    'take',
    'answer',
    'answer',
    'transferTalk',
  ],
  ...['close', 'close', 'rate', 'rate', 'turn', 'turn', 'evaluate', 'evaluate', 'rescore'],
];
const UNITS = [ROOT_UNIT_ID, NORTH, OUTLET, SOUTH];

/** Numbers from 0 to 1, the same for the same seed. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('counters of reports', function () {
  this.timeout(60_000);
  const clock = createFakeClock(START);
  const actor: Actor = { type: 'account', id: PEOPLE.zhao.id, scope: wholeScope(PEOPLE.zhao.id) };
  const viewer = { accountId: actor.id, seesAll: true, groupIds: [], scope: wholeScope(actor.id) };
  const permissions = new Set(['ticket:work', 'ticket:assign']);
  let desk: Desk;
  before(async () => {
    desk = await buildDesk({ clock });
    for (const [id, above] of TREE) {
      await desk.core.sql(
        `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
          VALUES ($1, $2, 'branch', $3, $4, $5, 'active', $6, $7, 1)`,
        [id, above[0], ...Array<string>(3).fill(id.slice(-12)), above.length, START],
      );
      const link = 'INSERT INTO unit_closure (ancestor_id, unit_id, depth) VALUES ($1, $2, $3)';
      for (const [depth, ancestor] of [id, ...above].entries())
        await desk.core.sql(link, [ancestor, id, depth]);
    }
  });
  after(() => desk.close());

  const scopes = (): DataScope[] => [
    { kind: 'all' },
    ...UNITS.flatMap((unitId): DataScope[] => [
      { kind: 'unit', unitId, accountId: actor.id },
      { kind: 'subtree', unitId, accountId: actor.id },
    ]),
    { kind: 'own', unitId: NORTH, accountId: actor.id },
  ];
  /** Every scope, in days of the reader's zone, whole hours from UTC and not; gives what the whole bank shows. */
  async function expectAgreement(title: string) {
    for (const offsetMinutes of [0, 480, -300, 330]) {
      const window = windowOf(clock.now(), DAYS, offsetMinutes);
      for (const scope of scopes()) {
        await desk.core.uow.read(async (db) => {
          const counted = await readOverview(db, window, { offsetMinutes, scope });
          const plain = await countOverview(db, window, { offsetMinutes, scope });
          expect(counted, `${title}, ${JSON.stringify(scope)}, ${offsetMinutes}`).to.deep.equal(plain);
        });
      }
    }
    const window = windowOf(clock.now(), DAYS, 0);
    return desk.core.uow.read((db) => readOverview(db, window, { offsetMinutes: 0, scope: { kind: 'all' } }));
  }

  const unit = <T>(work: (tx: Tx) => Promise<T>) => desk.core.uow.run({ actor }, work);
  const isRefused = (work: Promise<unknown>) =>
    work.then(
      () => false,
      () => true,
    );
  const create = () =>
    unit((tx) => desk.tickets.create(tx, { subject: '年费争议', description: '请减免' }, () => true));
  const current = (id: string) => desk.core.uow.read((db) => desk.tickets.get(db, viewer, id));

  it('say what a plain count says, whatever happened', async () => {
    const random = createRandom(20_260_105);
    const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
    const alive: string[] = [];
    const done = new Map<string, number>();
    const note = (act: string) => done.set(act, (done.get(act) ?? 0) + 1);
    const stores = deskRecords({ ids: desk.core.ids, forget: () => undefined });
    const ofTickets = stores.find(({ name }) => name === 'desk.ticket');
    const [, unitTickets] = deskUnitRows({
      owners: desk.owners,
      ids: desk.core.ids,
      tellOthers: () => undefined,
    });
    const acts: Record<string, () => Promise<void>> = {
      create: async () => void alive.push((await create()).id),
      async move() {
        const row = await current(pick(alive));
        const to = pick(['open', 'pending', 'solved', 'solved', 'closed'] as const);
        await isRefused(unit((tx) => desk.tickets.transition(tx, viewer, { ...row, to })));
      },
      async transfer() {
        const { id, version } = await current(pick(alive));
        const change = { id, version, unitId: pick(UNITS), permissions };
        await isRefused(unit((tx) => desk.tickets.transfer(tx, viewer, change)));
      },
      /** Two at once over one version: one of them changes nothing, and counts nothing. */
      async race() {
        const row = await current(pick(alive));
        const outcomes = await Promise.all([
          isRefused(unit((tx) => desk.tickets.transition(tx, viewer, { ...row, to: 'solved' }))),
          isRefused(unit((tx) => desk.tickets.transfer(tx, viewer, { ...row, unitId: SOUTH, permissions }))),
        ]);
        expect(outcomes).to.include(true);
      },
      /** A unit of work that fails after it has counted. */
      async fail() {
        const failing = unit(async (tx) => {
          await desk.tickets.create(tx, { subject: '年费', description: '年费' }, () => true);
          throw new Error('the end of it');
        });
        expect(await isRefused(failing)).to.equal(true);
      },
      async handOver() {
        await unit(async (tx) => {
          await unitTickets?.handOver(tx, pick(UNITS), pick(UNITS), 3);
          tx.record({ action: 'unit.hand-over', outcome: 'ok', target: { type: 'unit', id: NORTH } });
        });
      },
      async erase() {
        const { requesterId } = await current(pick(alive));
        await unit(async (tx) => {
          await eraseDeskRows(tx, requesterId);
          tx.record({ action: 'ticket.view', outcome: 'ok', target: { type: 'ticket', id: requesterId } });
        });
      },
      async retain() {
        const gone = alive.splice(Math.floor(random() * alive.length), 2);
        await unit(async (tx) => {
          for (const rows of ofTickets?.rows ?? []) await rows.remove(tx, gone);
          tx.record({
            action: 'ticket.view',
            outcome: 'ok',
            target: { type: 'ticket', id: gone[0] as string },
          });
        });
      },
      fold: async () => void (await foldFigures(desk.core.database)),
      rebuild: () => rebuildFigures(desk.core.database),
      /** An outlet goes to another branch: from then on its figures count there. */
      async replant() {
        const [from, to] = isReplanted ? [SOUTH, NORTH] : [NORTH, SOUTH];
        isReplanted = !isReplanted;
        const link = 'UPDATE unit_closure SET ancestor_id = $1 WHERE ancestor_id = $2 AND unit_id = $3';
        await desk.core.sql(link, [to, from, OUTLET]);
      },
      ...actsOn(desk, { random, units: UNITS, actor }),
    };
    let isReplanted = false;
    for (let i = 0; i < 20; i += 1) {
      await acts['create']?.();
      await acts['open']?.();
    }
    for (let step = 1; step <= STEPS; step += 1) {
      clock.advance(Math.floor(random() * 2 * HOUR_MS));
      const act = pick([...OFTEN, ...Object.keys(acts)]);
      await acts[act]?.();
      note(act);
      if (step % 100 === 0) await expectAgreement(`after ${step} steps, the last ${act}`);
    }
    expect([...done.keys()].sort()).to.deep.equal(Object.keys(acts).sort());
    const end = await expectAgreement('in the end');
    const moved = 'SELECT COUNT(*) AS n FROM conversation WHERE unit_id <> first_unit_id';
    expect(Number((await desk.core.sql(moved))[0]?.['n'])).to.be.greaterThan(0);
    // A history in which nothing of a kind is left would prove nothing about it.
    for (const [name, value] of Object.entries(end)) {
      if (typeof value === 'number') expect(value, name).to.be.greaterThan(0);
      expect(value, name).not.to.equal(null);
    }
  });

  it('are folded into one row for an hour and unit, and one for the hour, and say the same', async () => {
    const count = async (stage: string) =>
      Number(
        (await desk.core.sql('SELECT COUNT(*) AS n FROM figure_count WHERE stage = $1', [stage]))[0]?.['n'],
      );
    for (let i = 0; i < 5; i += 1) await create();
    expect(await count('fresh')).to.be.greaterThan(4);
    const kind = figureFoldKind({ database: desk.core.database });
    const { folded } = (await kind.run({ checkpoint: async () => undefined } as never, null)) as {
      folded: number;
    };
    expect(folded).to.be.greaterThan(4);
    expect(await count('fresh')).to.equal(0);
    const keys = await desk.core.sql('SELECT DISTINCT figure, at, unit_id FROM figure_count');
    expect(await count('unit')).to.be.at.most(keys.length);
    await expectAgreement('folded');
    expect(await foldFigures(desk.core.database)).to.equal(0);
  });

  it('count nothing for a change that read its ticket before the unit’s work went to another', async () => {
    const { id } = await create();
    const { version } = await current(id);
    const [, tickets] = deskUnitRows({
      owners: desk.owners,
      ids: desk.core.ids,
      tellOthers: () => undefined,
    });
    const handOver = () =>
      desk.core.besides(() =>
        unit(async (tx) => {
          await tickets?.handOver(tx, ROOT_UNIT_ID, SOUTH, 500);
          tx.record({ action: 'unit.hand-over', outcome: 'ok', target: { type: 'unit', id: ROOT_UNIT_ID } });
        }),
      );
    const change = unit((tx) => {
      // The unit's work goes over between the read of the ticket and its conditional change.
      const overtaken: Tx = {
        context: tx.context,
        recordCount: tx.recordCount,
        all: (statement, params) => tx.all(statement, params),
        one: (statement, params) => tx.one(statement, params),
        run: async (statement, params) => {
          await handOver();
          return tx.run(statement, params);
        },
        runMany: (statement, params) => tx.runMany(statement, params),
        later: (statement, params) => tx.later(statement, params),
        record: (entry) => tx.record(entry),
        emit: (event) => tx.emit(event),
        beforeCommit: (work) => tx.beforeCommit(work),
        afterCommit: (effect) => tx.afterCommit(effect),
      };
      return desk.tickets.transition(overtaken, viewer, { id, version, to: 'solved' });
    });
    expect(await desk.codeOf(change)).to.equal('request.version_stale');
    expect((await current(id)).unitId).to.equal(SOUTH);
    await expectAgreement('overtaken');
  });

  it('survive two folds at once: one of them is rolled back or finds nothing', async () => {
    for (let i = 0; i < 5; i += 1) await create();
    const outcomes = await Promise.allSettled([
      foldFigures(desk.core.database),
      foldFigures(desk.core.database),
    ]);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).to.equal(true);
    await expectAgreement('after two folds');
  });
});
