import { expect } from 'chai';
import { buildCore, type Core } from '../../test/support/core.ts';
import { AGENT, APPROVER, AUTHOR, buildRobot, TOPICS, type BuiltRobot } from '../test/build-robot.ts';

describe('the gate before publishing', function () {
  this.timeout(60_000);
  let core: Core;
  let built: BuiltRobot;
  const ids = new Map<string, string>();
  const WIRE = 'What is the wire transfer limit?';

  before(async () => {
    core = await buildCore();
    built = await buildRobot(core);
    for (const [question, similar] of Object.entries(TOPICS)) {
      ids.set(question, await built.publish('en', question, similar));
    }
    await built.robot.refresh();
  });
  after(async () => {
    await built.close();
    await core.close();
  });

  const service = () => built.knowledge.service;
  const as = <T>(actor: typeof AUTHOR, work: Parameters<typeof core.uow.run<T>>[1]) =>
    core.uow.run({ actor }, work);
  const guard = (question: string, expectedId: string | undefined, isMust: boolean) =>
    as(AUTHOR, (tx) => built.knowledge.regression.add(tx, { locale: 'en', question, expectedId, isMust }));
  const articleOf = (id: string) => core.uow.read((db) => service().get(db, id));
  async function approve(id: string, question: string, similar: string[]): Promise<void> {
    const content = { category: 'card', answer: `Answer to: ${question}`, question, similar };
    await as(AUTHOR, async (tx) => {
      await service().revise(tx, id, { ...content, reason: 'better' });
      await service().submit(tx, id);
    });
    await as(APPROVER, (tx) => service().approve(tx, id));
  }
  const judgementOf = async (id: string) =>
    (
      await core.sql(
        'SELECT is_passed, findings FROM regression_run WHERE article_id = $1 ORDER BY at DESC',
        [id],
      )
    )[0];

  it('lets a good version through, which is live with the next answer', async () => {
    const id = ids.get(WIRE)!;
    await guard('maximum wire amount', id, true);
    await guard('branch near me', ids.get('Where is the nearest branch?'), false);
    await guard('the colour of elephants', undefined, false);
    await approve(id, WIRE, [...TOPICS[WIRE]!, 'ceiling for wires']);
    expect((await articleOf(id)).article).to.include({ state: 'approved', publishedVersion: 1 });
    await built.robot.refresh();
    expect((await articleOf(id)).article).to.include({ state: 'published', publishedVersion: 2 });
    expect(await judgementOf(id)).to.include({ is_passed: 1 });
  });

  it('blocks a version that loses a must-case, keeps the live one, and lists what changed', async () => {
    const id = ids.get(WIRE)!;
    await approve(id, 'Colours of the mobile app', ['dark colours', 'bright app colours']);
    await built.robot.refresh();
    const { article } = await articleOf(id);
    expect(article).to.include({ state: 'approved', publishedVersion: 2 });
    const run = await judgementOf(id);
    expect(run).to.include({ is_passed: 0 });
    const findings = JSON.parse(run?.['findings'] as string) as {
      mustFailed: number;
      changed: { question: string }[];
    };
    expect(findings.mustFailed).to.equal(1);
    expect(findings.changed.map(({ question }) => question)).to.include('maximum wire amount');
    await built.robot.refresh();
    expect((await articleOf(id)).article.publishedVersion).to.equal(2);
  });

  it('judges anew when asked to, after the questions changed', async () => {
    const id = ids.get(WIRE)!;
    const [must] = await core.uow.read((db) => built.knowledge.regression.cases(db, 'en'));
    await as(APPROVER, (tx) => built.knowledge.regression.remove(tx, must!.id));
    await as(AUTHOR, (tx) => built.knowledge.regression.again(tx, id));
    const other = built.rebuild();
    await other.refresh();
    await other.stop();
    expect((await articleOf(id)).article).to.include({ state: 'published', publishedVersion: 3 });
  });

  it('has nothing to say when a version is rolled back: the answer is the old one at once', async () => {
    const id = ids.get(WIRE)!;
    const live = () => core.uow.read((db) => built.knowledge.live.answers(db, [id]));
    expect((await live()).get(id)?.version).to.equal(3);
    await as(APPROVER, (tx) => service().rollBack(tx, id, { version: 2, reason: 'wrong' }));
    expect((await live()).get(id)).to.include({ version: 2, question: WIRE, answer: `Answer to: ${WIRE}` });
    const draft = await as(APPROVER, (tx) =>
      service().rollBack(tx, id, { version: 2, reason: 'again' }),
    ).catch(({ code }: { code: string }) => code);
    expect(draft).to.equal('article.state_refused');
  });

  it('never quotes an article that was retired, on a process that has not learned it', async () => {
    const other = built.rebuild();
    await other.start();
    const question = 'How do I raise my overdraft?';
    await built.retire(ids.get(question)!);
    const conversation = await built.open();
    await built.ask(conversation, 'bigger overdraft');
    await built.relay.drain();
    const said = await built.history(conversation);
    await other.stop();
    expect(said.map(({ text }) => text).join('\n')).not.to.include(`Answer to: ${question}`);
  });

  it('refuses a question without letters, of another language, or for nobody', async () => {
    const add = (input: object) =>
      as(AGENT, (tx) =>
        built.knowledge.regression.add(tx, { locale: 'zh-CN', question: 'x', isMust: true, ...input }),
      ).catch(({ code }: { code: string }) => code);
    expect(await add({ question: '  ' })).to.equal('request.invalid');
    expect(await add({ question: 'x'.repeat(301) })).to.equal('request.invalid');
    expect(await add({ expectedId: core.ids.next() })).to.equal('request.invalid');
    expect(await add({ expectedId: ids.get(WIRE) })).to.equal('request.invalid');
    const masked = await as(AUTHOR, (tx) =>
      built.knowledge.regression.add(tx, { locale: 'zh-CN', question: '我的手机13800138000', isMust: false }),
    );
    expect(masked.question).not.to.include('13800138000');
  });
});
