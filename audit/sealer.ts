import { catchUp, forkOf, type AnchorProgress, type AnchorSink } from './anchor-sink.ts';
import { sha256 } from './hash.ts';
import type { NoteSigner } from './note.ts';
import { findOverrun } from './overrun.ts';
import { laneRangeText } from './place.ts';
import { gather, LANE_ROWS_MAX, signSeal } from './sealer-gather.ts';
import { SealStateError, stateOf, type SealerState } from './sealer-state.ts';
import type { AuditStorage, SealRow } from './storage.ts';
import { frontierRoot } from './tree.ts';

/** Something the sealer tells the operators. `hole`, `anchor-failed`, `failed` and `fork` are alarms. */
export type SealerNotice =
  | { kind: 'sealed'; no: number; size: number; leafCount: number }
  | { kind: 'hole'; ranges: string[] }
  | { kind: 'anchor-failed'; sink: string; error: unknown }
  | { kind: 'failed'; error: unknown }
  /** A sink knows another history; or `lane` goes on behind its end. */
  | { kind: 'fork'; sink: string };

/** What the officer's health page shows. */
export interface SealerStatus {
  sealNo: number;
  size: number;
  /** Hex. */
  root: string;
  sealedAt: Date | null;
  isForked: boolean;
  /** Lanes that wait for a hole to be filled. */
  waitingLaneCount: number;
  anchors: { sink: string; sealNo: number; size: number; at: Date | null }[];
}

/** Builds and publishes the tree. One sealer works at a time; a second one loses the insert and starts over. */
export interface Sealer {
  /** Makes at most one seal and anchors it; gives it, or undefined when there was nothing to say. */
  sealOnce(): Promise<SealRow | undefined>;
  /** Seals on by itself until `stop`. */
  start(): void;
  /** Waits for the seal in progress, seals the rest, and closes the anchors. */
  stop(): Promise<void>;
  /** Tells that entries were committed, so that an idle sealer looks at once. */
  wake(): void;
  status(): SealerStatus;
}

/** Times of sealing, in milliseconds. */
export interface SealerOptions {
  /** Between seals while entries come; 100 to 1,000. */
  intervalMs: number;
  /** A seal is made at least this often, so that the newest head is never old. */
  heartbeatMs: number;
  /** A hole in a lane is waited for this long before it is named. */
  holeWaitMs: number;
}

/** What a sealer works with. */
export interface SealerDeps {
  storage: AuditStorage;
  /** Its name is the origin of the trail. */
  signer: NoteSigner;
  anchors: readonly AnchorSink[];
  clock: { now(): Date };
  report?: (notice: SealerNotice) => void;
  /** Whether this process is the one that seals; the others only follow. Default: it is. */
  mayWork?: () => Promise<boolean>;
  options?: Partial<SealerOptions>;
}

/** Defaults: a head within half a second, a sign of life each minute. */
export const SEALER_DEFAULTS: SealerOptions = { intervalMs: 250, heartbeatMs: 60_000, holeWaitMs: 5_000 };

/** New runs are looked for this often, open holes too. */
const SURVEY_MS = 1_000;
/** Runs that were ended are looked at this often: none may go on. */
const OVERRUN_MS = 5_000;
const FORKED =
  'an anchor knows heads that the database lacks, or an ended run goes on; explain the fork first';
/** After this many empty looks the sealer looks once a second until it is woken. */
const EMPTY_LOOKS_MAX = 20;

/** Makes a sealer. It reads the last seal at its first work; nothing happens before. */
export function createSealer(deps: SealerDeps): Sealer {
  const core = createSealCore(deps);
  const { intervalMs } = { ...SEALER_DEFAULTS, ...deps.options };
  let timer: NodeJS.Timeout | undefined;
  let isStarted = false;
  let emptyLookCount = 0;

  function schedule(delayMs: number): void {
    if (!isStarted) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), delayMs);
  }

  async function look(): Promise<void> {
    try {
      const seal = await core.sealOnce();
      emptyLookCount = seal === undefined ? emptyLookCount + 1 : 0;
      const isFull = seal !== undefined && seal.size - seal.prevSize >= LANE_ROWS_MAX;
      const isIdle = emptyLookCount > EMPTY_LOOKS_MAX;
      schedule(isFull ? 0 : isIdle ? Math.max(SURVEY_MS, intervalMs) : intervalMs);
    } catch (error) {
      core.fail(error);
      schedule(SURVEY_MS);
    }
  }

  return {
    sealOnce: core.sealOnce,
    status: core.status,
    start() {
      if (isStarted) return;
      isStarted = true;
      schedule(0);
    },
    async stop() {
      isStarted = false;
      clearTimeout(timer);
      try {
        while ((await core.sealOnce()) !== undefined) continue;
      } catch (error) {
        core.fail(error);
      }
      for (const sink of deps.anchors) await sink.close();
    },
    wake() {
      if (emptyLookCount <= EMPTY_LOOKS_MAX) return;
      emptyLookCount = 0;
      schedule(intervalMs);
    },
  };
}

