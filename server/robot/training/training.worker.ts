// Entry of the training thread: trains on what it is given, hands the model's bytes back, and ends.
import { parentPort, workerData } from 'node:worker_threads';
import { KnowledgeError, serializeModel, trainModel } from '../engine/index.ts';
import type { TrainingOrder, TrainingReport } from './training.ts';

const { entries, lang } = workerData as TrainingOrder;
const startedAt = performance.now();

function train(): TrainingReport {
  try {
    const model = trainModel(entries, { lang });
    const bytes = serializeModel(model);
    return {
      ok: true,
      bytes,
      questions: model.questions.length,
      trainingMs: Math.round(performance.now() - startedAt),
    };
  } catch (error) {
    if (error instanceof KnowledgeError) return { ok: false, code: error.code };
    throw error;
  }
}

const report = train();
parentPort?.postMessage(report, report.ok ? [report.bytes.buffer as ArrayBuffer] : []);
