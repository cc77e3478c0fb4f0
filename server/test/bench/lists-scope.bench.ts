import pg from 'pg';
import { buildDesk, PEOPLE, type Desk } from '../../desk/test/build-desk.ts';
import { ROOT_UNIT_ID, type DataScope } from '../../kernel/index.ts';
import { serveRoutes, type ServedRoutes } from '../support/serve-routes.ts';
import { figure, isFull, percentile, say, type Figure } from './figure.ts';

const TICKETS = 1_000_000;
const TICKETS_AT_ONCE = 10_000;
const REQUESTERS = 500;
const WARM_COUNT = 20;
const COUNT = 200;
const FULL_COUNT = 1_000;
const MUST_MS = 50;
const SUPERVISOR = ['ticket:work', 'ticket:assign'];

/** Parts of a bank: how many units each has, and how many of a million tickets. The rest lies in the head office. */
const PARTS = [
  { name: 'half', units: 1_200, share: 0.5 },
  { name: 'percent', units: 300, share: 0.01 },
  { name: 'permille', units: 60, share: 0.001 },
  { name: 'thin', units: 2_500, share: 0.001 },
  { name: 'small', units: 2, share: 0.00003 },
  { name: 'rest', units: 938, share: 0.48 },
] as const;
type Part = (typeof PARTS)[number]['name'];
const MEASURED: readonly Part[] = ['half', 'percent', 'permille', 'thin', 'small'];

/**
 * The first pages of a list of tickets over HTTP under scopes of very different width: 5,000 units, a million tickets
 * with sealed subjects, every request checked, read, decrypted, masked, and recorded.
 */
export async function* run(): AsyncGenerator<Figure> {
  const desk = await buildDesk();
  const client = new pg.Client({ connectionString: desk.core.url });
  await client.connect();
  try {
    say('making 5,000 units and a million tickets');
    const parts = await makeUnits(client, desk);
    await makeTickets(client, desk, parts);
    const served = await serve(desk, parts);
    try {
      const count = isFull() ? FULL_COUNT : COUNT;
      yield await measure(served, 'whole', '', count);
      for (const part of MEASURED) {
        yield await measure(served, part, '', count);
        yield await measure(served, part, '&state=pending', count);
      }
      yield await measure(served, 'unit', '', count);
    } finally {
      await served.stop();
    }
  } finally {
    await client.end();
    await desk.close();
  }
}

interface Made {
  name: Part;
  share: number;
  /** The top of the part first. */
  unitIds: string[];
}

/** Each part is a branch with units under it. */
async function makeUnits(client: pg.Client, { core }: Desk): Promise<Made[]> {
  const made = PARTS.map(({ name, units, share }) => ({
    ...{ name, share },
    unitIds: Array.from({ length: units }, () => core.ids.next()),
  }));
  for (const { name, unitIds } of made) {
    const [top] = unitIds;
    await client.query(
      `INSERT INTO org_unit (id, parent_id, kind, name, name_key, code, state, depth, created_at, version)
         SELECT id, CASE WHEN id = $2 THEN $3::uuid ELSE $2::uuid END, 'branch', $4 || n, $4 || n, $4 || n, 'active',
           CASE WHEN id = $2 THEN 1 ELSE 2 END, '2026-01-01', 1
         FROM unnest($1::uuid[]) WITH ORDINALITY AS u (id, n)`,
      [unitIds, top, ROOT_UNIT_ID, name],
    );
    await client.query(
      `INSERT INTO unit_closure SELECT id, id, 0 FROM unnest($1::uuid[]) AS u (id)
       UNION ALL SELECT $3::uuid, id, CASE WHEN id = $2 THEN 1 ELSE 2 END FROM unnest($1::uuid[]) AS u (id)
       UNION ALL SELECT $2::uuid, id, 1 FROM unnest($1::uuid[]) AS u (id) WHERE id <> $2`,
      [unitIds, top, ROOT_UNIT_ID],
    );
  }
  return made;
}

const STATES = [
  'new',
  'open',
  'pending',
  'on-hold',
  'solved',
  'closed',
  'closed',
  'closed',
  'closed',
  'closed',
];
const TWO_YEARS_MS = 2 * 365 * 86_400_000;

