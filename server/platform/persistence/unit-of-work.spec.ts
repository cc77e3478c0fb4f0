import { expect } from 'chai';
import { AppError, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { auditEventEntity, DatabaseConflict, insert, portable, select, takeNumbers } from './index.ts';

const EVENTS = select(auditEventEntity, {
  name: 'spec.audit_events',
  where: ['lane'],
  orderBy: [['n', 'asc']],
});
const OUTBOX = portable<Record<never, never>, { type: string; eventKey: string }>(
  'spec.outbox',
  'SELECT type, event_key FROM outbox_event ORDER BY position',
  { params: {}, result: { type: 'text', eventKey: 'text' } },
);
const LEASE_ROW = portable<{ name: string; holder: string; untilAt: Date }>(
  'spec.lease',
  'INSERT INTO lease (name, holder, until_at, fence) VALUES (:name, :holder, :untilAt, 1)',
  { params: { name: 'text', holder: 'text', untilAt: 'instant' } },
);
const LEASES = portable<{ name: string }, { holder: string; untilAt: Date }>(
  'spec.leases',
  'SELECT holder, until_at FROM lease WHERE name = :name',
  { params: { name: 'text' }, result: { holder: 'text', untilAt: 'instant' } },
);

const BY_SYSTEM = { actor: SYSTEM_ACTOR };
const ENTRY = { action: 'server.start', outcome: 'ok' } as const;

describe('unit of work', () => {
  let core: Core;
  before(async () => {
    core = await buildCore();
  });
  after(() => core.close());

  const lease = (name: string) => ({ name, holder: 'h', untilAt: new Date('2026-03-01T00:00:00.123Z') });

  it('commits rows, audit entries, and events together', async () => {
    await core.uow.run(BY_SYSTEM, async (tx) => {
      await tx.run(LEASE_ROW, lease('together'));
      tx.record(ENTRY);
      tx.emit({ type: 'thing.happened', key: 'k', payload: {} });
    });
    const [row] = await core.uow.read((db) => db.all(LEASES, { name: 'together' }));
    expect(row?.untilAt.toISOString()).to.equal('2026-03-01T00:00:00.123Z');
    const events = await core.uow.read((db) => db.all(OUTBOX, {}));
    expect(events).to.deep.include({ type: 'thing.happened', eventKey: 'k' });
  });

  it('refuses a write without an audit entry, and leaves nothing behind', async () => {
    const error = await core.uow
      .run(BY_SYSTEM, (tx) => tx.run(LEASE_ROW, lease('silent')))
      .catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AppError).with.property('code', 'audit.not_recorded');
    expect(await core.uow.read((db) => db.all(LEASES, { name: 'silent' }))).to.deep.equal([]);
  });

  it('refuses an entry that cannot stand in the trail with its act, and that is an entry', async () => {
    const cases = [
      [{ action: 'no.such', outcome: 'ok' }, 'action_unknown', 'action'],
      [{ ...ENTRY, reason: '\ud800' }, 'text_malformed', 'body'],
      [{ ...ENTRY, reason: 'x'.repeat(17_000) }, 'too_large', 'body'],
      [{ ...ENTRY, outcome: undefined }, 'outcome_missing', 'outcome'],
    ] as const;
    for (const [index, [draft, reason, field]] of cases.entries()) {
      const error = await core.uow
        .run(BY_SYSTEM, async (tx) => {
          await tx.run(LEASE_ROW, lease(`bad-${index}`));
          tx.record(draft as never);
        })
        .catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(AppError).with.property('code', 'audit.entry_invalid');
      expect(await core.uow.read((db) => db.all(LEASES, { name: `bad-${index}` }))).to.deep.equal([]);
      const rows = await core.uow.read((db) => db.all(EVENTS, { lane: 0 }));
      const last = JSON.parse(rows.findLast(({ action }) => action === 'audit.reject')!.body) as object;
      expect(last).to.deep.include({ outcome: 'refused', reason, details: { field } });
    }
  });

  it('writes what may wait before the next statement, or with the commit', async () => {
    await core.uow.run(BY_SYSTEM, async (tx) => {
      tx.later(LEASE_ROW, lease('waits-1'));
      tx.later(LEASE_ROW, lease('waits-2'));
      expect(await tx.all(LEASES, { name: 'waits-2' })).to.have.length(1);
      tx.later(LEASE_ROW, lease('waits-3'));
      tx.record(ENTRY);
    });
    for (const name of ['waits-1', 'waits-2', 'waits-3']) {
      expect(await core.uow.read((db) => db.all(LEASES, { name })), name).to.have.length(1);
    }
  });

  it('gives each of those who ask at once their own answer, in the order asked', async () => {
    await core.uow.run(BY_SYSTEM, async (tx) => {
      tx.later(LEASE_ROW, lease('at-once-1'));
      const [first, count, second, none] = await Promise.all([
        tx.all(LEASES, { name: 'at-once-1' }),
        tx.run(LEASE_ROW, lease('at-once-2')),
        tx.one(LEASES, { name: 'at-once-2' }),
        tx.all(LEASES, { name: 'at-once-3' }),
      ]);
      expect([first.length, count, second?.holder, none.length]).to.deep.equal([1, 1, 'h', 0]);
      tx.record(ENTRY);
    });
  });

  it('says so when a unit goes on after a fault that undid it, and keeps nothing', async () => {
    const error = await core.uow
      .run(BY_SYSTEM, async (tx) => {
        await tx.run(LEASE_ROW, lease('swallowed'));
        await tx.run(LEASE_ROW, lease('swallowed')).catch(() => undefined);
        tx.record(ENTRY);
      })
      .catch((thrown: unknown) => thrown);
    if (core.database.dialect.name === 'postgres') {
      expect(error).to.be.instanceOf(Error);
      expect(await core.uow.read((db) => db.all(LEASES, { name: 'swallowed' }))).to.deep.equal([]);
    } else {
      // Oracle undoes the failed statement alone.
      expect(error).to.equal(undefined);
    }
  });

  it('rolls all back when something that waited is refused, and uses the connection again', async () => {
    const spoil = (names: readonly string[]) =>
      core.uow
        .run(BY_SYSTEM, async (tx) => {
          for (const name of names) tx.later(LEASE_ROW, lease(name));
          tx.record(ENTRY);
          tx.emit({ type: 'thing.happened', key: 'spoilt', payload: {} });
        })
        .catch((thrown: unknown) => thrown);
    const lists = [
      ['twice', 'twice', 'after'],
      ['first', 'fine', 'fine'],
    ];
    for (const names of [...lists, ...lists, ...lists]) {
      expect(await spoil(names)).to.be.instanceOf(DatabaseConflict);
    }
    for (const name of lists.flat()) {
      expect(await core.uow.read((db) => db.all(LEASES, { name })), name).to.deep.equal([]);
    }
    expect(await spoil(['after-all'])).to.equal(undefined);
    const events = await core.uow.read((db) => db.all(OUTBOX, {}));
    expect(events.filter(({ eventKey }) => eventKey === 'spoilt')).to.have.length(1);
  });

  it('rolls everything back when the work throws', async () => {
    const error = await core.uow
      .run(BY_SYSTEM, async (tx) => {
        await tx.run(LEASE_ROW, lease('undone'));
        tx.record(ENTRY);
        throw new AppError('request.version_stale');
      })
      .catch((thrown: unknown) => thrown);
    expect(error).to.have.property('code', 'request.version_stale');
    expect(await core.uow.read((db) => db.all(LEASES, { name: 'undone' }))).to.deep.equal([]);
  });

  it('gives contiguous numbers to units that run at once, and names the numbers of a unit that failed', async () => {
    const unit = (index: number) =>
      core.uow
        .run(BY_SYSTEM, async (tx) => {
          // Two units want the same key: one of them fails after its audit number was drawn or before.
          await tx.run(LEASE_ROW, lease(`many-${index % 15}`));
          tx.record(ENTRY);
        })
        .catch(() => undefined);
    await Promise.all(Array.from({ length: 30 }, (_, index) => unit(index)));
    await core.uow.run(BY_SYSTEM, async (tx) => tx.record(ENTRY));
    const rows = await core.uow.read((db) => db.all(EVENTS, { lane: 0 }));
    const numbers = rows.map(({ n }) => n);
    const voided = rows
      .filter(({ action }) => action === 'audit.void')
      .flatMap(({ body }) => (JSON.parse(body) as { details: { count: number } }).details.count);
    const last = numbers.at(-1) as number;
    expect(numbers.length + voided.reduce((sum, count) => sum + count, 0)).to.equal(last);
  });

  it('takes a connection only with the first statement', async () => {
    const waiting = Array.from({ length: 50 }, () =>
      core.uow.run(BY_SYSTEM, () => new Promise<void>((resolve) => setImmediate(resolve))),
    );
    await Promise.all(waiting);
    expect(waiting).to.have.length(50);
  });

  it('lets more units than there are connections read beside themselves', async () => {
    const unit = () =>
      core.uow.run(BY_SYSTEM, async (tx) => {
        await tx.all(LEASES, { name: 'inside' });
        return core.uow.read((db) => db.all(LEASES, { name: 'beside' }));
      });
    const results = await Promise.all(Array.from({ length: 40 }, unit));
    expect(results).to.have.length(40);
  });

  it('calls effects after the commit, never after a rollback', async () => {
    const seen: string[] = [];
    await core.uow.run(BY_SYSTEM, async (tx) => {
      tx.record(ENTRY);
      tx.afterCommit(() => seen.push('kept'));
    });
    await core.uow
      .run(BY_SYSTEM, async (tx) => {
        tx.afterCommit(() => seen.push('lost'));
        throw new Error('no');
      })
      .catch(() => undefined);
    expect(seen).to.deep.equal(['kept']);
  });

  it('never gives a number of a series twice', async () => {
    const firsts = await Promise.all(
      Array.from({ length: 20 }, () => takeNumbers(core.database, 'series', 10)),
    );
    expect(new Set(firsts).size).to.equal(20);
    expect(firsts.every((first) => (first - 1) % 10 === 0)).to.equal(true);
  });

  it('refuses two statements of one name', () => {
    expect(() => insert(auditEventEntity)).to.throw('declared twice');
  });
});
