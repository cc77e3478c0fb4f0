import { AppError, SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { Db, Statement, Tx, UnitOfWork } from '../persistence/index.ts';
import type { ByteSource } from './byte-source.ts';
import { traceOf, type FileStore } from './file-store.ts';
import { FILE_LIMITS } from './limits.ts';
import { CHECK_STATEMENTS, listDue, listExpired, markChecked } from './stored-file.repo.ts';
import type { StoredFileRow } from './stored-file.entity.ts';

/** What a scanner says of a content. Throwing means that it could not say, and the file goes on waiting. */
export type ScanResult = { isClean: true } | { isClean: false; finding: string };

/** Port: looks for harmful content. */
export interface Scanner {
  scan(source: ByteSource, signal: AbortSignal): Promise<ScanResult>;
}

/** Port: makes the small picture of a file; null when it cannot be drawn. */
export type Thumbnailer = (row: StoredFileRow, source: ByteSource) => Promise<string | null>;

/** The checker's log; ids and codes only. */
export interface CheckerLog {
  warn(message: string, fields: Record<string, string | number | boolean>, error?: unknown): void;
}

/** Port: people who look after the installation. */
export interface CheckerTellings {
  /** Joins the unit of work that locks the file away. */
  quarantined(tx: Tx, fileId: string): Promise<void>;
  /** No verdict for this many minutes although files wait. */
  scannerAway(minutes: number): Promise<void>;
}

interface CheckerDeps {
  store: FileStore;
  uow: UnitOfWork;
  clock: Clock;
  log: CheckerLog;
  /** One statement outside a unit of work, for claims and clocks. */
  write<P>(statement: Statement<P, never>, params: P): Promise<number>;
  /** Absent where the site runs none; files are then checked by their form alone. */
  scanner?: Scanner;
  thumbnail?: Thumbnailer;
  tell?: CheckerTellings;
  /** How often the claim on a file under check is renewed; RENEW_EVERY_MS unless set. */
  renewEveryMs?: number;
}

/** Takes waiting files through their check, one after the other; with several processes, each file once. */
export interface FileChecker {
  /** Something waits: look now. */
  nudge(): void;
  start(): void;
  stop(): Promise<void>;
  /** What the system page shows: whether there is a scanner, and since when it has given no verdict. */
  status(): { scanner: 'none' | 'clamd'; noVerdictSince: string | null };
  /** Checks everything that is due; for tests. */
  drain(): Promise<void>;
  /** Throws away what nobody finished, and what was quarantined long ago; at most 100 files. */
  sweep(): Promise<number>;
}

const POLL_MS = 5_000;
const SWEEP_EVERY_MS = 10 * 60_000;
const DUE_AT_ONCE = 20;
const SWEEP_AT_ONCE = 100;
/** A process that dies while checking gives its file up after this; one that lives renews its claim. */
export const CLAIM_MS = 15_000;
const RENEW_EVERY_MS = 5_000;
const RETRY_FIRST_MS = 5_000;
const RETRY_MAX_MS = 5 * 60_000;
/** People hear of a scanner that has given no verdict for this long; shorter is a restart. */
export const SCANNER_AWAY_TOLD_MS = 10 * 60_000;

/** Milliseconds until the next attempt: doubling from five seconds to five minutes, for as long as it takes. */
export function retryAfterMs(attempts: number): number {
  return Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(attempts, 10));
}

/** Builds the checker; nothing runs before `start`. */
export function createFileChecker(deps: CheckerDeps): FileChecker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let isAskedAgain = false;
  let sweptAtMs = -Infinity;
  const watched = watchScanner(deps);
  const stopping = new AbortController();

  async function round(): Promise<void> {
    do {
      isAskedAgain = false;
      let due = await nextDue(deps);
      while (due.length > 0 && !stopping.signal.aborted) {
        for (const file of due) await checkOne({ ...deps, ...watched.scanner }, file, stopping.signal);
        due = await nextDue(deps);
      }
    } while (isAskedAgain);
  }
  function look(): Promise<void> {
    isAskedAgain = true;
    running ??= round()
      .catch((error: unknown) => deps.log.warn('files.check_failed', {}, error))
      .finally(() => (running = undefined));
    return running;
  }
  async function poll(): Promise<void> {
    await look();
    const nowMs = deps.clock.now().getTime();
    if (nowMs - sweptAtMs < SWEEP_EVERY_MS) return;
    sweptAtMs = nowMs;
    await sweep(deps).catch((error: unknown) => deps.log.warn('files.sweep_failed', {}, error));
  }

  return {
    nudge: () => void (stopping.signal.aborted ? undefined : look()),
    start() {
      timer = setInterval(() => void poll(), POLL_MS);
      timer.unref();
      void poll();
    },
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await running;
    },
    status: watched.status,
    drain: look,
    sweep: () => sweep(deps),
  };
}

