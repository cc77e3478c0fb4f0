import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { DekRow } from '../crypto/index.ts';
import type { WithDb } from '../jobs/index.ts';
import type { RekeyDeps } from './rekey.deps.ts';
import { activateInstallationKey, announceInstallationKey } from './installation-key.ts';
import { addWrites, findInstallationKey, succeedKeys } from './rekey.repo.ts';
import { REKEY_LIMITS } from './rekey.rules.ts';

/** What the count of sealed values needs. */
export interface WornKeysDeps extends Pick<RekeyDeps, 'uow' | 'crypto' | 'announce' | 'installationId'> {
  withDb: WithDb;
  /** Values a key seals at most; `REKEY_LIMITS.writesMax` unless a test says otherwise. */
  writesMax?: number;
  onFault(error: unknown): void;
}

/** Tells the table how much this process sealed under each key, and replaces keys that have sealed enough. */
export interface WornKeys {
  start(): void;
  /** Tells what is counted; gives the ids of the keys that were replaced. */
  flush(): Promise<number[]>;
  stop(): Promise<void>;
}

/** Builds it. What a killed process had not told yet, ten minutes of work, is lost to the count and far below the margin. */
export function createWornKeys(deps: WornKeysDeps): WornKeys {
  const { withDb, crypto, writesMax = REKEY_LIMITS.writesMax } = deps;
  let timer: NodeJS.Timeout | undefined;
  async function flush(): Promise<number[]> {
    const counts = [...crypto.takeWrites()];
    const replaced: number[] = [];
    for (let start = 0; start < counts.length; start += REKEY_LIMITS.keysAtOnce) {
      const some = new Map(counts.slice(start, start + REKEY_LIMITS.keysAtOnce));
      const worn = await withDb((db) => addWrites(db, some, writesMax));
      if (worn.length > 0) await replace(deps, worn);
      replaced.push(...worn.map(({ id }) => id));
    }
    return replaced;
  }
  return {
    flush,
    start() {
      timer = setInterval(() => void flush().catch(deps.onFault), REKEY_LIMITS.countEveryMs);
      timer.unref();
    },
    async stop() {
      clearInterval(timer);
      await flush().catch(deps.onFault);
    },
  };
}

/** The installation's next key is told first and used at the next count, when every process holds it. */
async function replace(deps: WornKeysDeps, worn: readonly DekRow[]): Promise<void> {
  const own = worn.find(({ scope }) => scope === 'installation');
  if (own !== undefined) await replaceInstallation(deps);
  const { uow, crypto, announce } = deps;
  const made = new Map<number, DekRow>();
  for (const { id, scope, ownerId } of worn) {
    if (scope === 'requester') made.set(id, (await crypto.newDek(scope, ownerId)).row);
  }
  if (made.size === 0) return;
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const keys = await succeedKeys(tx, made);
    const target = { type: 'data-keys', id: 'worn' };
    tx.record({ action: 'key.rotate', outcome: 'ok', target, details: { keys } });
    announce(tx, [...made.keys()]);
  });
}

async function replaceInstallation(deps: WornKeysDeps): Promise<void> {
  const known = await deps.uow.read((db) => findInstallationKey(db, 'pre_active'));
  if (known === undefined) await announceInstallationKey(deps);
  else await activateInstallationKey(deps, known);
}
