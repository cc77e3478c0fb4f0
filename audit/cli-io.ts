import type { AnchorRecord } from './anchors.ts';
import type { EventRow } from './storage.ts';
import type { ProofSource } from './proof.ts';
import type { SealerStatus } from './sealer.ts';

/** What the command line needs of the installation it runs in. Each part is opened only when a verb needs it. */
export interface AuditCliPorts {
  /** The trail of `--db URL`, or of `$VAULTDESK_HOME` without it. Throws when the database cannot be reached. */
  openSource(url: string | undefined): Promise<{ source: ProofSource; close(): Promise<void> }>;
  /** `$VAULTDESK_HOME/anchors`. */
  defaultAnchors: string;
  /** Folder of time-stamped heads; none are looked at without it. */
  defaultStamps?: string;
  /** The public key file of the installation. */
  defaultKeys: string;
  write(text: string): void;
  writeError(text: string): void;
  /** Seals and anchors what is new, if a sealer runs here; gives its state. */
  anchorNow?: () => Promise<SealerStatus>;
  /** Records that the trail was verified, exported, or proved; a failure of it ends the verb with code 4. */
  record?: (entry: {
    action: 'audit.verify' | 'audit.export' | 'audit.prove';
    target?: string;
    details?: Record<string, string | number>;
  }) => Promise<void>;
}

/** Chooses entries of a filtered export. */
export interface ExportFilter {
  text: string;
  keeps: (row: EventRow) => boolean;
}

/** A stream of anchor records. */
export type AnchorStream = AsyncIterable<AnchorRecord>;
