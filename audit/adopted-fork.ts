/**
 * Heads that stand outside and are of another history than the database: `after` + 1 … `to`. A restored backup lacks
 * what came behind it; a copy of the machine went its own way.
 */
export interface AdoptedFork {
  /** The last seal both histories share. */
  after: number;
  to: number;
  /** Hash of the statement of the newest of those heads. */
  head: Buffer;
}

/** The details of the entry `audit.adopt` that explains a fork. */
export function adoptionDetails({ after, to, head }: AdoptedFork): Record<string, string | number> {
  return { after, to, head: head.toString('hex') };
}

/** Reads those details; undefined when they are malformed. */
export function parseAdoption(details: unknown): AdoptedFork | undefined {
  const { after, to, head } = (details ?? {}) as Record<string, unknown>;
  const isRange = Number.isSafeInteger(after) && Number.isSafeInteger(to) && Number(after) >= 0;
  if (!isRange || Number(to) <= Number(after) || !/^[0-9a-f]{64}$/.test(String(head))) return undefined;
  return { after: Number(after), to: Number(to), head: Buffer.from(String(head), 'hex') };
}
