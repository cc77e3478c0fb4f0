import type { AuditAction } from '../../../audit/index.ts';
import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { DatabaseConflict, type Db, type Tx } from '../../platform/persistence/index.ts';
import { countCases, removeRun } from '../regression/regression.repo.ts';
import type { ArticleRow, ArticleVersionRow } from './article.entity.ts';
import {
  endVersion,
  findArticle,
  findVersion,
  findWordingOwner,
  insertArticle,
  insertVersion,
  listVersions,
  moveVersion,
  replaceWordings,
  updateArticle,
} from './article.repo.ts';
import {
  ARTICLE_LIMITS,
  assertCan,
  checkContent,
  checkText,
  contentHash,
  searchTextOf,
  wordingKeys,
  type ArticleAct,
  type ArticleContent,
  type ArticleInput,
  type Locale,
} from './article.rules.ts';

/** An article with its newest versions, newest first. */
export interface ArticleWithVersions {
  article: ArticleRow;
  versions: ArticleVersionRow[];
}

/**
 * The life of articles: draft → review → approved → published → retired. Every version is written once and approved by another
 * person than its author. Each act records its audit entry; publishing and retiring emit an event for the robot.
 */
export class ArticleService {
  readonly #clock: Clock;
  readonly #ids: Ids;

  constructor(deps: { clock: Clock; ids: Ids }) {
    this.#clock = deps.clock;
    this.#ids = deps.ids;
  }

  /** The article and its versions; throws `request.not_found`. */
  async get(db: Db, id: string): Promise<ArticleWithVersions> {
    const article = await getArticle(db, id);
    return { article, versions: await listVersions(db, id) };
  }

  /**
   * A new article with a draft of version 1; `id` only for imports, which match articles by it.
   * Throws `request.invalid`, `article.question_taken`.
   */
  async create(tx: Tx, locale: Locale, input: ArticleInput, id = this.#ids.next()): Promise<ArticleRow> {
    const content = checkContent(input);
    await assertFree(tx, locale, id, content);
    const article: ArticleRow = {
      id,
      locale,
      ...headOf(content),
      state: 'draft',
      ownerId: tx.context.actor.id,
      publishedVersion: null,
      draftVersion: 1,
      lastVersion: 1,
      updatedAt: this.#clock.now(),
      version: 1,
    };
    await insertArticle(tx, article, this.#versionRow(tx, { article, content, reason: null }));
    record(tx, 'article.create', article);
    return article;
  }

  /** A new draft version; an open draft or review before it ends. The live version, if any, stays live. */
  async revise(tx: Tx, id: string, input: ArticleInput & { reason: string }): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'revise');
    const content = checkContent(input);
    const reason = checkText(input.reason, '/reason', ARTICLE_LIMITS.reason);
    await assertFree(tx, read.locale, id, content);
    if (read.draftVersion !== null) await endVersion(tx, id, read.draftVersion);
    const versionNo = read.lastVersion + 1;
    const article = await this.#write(tx, read, {
      ...headOf(content),
      state: 'draft',
      draftVersion: versionNo,
      lastVersion: versionNo,
    });
    await insertVersion(tx, this.#versionRow(tx, { article, content, reason }));
    record(tx, 'article.update', article);
    return article;
  }

  /** The author says the draft is ready for another person's eyes. */
  async submit(tx: Tx, id: string): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'submit');
    const draft = await getVersion(tx, id, read.draftVersion);
    await moveVersion(tx, { ...draft, state: 'review', rejectedReason: null });
    const article = await this.#write(tx, read, { state: 'review' });
    record(tx, 'article.submit', article);
    return article;
  }

  /**
   * A person other than the author approves the version in review. Without questions that guard the language it is
   * published at once; with them it waits for the gate. Throws `article.author_approves`, and `article.question_taken`
   * when another live article has a wording.
   */
  async approve(tx: Tx, id: string): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'approve');
    const version = await getVersion(tx, id, read.draftVersion);
    const { actor } = tx.context;
    if (actor.type !== 'account' || actor.id === version.authorId) {
      throw new AppError('article.author_approves');
    }
    const approved = { ...version, approverId: actor.id, approvedAt: this.#clock.now() };
    record(tx, 'article.approve', read, version.versionNo);
    if ((await countCases(tx, read.locale)) === 0) return this.#goLive(tx, read, approved, 'article.publish');
    const { question, similarTexts: similar } = version;
    await assertFree(tx, read.locale, id, { question, similar });
    await moveVersion(tx, { ...approved, state: 'approved' });
    await removeRun(tx, id, version.versionNo);
    const article = await this.#write(tx, read, { state: 'approved' });
    emit(tx, 'article.approved', article);
    return article;
  }

  /** The gate let the approved version through: from now on the robot may quote it. Throws `article.question_taken`. */
  async publish(tx: Tx, id: string): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'publish');
    return this.#goLive(tx, read, await getVersion(tx, id, read.draftVersion), 'article.publish');
  }

  /** Back to an earlier version that was approved, live with the next answer; an open draft ends. */
  async rollBack(tx: Tx, id: string, to: { version: number; reason: string }): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'rollBack');
    checkText(to.reason, '/reason', ARTICLE_LIMITS.reason);
    const version = await findVersion(tx, id, to.version);
    if (!version?.approverId || to.version === read.publishedVersion || to.version === read.draftVersion) {
      throw new AppError('article.state_refused', {
        details: { state: version?.state ?? '', act: 'rollBack' },
      });
    }
    if (read.draftVersion !== null) await endVersion(tx, id, read.draftVersion);
    return this.#goLive(tx, read, version, 'article.roll-back');
  }

  async #goLive(
    tx: Tx,
    read: ArticleRow,
    version: ArticleVersionRow,
    action: AuditAction,
  ): Promise<ArticleRow> {
    const { id, locale } = read;
    const { versionNo, similarTexts: similar } = version;
    const content = { ...version, similar, riskLevel: version.riskLevel as ArticleContent['riskLevel'] };
    await takeWordings(tx, { locale, keys: wordingKeys(content), articleId: id });
    if (read.publishedVersion !== null) await endVersion(tx, id, read.publishedVersion);
    await moveVersion(tx, { ...version, state: 'published' });
    const article = await this.#write(tx, read, {
      ...headOf(content),
      ...{ state: 'published', publishedVersion: versionNo, draftVersion: null },
    });
    record(tx, action, article, versionNo);
    emit(tx, 'article.published', article);
    return article;
  }

  /** The version in review goes back to its author, with the reason. */
  async reject(tx: Tx, id: string, reason: string): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'reject');
    const version = await getVersion(tx, id, read.draftVersion);
    const rejectedReason = checkText(reason, '/reason', ARTICLE_LIMITS.reason);
    await moveVersion(tx, { ...version, state: 'draft', rejectedReason });
    const article = await this.#write(tx, read, { state: 'draft' });
    record(tx, 'article.reject', article);
    return article;
  }

  /** Takes the article off at once, live version and draft alike; one person is enough, because it only removes. */
  async retire(tx: Tx, id: string, reason: string): Promise<ArticleRow> {
    const read = await this.#open(tx, id, 'retire');
    checkText(reason, '/reason', ARTICLE_LIMITS.reason);
    for (const versionNo of [read.publishedVersion, read.draftVersion]) {
      if (versionNo !== null) await endVersion(tx, id, versionNo);
    }
    await replaceWordings(tx, { locale: read.locale, keys: [], articleId: id });
    const article = await this.#write(tx, read, {
      state: 'retired',
      publishedVersion: null,
      draftVersion: null,
    });
    record(tx, 'article.retire', article, read.publishedVersion ?? undefined);
    emit(tx, 'article.retired', article);
    return article;
  }

  async #open(db: Db, id: string, act: ArticleAct): Promise<ArticleRow> {
    const article = await getArticle(db, id);
    assertCan(article.state, act);
    return article;
  }

  /** Writes the changed row unless somebody was faster: two approvals at once publish once. */
  async #write(tx: Tx, read: ArticleRow, change: Partial<ArticleRow>): Promise<ArticleRow> {
    const article = { ...read, ...change, updatedAt: this.#clock.now(), version: read.version + 1 };
    if (!(await updateArticle(tx, article, read.version))) throw new AppError('request.version_stale');
    return article;
  }

  #versionRow(
    tx: Tx,
    parts: { article: ArticleRow; content: ArticleContent; reason: string | null },
  ): ArticleVersionRow {
    const { article, content, reason } = parts;
    return {
      articleId: article.id,
      versionNo: article.lastVersion,
      state: 'draft',
      category: content.category,
      question: content.question,
      answer: content.answer,
      similarTexts: content.similar,
      riskLevel: content.riskLevel,
      validFrom: content.validFrom,
      validTo: content.validTo,
      authorId: tx.context.actor.id,
      reason,
      contentHash: contentHash(content),
      createdAt: this.#clock.now(),
      approverId: null,
      approvedAt: null,
      rejectedReason: null,
    };
  }
}

