import pg from 'pg';
import { buildDesk, PEOPLE, type Desk } from '../../../desk/test/build-desk.ts';
import { ROOT_UNIT_ID, type DataScope } from '../../../kernel/index.ts';
import { serveRoutes, type ServedRoutes } from '../../support/serve-routes.ts';
import { percentile, say } from '../figure.ts';

const AT_ONCE = 10_000;
const REQUESTERS = 500;
const WARM_COUNT = 20;
const YEAR_MS = 365 * 86_400_000;
const STATES = ['new', 'open', 'pending', 'on-hold', 'solved', ...Array<string>(5).fill('closed')];
const WHATS = ['信用卡', '储蓄卡', '网银', '手机银行', '贷款', '理财', '转账', '账单', '利率', '开户'];
const FAULTS = [
  '年费争议',
  '额度调整',
  '密码重置',
  '短信延迟',
  '扣款失败',
  '地址变更',
  '证件过期',
  '积分兑换',
];
/** One subject in this many has it: a word that is frequent enough for many pages, and one that fills one. */
const RARE_EVERY = 5_000;
const RARE = '遗产';

/** Words that many of the tickets hold, and one that few do; each of two characters. */
export const TWO_CHARACTERS = { frequent: ['年费', '额度', '扣款', '证件'], rare: [RARE] } as const;

/** A desk with many tickets, opened evenly over the last year, and its routes over HTTP for a supervisor. */
export interface ManyTickets {
  desk: Desk;
  client: pg.Client;
  served: ServedRoutes<'supervisor'>;
  /** Makes tickets until there are so many. */
  growTo(count: number): Promise<void>;
  close(): Promise<void>;
}

/** Builds the desk, with no tickets yet. */
export async function openManyTickets(): Promise<ManyTickets> {
  const desk = await buildDesk();
  const client = new pg.Client({ connectionString: desk.core.url });
  await client.connect();
  const requesters: Awaited<ReturnType<Desk['buildRequester']>>[] = [];
  for (let i = 0; i < REQUESTERS; i += 1) requesters.push(await desk.buildRequester({ name: `客户${i}` }));
  const accountId = PEOPLE.zhao.id;
  const scope: DataScope = { kind: 'subtree', unitId: ROOT_UNIT_ID, accountId };
  const served = await serveRoutes(desk.core, desk.routes, {
    supervisor: {
      actor: { type: 'account' as const, id: accountId, scope },
      permissions: ['ticket:work', 'ticket:assign'],
    },
  });
  let made = 0;
  return {
    ...{ desk, client, served },
    async growTo(count) {
      say(`making tickets up to ${count}`);
      const { rows: indexes } = await client.query<{ indexname: string; indexdef: string }>(
        `SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('ticket', 'ticket_token')
          AND indexname LIKE 'ix%'`,
      );
      for (const { indexname } of indexes) await client.query(`DROP INDEX ${indexname}`);
      for (; made < count; made += AT_ONCE) {
        await insert(client, desk, { requesters, first: made, count: Math.min(AT_ONCE, count - made) });
      }
      for (const { indexdef } of indexes) await client.query(indexdef);
      await client.query('VACUUM ANALYZE');
    },
    async close() {
      await served.stop();
      await client.end();
      await desk.close();
    },
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

async function insert(
  client: pg.Client,
  { core }: Desk,
  of: { requesters: Awaited<ReturnType<Desk['buildRequester']>>[]; first: number; count: number },
): Promise<void> {
  const tickets: unknown[][] = [[], [], [], [], [], [], []];
  const tokens: string[] = [];
  for (let i = of.first; i < of.first + of.count; i += 1) {
    const id = core.ids.next();
    const { row, dek } = of.requesters[i % REQUESTERS] as (typeof of.requesters)[number];
    const subject = subjectOf(i);
    const sealed = dek.seal({ table: 'ticket', column: 'subject_enc', rowId: id }, subject);
    const openedAt = new Date(core.clock.now().getTime() - Math.floor(spread(i, 1) * YEAR_MS));
    const state = STATES[Math.floor(spread(i, 2) * STATES.length)];
    const values = [id, i + 1, row.id, row.dekId, sealed, state, openedAt.toISOString()];
    values.forEach((value, column) => tickets[column]?.push(value));
    tokens.push(`{${core.crypto.wordTokens('ticket.words', `${subject}\n`).join(',')}}`);
  }
  await client.query(
    `INSERT INTO ticket (id, ticket_number, requester_id, dek_id, subject_enc, description_enc, state, priority,
         unit_id, opened_at, updated_at, version)
       SELECT id, n, r, d, s, s, state, 'normal', $8, at, at, 1 FROM unnest($1::uuid[], $2::bigint[], $3::uuid[],
         $4::bigint[], $5::bytea[], $6::text[], $7::timestamp[]) AS t (id, n, r, d, s, state, at)`,
    [...tickets, ROOT_UNIT_ID],
  );
  await client.query(
    `INSERT INTO ticket_token (ticket_id, tokens)
       SELECT id, list::bigint[] FROM unnest($1::uuid[], $2::text[]) AS t (id, list)`,
    [tickets[0], tokens],
  );
}

function subjectOf(i: number): string {
  const what = WHATS[Math.floor(spread(i, 5) * WHATS.length)];
  const fault = i % RARE_EVERY === 0 ? `${RARE}继承` : FAULTS[Math.floor(spread(i, 6) * FAULTS.length)];
  return `${what}${fault} ${i}`;
}

/** A number from 0 to 1 that is the same in every run: what is measured must not depend on luck. */
function spread(i: number, salt: number): number {
  let x = Math.imul(i ^ (salt * 0x9e3779b9), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}
