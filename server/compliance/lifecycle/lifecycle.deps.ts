import type { Approvals } from '../../identity/index.ts';
import type { Clock, Ids } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { JobQueue } from '../../platform/jobs/index.ts';
import type { RecordStore, UnitOfWork } from '../../platform/persistence/index.ts';
import type { KeepDays } from '../purge/purge.rules.ts';
import type { AccountNames } from '../ports.ts';
import type { LifecycleNotices } from './sweep.service.ts';

/** What the life cycle of records needs from outside. */
export interface LifecycleDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  installationId: string;
  stores: readonly RecordStore[];
  /** Folder of all archives. */
  archiveRoot: string;
  approvals: Approvals;
  /** Periods of the trail by the configuration, for the calendar. */
  keepDays: KeepDays;
  accountNames: AccountNames;
  notices: LifecycleNotices;
  queue: JobQueue;
  /** Messages of conversations that wait to be written; sweeps rest while there are many. */
  queueDepth(): number;
  /** Records a chunk of a sweep looks at; PAGE_RECORDS unless set. */
  pageRecords?: number;
}
