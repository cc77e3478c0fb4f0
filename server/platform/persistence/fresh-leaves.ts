import type { AuditStorage, LeafRow } from '../../../audit/index.ts';
import type { AuditEventRow } from './audit.entity.ts';

/** Most leaves of one lane that are kept; a sealer that is further behind reads them from the database. */
export const FRESH_LEAVES_MAX = 20_000;

/** A run of a node: its lanes are written by this process alone. */
interface Run {
  node: string;
  epoch: number;
}

/**
 * Leaves of what the batch lanes of this process have just committed, without a gap in each lane: the sealer, which comes by
 * several times a second, need not read from the database what was written there a moment ago.
 */
export class FreshLeaves {
  readonly #run: Run;
  readonly #lanes = new Map<number, LeafRow[]>();

  constructor(run: Run) {
    this.#run = run;
  }

  /** Entries of one lane that were committed, in their order. */
  add(entries: readonly AuditEventRow[]): void {
    const first = entries[0];
    if (first === undefined) return;
    let leaves = this.#lanes.get(first.lane) ?? [];
    // After a gap (an outcome that was learnt late) nothing before it may stand there as if it were all.
    const isNext = leaves.at(-1)?.n === first.n - 1;
    if (!isNext || leaves.length + entries.length > FRESH_LEAVES_MAX) leaves = [];
    for (const { n, leaf, action } of entries) leaves.push({ n, leaf, action });
    this.#lanes.set(first.lane, leaves);
  }

  /** Leaves behind a number, which is sealed: what stands up to it is let go of. Empty when the next one is not here. */
  after(key: Run & { lane: number }, afterN: number, limit: number): LeafRow[] {
    const leaves = this.#lanes.get(key.lane);
    const first = leaves?.[0];
    if (leaves === undefined || first === undefined) return [];
    if (key.node !== this.#run.node || key.epoch !== this.#run.epoch) return [];
    const sealed = afterN + 1 - first.n;
    if (sealed < 0) return [];
    leaves.splice(0, sealed);
    return leaves.slice(0, limit);
  }
}

/** A storage that gives leaves from memory where it can. */
export function withFreshLeaves<S extends AuditStorage>(storage: S, leaves: FreshLeaves): S {
  return {
    ...storage,
    async readLeaves(key, afterN, limit) {
      const fresh = leaves.after(key, afterN, limit);
      // None may also mean that an outcome is not known yet: the database knows.
      return fresh.length > 0 ? fresh : storage.readLeaves(key, afterN, limit);
    },
  };
}