interface SealCore {
  sealOnce(): Promise<SealRow | undefined>;
  status(): SealerStatus;
  fail(error: unknown): void;
}

function createSealCore(deps: SealerDeps): SealCore {
  const { storage, clock, signer } = deps;
  const report = deps.report ?? (() => undefined);
  const options: SealerOptions = { ...SEALER_DEFAULTS, ...deps.options };
  const progress: AnchorProgress[] = deps.anchors.map((sink) => ({ sink, sealNo: 0, size: 0, at: null }));
  let state: SealerState | undefined;
  let surveyedMs = Number.NEGATIVE_INFINITY;
  const seesOverrun = createOverrunWatch(storage);
  let isForked = false;
  let isFollowing = false;
  let running: Promise<unknown> = Promise.resolve();

  async function load(): Promise<SealerState> {
    const seal = await storage.lastSeal();
    const fork = (await forkOf(progress, storage, seal)) ?? (await nameOfOverrun(storage));
    if (fork !== undefined && !isForked) report({ kind: 'fork', sink: fork });
    isForked = fork !== undefined;
    if (isForked) throw new SealStateError(FORKED);
    surveyedMs = Number.NEGATIVE_INFINITY;
    const loaded = stateOf(seal);
    await anchor();
    return loaded;
  }

  const anchor = () => anchorAll(progress, storage, report);

  /** Another process seals: what it came to is read, and forgotten as soon as this one is to go on from there. */
  async function follow(): Promise<undefined> {
    isFollowing = true;
    state = stateOf(await storage.lastSeal());
  }

  async function sealNext(): Promise<SealRow | undefined> {
    if ((await deps.mayWork?.()) === false) return follow();
    if (isFollowing) state = undefined;
    isFollowing = false;
    const nowMs = clock.now().getTime();
    if (await seesOverrun(nowMs)) state = undefined;
    state ??= await load();
    const isSurvey = Math.abs(nowMs - surveyedMs) >= SURVEY_MS;
    const draft = await gather(storage, state, { nowMs, isSurvey, holeWaitMs: options.holeWaitMs });
    if (isSurvey) surveyedMs = nowMs;
    if (draft.leafCount === 0 && Math.abs(nowMs - state.atMs) < options.heartbeatMs) {
      state = draft.next;
      return undefined;
    }
    const seal = signSeal(draft, state, { signer, at: new Date(nowMs) });
    state = undefined;
    // False: another sealer was first, so the next look begins from its seal.
    if (!(await storage.insertSeal(seal))) return undefined;
    state = { ...draft.next, no: seal.no, hash: sha256(seal.statement), atMs: nowMs };
    report({ kind: 'sealed', no: seal.no, size: seal.size, leafCount: draft.leafCount });
    if (draft.pending.length > 0) report({ kind: 'hole', ranges: draft.pending.map(laneRangeText) });
    await anchor();
    return seal;
  }

  return {
    sealOnce() {
      const next = running.then(sealNext);
      running = next.catch(() => undefined);
      return next;
    },
    status: () => statusOf(state, { isForked, progress }),
    fail(error) {
      if (!isForked) report({ kind: 'failed', error });
    },
  };
}

/** Looks now and then whether an ended run goes on. */
function createOverrunWatch(storage: AuditStorage): (nowMs: number) => Promise<boolean> {
  let lookedMs = Number.NEGATIVE_INFINITY;
  return async (nowMs) => {
    if (Math.abs(nowMs - lookedMs) < OVERRUN_MS) return false;
    lookedMs = nowMs;
    return (await findOverrun(storage)) !== undefined;
  };
}

async function nameOfOverrun(storage: AuditStorage): Promise<string | undefined> {
  const range = await findOverrun(storage);
  return range && `lane:${laneRangeText(range)}`;
}

async function anchorAll(
  progress: readonly AnchorProgress[],
  storage: AuditStorage,
  report: (notice: SealerNotice) => void,
): Promise<void> {
  for (const item of progress) {
    try {
      await catchUp(item, storage);
    } catch (error) {
      report({ kind: 'anchor-failed', sink: item.sink.name, error });
    }
  }
}

function statusOf(
  state: SealerState | undefined,
  { isForked, progress }: { isForked: boolean; progress: readonly AnchorProgress[] },
): SealerStatus {
  const lanes = [...(state?.lanes.values() ?? [])];
  return {
    sealNo: state?.no ?? 0,
    size: state?.frontier.size ?? 0,
    root: state === undefined ? '' : frontierRoot(state.frontier).toString('hex'),
    sealedAt: state === undefined || state.atMs === 0 ? null : new Date(state.atMs),
    isForked,
    waitingLaneCount: lanes.filter((lane) => lane.sightings.length > 0).length,
    anchors: progress.map(({ sink, sealNo, size, at }) => ({ sink: sink.name, sealNo, size, at })),
  };
}
