import { parseAdoption, type AdoptedFork } from './adopted-fork.ts';
import type { ParsedEvent } from './verify-event.ts';

/** What entries say of the trail itself, as far as they were seen. */
export interface TrailSayings {
  /** Forks that entries explain. */
  readonly adoptions: readonly AdoptedFork[];
  /** Whether an `audit.purge` entry says that the trail begins behind this seal. */
  hasPurge(sealNo: number, head: Buffer): boolean;
  takeIn(event: Pick<ParsedEvent, 'action' | 'details'>): void;
}

/** Makes an empty collection. */
export function createSayings(): TrailSayings {
  const purges = new Set<string>();
  const adoptions: AdoptedFork[] = [];
  return {
    adoptions,
    hasPurge: (sealNo, head) => purges.has(`${sealNo} ${head.toString('hex')}`),
    takeIn({ action, details }) {
      if (action === 'audit.purge') {
        const { seal, head } = (details ?? {}) as { seal?: unknown; head?: unknown };
        purges.add(`${String(seal)} ${String(head)}`);
      }
      const adopted = action === 'audit.adopt' ? parseAdoption(details) : undefined;
      if (adopted !== undefined) adoptions.push(adopted);
    },
  };
}
