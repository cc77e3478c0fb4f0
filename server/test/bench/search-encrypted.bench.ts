import pg from 'pg';
import { presentFixed } from './load/bank-words.ts';
import { searchRequesters } from '../../desk/requesters/requester.view.ts';
import { searchMessages } from '../../desk/search/message-search.view.ts';
import { MESSAGE_WORDS } from '../../desk/search/message-indexer.ts';
import { buildDesk, PEOPLE, type Desk } from '../../desk/test/build-desk.ts';
import { FROM_NEWEST, ROOT_UNIT_ID, SCOPE_ALL } from '../../kernel/index.ts';
import { lastFour, normaliseName, normalisePhone } from '../../platform/crypto/index.ts';
import { figure, isQuick, percentile, processorMs, processorMsOf, say, type Figure } from './figure.ts';

const ROWS = 1_000_000;
const QUICK_ROWS = 100_000;
const ROWS_AT_ONCE = 5_000;
const MESSAGES_PER_CONVERSATION = 10;
const COUNT = 200;
const PAGE = 50;
const MUST = { equalMs: 20, wordsMs: 50 };

/**
 * Searching sealed values: a million requesters, each under a key of its own, by phone, by its last four digits, and by
 * name; a million messages by two Chinese characters, frequent and rare. Decryption and the re-check are included. Times on
 * the wall, and the mean processor time of this process and of PostgreSQL, which neighbours do not lengthen.
 */
export async function* run(): AsyncGenerator<Figure> {
  const rows = isQuick() ? QUICK_ROWS : ROWS;
  const desk = await buildDesk();
  const client = new pg.Client({ connectionString: desk.core.url });
  await client.connect();
  try {
    say(`making ${rows} requesters`);
    await withoutIndexes(client, 'requester', () => makeRequesters(client, desk, rows));
    say(`making ${rows} messages`);
    for (const table of ['message_token', 'conversation']) {
      await client.query(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
    }
    await withoutIndexes(client, 'message_token', () => makeMessages(client, desk, rows));
    say('analysing');
    await client.query('VACUUM ANALYZE');
    yield* measure(desk, client, rows);
  } finally {
    await client.end();
    await desk.close();
  }
}

async function* measure({ core }: Desk, client: pg.Client, rows: number): AsyncGenerator<Figure> {
  const { crypto, uow } = core;
  const scope = SCOPE_ALL;
  const { rows: backends } = await client.query<{ pid: number }>(
    `SELECT pid FROM pg_stat_activity WHERE datname = current_database() OR datname IS NULL`,
  );
  const used = () => processorMs() + processorMsOf(backends.map(({ pid }) => pid));
  const byPhone = (i: number) => ({ phone: phoneOf(spread(i, rows)) });
  const byLast4 = (i: number) => ({ phoneLast4: phoneOf(spread(i, rows)).slice(-4) });
  const byName = (i: number) => ({ name: nameOf(spread(i, rows)) });
  for (const [name, query] of Object.entries({ phone: byPhone, last4: byLast4, name: byName })) {
    const [tookMs, usedMs] = await timed(used, (i) =>
      uow.read((db) =>
        searchRequesters(crypto, db, { query: query(i), scope, cursor: undefined, limit: PAGE }),
      ),
    );
    yield figure(`search-encrypted.${name}_p50`, percentile(tookMs, 0.5), 'ms', MUST.equalMs);
    yield figure(`search-encrypted.${name}_p95`, percentile(tookMs, 0.95), 'ms', MUST.equalMs);
    yield figure(`search-encrypted.${name}_processor`, usedMs, 'ms', MUST.equalMs);
  }
  const viewer = { accountId: PEOPLE.zhao.id, seesAll: true, groupIds: [], scope };
  const words = presentFixed();
  for (const [name, list] of Object.entries(words.queries)) {
    const [tookMs, usedMs] = await timed(used, (i) => {
      const text = list[i % list.length] as string;
      return uow.read((db) => searchMessages(crypto, db, { viewer, text, before: FROM_NEWEST, limit: PAGE }));
    });
    yield figure(`search-encrypted.words_${name}_p50`, percentile(tookMs, 0.5), 'ms', MUST.wordsMs);
    yield figure(`search-encrypted.words_${name}_p95`, percentile(tookMs, 0.95), 'ms', MUST.wordsMs);
    yield figure(`search-encrypted.words_${name}_processor`, usedMs, 'ms', MUST.wordsMs);
  }
}

/** What each search took, and the processor time of one. */
async function timed(
  used: () => number,
  search: (i: number) => Promise<{ items: unknown[] }>,
): Promise<[number[], number]> {
  for (let i = 0; i < 20; i += 1) {
    const { items } = await search(i);
    if (items.length === 0) throw new Error('a search found nothing');
  }
  const tookMs: number[] = [];
  const usedBeforeMs = used();
  for (let i = 0; i < COUNT; i += 1) {
    const startedMs = performance.now();
    await search(1_000 + i);
    tookMs.push(performance.now() - startedMs);
  }
  return [tookMs, (used() - usedBeforeMs) / COUNT];
}

/** Another row each time, all over the table. */
function spread(i: number, rows: number): number {
  return (i * 7_919 + 13) % rows;
}

function phoneOf(i: number): string {
  return `138${String((i * 7_654_321) % 100_000_000).padStart(8, '0')}`;
}

const SURNAMES = [...'王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'];
const GIVEN = [...'伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华文建国志海燕波宁'];

function nameOf(i: number): string {
  const pick = (list: readonly string[], n: number) => list[n % list.length] as string;
  return pick(SURNAMES, i) + pick(GIVEN, Math.floor(i / 20)) + pick(GIVEN, Math.floor(i / 640) * 7 + i);
}

async function makeRequesters(client: pg.Client, { core }: Desk, rows: number): Promise<void> {
  const { crypto, ids, clock } = core;
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    const made = await Promise.all(
      Array.from({ length: ROWS_AT_ONCE }, async (_, offset) => {
        const id = ids.next();
        const { dek, row } = await crypto.newDek('requester', id);
        const [name, phone] = [nameOf(first + offset), phoneOf(first + offset)];
        const cell = (column: string) => ({ table: 'requester', column, rowId: id });
        return {
          ...{ id, dek: row, nameEnc: dek.seal(cell('name_enc'), name) },
          nameBix: crypto.blindIndex('requester.name', normaliseName(name)),
          phoneEnc: dek.seal(cell('phone_enc'), phone),
          phoneBix: crypto.blindIndex('requester.phone', normalisePhone(phone)),
          last4Bix: crypto.blindIndex('requester.phone_last4', lastFour(phone) as string),
        };
      }),
    );
    await client.query(
      `INSERT INTO crypto_dek (id, scope, owner_id, kek_id, alg, state, wrapped, created_at, writes)
       SELECT d, 'requester', o, $3, 1, 'active', w, now(), 0
       FROM unnest($1::bigint[], $2::text[], $4::bytea[]) AS u (d, o, w)`,
      [
        made.map(({ dek }) => dek.id),
        made.map(({ id }) => id),
        made[0]?.dek.kekId,
        made.map(({ dek }) => dek.wrapped),
      ],
    );
    const at = new Date(clock.now().getTime() - (rows - first) * 1_000).toISOString();
    await client.query(
      `INSERT INTO requester (id, dek_id, unit_id, is_identified, name_enc, name_bix, phone_enc, phone_bix,
         phone_last4_bix, created_at, updated_at, version)
       SELECT i, d, $8, 1, ne, nb, pe, pb, lb, $9::timestamp, $9::timestamp, 1
       FROM unnest($1::uuid[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[])
         AS u (i, d, ne, nb, pe, pb, lb)`,
      [
        made.map(({ id }) => id),
        made.map(({ dek }) => dek.id),
        made.map(({ nameEnc }) => nameEnc),
        made.map(({ nameBix }) => nameBix),
        made.map(({ phoneEnc }) => phoneEnc),
        made.map(({ phoneBix }) => phoneBix),
        made.map(({ last4Bix }) => last4Bix),
        ...[ROOT_UNIT_ID, at],
      ],
    );
  }
}

