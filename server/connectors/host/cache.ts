import type { ConnectorRecord } from '../connector.ts';
import { CONNECTOR_LIMITS } from './limits.ts';

/** An answer that may be given again: already mapped and masked. */
export interface CachedAnswer {
  records: readonly ConnectorRecord[];
  at: Date;
}

interface Entry extends CachedAnswer {
  connectorId: string;
}

/**
 * Answers in the memory of this process: nothing is at rest. The key holds operation, purpose, and input as a keyed
 * hash, so that no purpose gets another's answer. The oldest entries make room.
 */
export class AnswerCache {
  readonly #entries = new Map<string, Entry>();

  get(key: string): CachedAnswer | undefined {
    return this.#entries.get(key);
  }

  put(key: string, entry: Entry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > CONNECTOR_LIMITS.cacheEntriesMax && oldest !== undefined) {
      this.#entries.delete(oldest);
    }
  }

  /** Forgets all of a connector: its settings changed. */
  forget(connectorId: string): void {
    for (const [key, entry] of this.#entries)
      if (entry.connectorId === connectorId) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
