import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { buildRobot, type BuiltRobot } from '../test/build-robot.ts';
import { understand } from '../engine/index.ts';
import { ModelKeeper, type KeeperDeps } from './model-keeper.ts';

const MODELS = portable<{ locale: string }, { modelHash: string; knowledgeHash: string }>(
  'spec.robot_models',
  'SELECT model_hash, knowledge_hash FROM robot_model WHERE locale = :locale ORDER BY trained_at, model_hash',
  { params: { locale: 'text' }, result: { modelHash: 'text', knowledgeHash: 'text' } },
);
const WORKER = new URL('../test/training-worker.mjs', import.meta.url);

describe('the keeper of a model', function () {
  this.timeout(60_000);
  let core: Core;
  let built: BuiltRobot;
  const clock = createFakeClock();
  const keepers: ModelKeeper[] = [];

  before(async () => {
    core = await buildCore({ clock });
    built = await buildRobot(core);
  });
  afterEach(async () => {
    for (const keeper of keepers.splice(0)) await keeper.stop();
  });
  after(async () => {
    await built.close();
    await core.close();
  });

  function build(overrides: Partial<KeeperDeps> = {}) {
    const deps = { uow: core.uow, live: built.knowledge.live, clock, log: QUIET_LOG, workerUrl: WORKER };
    const keeper = new ModelKeeper('en', { ...deps, ...overrides });
    keepers.push(keeper);
    return keeper;
  }
  let count = 0;
  const publish = () => {
    count += 1;
    clock.advance(1_000);
    return built.publish('en', `Where is counter number ${count}?`, [`counter ${count} place`]);
  };
  const stored = () => core.uow.read((db) => db.all(MODELS, { locale: 'en' }));

  it('has nothing to say while nothing is published', async () => {
    const keeper = build();
    expect(keeper.state).to.equal('training');
    await keeper.refresh();
    expect(keeper.state).to.equal('empty');
    expect(keeper.current).to.equal(undefined);
  });

  it('learns what is published and keeps its own model until the next is there', async () => {
    await publish();
    await publish();
    const keeper = build();
    await keeper.refresh();
    const first = keeper.current!;
    expect(first).to.include({ articles: 2, questions: 4 });
    await publish();
    const learning = keeper.refresh();
    expect(keeper.current).to.equal(first);
    expect(understand(first.model, 'counter 1 place').outcome).to.equal('answer');
    await learning;
    expect(keeper.current).to.include({ articles: 3 });
  });

  it('takes the stored model instead of learning the same again', async () => {
    const keeper = build();
    await keeper.refresh();
    const models = await stored();
    const second = build({ workerUrl: new URL('file:///nowhere/none.mjs') });
    await second.refresh();
    expect(second.current?.hash).to.equal(keeper.current?.hash);
    expect(await stored()).to.deep.equal(models);
  });

  it('answers from the model stored last right after a restart, also when knowledge changed', async () => {
    const keeper = build();
    await keeper.refresh();
    await publish();
    const restarted = build();
    await restarted.restore();
    expect(restarted.state).to.equal('ready');
    expect(restarted.current?.hash).to.equal(keeper.current?.hash);
  });

  it('does not learn again when only an answer changed', async () => {
    const id = await publish();
    const keeper = build();
    await keeper.refresh();
    const before = keeper.current;
    clock.advance(1_000);
    const { versions } = await core.uow.read((db) => built.knowledge.service.get(db, id));
    const { question, similarTexts: similar, category } = versions[0]!;
    const author = { actor: { type: 'account' as const, id: 'author-2' } };
    await core.uow.run(author, async (tx) => {
      const input = { question, similar, category, answer: 'Upstairs.', reason: 'moved' };
      await built.knowledge.service.revise(tx, id, input);
      await built.knowledge.service.submit(tx, id);
    });
    await core.uow.run({ actor: { type: 'account', id: 'approver-2' } }, (tx) =>
      built.knowledge.service.approve(tx, id),
    );
    await keeper.refresh();
    expect(keeper.current).to.equal(before);
  });

  it('keeps answering when a training fails, and tries the same knowledge again only later', async () => {
    const keeper = build();
    await keeper.refresh();
    const before = keeper.current;
    await publish();
    let attempts = 0;
    const log = { ...QUIET_LOG, warn: () => (attempts += 1) };
    const broken = build({ workerUrl: new URL('file:///nowhere/none.mjs'), log });
    await broken.restore();
    await broken.refresh();
    await broken.refresh();
    expect(attempts).to.equal(1);
    expect(broken.current?.hash).to.equal(before?.hash);
    clock.advance(61_000);
    await broken.refresh();
    expect(attempts).to.equal(2);
  });

  it('learns again when the stored bytes are damaged', async () => {
    const keeper = build();
    await keeper.refresh();
    const damage = `UPDATE robot_model SET bytes_base64 = 'AAAA' WHERE model_hash = '${keeper.current!.hash}'`;
    await core.database.source.query(damage);
    const second = build();
    await second.restore();
    await second.refresh();
    expect(second.current?.hash).to.equal(keeper.current?.hash);
    const third = build({ workerUrl: new URL('file:///nowhere/none.mjs') });
    await third.refresh();
    expect(third.current?.hash).to.equal(keeper.current?.hash);
  });

  it('keeps few models and forgets its own when everything is retired', async () => {
    const ids = [];
    const keeper = build();
    for (let i = 0; i < 4; i += 1) {
      ids.push(await publish());
      await keeper.refresh();
    }
    expect((await stored()).length).to.equal(4);
    const entries = await core.uow.read((db) => built.knowledge.live.entries(db, 'en'));
    for (const { id } of entries) await built.retire(id);
    await keeper.refresh();
    expect(keeper.state).to.equal('empty');
  });

  it('ends a training when it is stopped', async () => {
    await publish();
    const keeper = build();
    const learning = keeper.refresh();
    await keeper.stop();
    await learning;
    expect(keeper.current).to.equal(undefined);
  });
});
