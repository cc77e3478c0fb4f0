import { expect } from 'chai';
import { ENDED_SESSIONS_KEPT_DAYS } from '../channels/web-widget/visitor.retention.ts';
import { createFakeClock, LIMITS, type FakeClock } from '../kernel/index.ts';
import { noticeRetentionKind } from '../platform/notify/index.ts';
import type { AnyJobKind, JobContext } from '../platform/jobs/index.ts';
import { createUpkeep } from '../upkeep.ts';
import { buildCore, type Core } from './support/core.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** More than one step of a removal takes. */
const MANY = 503;

describe('upkeep', () => {
  const clock: FakeClock = createFakeClock(new Date('2026-06-01T00:00:00.000Z'));
  let core: Core;
  let kinds: AnyJobKind[];
  before(async () => {
    core = await buildCore({ clock });
    const withDb = <T>(work: (db: never) => Promise<T>) => core.database.read((db) => work(db as never));
    kinds = [
      ...createUpkeep({ withDb: withDb as never, clock }),
      noticeRetentionKind({ withDb: withDb as never, clock }),
    ];
  });
  after(() => core.close());

  const ago = (ms: number) => new Date(clock.now().getTime() - ms);
  const idsOf = async (table: string) =>
    (await core.sql(`SELECT id FROM ${table} ORDER BY id`)).map(({ id }) => id as string);

  /** Runs a kind as the queue does; gives its result and the steps it kept. */
  async function run(kind: string) {
    const found = kinds.find((each) => each.kind === kind);
    if (found === undefined) throw new Error(`no kind ${kind}`);
    const steps: number[] = [];
    const context = {
      checkpoint: async (_state: unknown, progress?: { done: number }) =>
        void steps.push(progress?.done ?? 0),
      now: () => clock.now(),
    } as unknown as JobContext<never>;
    return { result: await found.run(context, {} as never), steps };
  }

  it('runs every kind by a schedule, with an end and few attempts', () => {
    for (const { kind, schedule, maxAttempts, timeoutMs, title } of kinds) {
      expect(schedule, kind).to.match(/^\S+ \S+ \S+ \S+ \S+$/);
      expect(maxAttempts, kind).to.be.within(1, 5);
      expect(timeoutMs, kind).to.be.within(60_000, HOUR_MS);
      expect([title.zh, title.en].join(), kind).to.have.length.greaterThan(5);
    }
  });

  it('forgets answers to repeated requests a day after them, to the millisecond', async () => {
    const keptMs = LIMITS.idempotencyKeptHours * HOUR_MS;
    for (const [key, ms] of [
      ['over', keptMs + 1],
      ['kept', keptMs],
      ['new', 0],
    ] as const) {
      await core.sql(
        `INSERT INTO idempotency_record (actor_id, key_hash, body_hash, state, created_at)
          VALUES ($1, $2, $2, 0, $3)`,
        [key, Buffer.alloc(32, 1), ago(ms)],
      );
    }
    expect((await run('http.idempotency')).result).to.deep.equal({ removed: 1 });
    const left = await core.sql('SELECT actor_id FROM idempotency_record ORDER BY actor_id');
    expect(left.map(({ actor_id: key }) => key)).to.deep.equal(['kept', 'new']);
  });

  it('forgets visitors’ sessions a month after their end, step by step', async () => {
    const session = async (expiresAt: Date) => {
      const id = core.ids.next();
      const hash = Buffer.from(id.replaceAll('-', '').repeat(2), 'hex');
      await core.sql(
        `INSERT INTO visitor_session (id, token_hash, resume_hash, requester_id, conversation_id, site_id,
            created_at, expires_at) VALUES ($1, $2, $2, $1, $1, 'demo', $3, $3)`,
        [id, hash, expiresAt],
      );
      return id;
    };
    const keptMs = ENDED_SESSIONS_KEPT_DAYS * DAY_MS;
    for (let count = 0; count < MANY; count += 1) await session(ago(keptMs + 1));
    const kept = [await session(ago(keptMs)), await session(clock.now())];
    const { result, steps } = await run('visitors.sessions');
    expect(result).to.deep.equal({ removed: MANY });
    expect(steps).to.deep.equal([500, MANY]);
    expect(await idsOf('visitor_session')).to.deep.equal(kept.sort());
    expect((await run('visitors.sessions')).result).to.deep.equal({ removed: 0 });
  });

  it('forgets read notices after three months, unread ones after a year', async () => {
    const notice = async (days: number, isRead: boolean) => {
      const id = core.ids.next();
      await core.sql(
        `INSERT INTO notice (id, post_id, last_post_id, account_id, kind, severity, params, occurrences, created_at,
            updated_at, is_read, is_undelivered) VALUES ($1, $1, $1, $1, 'spec', 'info', '{}', 1, $2, $2, $3, 0)`,
        [id, new Date(ago(days * DAY_MS).getTime() - 1), isRead ? 1 : 0],
      );
      return id;
    };
    await notice(90, true);
    await notice(365, false);
    const kept = [await notice(89, true), await notice(90, false), await notice(364, false)];
    expect((await run('notify.retention')).result).to.deep.equal({ removed: 2 });
    expect(await idsOf('notice')).to.deep.equal(kept.sort());
  });
});
