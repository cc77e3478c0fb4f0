import type { Actor } from '../../kernel/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { ArticleRow } from '../articles/article.entity.ts';
import type { ArticleInput, Locale } from '../articles/article.rules.ts';
import type { ArticleService } from '../articles/article.service.ts';

/** Writes articles in tests. */
export const AUTHOR: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000e1' };
/** Approves them. */
export const APPROVER: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000e2' };

let count = 0;

/** Content of an article that collides with no other. */
export function buildInput(overrides: Partial<ArticleInput> = {}): ArticleInput {
  count += 1;
  return {
    category: 'card',
    question: `第${count}种卡怎么办理？`,
    similar: [`办第${count}种卡要什么`],
    answer: `请到网点办理第${count}种卡。`,
    riskLevel: 'normal',
    ...overrides,
  };
}

/** An article in the wanted state, through the normal life cycle. */
export async function buildArticle(
  deps: { uow: UnitOfWork; service: ArticleService },
  options: { state?: 'draft' | 'review' | 'published'; locale?: Locale; input?: Partial<ArticleInput> } = {},
): Promise<ArticleRow> {
  const { uow, service } = deps;
  const state = options.state ?? 'published';
  const draft = await uow.run({ actor: AUTHOR }, (tx) =>
    service.create(tx, options.locale ?? 'zh-CN', buildInput(options.input)),
  );
  if (state === 'draft') return draft;
  const review = await uow.run({ actor: AUTHOR }, (tx) => service.submit(tx, draft.id));
  if (state === 'review') return review;
  return uow.run({ actor: APPROVER }, (tx) => service.approve(tx, draft.id));
}
