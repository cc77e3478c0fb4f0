import { AppError, SYSTEM_ACTOR } from '../../kernel/index.ts';
import type {
  Answered,
  JudgedCase,
  LiveEntry,
  LiveKnowledge,
  Locale,
  RegressionService,
  WaitingVersion,
} from '../../knowledge/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { loadModel, understand, type Model } from '../engine/index.ts';
import { LANG_OF, type ModelKeeper, type RobotLog } from './model-keeper.ts';
import { startTraining, type Training } from './training.ts';

/** What the gate is built from. */
export interface GateDeps {
  uow: UnitOfWork;
  live: LiveKnowledge;
  regression: RegressionService;
  log: RobotLog;
  workerUrl: URL;
}

/**
 * Judges approved versions before they are published: a model is trained as if the version were live, and both models are
 * asked every case. Nothing waits for it but the version: it is judged by the process that learns, and after a restart
 * again.
 */
export class RegressionGate {
  readonly #deps: GateDeps;
  #training: Training | undefined;
  #isStopped = false;

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  /** Judges what waits in a language, one version after the other, because each stands on those published before it. */
  async pass(keeper: ModelKeeper): Promise<void> {
    const { uow, regression, log } = this.#deps;
    const { locale } = keeper;
    const waiting = await uow.read((db) => regression.waiting(db, locale));
    for (const version of waiting) {
      if (this.#isStopped) return;
      try {
        await this.#judge(locale, keeper.current?.model, version);
      } catch (error) {
        if (error instanceof AppError && error.code === 'article.question_taken') {
          const { articleId, versionNo } = version;
          await uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
            regression.hold(tx, { articleId, versionNo, locale }),
          );
          continue;
        }
        if (!this.#isStopped) log.warn('robot.gate_failed', { locale, articleId: version.articleId, error });
        return;
      }
    }
  }

  /** Ends a training in progress. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#training?.stop();
  }

  async #judge(
    locale: Locale,
    today: Model | undefined,
    { articleId, versionNo, entry }: WaitingVersion,
  ): Promise<void> {
    const { uow, live, regression, log } = this.#deps;
    const [entries, cases] = await uow.read(async (db) => [
      await live.entries(db, locale),
      await regression.cases(db, locale),
    ]);
    const after = [...entries.filter(({ id }) => id !== articleId), entry].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    );
    const model = cases.length === 0 ? undefined : await this.#train(locale, after);
    const judged = cases.map(({ id, question, expectedId, isMust }): JudgedCase => {
      const about = { id, question, expectedId, isMust };
      return { ...about, before: ask(today, question), after: ask(model, question) };
    });
    const { isPassed } = await uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      regression.settle(tx, { articleId, versionNo, locale }, judged),
    );
    log.info('robot.gate', { locale, articleId, versionNo, isPassed, cases: cases.length });
  }

  async #train(locale: Locale, entries: readonly LiveEntry[]): Promise<Model> {
    const known = entries.map(({ id, question, similar, riskLevel }) => ({
      id,
      question,
      similar,
      riskLevel,
    }));
    this.#training = startTraining(this.#deps.workerUrl, { lang: LANG_OF[locale], entries: known });
    const report = await this.#training.report.finally(() => (this.#training = undefined));
    if (!report.ok) throw new Error(`The knowledge cannot be learned: ${report.code}.`);
    return loadModel(report.bytes);
  }
}

function ask(model: Model | undefined, question: string): Answered {
  if (!model) return { firstId: undefined, outcome: 'handoff' };
  const { outcome, candidates } = understand(model, question);
  return { outcome, firstId: candidates[0]?.id };
}