async function makeMessages(client: pg.Client, desk: Desk, rows: number): Promise<void> {
  const { crypto, ids, clock } = desk.core;
  const { row: owner, dek } = await desk.buildRequester({ name: '王小明' });
  const words = presentFixed();
  for (let first = 0; first < rows; first += ROWS_AT_ONCE) {
    const at = new Date(clock.now().getTime() - (rows - first) * 1_000);
    const conversations = Array.from({ length: ROWS_AT_ONCE / MESSAGES_PER_CONVERSATION }, () => ids.next());
    await client.query(
      `INSERT INTO conversation (id, requester_id, dek_id, site_id, unit_id, channel, state, opened_month,
         opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, closed_at, version)
       SELECT i, $2, $3, 'demo', $4, 'web', 'closed', 202611, $5::timestamp, $6, 'requester', $5::timestamp, 0, 0,
         $5::timestamp, 1 FROM unnest($1::uuid[]) AS u (i)`,
      [conversations, owner.id, dek.id, ROOT_UNIT_ID, at.toISOString(), MESSAGES_PER_CONVERSATION],
    );
    const made = Array.from({ length: ROWS_AT_ONCE }, (_, offset) => {
      const id = ids.next();
      const text = words.text(first + offset);
      const cell = { table: 'message', column: 'body_enc', rowId: id };
      const tokens = `{${crypto.wordTokens(MESSAGE_WORDS, text).join(',')}}`;
      const conversationId = conversations[Math.floor(offset / MESSAGES_PER_CONVERSATION)];
      const sentAt = new Date(at.getTime() + offset * 1_000).toISOString();
      const seq = (offset % MESSAGES_PER_CONVERSATION) + 1;
      return { id, conversationId, seq, bodyEnc: dek.seal(cell, text), tokens, sentAt };
    });
    const columns = [
      made.map(({ conversationId }) => conversationId),
      made.map(({ seq }) => seq),
      made.map(({ id }) => id),
      made.map(({ sentAt }) => sentAt),
    ];
    await client.query(
      `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
       SELECT c, 202611, s, i, 'requester', $6, 'text', b, a::timestamp
       FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::bytea[]) AS u (c, s, i, a, b)`,
      [...columns, made.map(({ bodyEnc }) => bodyEnc), owner.id],
    );
    await client.query(
      `INSERT INTO message_token (conversation_id, opened_month, seq, message_id, at, index_version, tokens)
       SELECT c, 202611, s, i, a::timestamp, 1, t::bigint[]
       FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[]) AS u (c, s, i, a, t)`,
      [...columns, made.map(({ tokens }) => tokens)],
    );
  }
}

/** Bulk rows are written without the indexes of their table, which are built afterwards. */
async function withoutIndexes(client: pg.Client, table: string, work: () => Promise<void>): Promise<void> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = $1 AND indexname LIKE 'ix%'`,
    [table],
  );
  for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`);
  await work();
  await client.query(`SET maintenance_work_mem = '256MB'`);
  for (const { indexdef } of rows) await client.query(indexdef);
}
