import type { Foundation } from './foundation.ts';
import type { AnyJobKind } from './platform/jobs/index.ts';
import { rekeyJobs } from './platform/rekey/index.ts';

/** Tells of data keys that only open from now on. */
export const RENEWED_TOPIC = 'crypto.renewed';
/** Pieces of files are a mebibyte each. */
const LARGE_TABLES: ReadonlySet<string> = new Set(['stored_file_chunk']);

/** The jobs that change keys; the server runs them, and the command line when no server does. */
export function rekeyJobsOf({ uow, crypto, keys, config, bus }: Foundation): AnyJobKind[] {
  return rekeyJobs({
    ...{ uow, crypto, provider: keys, suite: config.crypto.suite },
    isLarge: (table) => LARGE_TABLES.has(table),
    announce: (tx, ids) => bus.publish(tx, RENEWED_TOPIC, ids.map(String)),
  });
}

/** This process reads the state of renewed keys anew, and seals new messages under the keys in use. */
export function followRenewals(
  { bus, crypto }: Foundation,
  owners: { forgetKeys(dekIds: ReadonlySet<number>): Promise<void> },
): void {
  bus.subscribe(RENEWED_TOPIC, (told) => {
    const ids = told.map(Number);
    crypto.refresh(ids);
    void owners.forgetKeys(new Set(ids));
  });
}
