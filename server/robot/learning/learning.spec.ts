import { expect } from 'chai';
import { AppError, createFakeClock, wholeScope, type Actor } from '../../kernel/index.ts';
import type { AnyRoute, RequestContext } from '../../platform/http/index.ts';
import type { JobContext } from '../../platform/jobs/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { AGENT, APPROVER, AUTHOR, buildRobot, TOPICS, type BuiltRobot } from '../test/build-robot.ts';
import { LEARNING_JOB } from './learning.job.ts';

const NO_BYTES = (async function* (): AsyncGenerator<Buffer> {})();
const HOUR_MS = 3_600_000;
const PROPOSALS = '/api/v1/robot/proposals';
const SIMILAR = '/api/v1/conversations/:id/similar-questions';

interface Proposal {
  id: string;
  kind: string;
  source: string;
  articleId: string | null;
  questions: string[];
  reply: string | null;
  version: number;
}

describe('learning from conversations', function () {
  this.timeout(60_000);
  let core: Core;
  let built: BuiltRobot;
  const clock = createFakeClock();
  const articles = new Map<string, string>();

  before(async () => {
    core = await buildCore({ clock });
    built = await buildRobot(core);
    for (const [question, similar] of Object.entries(TOPICS)) {
      articles.set(question, await built.publish('en', question, similar));
    }
    await built.robot.refresh();
  });
  after(async () => {
    await built.close();
    await core.close();
  });

  async function call(
    method: string,
    path: string,
    options: { id?: string; body?: object; query?: object; actor?: Actor; version?: number } = {},
  ) {
    const route = built.robot.routes.find((row) => row.method === method && row.path === path) as AnyRoute;
    const given = options.actor ?? AUTHOR;
    const actor: Actor = { ...given, scope: wholeScope(given.id) };
    const context = { actor, permissions: new Set<string>() } as unknown as RequestContext;
    const input = {
      params: { id: options.id },
      query: options.query ?? {},
      body: options.body ?? {},
      version: options.version ?? 0,
    };
    const prepared = await route.prepare?.({ ...input, prepared: undefined }, context, NO_BYTES);
    return core.uow.run({ actor }, (tx) => route.handler(tx, { ...input, prepared }, context));
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => (error instanceof AppError ? error.code : String(error)),
    );
  const open = async () => ((await call('GET', PROPOSALS)) as { items: Proposal[] }).items;
  const decide = (proposal: Proposal, act: 'accept' | 'reject', body?: object) =>
    call('POST', `${PROPOSALS}/:id/${act}`, {
      id: proposal.id,
      version: proposal.version,
      ...(body && { body }),
    });
  async function runNight(): Promise<unknown> {
    const kind = built.robot.jobKinds.find((row) => row.kind === LEARNING_JOB)!;
    const context = {
      jobId: core.ids.next(),
      signal: new AbortController().signal,
      state: undefined,
      checkpoint: async () => undefined,
      now: () => core.clock.now(),
    } as unknown as JobContext;
    return kind.run(context, null);
  }
  async function askAndReply(text: string) {
    const conversation = await built.open();
    const seq = await built.ask(conversation, text);
    await built.relay.drain();
    return { conversation, seq };
  }

  it("takes an agent's word for what a message means, once, masked, as a draft for another person", async () => {
    const { conversation, seq } = await askAndReply('my pin for phone 13812345678 is blocked again');
    const articleId = articles.get('How do I reset my password?')!;
    const body = { articleId, messageSeq: seq };
    await call('POST', SIMILAR, { id: conversation.id, body, actor: AGENT });
    const again = call('POST', SIMILAR, { id: conversation.id, body, actor: AGENT });
    expect(await codeOf(again)).to.equal('proposal.exists');
    const [proposal] = await open();
    expect(proposal).to.include({ kind: 'similar', source: 'agent', articleId });
    expect(proposal!.questions.join()).to.contain('is blocked again').and.not.to.contain('13812345678');
    await decide(proposal!, 'accept', { question: 'my pin is blocked' });
    const { article, versions } = await core.uow.read((db) => built.knowledge.service.get(db, articleId));
    expect(article).to.include({ state: 'draft', publishedVersion: 1 });
    expect(versions[0]!.similarTexts).to.include('my pin is blocked');
    expect(versions[0]!.similarTexts).to.include('forgot my password');
    expect(await open()).to.deep.equal([]);
    expect(await codeOf(decide(proposal!, 'reject'))).to.equal('request.version_stale');
    await core.uow.run({ actor: AUTHOR }, (tx) => built.knowledge.service.submit(tx, articleId));
    await core.uow.run({ actor: APPROVER }, (tx) => built.knowledge.service.approve(tx, articleId));
  });

  it('refuses a message that is not there or is not the requester’s, and an unknown article', async () => {
    const { conversation, seq } = await askAndReply('overdraft please');
    const articleId = articles.get('How do I raise my overdraft?')!;
    for (const body of [
      { articleId, messageSeq: 99 },
      { articleId, messageSeq: seq + 1 },
      { articleId: core.ids.next(), messageSeq: seq },
    ]) {
      expect(await codeOf(call('POST', SIMILAR, { id: conversation.id, body, actor: AGENT }))).to.equal(
        'request.not_found',
      );
    }
  });

  it('proposes at night what nobody wrote an article for, with what its acceptance would change', async () => {
    for (const text of [
      'do you sell travel insurance',
      'travel insurance do you sell it',
      'do you sell any travel insurance',
    ]) {
      await askAndReply(text);
    }
    clock.advance(2 * HOUR_MS);
    await built.robot.refresh();
    expect(await runNight()).to.have.property('en');
    const cluster = (await open()).find(({ kind }) => kind === 'article');
    expect(cluster?.questions).to.have.length(3);
    expect(await codeOf(decide(cluster!, 'accept', { question: 'Do you sell travel insurance?' }))).to.equal(
      'request.invalid',
    );
    await decide(cluster!, 'accept', {
      question: 'Do you sell travel insurance?',
      answer: 'Yes, in the app.',
    });
    const batches = (await call('GET', '/api/v1/robot/learning')) as { items: { proposalCount: number }[] };
    expect(batches.items[0]!.proposalCount).to.be.above(0);
    for (const proposal of await open()) await decide(proposal, 'reject');
    expect(await open()).to.deep.equal([]);
    await runNight();
    expect(await open(), 'a second night proposes nothing twice').to.deep.equal([]);
  });

  it('reads what a closed conversation blames, once, and reports it with the mood', async () => {
    const conversation = await built.open();
    await built.ask(conversation, 'I waited for three hours, this is ridiculous!');
    await built.relay.drain();
    await built.conversations.close({ actor: AGENT }, conversation.id, true);
    await built.relay.drain();
    await built.relay.drain();
    const report = (await call('GET', '/api/v1/reports/opinions')) as {
      aspects: { aspect: string; blame: number }[];
      moods: { conversations: number; firstMean: number };
    };
    expect(report.aspects).to.deep.include({ aspect: 'waiting', praise: 0, blame: 1 });
    expect(report.moods.conversations).to.equal(1);
    expect(report.moods.firstMean).to.be.below(0);
  });

  it('hints at the approved opening for a feeling, never says it itself, and measures its effect', async () => {
    const id = await built.publish('en', 'Opening for anger', [], { category: 'calming.anger' });
    await built.robot.refresh();
    const conversation = await built.open();
    await built.ask(conversation, 'This is unacceptable, I am furious about my overdraft!');
    await built.relay.drain();
    const path = '/api/v1/conversations/:id/suggestions';
    const help = (await call('GET', path, { id: conversation.id, actor: AGENT })) as {
      items: { articleId: string }[];
      mood: { emotion: string; last: number };
      opening: { articleId: string; text: string };
    };
    expect(help.mood).to.include({ emotion: 'anger' });
    expect(help.opening).to.deep.include({ articleId: id, text: 'Answer to: Opening for anger' });
    expect(help.items.map(({ articleId }) => articleId)).not.to.include(id);
    const body = { articleId: id, outcome: 'used' };
    await call('POST', path, { id: conversation.id, body, actor: AGENT });
    await built.conversations.close({ actor: AGENT }, conversation.id, true);
    await built.relay.drain();
    await built.relay.drain();
    const { calming } = (await call('GET', '/api/v1/reports/opinions')) as {
      calming: { isCalmed: boolean; conversations: number }[];
    };
    expect(calming.find(({ isCalmed }) => isCalmed)?.conversations).to.equal(1);
    const adoption = (await call('GET', '/api/v1/reports/assist')) as {
      total: { shown: number; used: number };
      articles: { id: string; question: string; rate: number }[];
      agents: { id: string; used: number }[];
    };
    expect(adoption.total.used).to.equal(1);
    expect(adoption.articles.find((row) => row.id === id)).to.include({
      question: 'Opening for anger',
      rate: 1,
    });
    expect(adoption.agents.find((row) => row.id === AGENT.id)?.used).to.equal(1);
  });
});
