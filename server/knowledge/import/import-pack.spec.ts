import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { ArticleService } from '../articles/article.service.ts';
import { findLiveAnswers, listLiveEntries } from '../articles/live.view.ts';
import { APPROVER, AUTHOR } from '../test/build-article.ts';
import { importPack } from './import-pack.ts';
import { parsePack, type Pack } from './pack.ts';

const PEOPLE = { author: AUTHOR, approver: APPROVER };

function buildPack(overrides: Partial<Pack> = {}): Pack {
  const article = (id: string) => ({
    id,
    category: 'card',
    question: `How does ${id} work?`,
    similar: [`tell me about ${id}`],
    answer: `${id} works well.`,
    riskLevel: 'normal' as const,
  });
  return {
    pack: 'small',
    locale: 'en',
    version: 1,
    articles: [article('alpha'), article('beta')],
    ...overrides,
  };
}

describe('packs', () => {
  let core: Core;
  let service: ArticleService;
  before(async () => {
    core = await buildCore();
    service = new ArticleService(core);
  });
  after(() => core.close());

  const run = (pack: Pack, people = PEOPLE) => importPack({ uow: core.uow, service }, pack, people);
  const liveCount = async (locale: string) =>
    (await core.uow.read((db) => listLiveEntries(db, locale, core.clock.now()))).length;

  const refusal = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  /** The same pack with ids and wordings of its own, so that no other test meets them. */
  const packOf = (name: string) => {
    const pack = buildPack({ pack: name });
    const rename = (text: string) => text.replace(/alpha|beta/, (word) => `${name} ${word}`);
    const articles = pack.articles.map((article) => ({
      ...article,
      question: rename(article.question),
      similar: article.similar.map(rename),
    }));
    return { ...pack, articles };
  };

  it('need two different accounts', async () => {
    const before = await liveCount('en');
    const alone = { author: AUTHOR, approver: AUTHOR };
    expect(await refusal(run(packOf('alone'), alone))).to.equal('article.author_approves');
    expect(await liveCount('en')).to.equal(before);
  });

  it('continue an import that was cut off before its approval', async () => {
    const before = await liveCount('en');
    await refusal(run(packOf('cut'), { author: AUTHOR, approver: AUTHOR }));
    expect(await run(packOf('cut'))).to.deep.equal({ created: 0, revised: 0, unchanged: 2 });
    expect((await liveCount('en')) - before).to.equal(2);
  });

  it('change nothing when imported again, and a changed article gets a new version', async () => {
    const pack = packOf('again');
    expect(await run(pack)).to.deep.equal({ created: 2, revised: 0, unchanged: 0 });
    expect(await run(pack)).to.deep.equal({ created: 0, revised: 0, unchanged: 2 });
    const [first, second] = pack.articles;
    const next = { ...pack, version: 2, articles: [{ ...first!, answer: 'Better now.' }, second!] };
    expect(await run(next)).to.deep.equal({ created: 0, revised: 1, unchanged: 1 });
    const entries = await core.uow.read((db) => listLiveEntries(db, 'en', core.clock.now()));
    const ids = entries.filter(({ question }) => question.includes('again')).map(({ id }) => id);
    const answers = [...(await core.uow.read((db) => findLiveAnswers(db, ids, core.clock.now()))).values()];
    expect(answers.map(({ answer, version }) => `${version} ${answer}`).sort()).to.deep.equal([
      '1 beta works well.',
      '2 Better now.',
    ]);
  });

  it('never bring back what people retired', async () => {
    const pack = buildPack({
      pack: 'gone',
      articles: [{ ...buildPack().articles[0]!, question: 'Gone?', similar: [] }],
    });
    await run(pack);
    const entries = await core.uow.read((db) => listLiveEntries(db, 'en', core.clock.now()));
    const { id } = entries.find(({ question }) => question === 'Gone?')!;
    await core.uow.run({ actor: AUTHOR }, (tx) => service.retire(tx, id, 'wrong'));
    expect((await run(pack)).unchanged).to.equal(1);
    expect((await core.uow.read((db) => findLiveAnswers(db, [id], core.clock.now()))).size).to.equal(0);
  });

  it('of the retail bank come in whole, in both languages', async () => {
    for (const name of ['bank-retail.zh.json', 'bank-retail.en.json']) {
      const pack = parsePack(readFileSync(new URL(`../packs/${name}`, import.meta.url), 'utf8'));
      const before = await liveCount(pack.locale);
      const result = await run(pack);
      expect(result.created, name).to.equal(pack.articles.length);
      expect((await liveCount(pack.locale)) - before).to.equal(pack.articles.length);
    }
  }).timeout(60_000);

  it('are refused with the place of the fault when the file is broken', () => {
    const good = buildPack();
    const article = good.articles[0]!;
    const broken: [string, unknown, string][] = [
      ['not JSON', undefined, ''],
      ['another language', { ...good, locale: 'fr' }, '/locale'],
      ['a repeated id', { ...good, articles: [article, article] }, '/articles'],
      ['a number as answer', { ...good, articles: [{ ...article, answer: 1 }] }, '/articles/0'],
      ['an unknown risk level', { ...good, articles: [{ ...article, riskLevel: 'low' }] }, '/articles/0'],
      ['no version', { ...good, version: undefined }, '/version'],
    ];
    for (const [what, value, at] of broken) {
      expect(() => parsePack(value === undefined ? '{' : JSON.stringify(value)), what)
        .to.throw(AppError)
        .with.nested.property('details.at', at);
    }
  });
});
