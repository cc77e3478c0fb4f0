import pg from 'pg';
import { buildDesk, PEOPLE, type Desk } from '../../../desk/test/build-desk.ts';
import { ROOT_UNIT_ID, type DataScope } from '../../../kernel/index.ts';
import type { AnyRoute } from '../../../platform/http/index.ts';
import { rebuildFigures } from '../../../reports/index.ts';
import { serveRoutes, type ServedRoutes } from '../../support/serve-routes.ts';
import { percentile, say } from '../figure.ts';
import { createProgress } from './progress.ts';
import { insertRequesters, type Owner } from './requester-rows.ts';
import { insertTickets, MESSAGES_PER_TICKET, type Talks } from './ticket-rows.ts';

const AT_ONCE = 5_000;
/** A customer of a bank has few tickets. */
const TICKETS_PER_REQUESTER = 10;
const WARM_COUNT = 20;
const BENCH_CARD_ID = '01900000-0000-7000-8000-00000000ca4d';
/** Indexes are built after the rows; those of keys stay. */
const FILLED = ['ticket', 'ticket_token', 'conversation'];

/**
 * What conversations leave behind, as often as in life: nine answers of the robot for ten conversations, two ratings, and an
 * evaluation of each.
 */
const WITH_CONVERSATIONS = `
  INSERT INTO robot_turn (id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm, candidates,
      model_hash, took_ms, at)
    SELECT gen_random_uuid(), c.id, 1, c.id, 'zh', CASE WHEN random() < 0.8 THEN 'answer' ELSE 'clarify' END, 'r', 900000,
      '[]', 'h', 5, c.opened_at FROM conversation c
    WHERE random() < 0.9 AND NOT EXISTS (SELECT 1 FROM robot_turn t WHERE t.conversation_id = c.id);
  INSERT INTO conversation_rating (conversation_id, score, at)
    SELECT c.id, 1 + floor(random() * 5), c.opened_at FROM conversation c
    WHERE random() < 0.2 AND NOT EXISTS (SELECT 1 FROM conversation_rating r WHERE r.conversation_id = c.id);
  INSERT INTO score_card (id, version, name, state, criteria, created_by, created_at)
    SELECT '${BENCH_CARD_ID}', 1, 'c', 'active', '[]', 'system', TIMESTAMP '2026-01-01 00:00:00'
    WHERE NOT EXISTS (SELECT 1 FROM score_card WHERE id = '${BENCH_CARD_ID}');
  INSERT INTO evaluation (id, conversation_id, score_card_id, score_card_version, score, state, is_fatal, findings_count,
      evaluated_at, version)
    SELECT gen_random_uuid(), c.id, '${BENCH_CARD_ID}', 1, floor(random() * 101), 'automatic', 0, 0, c.closed_at, 1
    FROM conversation c WHERE NOT EXISTS (SELECT 1 FROM evaluation e WHERE e.conversation_id = c.id);`;

/** A desk with many tickets, opened evenly over the last year, and its routes over HTTP for a supervisor. */
export interface ManyTickets {
  desk: Desk;
  client: pg.Client;
  served: ServedRoutes<'supervisor'>;
  /** Makes tickets until there are so many. */
  growTo(count: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Builds the desk, with no tickets yet. `talks` gives each ticket a conversation, and that ten messages; `routes` are served
 * beside the desk's.
 */
export async function openManyTickets(
  options: { talks?: Talks; routes?: (desk: Desk) => readonly AnyRoute[] } = {},
): Promise<ManyTickets> {
  const desk = await buildDesk();
  const [client, requesters] = [desk.core.url, desk.core.url].map(
    (connectionString) => new pg.Client({ connectionString }),
  ) as [pg.Client, pg.Client];
  await client.connect();
  await requesters.connect();
  await client.query(`SET maintenance_work_mem = '512MB'`);
  const owners: Owner[] = [];
  const accountId = PEOPLE.zhao.id;
  const scope: DataScope = { kind: 'subtree', unitId: ROOT_UNIT_ID, accountId };
  const served = await serveRoutes(desk.core, [...desk.routes, ...(options.routes?.(desk) ?? [])], {
    supervisor: {
      actor: { type: 'account' as const, id: accountId, scope },
      permissions: ['ticket:work', 'ticket:assign', 'report:read'],
    },
  });
  const talks = options.talks ?? 'none';
  let made = 0;
  return {
    ...{ desk, client, served },
    async growTo(count) {
      const restore = await dropIndexes(client);
      await fill({ client, requesters, core: desk.core, owners, talks, first: made, count });
      made = count;
      say('building indexes');
      await restore();
      if (talks !== 'none') await client.query(WITH_CONVERSATIONS);
      await rebuildFigures(desk.core.database);
      await client.query('VACUUM ANALYZE');
    },
    async close() {
      await served.stop();
      await client.end();
      await requesters.end();
      await desk.close();
    },
  };
}

/** While one page of rows is on its way to the database the next one is sealed. */
async function fill(
  of: Omit<Parameters<typeof insertTickets>[0], 'owners'> & { owners: Owner[]; requesters: pg.Client } & {
    first: number;
    count: number;
  },
): Promise<void> {
  const what = {
    ...{ none: 'tickets', conversations: 'tickets with a conversation each' },
    messages: `tickets with ${MESSAGES_PER_TICKET} messages each`,
  }[of.talks];
  const progress = createProgress(what, of.count);
  let underWay: Promise<void> = Promise.resolve();
  for (let first = of.first; first < of.count; first += AT_ONCE) {
    const added = { first: of.owners.length, count: AT_ONCE / TICKETS_PER_REQUESTER };
    of.owners.push(...(await insertRequesters(of.requesters, of.core, added)));
    const next = insertTickets(of, { first, count: Math.min(AT_ONCE, of.count - first), of }, underWay);
    await underWay;
    underWay = next;
    progress.at(first);
  }
  await underWay;
  progress.at(of.count);
}

async function dropIndexes(client: pg.Client): Promise<() => Promise<void>> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY ($1) AND indexname LIKE 'ix%'`,
    [FILLED],
  );
  for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`);
  return async () => {
    for (const { indexdef } of rows) await client.query(indexdef);
  };
}

/** The 95th percentile of one request after the other, in milliseconds; a page without a readable row is an error. */
export async function timeRequests(
  { served }: ManyTickets,
  pathOf: (index: number) => string,
  count: number,
): Promise<number> {
  const tookMs: number[] = [];
  for (let i = 0; i < WARM_COUNT + count; i += 1) {
    const startedMs = performance.now();
    const reply = await served.ask('supervisor', pathOf(i));
    if (i >= WARM_COUNT) tookMs.push(performance.now() - startedMs);
    const items = (reply.json as { items?: { subject: string }[] }).items ?? [];
    if (reply.status !== 200 || items.length === 0 || items.some(({ subject }) => subject === '')) {
      throw new Error(`${pathOf(i)}: ${reply.status}, ${items.length} rows`);
    }
  }
  return percentile(tookMs, 0.95);
}