/** Rows are written in bulk without their indexes; what a list shows of them is sealed as the product seals it. */
async function makeTickets(client: pg.Client, desk: Desk, parts: readonly Made[]): Promise<void> {
  const requesters = [];
  for (let i = 0; i < REQUESTERS; i += 1) requesters.push(await desk.buildRequester({ name: `客户${i}` }));
  const { rows: indexes } = await client.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'ticket' AND indexname LIKE 'ix%'`,
  );
  for (const { indexname } of indexes) await client.query(`DROP INDEX ${indexname}`);
  for (let first = 0; first < TICKETS; first += TICKETS_AT_ONCE) {
    await insertTickets(client, desk, { parts, requesters, first });
  }
  for (const { indexdef } of indexes) await client.query(indexdef);
  await client.query('VACUUM ANALYZE');
}

async function insertTickets(
  client: pg.Client,
  { core }: Desk,
  of: { parts: readonly Made[]; requesters: Awaited<ReturnType<Desk['buildRequester']>>[]; first: number },
): Promise<void> {
  const columns: unknown[][] = [[], [], [], [], [], [], [], []];
  for (let i = of.first; i < of.first + TICKETS_AT_ONCE; i += 1) {
    const id = core.ids.next();
    const { row, dek } = of.requesters[i % REQUESTERS] as (typeof of.requesters)[number];
    const subject = dek.seal({ table: 'ticket', column: 'subject_enc', rowId: id }, `信用卡账单有误 ${i}`);
    const openedAt = new Date(core.clock.now().getTime() - Math.floor(spread(i, 1) * TWO_YEARS_MS));
    const state = STATES[Math.floor(spread(i, 2) * STATES.length)];
    const values = [
      id,
      i + 1,
      row.id,
      row.dekId,
      subject,
      state,
      unitOf(of.parts, i),
      openedAt.toISOString(),
    ];
    values.forEach((value, column) => columns[column]?.push(value));
  }
  await client.query(
    `INSERT INTO ticket (id, ticket_number, requester_id, dek_id, subject_enc, description_enc, state, priority,
         unit_id, opened_at, updated_at, version)
       SELECT id, n, r, d, s, s, state, 'normal', u, at, at, 1 FROM unnest($1::uuid[], $2::bigint[], $3::uuid[],
         $4::bigint[], $5::bytea[], $6::text[], $7::uuid[], $8::timestamp[]) AS t (id, n, r, d, s, state, u, at)`,
    columns,
  );
}

/** A number from 0 to 1 that is the same in every run: what is measured must not depend on luck. */
function spread(i: number, salt: number): number {
  let x = Math.imul(i ^ (salt * 0x9e3779b9), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
}

function unitOf(parts: readonly Made[], i: number): string {
  let place = spread(i, 3);
  for (const { share, unitIds } of parts) {
    if (place < share) return unitIds[Math.floor(spread(i, 4) * unitIds.length)] as string;
    place -= share;
  }
  return ROOT_UNIT_ID;
}

type Name = Part | 'whole' | 'unit';

/** One supervisor for each scope. */
function serve(desk: Desk, parts: readonly Made[]): Promise<ServedRoutes<Name>> {
  const accountId = PEOPLE.zhao.id;
  const caller = (kind: 'unit' | 'subtree', unitId: string) => {
    const scope: DataScope = { kind, unitId, accountId };
    return { actor: { type: 'account' as const, id: accountId, scope }, permissions: SUPERVISOR };
  };
  const callers = Object.fromEntries([
    ['whole', caller('subtree', ROOT_UNIT_ID)],
    ['unit', caller('unit', parts[0]?.unitIds[1] as string)],
    ...parts.map(({ name, unitIds }) => [name, caller('subtree', unitIds[0] as string)]),
  ]) as Record<Name, ReturnType<typeof caller>>;
  return serveRoutes(desk.core, desk.routes, callers);
}

async function measure(
  served: ServedRoutes<Name>,
  name: Name,
  filter: string,
  count: number,
): Promise<Figure> {
  const tookMs: number[] = [];
  for (let i = 0; i < WARM_COUNT + count; i += 1) {
    const startedMs = performance.now();
    const reply = await served.ask(name, `/api/v1/tickets?limit=50${filter}`);
    if (i >= WARM_COUNT) tookMs.push(performance.now() - startedMs);
    const items = reply.json.items as { subject: string }[];
    const isShort = items.length < 50 && name !== 'small';
    if (reply.status !== 200 || isShort || items.some(({ subject }) => subject === '')) {
      throw new Error(`${name}: ${reply.status}, ${items?.length} rows`);
    }
  }
  const title = filter === '' ? name : `${name}_in_state`;
  return figure(`lists_scope.${title}_p95`, percentile(tookMs, 0.95), 'ms', MUST_MS);
}
