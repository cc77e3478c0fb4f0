import { SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { LiveEntry, LiveKnowledge, Locale } from '../../knowledge/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { DatabaseConflict, type UnitOfWork } from '../../platform/persistence/index.ts';
import { loadModel, type Lang, type Model } from '../engine/index.ts';
import { findModel, findNewestModel, storeModel, type RobotModelRow } from './robot-model.entity.ts';
import { startTraining, type Training } from './training.ts';

/** The engine's language of a site's locale. */
export const LANG_OF: Record<Locale, Lang> = { 'zh-CN': 'zh', en: 'en' };

/** A model in use and what is known of it. */
export interface LiveModel {
  locale: Locale;
  model: Model;
  /** SHA-256 of its bytes, hex. */
  hash: string;
  /** SHA-256 of the articles it was trained on, hex. */
  knowledgeHash: string;
  articles: number;
  questions: number;
  trainedAt: Date;
  trainingMs: number;
}

/** `empty`: nothing is published in this language; `training`: no model yet; `ready`: answering, maybe learning again. */
export type KeeperState = 'empty' | 'training' | 'ready';

/** Where the robot reports what it learned; codes, counts, and hashes only. */
export interface RobotLog {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** What a keeper needs. */
export interface KeeperDeps {
  uow: UnitOfWork;
  live: LiveKnowledge;
  clock: Clock;
  log: RobotLog;
  workerUrl: URL;
  /** Whether this process is the one that learns; the others take what it stored. Default: it is. */
  mayLearn?(): Promise<boolean>;
}

/** Enters the knowledge hash: raised when the engine's training changes, so that stored models are made anew. */
const TRAINING_REVISION = 2;
/** A burst of approvals (an import) becomes one training. */
const DEBOUNCE_MS = 500;
/** How long after a failed training the same knowledge is tried again. */
const RETRY_MS = 60_000;

/**
 * Keeps the model of one language level with the published articles: trains in a thread when they changed, stores
 * the result, and swaps it in between two questions. The old model answers meanwhile.
 */
export class ModelKeeper {
  readonly locale: Locale;
  readonly #deps: KeeperDeps;
  #current: LiveModel | undefined;
  #hasArticles = true;
  #stamp: string | undefined;
  #refreshing: Promise<void> | undefined;
  #isRequested = false;
  #timer: NodeJS.Timeout | undefined;
  #training: Training | undefined;
  #failed: { knowledgeHash: string; atMs: number } | undefined;
  #isStopped = false;

  constructor(locale: Locale, deps: KeeperDeps) {
    this.locale = locale;
    this.#deps = deps;
  }

  /** The model that answers now, if any. */
  get current(): LiveModel | undefined {
    return this.#current;
  }

  get state(): KeeperState {
    if (!this.#hasArticles) return 'empty';
    return this.#current ? 'ready' : 'training';
  }

  /** Takes the model stored last, so that a restarted server answers at once; learning what changed comes after. */
  async restore(): Promise<void> {
    const { uow, live } = this.#deps;
    const stamp = await uow.read((db) => live.stamp(db, this.locale));
    this.#hasArticles = !stamp.startsWith('0/');
    if (!this.#hasArticles) return;
    const row = await uow.read((db) => findNewestModel(db, this.locale));
    if (row) this.#use(row, Buffer.from(row.bytesBase64, 'base64'));
  }

  /** Says that articles changed; the refresh comes half a second after the last of a burst. */
  request(): void {
    this.#isRequested = true;
    if (this.#isStopped) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), DEBOUNCE_MS);
  }

  /** Looks whether the knowledge changed and learns it; calls during a refresh wait for one more after it. */
  async refresh(): Promise<void> {
    while (!this.#isStopped) {
      if (this.#refreshing) {
        await this.#refreshing;
        continue;
      }
      this.#isRequested = false;
      this.#refreshing = this.#learn()
        .catch((error: unknown) => {
          this.#stamp = undefined;
          if (!this.#isStopped) this.#deps.log.warn('robot.refresh_failed', { locale: this.locale, error });
        })
        .finally(() => {
          this.#refreshing = undefined;
        });
      await this.#refreshing;
      if (!this.#isRequested) return;
    }
  }

  /** Ends a training in progress; the model in use stays readable. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#training?.stop();
    await this.#refreshing;
  }

  async #learn(): Promise<void> {
    const { uow, live, clock } = this.#deps;
    const stamp = await uow.read((db) => live.stamp(db, this.locale));
    if (stamp === this.#stamp) return;
    const entries = await uow.read((db) => live.entries(db, this.locale));
    this.#hasArticles = entries.length > 0;
    if (entries.length === 0) {
      this.#current = undefined;
      this.#stamp = stamp;
      return;
    }
    const knowledgeHash = hashKnowledge(this.locale, entries);
    if (knowledgeHash !== this.#current?.knowledgeHash) {
      const failed = this.#failed;
      if (failed?.knowledgeHash === knowledgeHash && clock.now().getTime() - failed.atMs < RETRY_MS) return;
      const stored = await uow.read((db) => findModel(db, this.locale, knowledgeHash));
      if (!stored || !this.#use(stored, Buffer.from(stored.bytesBase64, 'base64'))) {
        if ((await this.#deps.mayLearn?.()) === false) return;
        await this.#train(entries, knowledgeHash);
      }
    }
    this.#stamp = stamp;
  }

  async #train(entries: LiveEntry[], knowledgeHash: string): Promise<void> {
    if (this.#isStopped) return;
    const { uow, clock, log, workerUrl } = this.#deps;
    const { locale } = this;
    const order = {
      lang: LANG_OF[locale],
      entries: entries.map(({ id, question, similar, riskLevel }) => ({ id, question, similar, riskLevel })),
    };
    this.#training = startTraining(workerUrl, order);
    const report = await this.#training.report
      .catch((error: unknown) => {
        this.#failed = { knowledgeHash, atMs: clock.now().getTime() };
        throw error;
      })
      .finally(() => (this.#training = undefined));
    if (!report.ok) {
      this.#failed = { knowledgeHash, atMs: clock.now().getTime() };
      throw new Error(`The knowledge cannot be learned: ${report.code}.`);
    }
    const bytes = Buffer.from(report.bytes.buffer, report.bytes.byteOffset, report.bytes.byteLength);
    const about = {
      locale,
      knowledgeHash,
      modelHash: sha256(bytes).toString('hex'),
      articleCount: entries.length,
      questionCount: report.questions,
      trainingMs: report.trainingMs,
      trainedAt: clock.now(),
    };
    this.#use(about, bytes);
    log.info('robot.trained', { ...about, sizeBytes: bytes.length });
    await this.#store(uow, { ...about, bytesBase64: bytes.toString('base64') });
  }

  /** Another process may have stored the same model meanwhile: then there is nothing to do. */
  async #store(uow: UnitOfWork, row: RobotModelRow): Promise<void> {
    const { locale, knowledgeHash, modelHash, articleCount, questionCount, trainingMs } = row;
    try {
      await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        await storeModel(tx, row);
        tx.record({
          action: 'robot.train',
          outcome: 'ok',
          target: { type: 'robot-model', id: modelHash },
          details: { locale, knowledgeHash, articleCount, questionCount, trainingMs },
        });
      });
    } catch (error) {
      if (!(error instanceof DatabaseConflict)) throw error;
    }
  }

  /** Puts a model in use; false when its bytes are of another layout or damaged. */
  #use(about: Omit<RobotModelRow, 'bytesBase64'>, bytes: Uint8Array): boolean {
    const { locale, log } = { locale: this.locale, log: this.#deps.log };
    let model: Model;
    try {
      model = loadModel(bytes);
    } catch (error) {
      log.warn('robot.model_unreadable', { locale, modelHash: about.modelHash, error });
      return false;
    }
    this.#current = {
      locale,
      model,
      hash: about.modelHash,
      knowledgeHash: about.knowledgeHash,
      articles: about.articleCount,
      questions: about.questionCount,
      trainedAt: about.trainedAt,
      trainingMs: about.trainingMs,
    };
    return true;
  }
}

function hashKnowledge(locale: string, entries: LiveEntry[]): string {
  const parts = entries.map(({ id, question, similar, riskLevel }) => [id, question, similar, riskLevel]);
  return sha256(JSON.stringify([TRAINING_REVISION, locale, parts])).toString('hex');
}
