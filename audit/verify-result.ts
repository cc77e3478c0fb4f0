/** What can be wrong; docs/compliance/audit-format.md §7 explains each. */
export type FindingKind =
  | 'form'
  | 'version'
  | 'place'
  | 'column'
  | 'leaf'
  | 'prev'
  | 'missing'
  | 'extra'
  | 'seal-missing'
  | 'seal-form'
  | 'seal-content'
  | 'seal-chain'
  | 'root'
  | 'signature'
  | 'anchor-form'
  | 'anchor-signature'
  | 'anchor-mismatch'
  | 'tail-cut'
  | 'start'
  | 'consistency'
  | 'key-chain'
  | 'file';

/** One thing that is wrong. `index` counts leaves from 0; `id` is the entry's, where one is concerned. */
export interface Finding {
  index: number | null;
  id: string | null;
  kind: FindingKind;
}

/** What verification found out. */
export interface VerifyResult {
  status: 'whole' | 'tampered' | 'not-provable';
  /** Leaves of the newest head. */
  size: number;
  /** Its root, hex; empty without a seal. */
  root: string;
  /** Entries read, sealed or not. */
  events: number;
  /** Heads found in anchors and compared. */
  anchors: number;
  firstBad: Finding | null;
  warnings: string[];
  /** All findings, at most `FINDINGS_MAX`. */
  findings: Finding[];
}

/** Something that is needed and not there: nothing can be proven. */
export class NotProvableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotProvableError';
  }
}

/** Verification stops after so many findings: the answer is clear, and memory stays bounded. */
export const FINDINGS_MAX = 100;

/** Exit codes of the command line. */
export const EXIT = { whole: 0, tampered: 1, usage: 2, notProvable: 3, io: 4 } as const;

/** The exit code of a result. */
export function exitCodeOf(result: Pick<VerifyResult, 'status'>): number {
  if (result.status === 'whole') return EXIT.whole;
  return result.status === 'tampered' ? EXIT.tampered : EXIT.notProvable;
}

/** Collects findings and warnings in bounded memory. */
export interface Findings {
  readonly list: readonly Finding[];
  add(kind: FindingKind, index: number | null, id?: string | null): void;
  /** Warnings of one kind are counted, with the place of the first. */
  warn(kind: string, place?: string): void;
  warnings(): string[];
  isFull(): boolean;
}

/** Makes an empty collection. */
export function createFindings(): Findings {
  const list: Finding[] = [];
  const warned = new Map<string, { count: number; place: string | undefined }>();
  return {
    list,
    add(kind, index, id = null) {
      if (list.length < FINDINGS_MAX) list.push({ index, id, kind });
    },
    warn(kind, place) {
      const before = warned.get(kind);
      warned.set(kind, { count: (before?.count ?? 0) + 1, place: before?.place ?? place });
    },
    warnings: () =>
      [...warned].map(([kind, { count, place }]) => {
        const times = count === 1 ? '' : ` (${count} times)`;
        return place === undefined ? `${kind}${times}` : `${kind}: ${place}${times}`;
      }),
    isFull: () => list.length >= FINDINGS_MAX,
  };
}

/** The finding with the smallest index; those without one come last. */
export function firstOf(findings: readonly Finding[]): Finding | null {
  let first: Finding | null = null;
  for (const finding of findings) {
    const isEarlier = (finding.index ?? Infinity) < (first?.index ?? Infinity);
    if (first === null || isEarlier) first = finding;
  }
  return first;
}
