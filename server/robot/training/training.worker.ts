// Entry of the training thread: trains on what it is given, or measures what proposals would change, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { KnowledgeError, measureChange, serializeModel, trainModel } from '../engine/index.ts';
import type { ChangeReport, TrainingOrder, TrainingReport } from './training.ts';

const { entries, lang, proposals, guards = [] } = workerData as TrainingOrder;
const startedAt = performance.now();

function train(): TrainingReport {
  const model = trainModel(entries, { lang });
  const bytes = serializeModel(model);
  return {
    ok: true,
    bytes,
    questions: model.questions.length,
    trainingMs: Math.round(performance.now() - startedAt),
  };
}

function work(): TrainingReport | ChangeReport {
  try {
    return proposals ? { ok: true, change: measureChange(entries, proposals, { lang, guards }) } : train();
  } catch (error) {
    if (error instanceof KnowledgeError) return { ok: false, code: error.code };
    throw error;
  }
}

const report = work();
parentPort?.postMessage(report, 'bytes' in report ? [report.bytes.buffer as ArrayBuffer] : []);
