import { expect } from 'chai';
import { AppError, createFakeClock, type Actor } from '../../kernel/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { buildCore, skipOnStandIn, type Core } from '../../test/support/core.ts';
import { APPROVER, AUTHOR, buildArticle, buildInput } from '../test/build-article.ts';
import { ArticleService } from './article.service.ts';
import { listArticles, listCategories } from './article.view.ts';
import { findLiveAnswers, listLiveEntries, liveStamp } from './live.view.ts';

const AUDIT_OF = portable<{ id: string }, { action: string; actorId: string }>(
  'spec.audit_of_article',
  'SELECT action, actor_id FROM audit_event WHERE target_id = :id ORDER BY n',
  { params: { id: 'text' }, result: { action: 'text', actorId: 'text' } },
);
const EVENTS_OF = portable<{ id: string }, { type: string }>(
  'spec.events_of_article',
  'SELECT type FROM outbox_event WHERE event_key = :id ORDER BY position',
  { params: { id: 'text' }, result: { type: 'text' } },
);

describe('articles', () => {
  let core: Core;
  let service: ArticleService;
  const clock = createFakeClock();
  before(async () => {
    core = await buildCore({ clock });
    service = new ArticleService(core);
  });
  after(() => core.close());

  const parts = () => ({ uow: core.uow, service });
  const as = <T>(actor: Actor, work: Parameters<typeof core.uow.run<T>>[1]) => core.uow.run({ actor }, work);
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const live = (ids: string[], now = core.clock.now()) =>
    core.uow.read((db) => findLiveAnswers(db, ids, now));

  it('go live only after another person approved, and leave the whole way in the trail', async () => {
    const { id } = await buildArticle(parts(), { state: 'review' });
    expect((await live([id])).size).to.equal(0);
    const published = await as(APPROVER, (tx) => service.approve(tx, id));
    expect(published).to.include({ state: 'published', publishedVersion: 1, draftVersion: null });
    expect((await live([id])).get(id)).to.include({ version: 1, locale: 'zh-CN' });
    const trail = await core.uow.read((db) => db.all(AUDIT_OF, { id }));
    expect(trail.map(({ action }) => action)).to.deep.equal([
      'article.create',
      'article.submit',
      'article.approve',
      'article.publish',
    ]);
    expect(trail.map(({ actorId }) => actorId)).to.deep.equal([
      AUTHOR.id,
      AUTHOR.id,
      APPROVER.id,
      APPROVER.id,
    ]);
    expect(await core.uow.read((db) => db.all(EVENTS_OF, { id }))).to.deep.equal([
      { type: 'article.published' },
    ]);
  });

  it('are never approved by their author, whoever submitted them', async () => {
    const { id } = await buildArticle(parts(), { state: 'draft' });
    await as(APPROVER, (tx) => service.submit(tx, id));
    expect(await codeOf(as(AUTHOR, (tx) => service.approve(tx, id)))).to.equal('article.author_approves');
    expect((await live([id])).size).to.equal(0);
  });

  it('are never approved by a program', async () => {
    const { id } = await buildArticle(parts(), { state: 'review' });
    for (const type of ['token', 'system', 'os', 'robot'] as const) {
      const actor: Actor = { type, id: 'somebody-else' };
      expect(await codeOf(as(actor, (tx) => service.approve(tx, id)))).to.equal('article.author_approves');
    }
  });

  it('keep the live version while a new one is written, reviewed, and rejected', async () => {
    const { id } = await buildArticle(parts());
    const input = { ...buildInput({ answer: '新答案' }), reason: '费率调整' };
    const draft = await as(AUTHOR, (tx) => service.revise(tx, id, input));
    expect(draft).to.include({ state: 'draft', publishedVersion: 1, draftVersion: 2 });
    await as(AUTHOR, (tx) => service.submit(tx, id));
    await as(APPROVER, (tx) => service.reject(tx, id, '金额有误'));
    expect((await live([id])).get(id)?.version).to.equal(1);
    const { versions } = await core.uow.read((db) => service.get(db, id));
    expect(versions[0]).to.include({ versionNo: 2, state: 'draft', rejectedReason: '金额有误' });
    await as(AUTHOR, (tx) => service.submit(tx, id));
    await as(APPROVER, (tx) => service.approve(tx, id));
    expect((await live([id])).get(id)).to.include({ version: 2, answer: '新答案' });
    const after = await core.uow.read((db) => service.get(db, id));
    expect(after.versions.map(({ state }) => state)).to.deep.equal(['published', 'retired']);
  });

  it('are off at once when retired, and can come back only through another approval', async () => {
    const { id } = await buildArticle(parts());
    await as(AUTHOR, (tx) => service.retire(tx, id, '过期'));
    expect((await live([id])).size).to.equal(0);
    expect(await codeOf(as(AUTHOR, (tx) => service.submit(tx, id)))).to.equal('article.state_refused');
    await as(AUTHOR, (tx) => service.revise(tx, id, { ...buildInput(), reason: '恢复' }));
    expect((await live([id])).size).to.equal(0);
    await as(AUTHOR, (tx) => service.submit(tx, id));
    await as(APPROVER, (tx) => service.approve(tx, id));
    expect((await live([id])).get(id)?.version).to.equal(2);
  });

  it('are published once when two people approve at the same time', async () => {
    const { id } = await buildArticle(parts(), { state: 'review' });
    const third: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000e3' };
    const codes = await Promise.all(
      [APPROVER, third].map((actor) => codeOf(as(actor, (tx) => service.approve(tx, id)))),
    );
    expect(codes.filter((code) => code === 'none')).to.have.length(1);
    expect((await core.uow.read((db) => service.get(db, id))).article.publishedVersion).to.equal(1);
  });

  it('refuse a wording that another live article has, in any width or case', async () => {
    const taken = await buildArticle(parts(), {
      input: { question: 'Lost my Card?', similar: ['card gone'] },
    });
    const other = {
      input: { question: 'Where is it', similar: ['ＬＯＳＴ my card'] },
      state: 'draft' as const,
    };
    expect(await codeOf(buildArticle(parts(), other))).to.equal('article.question_taken');
    expect(await codeOf(buildArticle(parts(), { ...other, locale: 'en' }))).to.equal('none');
    await as(AUTHOR, (tx) => service.retire(tx, taken.id, '合并'));
    expect(await codeOf(buildArticle(parts(), other))).to.equal('none');
  });

  it('let only one of two drafts with the same wording go live', async () => {
    const input = { question: '两个草稿同一个问题', similar: [] };
    const [one, two] = [
      await buildArticle(parts(), { state: 'review', input }),
      await buildArticle(parts(), { state: 'review', input }),
    ];
    const codes = await Promise.all(
      [one, two].map(({ id }) => codeOf(as(APPROVER, (tx) => service.approve(tx, id)))),
    );
    expect(codes.sort()).to.deep.equal(['article.question_taken', 'none']);
  });

  it('are quoted only within their validity', async () => {
    const validFrom = '2026-03-01T00:00:00.000Z';
    const validTo = '2026-04-01T00:00:00.000Z';
    const { id } = await buildArticle(parts(), { input: { validFrom, validTo } });
    const cases: [string, number][] = [
      ['2026-02-28T23:59:59.999Z', 0],
      [validFrom, 1],
      ['2026-03-31T23:59:59.999Z', 1],
      [validTo, 0],
    ];
    for (const [at, count] of cases) expect((await live([id], new Date(at))).size, at).to.equal(count);
  });

  it('change the stamp and the entries of their language when they go live or off', async () => {
    const stamp = () => core.uow.read((db) => liveStamp(db, 'en', core.clock.now()));
    const before = await stamp();
    clock.advance(1_000);
    const { id } = await buildArticle(parts(), { locale: 'en', input: { question: 'A stamp question?' } });
    const between = await stamp();
    expect(between).not.to.equal(before);
    const entries = await core.uow.read((db) => listLiveEntries(db, 'en', core.clock.now()));
    expect(entries.find((entry) => entry.id === id)).to.include({ version: 1, riskLevel: 'normal' });
    await as(AUTHOR, (tx) => service.retire(tx, id, 'over'));
    expect(await stamp()).not.to.equal(between);
  });

  it('answer request.not_found for an unknown id', async () => {
    const id = core.ids.next();
    expect(await codeOf(core.uow.read((db) => service.get(db, id)))).to.equal('request.not_found');
    expect(await codeOf(as(AUTHOR, (tx) => service.submit(tx, id)))).to.equal('request.not_found');
  });

  it('have versions that not even SQL changes', async function () {
    skipOnStandIn(this);
    const { id } = await buildArticle(parts());
    const refusal = (sql: string) =>
      core.sql(sql, sql.includes('$1') ? [id] : []).then(
        () => 'none',
        (error: Error) => error.message,
      );
    const changes = [
      `UPDATE article_version SET answer = 'other' WHERE article_id = $1`,
      `UPDATE article_version SET similar_texts = '[]' WHERE article_id = $1`,
      `UPDATE article_version SET author_id = 'x' WHERE article_id = $1`,
      'DELETE FROM article_version WHERE article_id = $1',
      'TRUNCATE article_version',
    ];
    for (const sql of changes) expect(await refusal(sql), sql).to.contain('never changed');
    const selfApproved = 'UPDATE article_version SET approver_id = author_id WHERE article_id = $1';
    expect(await refusal(selfApproved)).to.contain('ck_article_version_eyes');
  });

  describe('in the list', () => {
    it('come last changed first, page by page, each once', async () => {
      const category = 'paging';
      const made: string[] = [];
      for (let i = 0; i < 7; i += 1) {
        if (i % 2 === 0) clock.advance(1_000);
        made.push((await buildArticle(parts(), { state: 'draft', input: { category } })).id);
      }
      const seen: string[] = [];
      let after: { at: Date; id: string } | undefined;
      for (;;) {
        const rows = await core.uow.read((db) => listArticles(db, { category }, { limit: 2, after }));
        seen.push(...rows.map(({ id }) => id));
        const last = rows.at(-1);
        if (!last || rows.length < 2) break;
        after = { at: last.updatedAt, id: last.id };
      }
      expect(seen).to.have.length(7);
      expect(new Set(seen)).to.deep.equal(new Set(made));
      expect(seen[0]).to.equal(made.at(-1));
    });

    it('are found by a part of the question or a wording, in any case, and never by a wildcard', async () => {
      const input = { category: 'search', question: 'How do I raise the LIMIT?', similar: ['提高额度100%'] };
      const { id } = await buildArticle(parts(), { state: 'draft', input });
      const find = async (q: string) =>
        (await core.uow.read((db) => listArticles(db, { q, category: 'search' }, { limit: 9 }))).map(
          (row) => row.id,
        );
      expect(await find('raise the limit')).to.deep.equal([id]);
      expect(await find('额度100%')).to.deep.equal([id]);
      expect(await find('r%limit')).to.deep.equal([]);
      expect(await find(`' OR 1=1 --`)).to.deep.equal([]);
    });

    it('are narrowed by state and language and counted by category', async () => {
      const category = 'counted';
      await buildArticle(parts(), { state: 'draft', input: { category } });
      await buildArticle(parts(), { input: { category }, locale: 'en' });
      const rows = await core.uow.read((db) =>
        listArticles(db, { state: 'published', locale: 'en', category }, { limit: 9 }),
      );
      expect(rows).to.have.length(1);
      const counts = (await core.uow.read(listCategories)).filter((row) => row.category === category);
      expect(counts).to.deep.equal([
        { category, locale: 'en', count: 1 },
        { category, locale: 'zh-CN', count: 1 },
      ]);
    });
  });
});
