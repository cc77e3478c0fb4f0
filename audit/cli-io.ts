import type { AnchorRecord } from './anchors.ts';
import type { EventRow } from './storage.ts';
import type { ProofSource } from './proof.ts';
import type { AdoptedFork } from './adopted-fork.ts';
import type { LaneRange } from './place.ts';
import type { SealerStatus } from './sealer.ts';

/** What the command line needs of the installation it runs in. Each part is opened only when a verb needs it. */
export interface AuditCliPorts {
  /** The trail of `--db URL`, or of `$VAULTDESK_HOME` without it. Throws when the database cannot be reached. */
  openSource(url: string | undefined): Promise<{ source: ProofSource; close(): Promise<void> }>;
  /** `$VAULTDESK_HOME/anchors`. */
  defaultAnchors: string;
  /** Folder of time-stamped heads; none are looked at without it. */
  defaultStamps?: string;
  /** Keys of the witnesses that sign heads of this installation, one a line; absent when there are none. */
  defaultWitnesses?: string;
  /** The public key file of the installation. */
  defaultKeys: string;
  write(text: string): void;
  writeError(text: string): void;
  /** Seals and anchors what is new, if a sealer runs here; gives its state. */
  anchorNow?: () => Promise<SealerStatus>;
  /** Asks for a purge up to an instant; two officers decide. Gives the id of the approval. */
  askPurge?: (wish: { before: Date; reason: string }) => Promise<{ approvalId: string }>;
  /** Holds in force, and questions that an officer takes over; each gives the id of the approval. */
  holds?: {
    list(): Promise<HoldText[]>;
    place(wish: { scope: HoldScopeText; authority: string; reason: string; endsAt: Date }): Promise<string>;
    release(holdId: string, reason: string): Promise<string>;
  };
  /** What waits for somebody's signature, the newest first, at most 500. */
  reviewWaiting?: () => Promise<WaitingAlert[]>;
  /** Makes the next seal key, in force behind the newest seal. Throws a usage error while a server runs. */
  rotateKey?: () => Promise<{ fromSeal: number; verifierKey: string; fingerprint: string }>;
  /** Explains a fork of the installation's own trail, so that sealing goes on; records it. */
  adopt?: (fork: AdoptedFork | LaneRange, reason: string) => Promise<void>;
  /** Entries of an ended run that stand behind its end, when `adopt` has not explained them. */
  findOverrun?: () => Promise<LaneRange | undefined>;
  /** Records that the trail was verified, exported, or proved; a failure of it ends the verb with code 4. */
  record?: (entry: {
    action: 'audit.verify' | 'audit.export' | 'audit.prove';
    target?: string;
    details?: Record<string, string | number>;
  }) => Promise<void>;
}

/** What a hold is to cover. */
export interface HoldScopeText {
  requesterId: string | null;
  accountId: string | null;
  ticketId: string | null;
  fromAt: Date | null;
  toAt: Date | null;
}

/** A hold in force, without its reason. */
export interface HoldText {
  id: string;
  placedAt: string;
  /** When it is to be looked at; it holds on after that. */
  endsAt: string | null;
  /** Whether a second person agreed. */
  isConfirmed: boolean;
  /** What it waits for: `ended` when its planned end has come. */
  due: 'ended' | 'unconfirmed' | null;
  scope: Record<string, string>;
}

/** Something a rule found in the trail, that nobody has signed for yet. */
export interface WaitingAlert {
  id: string;
  rule: string;
  /** The day it is about, as 2026-01-31. */
  day: string;
  actor: string;
  entries: number;
}

/** Chooses entries of a filtered export. */
export interface ExportFilter {
  text: string;
  keeps: (row: EventRow) => boolean;
}

/** A stream of anchor records. */
export type AnchorStream = AsyncIterable<AnchorRecord>;
