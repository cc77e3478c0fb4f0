import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { findArticle, findVersion } from '../articles/article.repo.ts';
import { ARTICLE_LIMITS, checkText, type Locale } from '../articles/article.rules.ts';
import type { ArticleService } from '../articles/article.service.ts';
import type { LiveEntry } from '../articles/live.view.ts';
import type { RiskLevel } from '../articles/article.entity.ts';
import type { RegressionCaseRow, RegressionRunRow } from './regression.entity.ts';
import {
  CASES_MAX,
  countCases,
  insertCase,
  listCases,
  listWaiting,
  removeCase,
  removeRun,
  writeRun,
} from './regression.repo.ts';
import { judge, type JudgedCase } from './regression.rules.ts';

/** An approved version that waits for the gate, as the robot would learn it. */
export interface WaitingVersion {
  articleId: string;
  versionNo: number;
  entry: LiveEntry;
}

/** Versions judged in one go; the others wait for the next. */
const WAITING_AT_ONCE = 20;

/** The questions that guard publishing, and the gate's judgements. */
export class RegressionService {
  readonly #clock: Clock;
  readonly #ids: Ids;
  readonly #articles: ArticleService;

  constructor(deps: { clock: Clock; ids: Ids; articles: ArticleService }) {
    this.#clock = deps.clock;
    this.#ids = deps.ids;
    this.#articles = deps.articles;
  }

  /** Adds a case; what may identify a person in it is masked. Throws `request.invalid`, `regression.too_many`. */
  async add(
    tx: Tx,
    input: { locale: Locale; question: string; expectedId?: string | undefined; isMust: boolean },
  ): Promise<RegressionCaseRow> {
    const question = maskText(checkText(input.question, '/question', ARTICLE_LIMITS.question));
    const { locale, expectedId = null, isMust } = input;
    const article = expectedId === null ? undefined : await findArticle(tx, expectedId);
    if (expectedId !== null && article?.locale !== locale) {
      throw new AppError('request.invalid', {
        details: { in: 'body', at: '/expectedId', problem: 'unknown' },
      });
    }
    if ((await countCases(tx, locale)) >= CASES_MAX) throw new AppError('regression.too_many');
    const about = { authorId: tx.context.actor.id, createdAt: this.#clock.now() };
    const row = { id: this.#ids.next(), locale, question, expectedId, isMust, ...about };
    await insertCase(tx, row);
    tx.record({ action: 'regression.add', outcome: 'ok', target: { type: 'regression-case', id: row.id } });
    return row;
  }

  /** Takes a case away. Throws `request.not_found`. */
  async remove(tx: Tx, id: string): Promise<void> {
    if (!(await removeCase(tx, id))) throw new AppError('request.not_found');
    tx.record({ action: 'regression.remove', outcome: 'ok', target: { type: 'regression-case', id } });
  }

  /** Every case of a language, oldest first. */
  cases(db: Db, locale: string): Promise<RegressionCaseRow[]> {
    return listCases(db, locale);
  }

  /** Approved versions that wait for their judgement. */
  async waiting(db: Db, locale: string): Promise<WaitingVersion[]> {
    const found = await listWaiting(db, locale, WAITING_AT_ONCE);
    const read = found.map(async ({ articleId, versionNo }) => {
      const version = await findVersion(db, articleId, versionNo);
      if (!version) return [];
      const { question, similarTexts: similar, riskLevel } = version;
      const entry = {
        id: articleId,
        version: versionNo,
        question,
        similar,
        riskLevel: riskLevel as RiskLevel,
      };
      return [{ articleId, versionNo, entry }];
    });
    return (await Promise.all(read)).flat();
  }

  /** Keeps the judgement of an approved version and publishes it when it passed. */
  async settle(
    tx: Tx,
    which: { articleId: string; versionNo: number; locale: string },
    cases: readonly JudgedCase[],
  ): Promise<RegressionRunRow> {
    const { isPassed, findings } = judge(cases);
    const run = { ...which, isPassed, caseCount: cases.length, findings, at: this.#clock.now() };
    await writeRun(tx, run);
    tx.record({
      action: 'regression.judge',
      outcome: isPassed ? 'ok' : 'refused',
      target: { type: 'article', id: which.articleId },
      details: { articleVersion: which.versionNo, cases: cases.length, changed: findings.changed.length },
    });
    if (isPassed) await this.#articles.publish(tx, which.articleId);
    return run;
  }

  /** Keeps that the version cannot be published because another article took a wording of it meanwhile. */
  async hold(tx: Tx, which: { articleId: string; versionNo: number; locale: string }): Promise<void> {
    const { findings } = judge([]);
    await writeRun(tx, { ...which, isPassed: false, caseCount: 0, findings, at: this.#clock.now() });
    tx.record({
      ...{ action: 'regression.judge', outcome: 'refused', target: { type: 'article', id: which.articleId } },
      details: { articleVersion: which.versionNo, why: 'question_taken' },
    });
  }

  /** Has the approved version judged anew, after its cases or other articles changed. Throws `article.state_refused`. */
  async again(tx: Tx, articleId: string): Promise<void> {
    const article = await findArticle(tx, articleId);
    if (!article) throw new AppError('request.not_found');
    if (article.state !== 'approved' || article.draftVersion === null) {
      throw new AppError('article.state_refused', { details: { state: article.state, act: 'judge' } });
    }
    await removeRun(tx, articleId, article.draftVersion);
    tx.record({ action: 'regression.again', outcome: 'ok', target: { type: 'article', id: articleId } });
  }
}
