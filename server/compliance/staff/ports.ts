import type { Db } from '../../platform/persistence/index.ts';
import type { StaffKind } from './staff.rules.ts';

/** Port: what the officer's side may know of customers here: whose number has this hash, and nothing else. */
export interface StaffMatching {
  /** Version of the key that hashes are made with; hashes of others find nobody any more. */
  readonly indexVersion: number;
  /** The hash of a number as customers' are made; undefined when this can be no such number. */
  tokenOf(kind: StaffKind, value: string): Buffer | undefined;
  /** Customers whose number has one of these hashes, at most 500 hashes; the first `limit` of them. */
  requestersOf(
    db: Db,
    kind: StaffKind,
    tokens: readonly Buffer[],
    limit: number,
  ): Promise<{ token: Buffer; requesterId: string }[]>;
}

/** Port: ids of accounts by their user names as they are typed, at most 500; who is unknown is absent. */
export type AccountsByUsername = (db: Db, usernames: readonly string[]) => Promise<Map<string, string>>;
