import { Worker } from 'node:worker_threads';
import type { Change, KnowledgeEntry, KnowledgeError, Lang, ProposedWording } from '../engine/index.ts';

/** What the training thread is given; with proposals it measures what they would change instead of training. */
export interface TrainingOrder {
  entries: KnowledgeEntry[];
  lang: Lang;
  proposals?: ProposedWording[];
  /** Questions that guard publishing, asked before and after the proposals. */
  guards?: readonly string[];
}

/** What it hands back: the model's bytes, or why this knowledge cannot be learned. */
export type TrainingReport =
  | { ok: true; bytes: Uint8Array; questions: number; trainingMs: number }
  | { ok: false; code: KnowledgeError['code'] };

/** What it hands back of proposals. */
export type ChangeReport = { ok: true; change: Change } | { ok: false; code: KnowledgeError['code'] };

/** Work in a thread of its own. */
export interface ThreadWork<Report> {
  /** Rejects when the thread dies, takes longer than 15 minutes, or is stopped. */
  report: Promise<Report>;
  /** Ends the thread at once. */
  stop(): Promise<void>;
}

/** A training in progress. */
export type Training = ThreadWork<TrainingReport>;

/** 10,000 questions take less than a minute; what takes this long never ends. */
const TRAINING_MS_MAX = 15 * 60 * 1_000;
const HEAP_MB_MAX = 2_048;

/** Trains in a thread of its own, so that the sockets go on being served. `workerUrl` is training.worker's entry. */
export function startTraining(workerUrl: URL, order: TrainingOrder): Training {
  return startThread<TrainingReport>(workerUrl, order);
}

/** Measures what proposals would change, in the same way. */
export function startMeasuring(
  workerUrl: URL,
  order: TrainingOrder & { proposals: ProposedWording[] },
): ThreadWork<ChangeReport> {
  return startThread<ChangeReport>(workerUrl, order);
}

function startThread<Report>(workerUrl: URL, order: TrainingOrder): ThreadWork<Report> {
  const worker = new Worker(workerUrl, {
    workerData: order,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB_MAX },
  });
  const report = new Promise<Report>((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error('The training took too long.'));
      void worker.terminate();
    }, TRAINING_MS_MAX);
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`The training thread ended with code ${code}.`));
    });
  });
  // Whoever stops a training may not wait for its report any more.
  report.catch(() => undefined);
  return {
    report,
    async stop() {
      await worker.terminate();
    },
  };
}
