import { AppError, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { parseEnvelope, versionOfIndexKey, type DekRow } from '../crypto/index.ts';
import type { JobContext, JobKind } from '../jobs/index.ts';
import { destroyDeks, sealedTables } from '../persistence/index.ts';
import { countOthers } from './index.job.ts';
import type { RekeyDeps } from './rekey.deps.ts';
import { countArchives, findKey, listIndexKeys } from './rekey.repo.ts';
import { REKEY_JOBS, REKEY_LIMITS } from './rekey.rules.ts';

/** What became of it: how many rows need the key, 0 when it is destroyed. */
type Retired = { isDestroyed: boolean; state: string; count: number };

/**
 * Destroys a data key or an index key that nothing needs any more, on every process. The key in use stays, and so does an
 * older one while a row is sealed or hashed with it; the answer says how many. Looks at every sealed value, so it takes
 * as long as reading them does.
 */
export function retireJob(deps: RekeyDeps): JobKind<{ id: number }> {
  return {
    kind: REKEY_JOBS.retire,
    title: { zh: '停用并销毁旧密钥', en: 'Destroy an old key' },
    ...{ maxAttempts: 1, timeoutMs: REKEY_LIMITS.timeoutMs },
    run: (context, { id }) => retireKey(deps, id, context),
  };
}

async function retireKey(deps: RekeyDeps, id: number, context: JobContext): Promise<Retired> {
  const { uow, crypto, announce } = deps;
  const key = await uow.read((db) => findKey(db, id));
  if (key === undefined || key.state === 'destroyed') throw new AppError('request.not_found');
  const count = key.scope === 'index' ? await countHashed(deps, key) : await countSealed(deps, key, context);
  if (count > 0 || key.state !== 'decrypt_only') return { isDestroyed: false, state: key.state, count };
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const target = { type: key.scope === 'index' ? 'index-key' : 'data-key', id: String(id) };
    await destroyDeks(tx, [id]);
    tx.record({ action: 'key.destroy', outcome: 'ok', target });
    announce(tx, [id]);
  });
  crypto.forget(id);
  await crypto.reload();
  return { isDestroyed: true, state: 'destroyed', count: 0 };
}

/** Rows of other versions than the one in use: any of them may be hashed with this key. */
async function countHashed(
  { uow, crypto, indexes }: Pick<RekeyDeps, 'uow' | 'crypto' | 'indexes'>,
  key: DekRow,
) {
  const rows = await uow.read(listIndexKeys);
  if (versionOfIndexKey(rows, key.id) === crypto.indexVersion) return 0;
  return countOthers({ uow, crypto, indexes });
}

async function countSealed(
  { uow, isLarge }: Pick<RekeyDeps, 'uow' | 'isLarge'>,
  { id }: DekRow,
  context: JobContext,
): Promise<number> {
  let count = await uow.read((db) => countArchives(db, id));
  let seen = 0;
  for (const table of sealedTables()) {
    const limit = isLarge?.(table.table) ? REKEY_LIMITS.fileRowsAtOnce : REKEY_LIMITS.keysAtOnce;
    let after: readonly unknown[] | undefined;
    for (;;) {
      const [statement, params] = table.pageOf(after, limit);
      const rows = (await uow.read((db) => db.all(statement, params))).map((row) => table.read(row));
      for (const { values } of rows)
        if (values.some(({ envelope }) => parseEnvelope(envelope)?.dekId === id)) count += 1;
      after = rows.at(-1)?.key;
      seen += rows.length;
      await context.checkpoint({ seen }, { done: seen });
      if (rows.length < limit) break;
    }
  }
  return count;
}
