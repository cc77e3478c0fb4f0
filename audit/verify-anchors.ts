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

/** Begins a walk over the records of an anchor. */
export function createAnchorWalk(
  records: AsyncIterable<AnchorRecord>,
  context: { keys: TrailKeys; findings: Findings; isSparse?: boolean },
): AnchorWalk {
  const { keys, findings, isSparse = false } = context;
  const iterator = records[Symbol.asyncIterator]();
  const recent = new Map<number, AnchoredSeal>();
  let ahead: AnchorRecord | undefined;
  let isDone = false;
  let headCount = 0;
  let last = { sealNo: 0 };
  let firstNo = 0;

  async function peek(): Promise<AnchorRecord | undefined> {
    while (ahead === undefined && !isDone) {
      const step = await iterator.next();
      if (step.done === true) isDone = true;
      else if (step.value.isTorn) findings.warn('anchor record broken off', step.value.file);
      else if (step.value.head === undefined) findings.add('anchor-form', null);
      else ahead = step.value;
    }
    return ahead;
  }

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
      findings.add('anchor-mismatch', seal.prevSize);
    else if (seal === undefined && head.sealNo >= firstNo)
      findings.warn('anchor head out of order', record.file);
  }

  return {
    async compare(seal, options = { isStart: false }) {
      if (options.isStart) firstNo = seal.no;
      recent.set(seal.no, seal);
      recent.delete(seal.no - RECENT_SEALS_MAX);
      for (let record = await peek(); record !== undefined; record = await peek()) {
        const { sealNo } = record.head!;
        if (sealNo > seal.no) return;
        check(record, recent.get(sealNo));
        ahead = undefined;
      }
    },
    async next() {
      const head = (await peek())?.head;
      return head === undefined ? undefined : { sealNo: head.sealNo, size: head.size };
    },
    count: () => headCount,
    lastNo: () => last.sealNo,
    isSparse,
    async close() {
      await iterator.return?.();
    },
  };
}
