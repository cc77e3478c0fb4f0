import type { Crypto, KeyProvider, Suite } from '../crypto/index.ts';
import type { IndexWalk } from './index-walk.ts';
import type { Tx, UnitOfWork } from '../persistence/index.ts';

/** What changing keys needs. */
export interface RekeyDeps {
  uow: UnitOfWork;
  crypto: Crypto;
  provider: KeyProvider;
  suite: Suite;
  installationId: string;
  /** Tables with keyed hashes, of every module. */
  indexes: readonly IndexWalk[];
  /** Set where not all of them are known: the jobs that need them are left to a process that knows them. */
  isPartial?: boolean;
  /** How long other processes have to hear of a new key; 0 where there are none. */
  settleMs: number;
  /** Pieces of files: large rows are walked few at a time. */
  isLarge?(table: string): boolean;
  /** Whether somebody waits for a commit of the hot path in this process: walks then step back for a moment. */
  isForegroundWaiting?: () => boolean;
  /** Tells every process, this one too, that keys changed; those read them anew. */
  announce(tx: Tx, ids: readonly number[]): void;
}
