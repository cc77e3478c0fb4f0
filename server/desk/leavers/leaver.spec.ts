import { expect } from 'chai';
import { ROOT_UNIT_ID, SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { JobContext } from '../../platform/jobs/index.ts';
import { buildDesk, GROUPS, PEOPLE, type Desk } from '../test/build-desk.ts';
import { leaverJob, type LeaverParams } from './leaver.job.ts';
import { countOpenWork, unitsOfWork } from './leaver.repo.ts';

type State = { conversations: number; tickets: number };

describe('the work of somebody who left', () => {
  let desk: Desk;
  const { lin, chen } = PEOPLE;

  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());

  const contextOf = (checkpoints: State[], state?: State): JobContext<State> => ({
    jobId: 'spec',
    actor: SYSTEM_ACTOR,
    signal: new AbortController().signal,
    state,
    now: () => desk.core.clock.now(),
    checkpoint: async (kept) => void checkpoints.push(kept),
  });
  const run = async (
    params: Omit<LeaverParams, 'accountId'>,
    context = contextOf([]),
    staff = desk.staff,
  ) => {
    const { uow, clock, ids } = desk.core;
    const deps = { uow, clock, ids, staff, conversations: desk.service };
    return leaverJob(deps).run(context, { accountId: lin.id, ...params });
  };
  const open = (id: string) => desk.core.uow.read((db) => countOpenWork(db, id));
  /** Conversations and tickets in Lin's hands. */
  const give = async (count: { conversations: number; tickets: number }) => {
    const conversations: string[] = [];
    for (let index = 0; index < count.conversations; index += 1) {
      const { id } = await desk.buildConversation({ skillGroupId: GROUPS.cards.id, texts: ['你好'] });
      await desk.service.requestHandover({ actor: SYSTEM_ACTOR }, id, 'asked');
      await desk.service.assign(id, lin.id);
      conversations.push(id);
    }
    const tickets: string[] = [];
    for (let index = 0; index < count.tickets; index += 1) {
      const made = (await desk.call('lin', 'POST /tickets', {
        body: { subject: '换卡', description: '进度' },
      })) as { id: string; version: number };
      await desk.call('lin', 'PATCH /tickets/:id', {
        params: { id: made.id },
        body: { assigneeId: lin.id },
        version: made.version,
      });
      tickets.push(made.id);
    }
    return { conversations, tickets };
  };

  it('goes to the colleague who was named, every piece in the trail with its reason', async () => {
    const { conversations } = await give({ conversations: 3, tickets: 2 });
    expect(await open(lin.id)).to.deep.equal({ conversations: 3, tickets: 2 });
    const checkpoints: State[] = [];
    const result = await run({ toAccountId: chen.id, toSkillGroupId: null }, contextOf(checkpoints));
    expect(result).to.deep.equal({ conversations: 3, tickets: 2 });
    expect([await open(lin.id), await open(chen.id)]).to.deep.equal([
      { conversations: 0, tickets: 0 },
      { conversations: 3, tickets: 2 },
    ]);
    expect((await desk.owners.get(conversations[0] as string)).assigneeId).to.equal(chen.id);
    const entries = (await desk.audit(8)).filter(({ body }) => body.includes('agent-left'));
    expect(entries.map(({ action }) => action).sort()).to.deep.equal([
      'conversation.handover',
      'conversation.handover',
      'conversation.handover',
      'ticket.assign',
      'ticket.assign',
    ]);
    expect(checkpoints.at(-1)).to.deep.equal({ conversations: 3, tickets: 2 });
  });

  it('goes to the queue of a skill group, with its place kept', async () => {
    const { conversations, tickets } = await give({ conversations: 1, tickets: 1 });
    const before = await desk.owners.get(conversations[0] as string);
    await run({ toAccountId: null, toSkillGroupId: GROUPS.loans.id });
    const after = await desk.owners.get(conversations[0] as string);
    expect(after).to.include({ state: 'queued', assigneeId: null, skillGroupId: GROUPS.loans.id });
    expect(after.queuedAt).to.deep.equal(before.queuedAt);
    const ticket = (await desk.call('zhao', 'GET /tickets/:id', { params: { id: tickets[0] } })) as {
      assignee: unknown;
    };
    expect(ticket.assignee).to.equal(null);
  });

  it('goes to the queues when the successor was disabled meanwhile, and nothing is lost', async () => {
    const { conversations } = await give({ conversations: 2, tickets: 1 });
    const gone = '01900000-0000-7000-8000-00000000dead';
    await run({ toAccountId: gone, toSkillGroupId: null });
    expect([await open(lin.id), await open(gone)]).to.deep.equal([
      { conversations: 0, tickets: 0 },
      { conversations: 0, tickets: 0 },
    ]);
    const row = await desk.owners.get(conversations[0] as string);
    expect(row).to.include({ state: 'queued', skillGroupId: GROUPS.cards.id });
  });

  it('goes to the queues where the successor’s data scope does not reach the unit', async () => {
    const { conversations, tickets } = await give({ conversations: 1, tickets: 2 });
    const far = '01900000-0000-7000-8000-00000000fa00';
    await desk.core.sql('UPDATE ticket SET unit_id = $1 WHERE id = $2', [far, tickets[0]]);
    expect(await desk.core.uow.read((db) => unitsOfWork(db, lin.id, 10))).to.deep.equal([ROOT_UNIT_ID, far]);
    const before = await open(chen.id);
    const staff = {
      ...desk.staff,
      agents: async (unitId?: string) =>
        (await desk.staff.agents()).filter(({ id }) => unitId === ROOT_UNIT_ID || id !== chen.id),
    };
    await run({ toAccountId: chen.id, toSkillGroupId: null }, contextOf([]), staff);
    expect(await open(lin.id)).to.deep.equal({ conversations: 0, tickets: 0 });
    expect(await open(chen.id)).to.deep.equal({
      conversations: before.conversations + 1,
      tickets: before.tickets + 1,
    });
    expect((await desk.owners.get(conversations[0] as string)).assigneeId).to.equal(chen.id);
    const rows = await desk.core.sql('SELECT assignee_id FROM ticket WHERE id = $1', [tickets[0]]);
    expect(rows[0]?.['assignee_id']).to.equal(null);
  });

  it('does nothing when it runs again, and goes on after a run that was cut off', async () => {
    const { conversations } = await give({ conversations: 2, tickets: 2 });
    const isCutOff = { ...contextOf([]), checkpoint: () => Promise.reject(new Error('cut off')) };
    const first = run({ toAccountId: chen.id, toSkillGroupId: null }, isCutOff);
    expect(await first.catch((error: Error) => error.message)).to.equal('cut off');
    const again = await run({ toAccountId: chen.id, toSkillGroupId: null });
    expect(again).to.deep.equal({ conversations: 0, tickets: 2 });
    expect(await run({ toAccountId: chen.id, toSkillGroupId: null })).to.deep.equal({
      conversations: 0,
      tickets: 0,
    });
    const { version } = await desk.owners.get(conversations[0] as string);
    await run({ toAccountId: null, toSkillGroupId: null });
    expect((await desk.owners.get(conversations[0] as string)).version).to.equal(version);
  });
});
