import type { Json, Tx, Db } from '../../platform/persistence/index.ts';
import type { MadeFiles } from '../../platform/files/index.ts';
import type { ExportReader } from '../../platform/documents/index.ts';

/** Port: accounts as they are at this moment. */
export interface ExportAccounts {
  /** The account with its rights, if it is active; undefined for one that is disabled or unknown. */
  readerOf(accountId: string): Promise<ExportReader | undefined>;
  /** The units a unit lies under, itself included. */
  ancestorsOf(unitId: string): Promise<readonly string[]>;
}

/** Port: where finished files lie. */
export type ExportFiles = MadeFiles<'export'>;

/** Port: background work. */
export interface ExportQueue {
  enqueue(tx: Tx, kind: string, params: Json, options?: { key?: string }): Promise<string>;
}

/** Port: the second person. */
export interface ExportApprovals {
  register(kind: {
    kind: string;
    title: { zh: string; en: string };
    permission: 'export:approve';
    describe(db: Db, params: Json): Promise<{ label: string; from?: string; to?: string }[]>;
    apply(tx: Tx, params: Json): Promise<void>;
    drop(tx: Tx, params: Json): Promise<void>;
  }): void;
  ask(tx: Tx, kind: string, params: Json, why: { reason: string; key: string }): Promise<{ id: string }>;
  /** Ends the open one of a key because its cause is gone. */
  withdraw(tx: Tx, kind: string, key: string): Promise<void>;
}

/** Port: tells the account how its export ended; durable with the unit of work. */
export type TellExportEnd = (
  tx: Tx,
  end: {
    accountId: string;
    exportId: string;
    outcome: 'ready' | 'failed' | 'refused';
    /** Of a file that is ready. */
    keptHours?: number;
  },
) => Promise<void>;