async function getArticle(db: Db, id: string): Promise<ArticleRow> {
  const article = await findArticle(db, id);
  if (!article) throw new AppError('request.not_found');
  return article;
}

async function getVersion(db: Db, id: string, versionNo: number | null): Promise<ArticleVersionRow> {
  const version = versionNo === null ? undefined : await findVersion(db, id, versionNo);
  if (!version) throw new Error(`Article ${id} lacks the version its state speaks of.`);
  return version;
}

/** What the article's row shows of its newest version. */
function headOf(content: ArticleContent) {
  return {
    category: content.category,
    question: content.question,
    searchText: searchTextOf(content),
    similarCount: content.similar.length,
    validFrom: content.validFrom,
    validTo: content.validTo,
  };
}

async function assertFree(
  tx: Tx,
  locale: string,
  articleId: string,
  content: Pick<ArticleContent, 'question' | 'similar'>,
): Promise<void> {
  const owner = await findWordingOwner(tx, { locale, keys: wordingKeys(content), articleId });
  if (owner !== undefined) throw new AppError('article.question_taken', { details: { articleId: owner } });
}

/** Makes the wordings live. The key decides between two approvals that cannot see each other yet. */
async function takeWordings(
  tx: Tx,
  wordings: { locale: string; keys: string[]; articleId: string },
): Promise<void> {
  const owner = await findWordingOwner(tx, wordings);
  if (owner !== undefined) throw new AppError('article.question_taken', { details: { articleId: owner } });
  try {
    await replaceWordings(tx, wordings);
  } catch (error) {
    if (!(error instanceof DatabaseConflict)) throw error;
    throw new AppError('article.question_taken', { cause: error });
  }
}

function record(tx: Tx, action: AuditAction, article: ArticleRow, versionNo = article.lastVersion): void {
  tx.record({
    action,
    outcome: 'ok',
    target: { type: 'article', id: article.id },
    details: { articleVersion: versionNo, locale: article.locale },
  });
}

function emit(
  tx: Tx,
  type: 'article.approved' | 'article.published' | 'article.retired',
  article: ArticleRow,
): void {
  const { id: articleId, locale, publishedVersion } = article;
  tx.emit({ type, key: articleId, payload: { articleId, locale, articleVersion: publishedVersion } });
}
