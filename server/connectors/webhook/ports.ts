import type { Db, Statement, Tx } from '../../platform/persistence/index.ts';

/** What this connector is handed by the host; it reaches for nothing itself. */
export interface WebhookPorts {
  /** Rows of the queue are technical like those of the outbox: no unit of work, no audit entry. */
  withDb: <T>(work: (db: QueueDb) => Promise<T>) => Promise<T>;
  call: CallOut;
  places: Places;
  secrets: Secrets;
  log: { warn(message: string, fields: Record<string, unknown>): void };
  /** From 0 to 1; spreads retries. */
  random(): number;
  /** Somebody should look: the webhook was stopped. Sent with the unit of work. */
  notifyStopped(tx: Tx, stopped: { webhookId: string; name: string; reason: string }): Promise<void>;
}

/** A connection that may write the queue. */
export interface QueueDb extends Db {
  run<P>(statement: Statement<P, never>, params: P): Promise<number>;
}

/** One POST to a receiver, through the way out of the server. */
export type CallOut = (call: {
  webhookId: string;
  protocol: 'https' | 'http';
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMs: number;
  maxResponseBytes: number;
  signal?: AbortSignal;
}) => Promise<{ status: number; headers: Record<string, string | string[] | undefined> }>;

/** The rules that open places to call. */
export interface Places {
  /** Asks the second person to open the place. */
  ask(tx: Tx, place: Place & { webhookId: string; reason: string }): Promise<void>;
  /** Closes what was opened or asked for. */
  close(tx: Tx, webhookId: string): Promise<void>;
  /** Whether a call may go there now. */
  isOpen(webhookId: string, place: Place): Promise<boolean>;
}

/** Where a webhook calls. */
export interface Place {
  protocol: 'https' | 'http';
  host: string;
  port: number;
}

/** Values sealed for a row of `webhook`, and what signs. */
export interface Secrets {
  /** 32 random bytes in base64url. */
  make(): string;
  seal(webhookId: string, column: SealedColumn, text: string): Buffer;
  open(webhookId: string, column: SealedColumn, envelope: Buffer): Promise<string>;
  /** HMAC-SHA256, hexadecimal. */
  sign(secret: string, text: string): string;
}

/** Columns of `webhook` that hold sealed values. */
export type SealedColumn = 'url_enc' | 'secret_enc' | 'old_secret_enc';
