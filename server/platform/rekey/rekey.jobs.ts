import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { DekRow, KeyProvider } from '../crypto/index.ts';
import type { AnyJobKind, JobContext, JobKind } from '../jobs/index.ts';
import { activateInstallationKey, announceInstallationKey } from './installation-key.ts';
import type { RekeyDeps } from './rekey.deps.ts';
import { REKEY_JOBS, REKEY_LIMITS } from './rekey.rules.ts';
import {
  findInstallationKey,
  listActiveBefore,
  listUnderOthers,
  rewrapKeys,
  succeedKeys,
} from './rekey.repo.ts';
import { rehashJob, rotateIndexJob } from './index.job.ts';
import { resealJob } from './reseal.job.ts';
import { retireJob } from './retire-key.ts';
import { settle } from './settle.ts';

/** The jobs: data keys under the newest master key, new data keys, values under the keys and suite in use. */
export function rekeyJobs(deps: RekeyDeps): AnyJobKind[] {
  const jobs: AnyJobKind[] = [rewrapJob(deps), renewJob(deps), resealJob(deps)];
  // Who does not know every table with hashes must not say that none is left.
  return deps.isPartial === true ? jobs : [...jobs, rotateIndexJob(deps), rehashJob(deps), retireJob(deps)];
}

type IdState = { lastId: number; done: number };

/** Wraps every data key by the newest master key; touches no row of data. */
function rewrapJob({ uow, provider }: RekeyDeps): JobKind<Record<string, never>, IdState> {
  return {
    kind: REKEY_JOBS.rewrap,
    title: { zh: '用新主密钥重新封装数据密钥', en: 'Wrap data keys by the new master key' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context) {
      let { lastId, done } = context.state ?? { lastId: 0, done: 0 };
      // Another process may have made the newest key.
      await provider.reload();
      const kekId = provider.kekId;
      for (;;) {
        const limit = REKEY_LIMITS.keysAtOnce;
        const rows = await uow.read((db) => listUnderOthers(db, { kekId, lastId, limit }));
        const last = rows.at(-1);
        if (last === undefined) break;
        const wrapped = await Promise.all(rows.map((row) => rewrap(provider, row, kekId)));
        await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          done += await rewrapKeys(tx, wrapped);
          tx.record({
            action: 'key.rotate',
            outcome: 'ok',
            target: { type: 'master-key', id: kekId },
            details: { keys: rows.length },
          });
        });
        lastId = last.id;
        await context.checkpoint({ lastId, done }, { done });
      }
      return { kekId, keys: done };
    },
  };
}

async function rewrap(provider: KeyProvider, row: DekRow, kekId: string) {
  const context = { dekId: row.id, scope: row.scope, ownerId: row.ownerId };
  const secret = await provider.unwrap(row.wrapped, context, row.kekId);
  try {
    return { id: row.id, oldKekId: row.kekId, kekId, wrapped: await provider.wrap(secret, context, kekId) };
  } finally {
    secret.fill(0);
  }
}

/** Gives every requester and the installation new keys where theirs are older than the job; those only open then. */
function renewJob(deps: RekeyDeps): JobKind<{ before: string }, IdState> {
  return {
    kind: REKEY_JOBS.renew,
    title: { zh: '更换客户的数据密钥', en: 'Give requesters new data keys' },
    ...{ maxAttempts: 5, timeoutMs: REKEY_LIMITS.timeoutMs },
    async run(context, params) {
      const { uow, crypto, announce } = deps;
      let { lastId, done } = context.state ?? { lastId: 0, done: 0 };
      // Never in the future: keys made by this job must not be due themselves.
      const before = new Date(Math.min(Date.parse(params.before), context.now().getTime()));
      for (;;) {
        const limit = REKEY_LIMITS.keysAtOnce;
        const rows = await uow.read((db) => listActiveBefore(db, { before, lastId, limit }));
        const last = rows.at(-1);
        if (last === undefined) break;
        const made = await Promise.all(
          rows.map(async ({ id, ownerId }) => ({ id, ...(await crypto.newDek('requester', ownerId)) })),
        );
        await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          done += await succeedKeys(tx, new Map(made.map(({ id, row }) => [id, row])));
          tx.record({
            action: 'key.rotate',
            outcome: 'ok',
            target: { type: 'data-keys', id: 'requester' },
            details: { keys: rows.length },
          });
          announce(
            tx,
            rows.map(({ id }) => id),
          );
        });
        lastId = last.id;
        await context.checkpoint({ lastId, done }, { done });
      }
      done += await renewInstallation(deps, context, { before, state: { lastId, done } });
      return { keys: done };
    },
  };
}

/** The key of what belongs to nobody in particular: every process holds the new one before the first seals with it. */
async function renewInstallation(
  deps: RekeyDeps,
  context: JobContext<IdState>,
  { before, state }: { before: Date; state: IdState },
): Promise<number> {
  const old = await deps.uow.read((db) => findInstallationKey(db, 'active'));
  if (old === undefined || old.createdAt >= before) return 0;
  const next = await announceInstallationKey(deps);
  const tick = () => context.checkpoint(state, { done: state.done });
  await settle(deps.settleMs, context, { since: context.now().toISOString(), tick });
  return activateInstallationKey(deps, next);
}