/** The scanner, watched: how long it has been failing, told once until it gives a verdict again. */
function watchScanner(deps: CheckerDeps) {
  const { scanner, clock, log, tell } = deps;
  let sinceMs: number | undefined;
  let isTold = false;
  async function failed(): Promise<void> {
    const nowMs = clock.now().getTime();
    sinceMs ??= nowMs;
    if (isTold || nowMs - sinceMs < SCANNER_AWAY_TOLD_MS) return;
    isTold = true;
    await tell?.scannerAway(Math.floor((nowMs - sinceMs) / 60_000)).catch((error: unknown) => {
      isTold = false;
      log.warn('files.telling_failed', {}, error);
    });
  }
  const watched: Scanner = {
    async scan(source, signal) {
      try {
        const result = await scanner?.scan(source, signal);
        sinceMs = undefined;
        isTold = false;
        return result ?? { isClean: true };
      } catch (error) {
        if (!signal.aborted) await failed();
        throw error;
      }
    },
  };
  return {
    scanner: scanner === undefined ? {} : { scanner: watched },
    status: () => ({
      scanner: scanner === undefined ? ('none' as const) : ('clamd' as const),
      noVerdictSince: sinceMs === undefined ? null : new Date(sinceMs).toISOString(),
    }),
  };
}

function nextDue({ uow, clock }: CheckerDeps): Promise<{ id: string; checkAttempts: number }[]> {
  return uow.read((db: Db) => listDue(db, clock.now(), DUE_AT_ONCE));
}

async function checkOne(
  deps: CheckerDeps,
  file: { id: string; checkAttempts: number },
  signal: AbortSignal,
): Promise<void> {
  const now = deps.clock.now();
  const until = () => new Date(deps.clock.now().getTime() + CLAIM_MS);
  const whose = { whereId: file.id, whereState: 'waiting' };
  if ((await deps.write(CHECK_STATEMENTS.CLAIM, { id: file.id, until: until(), now })) === 0) return;
  const renew = () => deps.write(CHECK_STATEMENTS.DEFER, { checkAfter: until(), ...whose });
  // A renewal that fails leaves the file to others, who come to the same verdict.
  const renewal = setInterval(() => void renew().catch(() => undefined), deps.renewEveryMs ?? RENEW_EVERY_MS);
  try {
    await judge(deps, file.id, signal).finally(() => clearInterval(renewal));
  } catch (error) {
    // Fail closed: what could not be checked stays where nobody can read it, and is tried again.
    deps.log.warn('files.check_deferred', { fileId: file.id, attempts: file.checkAttempts + 1 }, error);
    const checkAfter = new Date(deps.clock.now().getTime() + retryAfterMs(file.checkAttempts));
    await deps.write(CHECK_STATEMENTS.DEFER, { checkAfter, ...whose });
  }
}

async function judge(deps: CheckerDeps, id: string, signal: AbortSignal): Promise<void> {
  const { row, source } = await deps.store.unchecked(id);
  const result = (await deps.scanner?.scan(source, signal)) ?? { isClean: true };
  const thumbnailId =
    result.isClean && row.isThumbnailWanted ? ((await deps.thumbnail?.(row, source)) ?? null) : null;
  const state = result.isClean ? 'ready' : 'quarantined';
  await deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    if (!(await markChecked(tx, id, { state, thumbnailId }))) throw new AppError('file.state_refused');
    tx.record({
      action: 'file.check',
      outcome: result.isClean ? 'ok' : 'refused',
      ...(result.isClean ? {} : { reason: result.finding }),
      ...traceOf(row),
      details: { isScanned: deps.scanner !== undefined },
    });
    if (!result.isClean) await deps.tell?.quarantined(tx, id);
    const { ownerType, ownerId } = row;
    tx.emit({ type: 'file.checked', key: ownerId, payload: { fileId: id, ownerType, ownerId, state } });
  });
}

async function sweep(deps: CheckerDeps): Promise<number> {
  const nowMs = deps.clock.now().getTime();
  const before = (keptMs: number) => new Date(nowMs - keptMs);
  const ids = await deps.uow.read(async (db) => [
    ...(await listExpired(db, 'receiving', before(FILE_LIMITS.uploadKeptMs), SWEEP_AT_ONCE)),
    ...(await listExpired(db, 'quarantined', before(FILE_LIMITS.quarantineKeptMs), SWEEP_AT_ONCE)),
  ]);
  if (ids.length === 0) return 0;
  return deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const count = await deps.store.remove(tx, ids);
    tx.record({ action: 'file.expire', outcome: 'ok', details: { count } });
    return count;
  });
}
