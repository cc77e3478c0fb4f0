import { AppError } from '../../kernel/index.ts';

/** What a wrapped data key is bound to: it cannot be moved to another row of the key table. */
export interface WrapContext {
  dekId: number;
  scope: string;
  ownerId: string;
}

/** Whether the provider can wrap and unwrap now; `reason` is for operators. */
export type KeyHealth = { ok: true } | { ok: false; reason: string };

/** Holds the key-encrypting key; a file today, a hardware module or a key server behind the same port. */
export interface KeyProvider {
  /** Names the key-encrypting key that wraps; stored with each wrapped key. Not secret. */
  readonly kekId: string;
  /** Wraps a data key. Throws `crypto.key_missing` while the provider cannot be reached. */
  wrap(secret: Buffer, context: WrapContext, kekId?: string): Promise<Buffer>;
  /**
   * Throws `crypto.auth_failed` for a damaged or moved key and one wrapped by a key that is gone, `crypto.key_missing`
   * while unreachable.
   */
  unwrap(wrapped: Buffer, context: WrapContext, kekId?: string): Promise<Buffer>;
  /** Makes another key-encrypting key, the one that wraps from now on; older ones still unwrap. Gives its id. */
  newKek(): Promise<string>;
  /** Every key-encrypting key that unwraps, the one in use last. */
  list(): Promise<readonly string[]>;
  /** Destroys an older one. The caller has made sure that no data key needs it. */
  retire(kekId: string): Promise<void>;
  /** Looks for what another process has made. */
  reload(): Promise<void>;
  health(): Promise<KeyHealth>;
  /** Overwrites what is held in memory. */
  close(): void;
}

/** Why the server refuses to start with the keys it found. */
export type KeyFaultReason =
  | 'key_unreadable'
  | 'key_readable_by_others'
  | 'key_length'
  | 'key_format'
  | 'key_checksum'
  | 'key_lost'
  | 'wrong_key'
  | 'passphrase_needed'
  | 'passphrase_wrong'
  | 'folder_readable_by_others'
  | 'server_away'
  | 'server_refused'
  | 'token_unreadable'
  | 'pin_refused';

/**
 * A `crypto.key_missing` for the start of the server: `details.reason` is the code, `details.explanation` one English
 * sentence saying what is wrong and what to do. Neither holds key material.
 */
export function keyFault(reason: KeyFaultReason, explanation: string, cause?: unknown): AppError {
  return new AppError('crypto.key_missing', { details: { reason, explanation }, cause });
}
