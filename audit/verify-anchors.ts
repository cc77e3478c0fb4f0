import type { AdoptedFork } from './adopted-fork.ts';
import { isAdopted } from './adoption.ts';
import type { AnchorRecord } from './anchors.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import type { Findings } from './verify-result.ts';

/** A seal that anchors are compared with. */
export interface AnchoredSeal {
  no: number;
  prevSize: number;
  hash: Buffer;
  checkpoint: string;
}

/** Compares the heads of one anchor with the seals, both read once and in order. */
export interface AnchorWalk {
  /** Compares the heads up to this seal; `isStart`: those before it are of seals that are not seen. */
  compare(seal: AnchoredSeal, options?: { isStart: boolean }): Promise<void>;
  /** The next head's seal number, when there is one beyond the seals compared so far. */
  next(): Promise<{ sealNo: number; size: number } | undefined>;
  /** Reads what is left behind the last seal; true when a head there is of none that entries explain: the tail is cut. */
  finish(lastNo: number, forks: readonly AdoptedFork[]): Promise<boolean>;
  /** Reports the heads that differ from the trail's, but for those of a fork that entries explain. */
  settle(forks: readonly AdoptedFork[]): void;
  /** Heads compared. */
  count(): number;
  /** Seal number of the last head compared. */
  lastNo(): number;
  /** Whether it keeps a head only now and then. */
  readonly isSparse: boolean;
  close(): Promise<void>;
}

/** Heads that come again after the anchor caught up are compared with so many seals before. */
const RECENT_SEALS_MAX = 4_096;
/** Ranges of differing heads kept until the end, where the entry that explains them is known. */
const DIFFERING_MAX = 100;

/** Begins a walk over the records of an anchor. */
export function createAnchorWalk(
  records: AsyncIterable<AnchorRecord>,
  context: { keys: TrailKeys; findings: Findings; isSparse?: boolean },
): AnchorWalk {
  const { keys, findings, isSparse = false } = context;
  const queue = createHeadQueue(records, findings);
  const recent = new Map<number, AnchoredSeal>();
  let headCount = 0;
  let last = { sealNo: 0 };
  let firstNo = 0;
  const differing = createDiffering(findings);

  function check(record: AnchorRecord, seal: AnchoredSeal | undefined): void {
    const head = record.head!;
    headCount += 1;
    if (!isSparse && head.sealNo > last.sealNo + 1 && last.sealNo > 0)
      findings.warn('anchor lacks heads', `before ${head.sealNo}`);
    last = { sealNo: Math.max(last.sealNo, head.sealNo) };
    if (seal !== undefined && seal.checkpoint === record.text) return;
    const key = keyForSeal(keys, head.sealNo);
    const isOurs = head.origin === keys.origin && key !== undefined && isSignedBy(head.note, key);
    if (!isOurs) findings.add('anchor-signature', seal?.prevSize ?? null);
    else if (seal !== undefined && !seal.hash.equals(head.sealHash))
      differing.add(head.sealNo, seal.prevSize);
    else if (seal === undefined && head.sealNo >= firstNo)
      findings.warn('anchor head out of order', record.file);
  }

  return {
    async compare(seal, options = { isStart: false }) {
      if (options.isStart) firstNo = seal.no;
      recent.set(seal.no, seal);
      recent.delete(seal.no - RECENT_SEALS_MAX);
      for (let record = await queue.peek(); record !== undefined; record = await queue.peek()) {
        const { sealNo } = record.head!;
        if (sealNo > seal.no) return;
        check(record, recent.get(sealNo));
        queue.step();
      }
    },
    async next() {
      const head = (await queue.peek())?.head;
      return head === undefined ? undefined : { sealNo: head.sealNo, size: head.size };
    },
    async finish(lastNo, forks) {
      for (let record = await queue.peek(); record !== undefined; record = await queue.peek()) {
        const { sealNo } = record.head!;
        if (sealNo > lastNo && !isAdopted(forks, sealNo)) return true;
        if (sealNo > lastNo) findings.warn('heads of an abandoned history', `seal ${sealNo}`);
        check(record, recent.get(sealNo));
        queue.step();
      }
      return false;
    },
    settle: differing.settle,
    count: () => headCount,
    lastNo: () => last.sealNo,
    isSparse,
    close: queue.close,
  };
}

/** The heads among the records; what is none is reported on the way. */
function createHeadQueue(
  records: AsyncIterable<AnchorRecord>,
  findings: Findings,
): { peek(): Promise<AnchorRecord | undefined>; step(): void; close(): Promise<void> } {
  const iterator = records[Symbol.asyncIterator]();
  let ahead: AnchorRecord | undefined;
  let isDone = false;
  return {
    async peek() {
      while (ahead === undefined && !isDone) {
        const step = await iterator.next();
        if (step.done === true) isDone = true;
        else if (step.value.isTorn) findings.warn('anchor record broken off', step.value.file);
        else if (step.value.head === undefined) findings.add('anchor-form', null);
        else ahead = step.value;
      }
      return ahead;
    },
    step: () => void (ahead = undefined),
    async close() {
      await iterator.return?.();
    },
  };
}

/** Ranges of heads that differ from the trail's, kept until the end, where the entry that explains them is known. */
function createDiffering(findings: Findings): {
  add(sealNo: number, index: number): void;
  settle(forks: readonly AdoptedFork[]): void;
} {
  const ranges: { from: number; to: number; index: number }[] = [];
  return {
    add(sealNo, index) {
      const last = ranges.at(-1);
      if (last !== undefined && sealNo === last.to + 1) last.to = sealNo;
      else if (ranges.length < DIFFERING_MAX) ranges.push({ from: sealNo, to: sealNo, index });
    },
    settle(forks) {
      for (const { from, to, index } of ranges) {
        if (isAdopted(forks, from) && isAdopted(forks, to))
          findings.warn('heads of an abandoned history', `seals ${from} to ${to}`);
        else findings.add('anchor-mismatch', index);
      }
    },
  };
}
