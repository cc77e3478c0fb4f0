import { expect } from 'chai';
import { createFakeClock, type FakeClock } from '../kernel/index.ts';
import { buildCore, type Core } from '../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../test/support/serve-routes.ts';
import { Settings } from '../platform/settings/index.ts';
import { FIRST_STEPS } from './first-steps/first-steps.section.ts';
import { createReports, rebuildFigures } from './index.ts';

const NOW = '2026-01-07T02:00:00.000Z';
const ACCOUNT = '01900000-0000-7000-8000-0000000000a1';
const CALLERS = {
  supervisor: { actor: { type: 'account' as const, id: ACCOUNT }, permissions: ['report:read'] },
  admin: { actor: { type: 'account' as const, id: ACCOUNT }, permissions: ['system:read', 'settings:read'] },
};
const ENVELOPE = Buffer.from('e101', 'hex');

describe('reports', () => {
  let core: Core & { clock: FakeClock };
  let http: ServedRoutes<keyof typeof CALLERS>;
  let settings: Settings;

  before(async () => {
    const clock = createFakeClock(new Date(NOW));
    core = { ...(await buildCore({ clock })), clock };
    settings = new Settings({
      ...{ uow: core.uow, clock, sections: [FIRST_STEPS] },
      approvals: { ask: () => Promise.reject(new Error('nothing here is dangerous')) },
      onFault: (error) => {
        throw error;
      },
    });
    const { routes } = createReports({
      clock,
      settings,
      system: {
        version: '1.2.3',
        startedAt: new Date(clock.now().getTime() - 90_500),
        database: async () => ({ kind: 'postgres', isReachable: true }),
        robot: async () => ({ state: 'ready', articles: 150 }),
        audit: async () => ({ size: 7, isForked: false }),
        outbox: async () => ({ pending: 2, dead: 0 }),
        files: () => ({ scanner: 'none', noVerdictSince: null }),
        socketCount: () => 3,
      },
    });
    http = await serveRoutes(core, routes, CALLERS);
  });
  after(async () => {
    await http.stop();
    await core.close();
  });
  beforeEach(async () => {
    for (const table of [
      'conversation_rating',
      'conversation',
      'ticket',
      'robot_turn',
      'evaluation',
      'figure_count',
    ]) {
      await core.sql(`DELETE FROM ${table}`);
    }
  });

  describe('first steps', () => {
    const stepsOf = async () => {
      const { items } = (await http.ask('admin', '/api/v1/first-steps')).json as {
        items: { id: string; state: string; reason?: string }[];
      };
      return new Map(items.map(({ id, ...rest }) => [id, rest]));
    };

    it('are closed to those who do not look at settings', async () => {
      expect((await http.ask(undefined, '/api/v1/first-steps')).status).to.equal(401);
      expect((await http.ask('supervisor', '/api/v1/first-steps')).status).to.equal(403);
    });

    it('are open as long as nothing is there, and done when it is', async () => {
      const before = await stepsOf();
      expect([...before.values()].every(({ state }) => state === 'open')).to.equal(true);
      await core.sql(
        `INSERT INTO skill_group (id, name, created_at, version)
          VALUES ('01900000-0000-7000-8000-0000000000a1', '卡业务', TIMESTAMP '2026-01-05 00:00:00', 1)`,
      );
      const after = await stepsOf();
      expect(after.get('skill-group')).to.deep.equal({ state: 'done' });
      expect(after.get('site')).to.deep.equal({ state: 'open' });
      await core.sql('DELETE FROM skill_group');
      expect((await stepsOf()).get('skill-group')).to.deep.equal({ state: 'open' });
    });

    it('can be left with a reason, which stands in the history and in the trail', async () => {
      const change = (value: unknown) =>
        core.uow.run({ actor: CALLERS.admin.actor }, (tx) =>
          settings.change(tx, { section: 'first-steps', version: 0, value, reason: '备份由数据库团队负责' }),
        );
      const unknown: unknown = await change({ dismissed: { nothing: 'x' } }).catch((error: unknown) => error);
      expect((unknown as { code: string }).code).to.equal('settings.invalid');
      await change({ dismissed: { backup: '数据库团队每日备份' } });
      expect((await stepsOf()).get('backup')).to.deep.equal({
        state: 'dismissed',
        reason: '数据库团队每日备份',
      });
    });
  });

  /** The rows of these specs are written by hand, so their counters are made as for rows that were there before. */
  const overview = async (query = '') => {
    await rebuildFigures(core.database);
    return (await http.ask('supervisor', `/api/v1/reports/overview${query}`)).json;
  };
  const plain = (at: string) => new Date(at);

  async function addConversation(
    openedAt: string,
    rest: Record<string, string | null> = {},
  ): Promise<string> {
    const id = core.ids.next();
    const at = plain(openedAt);
    const row = { state: 'closed', queued_at: null, assigned_at: null, first_response_at: null, ...rest };
    await core.sql(
      `INSERT INTO conversation (id, requester_id, dek_id, site_id, channel, state, opened_month, opened_at, last_seq,
         last_from, last_at, agent_read_seq, robot_misses, queued_at, assigned_at, first_response_at, version)
       VALUES ($1, $1, 1, 'demo', 'web', $2, 202601, $3, 0, 'system', $3, 0, 0, $4, $5, $6, 1)`,
      [
        id,
        row.state,
        at,
        ...[row.queued_at, row.assigned_at, row.first_response_at].map((time) => time && plain(time)),
      ],
    );
    return id;
  }
  async function addTicket(openedAt: string, solvedAt: string | null): Promise<void> {
    await core.sql(
      `INSERT INTO ticket (id, ticket_number, requester_id, dek_id, subject_enc, description_enc, state, priority,
         opened_at, updated_at, solved_at, version)
       VALUES ($1, $2, $1, 1, $3, $3, 'new', 'normal', $4, $4, $5, 1)`,
      [
        core.ids.next(),
        Math.floor(Date.parse(openedAt) / 1_000),
        ENVELOPE,
        plain(openedAt),
        solvedAt && plain(solvedAt),
      ],
    );
  }
  async function addTurn(at: string, outcome: string): Promise<void> {
    // A turn is counted where its conversation is; one opened long ago is not counted itself.
    const conversationId = await addConversation('2025-01-06T10:00:00Z');
    await core.sql(
      `INSERT INTO robot_turn (id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm,
         candidates, model_hash, took_ms, at) VALUES ($1, $4, 1, $1, 'zh', $2, 'r', 1, '[]', 'h', 1, $3)`,
      [core.ids.next(), outcome, plain(at), conversationId],
    );
  }
  async function addEvaluation(at: string, score: number | null): Promise<void> {
    const id = core.ids.next();
    await core.sql(
      `INSERT INTO score_card (id, version, name, state, criteria, created_by, created_at)
       VALUES ($1, 1, 'c', 'active', '[]', 'system', $2)`,
      [id, plain(at)],
    );
    await core.sql(
      `INSERT INTO evaluation (id, conversation_id, score_card_id, score_card_version, score, state, is_fatal,
         findings_count, evaluated_at, version) VALUES ($1, $1, $1, 1, $2, 'automatic', 0, 0, $3, 1)`,
      [id, score, plain(at)],
    );
  }
  const rate = (id: string, score: number) =>
    core.sql('INSERT INTO conversation_rating (conversation_id, score, at) VALUES ($1, $2, $3)', [
      id,
      score,
      plain(NOW),
    ]);

  it('say nothing where nothing happened, and name every day', async () => {
    const answer = await overview();
    expect(answer).to.include({
      conversations: 0,
      handedOff: 0,
      answered: 0,
      ticketsOpened: 0,
      ticketsSolved: 0,
    });
    expect(answer).to.include({ containmentRatio: null, avgScore: null, csatAverage: null });
    expect(answer.firstResponseSecondsMedian).to.equal(null);
    expect(answer.perDay).to.have.length(7);
    expect(answer.perDay[6]).to.deep.equal({
      on: '2026-01-07',
      conversations: 0,
      handedOff: 0,
      ticketsOpened: 0,
    });
  });

  it('count what the robot ended alone among the closed ones', async () => {
    const at = '2026-01-06T10:00:00Z';
    await addConversation(at);
    await addConversation(at);
    await addConversation(at, { queued_at: '2026-01-06T10:01:00Z' });
    await addConversation(at, { state: 'robot' });
    await addConversation('2025-12-01T00:00:00Z');
    const answer = await overview();
    expect(answer).to.include({ conversations: 4, handedOff: 1, containmentRatio: 0.6667 });
  });

  it('give the median of first answers, from the queue on', async () => {
    const handed = (seconds: number) => ({
      queued_at: '2026-01-06T10:01:00Z',
      assigned_at: '2026-01-06T10:01:00Z',
      first_response_at: new Date(Date.parse('2026-01-06T10:01:00Z') + seconds * 1_000).toISOString(),
    });
    for (const seconds of [10, 20, 300]) await addConversation('2026-01-06T10:00:00Z', handed(seconds));
    expect((await overview()).firstResponseSecondsMedian).to.equal(20);
    await addConversation('2026-01-06T10:00:00Z', handed(40));
    expect((await overview()).firstResponseSecondsMedian).to.equal(30);
  });

  it('count tickets by the day they were opened and solved', async () => {
    await addTicket('2026-01-06T10:00:00Z', '2026-01-07T01:00:00Z');
    await addTicket('2025-11-01T10:00:00Z', '2026-01-05T10:00:00Z');
    await addTicket('2026-01-05T10:00:00Z', null);
    await addTicket('2025-11-02T10:00:00Z', '2025-11-03T10:00:00Z');
    expect(await overview()).to.include({ ticketsOpened: 2, ticketsSolved: 2 });
  });

  it('average scores and ratings, leaving out what has none', async () => {
    await addEvaluation('2026-01-06T10:00:00Z', 90);
    await addEvaluation('2026-01-06T11:00:00Z', 75);
    await addEvaluation('2026-01-06T12:00:00Z', null);
    await addEvaluation('2025-06-01T12:00:00Z', 10);
    await rate(await addConversation('2026-01-06T10:00:00Z'), 5);
    await rate(await addConversation('2026-01-06T10:00:00Z'), 2);
    expect(await overview()).to.include({ avgScore: 82.5, csatAverage: 3.5 });
  });

  it('count the robot’s turns by what it decided', async () => {
    for (const outcome of ['answer', 'answer', 'clarify', 'fallback', 'handoff']) {
      await addTurn('2026-01-06T10:00:00Z', outcome);
    }
    expect(await overview()).to.include({ answered: 2, clarified: 1 });
  });

  it('cut days where the reader’s day ends', async () => {
    await addConversation('2026-01-05T16:30:00Z', { queued_at: '2026-01-05T16:31:00Z' });
    await addTicket('2026-01-05T15:30:00Z', null);
    const dayOf = async (query: string, on: string) =>
      (await overview(query)).perDay.find((day: { on: string }) => day.on === on);
    expect(await dayOf('?days=3', '2026-01-05')).to.include({
      conversations: 1,
      handedOff: 1,
      ticketsOpened: 1,
    });
    expect(await dayOf('?days=3&offsetMinutes=480', '2026-01-06')).to.include({
      conversations: 1,
      ticketsOpened: 0,
    });
    expect(await dayOf('?days=3&offsetMinutes=480', '2026-01-05')).to.include({
      conversations: 0,
      ticketsOpened: 1,
    });
    expect(await dayOf('?days=3&offsetMinutes=-720', '2026-01-05')).to.include({
      conversations: 1,
      ticketsOpened: 1,
    });
  });

  it('add up to the same in days and in the whole', async () => {
    for (let hour = 0; hour < 72; hour += 5) {
      await addConversation(new Date(Date.parse('2026-01-04T00:00:00Z') + hour * 3_600_000).toISOString());
    }
    const { conversations, perDay } = await overview('?days=366&offsetMinutes=480');
    const sum = perDay.reduce(
      (total: number, day: { conversations: number }) => total + day.conversations,
      0,
    );
    expect(sum).to.equal(conversations).and.to.equal(15);
    expect(perDay).to.have.length(366);
  });

  it('refuse more days than a year, no days, and zones that do not exist', async () => {
    for (const query of ['days=0', 'days=367', 'days=x', 'offsetMinutes=841', 'from=2026-01-01']) {
      expect((await http.ask('supervisor', `/api/v1/reports/overview?${query}`)).status, query).to.equal(400);
    }
    expect((await http.ask('admin', '/api/v1/reports/overview')).status).to.equal(403);
  });

  it('tell the state of the running parts to the system administrator only', async () => {
    const { json } = await http.ask('admin', '/api/v1/system/status');
    expect(json).to.deep.equal({
      version: '1.2.3',
      uptimeSeconds: 90,
      database: { kind: 'postgres', isReachable: true },
      robot: { state: 'ready', articles: 150 },
      audit: { size: 7, isForked: false },
      outbox: { pending: 2, dead: 0 },
      files: { scanner: 'none', noVerdictSince: null },
      sockets: 3,
    });
    expect((await http.ask('supervisor', '/api/v1/system/status')).status).to.equal(403);
  });
});
