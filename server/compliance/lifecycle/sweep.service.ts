import { join } from 'node:path';
import { AppError, SYSTEM_ACTOR, type Actor, type Clock, type Ids } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { RecordStore, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { readClock, type ClockReading } from './clock.rules.ts';
import { lookAhead } from './dry-run.ts';
import { readGuard, setClock, takeTurn } from './guard.repo.ts';
import type { SweepChunkRow, SweepRunRow } from './lifecycle.entity.ts';
import { writeManifest } from './manifest.ts';
import type { TellHoldDue } from './hold.watch.ts';
import { emptyReport } from './report.ts';
import { PAGE_RECORDS, takeSweepTurn, type TurnResult } from './sweep-turn.ts';
import { findNewestRun, insertRun, listChunks, saveRun } from './sweep.repo.ts';
import { CLASS_ORDER } from './sweep.rules.ts';

/** What people are told of; the composition root turns it into notices. Sent in the unit of work of what happened. */
export interface LifecycleNotices {
  clockJumped(tx: Tx, facts: { expected: string; seen: string }): Promise<void>;
  /** The clock was set back: sweeps go by the later instant it once showed. Told once, and again after a restart. */
  clockBack(tx: Tx, facts: { expected: string; seen: string }): Promise<void>;
  sweepFailed(tx: Tx, facts: { runId: string; code: string }): Promise<void>;
  /** A hold waits for people: its planned end has come, or nobody has confirmed it. It goes on holding. */
  holdDue: TellHoldDue;
}

/** What sweeps need. */
export interface SweepDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  installationId: string;
  /** Every store of every module; the order among those of a class is the order given. */
  stores: readonly RecordStore[];
  /** Folder of all archives; a run makes one folder in it. */
  archiveRoot: string;
  notices: LifecycleNotices;
  /** Messages of conversations that wait to be written. */
  queueDepth(): number;
  /** Records a chunk looks at; PAGE_RECORDS unless set. */
  pageRecords?: number;
}

/** How a sweep is driven: by a job, or by a test. */
export interface SweepControl {
  /** After each chunk: how far it is. Throws when the work was cancelled; the next start goes on here. */
  checkpoint(runId: string, progress: { done: number }): Promise<void>;
  /** Leaves the machine to others for this long. */
  rest(ms: number): Promise<void>;
}

/** How much a sweep rests: for each second of work 50 ms, and up to 0.4 s while messages wait to be written. */
export const REST = {
  leastRatio: 0.05,
  mostRatio: 0.4,
  /** How often the queue of messages is looked at. */
  lookMs: 10,
  /** So many messages wait at any moment on a busy day without a sweep. */
  quietQueue: 25,
} as const;
const CHUNKS_PER_PAGE = 500;

/** Removes what is over, chunk by chunk. A killed sweep goes on where its last committed chunk ended. */
export class SweepService {
  readonly #deps: SweepDeps;
  readonly #walk: RecordStore[];
  #isBackTold = false;

  constructor(deps: SweepDeps) {
    this.#deps = deps;
    const place = ({ recordClass }: RecordStore) => CLASS_ORDER.indexOf(recordClass);
    this.#walk = deps.stores.filter(({ due }) => due !== undefined).sort((a, b) => place(a) - place(b));
  }

  /**
   * A real sweep: goes on with an interrupted one, else begins. Throws `sweep.not_scheduled`, `sweep.clock_jumped`,
   * and what a chunk throws; what was committed until then stays done.
   */
  async sweep(control: SweepControl, actor: Actor = SYSTEM_ACTOR): Promise<SweepRunRow> {
    let run = await this.#open(actor);
    try {
      run = await this.#walkStores(run, control);
    } catch (error) {
      await this.#noteFailure(run.id, error);
      throw error;
    }
    return this.#finish(run);
  }

