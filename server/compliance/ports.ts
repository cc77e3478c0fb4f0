import type { AuditStorage, ProofSource, SealerStatus } from '../../audit/index.ts';
import type { Clock } from '../kernel/index.ts';
import type { AnchorState } from './anchors/anchoring.ts';

/** Port: display names of accounts by id; ids it does not know are absent. At most 500 ids. */
export type AccountNames = (accountIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;

/** Whether the clock follows a time server, by what, and when the two were last compared. */
export interface TimeReading {
  source: 'timesyncd' | 'chrony' | 'none';
  state: 'synchronised' | 'unsynchronised' | 'unknown';
  syncedAt: Date | null;
}

/** What the officer's side needs from outside. It knows the trail and the names of accounts, nothing of business. */
export interface ComplianceDeps {
  /** The trail in the database. */
  trail: ProofSource & Pick<AuditStorage, 'lastSeal'>;
  sealer: { status(): SealerStatus };
  /** Epoch of this process in the trail. */
  epoch: number;
  /** How the anchors outside are doing. */
  outsideAnchors(): readonly AnchorState[];
  /** Folder of time-stamped heads. */
  stampFolder: string;
  /** Folder that every head is appended to. */
  anchorFolder: string;
  /** Text of the public key file, `keys/audit.keys`. */
  auditKeys: string;
  clock: Clock;
  /** What the machine says of its clock. */
  timeReading(): TimeReading;
  accountNames: AccountNames;
}
