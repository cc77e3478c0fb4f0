import type { SealRow } from '../../../audit/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';

/** A place outside that keeps a head now and then: a syslog server, an authority that stamps times. */
export interface OutsideAnchor {
  /** Name on the health page and in alarms. */
  readonly name: string;
  /** How far apart heads are delivered, in milliseconds. */
  readonly everyMs: number;
  /** Hands the head over; resolves when it is there. Throws AppError; a later head is tried again. */
  deliver(head: SealRow): Promise<void>;
}

/** How an anchor is doing. */
export interface AnchorState {
  sink: string;
  size: number;
  at: Date | null;
  /** Code of the last failure; null after a success. */
  failure: string | null;
}

/** Delivers heads to anchors outside, beside the sealer: a slow one never holds up sealing. */
export interface Anchoring {
  /** Delivers what is due. Anchors that fail are tried again after the same time, doubled up to an hour. */
  look(): Promise<void>;
  states(): AnchorState[];
}

/** An anchor without a success for so many of its intervals is told. */
export const INTERVALS_TOLD = 3;
const DELAY_MS_MAX = 3_600_000;

interface Progress extends AnchorState {
  anchor: OutsideAnchor;
  sealNo: number;
  dueMs: number;
  failureCount: number;
  isTold: boolean;
}

/** Makes the delivery; `onFailing` is told once for each time an anchor stays away. */
export function createAnchoring(deps: {
  anchors: readonly OutsideAnchor[];
  lastSeal(): Promise<SealRow | undefined>;
  clock: Clock;
  onFailing(sink: string, code: string): Promise<void>;
}): Anchoring {
  const { clock, lastSeal, onFailing } = deps;
  const all: Progress[] = deps.anchors.map((anchor) => ({
    ...{ anchor, sink: anchor.name, size: 0, at: null, failure: null },
    ...{ sealNo: 0, dueMs: 0, failureCount: 0, isTold: false },
  }));

  async function deliver(progress: Progress, seal: SealRow): Promise<void> {
    const { anchor } = progress;
    try {
      await anchor.deliver(seal);
      const now = clock.now();
      Object.assign(progress, { sealNo: seal.no, size: seal.size, at: now, failure: null, failureCount: 0 });
      Object.assign(progress, { isTold: false, dueMs: now.getTime() + anchor.everyMs });
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'server.internal';
      const failureCount = progress.failureCount + 1;
      const delayMs = Math.min(anchor.everyMs * 2 ** Math.min(failureCount - 1, 10), DELAY_MS_MAX);
      Object.assign(progress, { failure: code, failureCount, dueMs: clock.now().getTime() + delayMs });
      // Another history is no outage: whoever looks after the trail hears of it at once.
      const isUrgent = code === 'witness.inconsistent';
      if ((failureCount < INTERVALS_TOLD && !isUrgent) || progress.isTold) return;
      await onFailing(progress.sink, code);
      progress.isTold = true;
    }
  }

  return {
    async look() {
      const nowMs = clock.now().getTime();
      // A clock that was set back must not keep an anchor waiting.
      for (const one of all) one.dueMs = Math.min(one.dueMs, nowMs + DELAY_MS_MAX);
      const due = all.filter(({ dueMs }) => dueMs <= nowMs);
      if (due.length === 0) return;
      const seal = await lastSeal();
      const behind = due.filter(({ sealNo }) => seal !== undefined && seal.no > sealNo);
      await Promise.all(behind.map((progress) => deliver(progress, seal as SealRow)));
    },
    states: () => all.map(({ sink, size, at, failure }) => ({ sink, size, at, failure })),
  };
}
