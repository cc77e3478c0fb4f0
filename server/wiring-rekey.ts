import type { Foundation } from './foundation.ts';
import type { AnyJobKind } from './platform/jobs/index.ts';
import {
  bucketSizes,
  createWornKeys,
  REKEY_LIMITS,
  rekeyJobs,
  type IndexWalk,
  type WornKeys,
} from './platform/rekey/index.ts';
import { withDb } from './wiring.ts';

/** Tells of keys that changed. */
export const RENEWED_TOPIC = 'crypto.renewed';
/** Pieces of files are a mebibyte each. */
const LARGE_TABLES: ReadonlySet<string> = new Set(['stored_file_chunk']);

/** What of a whole server the jobs over keys use: the walks over its hashes, and who waits for a commit in it. */
interface Serving {
  indexWalks: readonly IndexWalk[];
  writer: { readonly isWorking: boolean };
}

/** The jobs that change keys; a server runs them all, the command line those that need no more than the foundation. */
export function rekeyJobsOf(foundation: Foundation, serving?: Serving): AnyJobKind[] {
  const { uow, crypto, keys: provider, config, bus, installationId } = foundation;
  return rekeyJobs({
    ...{ uow, crypto, provider, installationId, suite: config.crypto.suite },
    ...{ indexes: serving?.indexWalks ?? [], isPartial: serving === undefined },
    isForegroundWaiting: () => serving?.writer.isWorking === true,
    announce: (tx, ids) => bus.publish(tx, RENEWED_TOPIC, ids.map(String)),
    settleMs: REKEY_LIMITS.settleMs,
    isLarge: (table) => LARGE_TABLES.has(table),
  });
}

/**
 * This process reads the state of renewed keys anew, seals new messages under the keys in use, tells how much it sealed
 * under each, and says at its start how wide the search indexes are.
 */
export function followRenewals(
  foundation: Foundation,
  owners: { forgetKeys(dekIds: ReadonlySet<number>): Promise<void> },
): WornKeys {
  const { bus, crypto, uow, database, log, installationId } = foundation;
  const onFault = (error: unknown) => log.error('keys were not read anew', {}, error);
  const reload = () => void crypto.reload().catch(onFault);
  bus.subscribe(RENEWED_TOPIC, (told) => {
    const ids = told.map(Number);
    crypto.refresh(ids);
    void owners.forgetKeys(new Set(ids)).catch(onFault);
    reload();
  });
  bus.onGap(reload);
  const wornKeys = createWornKeys({
    ...{ uow, crypto, installationId, withDb: withDb(database), onFault },
    announce: (tx, ids) => bus.publish(tx, RENEWED_TOPIC, ids.map(String)),
  });
  return {
    ...wornKeys,
    start() {
      wornKeys.start();
      void reportBuckets(foundation).catch(onFault);
    },
  };
}

/** Says at the start how many rows a hash of each search index leads to. */
async function reportBuckets({ uow, log }: Foundation): Promise<void> {
  for (const { index, bits, rowsPerHash } of await uow.read(bucketSizes)) {
    log.info('search index', { index, bits, rowsPerHash });
  }
}
