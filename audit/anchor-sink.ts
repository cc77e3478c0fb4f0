import { sha256 } from './hash.ts';
import type { AdoptedFork } from './adopted-fork.ts';
import type { AuditStorage, SealRow } from './storage.ts';

/** A head on its way to an anchor. */
export interface AnchoredHead {
  sealNo: number;
  size: number;
  at: Date;
  /** The signed note. */
  checkpoint: string;
}

/** A place outside the database that keeps every head: a folder, a syslog server, a witness. */
export interface AnchorSink {
  /** Name in notices and on the health page. */
  readonly name: string;
  /** The newest head it keeps. */
  last(): Promise<{ sealNo: number; sealHash: Buffer } | undefined>;
  /** Keeps heads, in the order of their numbers; durable when it resolves. */
  append(heads: readonly AnchoredHead[]): Promise<void>;
  /** Lets go of files and sockets; a later append opens them again. */
  close(): Promise<void>;
}

/** How far a sink has come. */
export interface AnchorProgress {
  readonly sink: AnchorSink;
  sealNo: number;
  size: number;
  at: Date | null;
}

const SEALS_PER_PAGE = 500;

/** Brings a sink up to the newest seal. After a failure or a restart the next call begins where the sink stands. */
export async function catchUp(progress: AnchorProgress, storage: AuditStorage): Promise<void> {
  for (;;) {
    const seals = await storage.readSeals(progress.sealNo, SEALS_PER_PAGE);
    const last = seals.at(-1);
    if (last === undefined) return;
    const heads = seals.map(({ no, size, at, checkpoint }) => ({ sealNo: no, size, at, checkpoint }));
    await progress.sink.append(heads);
    Object.assign(progress, { sealNo: last.no, size: last.size, at: last.at });
    if (seals.length < SEALS_PER_PAGE) return;
  }
}

/**
 * Compares each sink's newest head with the database and notes where the sink stands. Gives the name of a sink that
 * knows a head which the database lacks or has otherwise: a restored backup, a cut tail, or a second writer. One that an
 * entry `audit.adopt` names is none any more: the sink gets what came behind the last seal both histories share.
 */
export async function forkOf(
  sinks: readonly AnchorProgress[],
  storage: AuditStorage,
  lastSeal: SealRow | undefined,
): Promise<string | undefined> {
  let adopted: AdoptedFork[] | undefined;
  for (const progress of sinks) {
    const anchored = await progress.sink.last();
    if (anchored === undefined) continue;
    const isAhead = anchored.sealNo > (lastSeal?.no ?? 0);
    const [seal] = isAhead ? [] : await storage.readSeals(anchored.sealNo - 1, 1);
    if (seal?.no === anchored.sealNo && sha256(seal.statement).equals(anchored.sealHash)) {
      Object.assign(progress, { sealNo: seal.no, size: seal.size, at: seal.at });
      continue;
    }
    adopted ??= await storage.listAdoptions();
    const fork = adopted.find(({ head }) => head.equals(anchored.sealHash));
    if (fork === undefined) return progress.sink.name;
    Object.assign(progress, { sealNo: fork.after, size: 0, at: null });
  }
  return undefined;
}
