import { AppError, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { versionOfIndexKey, type DekRow } from '../crypto/index.ts';
import type { JobContext, JobKind } from '../jobs/index.ts';
import { insertDeks } from '../persistence/index.ts';
import { createGovernor } from './governor.ts';
import type { IndexWalk } from './index-walk.ts';
import type { RekeyDeps } from './rekey.deps.ts';
import { activateOwnKey, listIndexKeys } from './rekey.repo.ts';
import { REKEY_JOBS, REKEY_LIMITS, restAfter } from './rekey.rules.ts';
import { settle } from './settle.ts';

/** How far a rotation is; each phase is safe to repeat after a kill. */
interface RotationState {
  [key: string]: string | number | null;
  phase: 'announced' | 'hashing' | 'settling' | 'again';
  keyId: number;
  /** When the phase began: others are given time to hear of it. */
  since: string;
  walk: string;
  after: string | null;
  done: number;
  unreadable: number;
  total: number;
}

/**
 * Gives the search indexes a new key while they are in use. The key is told to every process first, which then searches by
 * both; from then on hashes are written with it, and every row is hashed anew, a second time for what a process that heard
 * late has written. The old key stays and is searched by until it is retired.
 */
export function rotateIndexJob(deps: RekeyDeps): JobKind<Record<string, never>, RotationState> {
  return {
    kind: REKEY_JOBS.rotateIndex,
    title: { zh: '更换检索索引密钥并重建索引', en: 'Give the search indexes a new key' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context) {
      let state = context.state ?? (await announceKey(deps, context));
      if (state.phase === 'announced') {
        await wait(deps, context, state);
        await activate(deps, state.keyId);
        state = { ...state, phase: 'hashing', total: await countOthers(deps) };
      }
      if (state.phase === 'hashing') {
        state = await hashAll(deps, context, state);
        state = { ...state, phase: 'settling', since: context.now().toISOString() };
        await context.checkpoint(state, { done: state.done });
      }
      if (state.phase === 'settling') {
        await wait(deps, context, state);
        state = { ...state, phase: 'again', walk: '', after: null, unreadable: 0 };
      }
      state = await hashAll(deps, context, state);
      const { done: rows, unreadable } = state;
      return { version: deps.crypto.indexVersion, rows, unreadable, left: await countOthers(deps) };
    },
  };
}

/** Hashes anew what is of another version than the one in use: rows of before there were versions, and stragglers. */
export function rehashJob(deps: RekeyDeps): JobKind<Record<string, never>, RotationState> {
  return {
    kind: REKEY_JOBS.rehash,
    title: { zh: '补建检索索引', en: 'Complete the search indexes' },
    schedule: '23 3 * * *',
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context) {
      const begun = { since: context.now().toISOString(), walk: '', after: null, done: 0, unreadable: 0 };
      const total = context.state === undefined ? await countOthers(deps) : 0;
      const state = context.state ?? { phase: 'again' as const, keyId: 0, ...begun, total };
      const { done: rows, unreadable } = await hashAll(deps, context, state);
      return { rows, unreadable };
    },
  };
}

function wait({ settleMs }: RekeyDeps, context: JobContext<RotationState>, state: RotationState) {
  const tick = () => context.checkpoint(state, { done: state.done });
  return settle(settleMs, context, { since: state.since, tick });
}

async function announceKey(deps: RekeyDeps, context: JobContext<RotationState>): Promise<RotationState> {
  const { uow, crypto, announce, installationId } = deps;
  // A killed run may have made one already.
  const known = (await uow.read(listIndexKeys)).find(({ state }) => state === 'pre_active');
  const row = known ?? (await crypto.newDek('index', installationId)).row;
  if (known === undefined) {
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await insertDeks(tx, [{ ...row, state: 'pre_active' }]);
      const target = { type: 'index-key', id: String(row.id) };
      tx.record({ action: 'key.create', outcome: 'ok', target });
      announce(tx, [row.id]);
    });
  }
  await crypto.reload();
  const begun = { walk: '', after: null, done: 0, unreadable: 0, total: 0 };
  const state = { phase: 'announced' as const, keyId: row.id, since: context.now().toISOString(), ...begun };
  await context.checkpoint(state, { done: 0 });
  return state;
}

/** From here on hashes are written with the key; the one before is only searched by. */
async function activate({ uow, crypto, announce }: RekeyDeps, keyId: number): Promise<void> {
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const rows = await listIndexKeys(tx);
    const made = rows.find(({ id }) => id === keyId);
    if (made === undefined || made.state === 'destroyed') throw new AppError('crypto.key_missing');
    if (made.state === 'pre_active') await activateOwnKey(tx, 'index', keyId);
    tx.record({
      ...{ action: 'key.rotate', outcome: 'ok', target: { type: 'index-key', id: String(keyId) } },
      details: { version: versionOfIndexKey(rows, keyId) },
    });
    announce(
      tx,
      rows.filter(({ state }: DekRow) => state !== 'destroyed').map(({ id }) => id),
    );
  });
  await crypto.reload();
}

type Counted = Awaited<ReturnType<IndexWalk['countSpan']>>;

/** Rows of every table that are hashed by another version than the one in use, counted span by span. */
export async function countOthers({
  uow,
  crypto,
  indexes,
}: Pick<RekeyDeps, 'uow' | 'crypto' | 'indexes'>): Promise<number> {
  let count = 0;
  for (const walk of indexes) {
    let place: Counted = { rows: 0, after: null };
    do {
      const { after } = place;
      place = await uow.read((db): Promise<Counted> => walk.countSpan(db, crypto.indexVersion, after));
      count += place.rows;
    } while (place.after !== null);
  }
  return count;
}

async function hashAll(
  { indexes, isForegroundWaiting }: RekeyDeps,
  context: JobContext<RotationState>,
  begun: RotationState,
): Promise<RotationState> {
  let state = begun;
  const governor = createGovernor(isForegroundWaiting);
  const from = Math.max(
    0,
    indexes.findIndex(({ name }) => name === state.walk),
  );
  for (const walk of indexes.slice(from)) {
    if (state.walk !== walk.name) state = { ...state, walk: walk.name, after: null };
    for (;;) {
      await governor.turn();
      const startedMs = performance.now();
      const page = await walk.page(state.after, REKEY_LIMITS.hashedAtOnce);
      if (page.after === null) break;
      const [done, unreadable] = [state.done + page.rows, state.unreadable + page.unreadable];
      state = { ...state, done, unreadable, after: page.after };
      await context.checkpoint(state, { done, total: Math.max(state.total, done) });
      if (page.rows > 0) await restAfter(performance.now() - startedMs, context.signal);
    }
  }
  return state;
}