  /** Counts what a sweep would remove and what keeps the rest, and what becomes due in the next months. */
  async dryRun(control: SweepControl, actor: Actor): Promise<SweepRunRow> {
    const { uow, clock } = this.#deps;
    const { highWaterAt } = await uow.read(readGuard);
    const reading = readClock(clock.now(), highWaterAt);
    const run = this.#newRun('dry', actor, reading);
    await uow.run({ actor }, async (tx) => {
      await insertRun(tx, run);
      tx.record({ action: 'record.dry-run', outcome: 'ok', target: { type: 'sweep', id: run.id } });
    });
    const report = await lookAhead({ uow, stores: this.#deps.stores, walk: this.#walk }, run, (done) =>
      control.checkpoint(run.id, { done }),
    );
    return uow.run({ actor }, async (tx) => {
      const finished: SweepRunRow = { ...run, report, state: 'done', finishedAt: clock.now() };
      const total = Object.values(report.classes).reduce((sum, { gone }) => sum + gone, 0);
      const target = { type: 'sweep', id: run.id };
      tx.record({
        action: 'record.dry-run',
        outcome: 'ok',
        target,
        details: { records: total, isDone: true },
      });
      return saveRun(tx, finished);
    });
  }

  /** Compares the clock with what it showed before; a job calls it every hour. Sends the alarm once a jump. */
  async watchClock(): Promise<ClockReading> {
    const { uow, clock } = this.#deps;
    return uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      await takeTurn(tx);
      return this.#readClock(tx, clock.now());
    });
  }

  async #readClock(tx: Tx, now: Date): Promise<ClockReading> {
    const guard = await readGuard(tx);
    const reading = readClock(now, guard.highWaterAt);
    const isNew = reading.state === 'jumped' && guard.clockSeenAt === null;
    const clockSeenAt = reading.state === 'jumped' ? reading.seenAt : null;
    await setClock(tx, { highWaterAt: reading.asOf, clockSeenAt });
    const [expected, seen] = [reading.asOf.toISOString(), now.toISOString()];
    tx.record({
      action: reading.state === 'plausible' ? 'record.clock-look' : 'clock.change',
      outcome: reading.state === 'jumped' ? 'refused' : 'ok',
      details: { state: reading.state, expected, seen },
    });
    if (isNew) await this.#deps.notices.clockJumped(tx, { expected, seen });
    const isBack = reading.state === 'back';
    if (isBack && !this.#isBackTold) await this.#deps.notices.clockBack(tx, { expected, seen });
    tx.afterCommit(() => {
      this.#isBackTold = isBack;
    });
    return reading;
  }

  /** The run to work on; the clock is read and kept in the same unit of work. */
  async #open(actor: Actor): Promise<SweepRunRow> {
    const { uow, clock } = this.#deps;
    const opened = await uow.run({ actor }, async (tx) => {
      await takeTurn(tx);
      const guard = await readGuard(tx);
      const reading = await this.#readClock(tx, clock.now());
      if (!guard.isScheduled) return 'sweep.not_scheduled' as const;
      if (reading.state === 'jumped') return 'sweep.clock_jumped' as const;
      const interrupted = await findNewestRun(tx, 'real', 'running');
      if (interrupted !== undefined) return interrupted;
      const run = this.#newRun('real', actor, reading);
      await insertRun(tx, run);
      const target = { type: 'sweep', id: run.id };
      tx.record({
        action: 'record.sweep-start',
        outcome: 'ok',
        target,
        details: { asOf: run.asOf.toISOString() },
      });
      return run;
    });
    if (typeof opened === 'string') throw new AppError(opened);
    return opened;
  }

  #newRun(kind: 'dry' | 'real', actor: Actor, reading: ClockReading): SweepRunRow {
    const { ids, clock } = this.#deps;
    return {
      id: ids.next(),
      kind,
      state: 'running',
      startedBy: actor.id,
      startedAt: clock.now(),
      asOf: reading.asOf,
      clockState: reading.state,
      finishedAt: null,
      atStore: null,
      afterAt: null,
      afterId: null,
      chunkCount: 0,
      rowsRemoved: 0,
      report: emptyReport(),
      errorCode: null,
      version: 1,
    };
  }

  async #walkStores(opened: SweepRunRow, control: SweepControl): Promise<SweepRunRow> {
    let run = opened;
    const startAt = Math.max(
      0,
      this.#walk.findIndex(({ name }) => name === run.atStore),
    );
    for (const store of this.#walk.slice(startAt)) {
      if (run.atStore !== store.name) run = { ...run, atStore: store.name, afterAt: null, afterId: null };
      let records = this.#deps.pageRecords ?? PAGE_RECORDS;
      for (let isStoreDone = false; !isStoreDone;) {
        const startedMs = performance.now();
        const turn: TurnResult = await this.#turn(run, store, records);
        ({ run, isStoreDone } = turn);
        records = Math.max(1, Math.min(turn.nextRecords, this.#deps.pageRecords ?? PAGE_RECORDS));
        await control.checkpoint(run.id, { done: run.rowsRemoved });
        // What did not remove anything did not take anything from others either.
        if (turn.rowCount > 0) await this.#rest(control, performance.now() - startedMs);
      }
    }
    return run;
  }

  /** Leaves the machine to conversations, for longer when their messages had to wait. */
  async #rest(control: SweepControl, workedMs: number): Promise<void> {
    let restMs = workedMs * REST.leastRatio;
    await control.rest(restMs);
    while (restMs < workedMs * REST.mostRatio && this.#deps.queueDepth() > REST.quietQueue) {
      await control.rest(REST.lookMs);
      restMs += REST.lookMs;
    }
  }

  #turn(run: SweepRunRow, store: RecordStore, pageRecords: number): Promise<TurnResult> {
    const { uow, stores, crypto, clock } = this.#deps;
    const archiveFolder = this.folderOf(run.id);
    return uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      takeSweepTurn(tx, { stores, crypto, archiveFolder, pageRecords, now: () => clock.now() }, run, store),
    );
  }

  /** Folder of a run's archive. */
  folderOf(runId: string): string {
    return join(this.#deps.archiveRoot, runId);
  }

  async #finish(run: SweepRunRow): Promise<SweepRunRow> {
    const { uow, clock, installationId } = this.#deps;
    const chunks = await this.#chunksOf(run.id);
    const hasArchive = chunks.some(({ archiveFile }) => archiveFile !== null);
    const sha256 = hasArchive
      ? await writeManifest(this.folderOf(run.id), installationId, run, chunks)
      : undefined;
    const manifest = sha256 === undefined ? undefined : { folder: run.id, sha256 };
    return uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      const report = { ...run.report, ...(manifest === undefined ? {} : { manifest }) };
      tx.record({
        action: 'record.sweep-finish',
        outcome: 'ok',
        target: { type: 'sweep', id: run.id },
        details: {
          chunks: run.chunkCount,
          rows: run.rowsRemoved,
          ...(sha256 === undefined ? {} : { manifestSha256: sha256 }),
        },
      });
      return saveRun(tx, { ...run, report, state: 'done', finishedAt: clock.now() });
    });
  }

  async #chunksOf(runId: string): Promise<SweepChunkRow[]> {
    const all: SweepChunkRow[] = [];
    for (;;) {
      const afterNo = all.at(-1)?.chunkNo ?? 0;
      const page = await this.#deps.uow.read((db) => listChunks(db, runId, afterNo, CHUNKS_PER_PAGE));
      all.push(...page);
      if (page.length < CHUNKS_PER_PAGE) return all;
    }
  }

  /** The run stays open, so that the next start goes on with it; the fault stands beside it until then. */
  async #noteFailure(runId: string, error: unknown): Promise<void> {
    const code = error instanceof AppError ? error.code : 'server.internal';
    const { uow, notices } = this.#deps;
    await uow
      .run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const run = await findNewestRun(tx, 'real', 'running');
        if (run === undefined || run.id !== runId) return;
        tx.record({
          action: 'record.sweep',
          outcome: 'failed',
          target: { type: 'sweep', id: runId },
          reason: code,
        });
        await saveRun(tx, { ...run, errorCode: code });
        await notices.sweepFailed(tx, { runId, code });
      })
      // The first fault is the one to tell of: without a database neither can be noted.
      .catch(() => undefined);
  }
}
