import type pg from 'pg';
import type { Desk } from '../../../desk/test/build-desk.ts';
import { createFakeClock, createIds, ROOT_UNIT_ID } from '../../../kernel/index.ts';
import { randomBytes } from '../../../platform/crypto/index.ts';
import { BinaryArrays } from '../../../platform/persistence/index.ts';
import type { ColumnKind } from '../../../platform/persistence/index.ts';
import {
  createTokenCache,
  descriptionPieces,
  messagePieces,
  spread,
  subjectPieces,
  textOf,
} from './bank-texts.ts';
import type { Owner } from './requester-rows.ts';

/** Messages of each ticket's conversation. */
export const MESSAGES_PER_TICKET = 10;

const YEAR_MS = 365 * 86_400_000;
const HOUR_MS = 3_600_000;
const STATES = ['new', 'open', 'pending', 'on-hold', 'solved', ...Array<string>(5).fill('closed')];
const TOKENS_CHECKED_EVERY = 50_000;
const POOL_STEP = 131;

/** Randomness for ids, taken again and again: a fresh source for each ticket would cost more than its texts. */
const POOL = randomBytes(1 << 20);
let poolAt = 0;
function fromPool(length: number): Uint8Array {
  poolAt = (poolAt + POOL_STEP) % (POOL.length - length);
  return POOL.subarray(poolAt, poolAt + length);
}

type Row = Record<string, unknown>;
type Kinds = Record<string, Exclude<ColumnKind, 'tokens'>>;

const TICKET: Kinds = {
  ...{ id: 'uuid', ticketNumber: 'int', requesterId: 'uuid', dekId: 'int', conversationId: 'uuid' },
  ...{
    subjectEnc: 'sealed',
    descriptionEnc: 'sealed',
    state: 'text',
    openedAt: 'instant',
    solvedAt: 'instant',
  },
  ...{ indexVersion: 'int', tokens: 'text' },
};
const CONVERSATION: Kinds = {
  ...{ id: 'uuid', requesterId: 'uuid', dekId: 'int', openedMonth: 'int', openedAt: 'instant' },
  ...{ queuedAt: 'instant', firstResponseAt: 'instant' },
};
const MESSAGE: Kinds = {
  ...{ conversationId: 'uuid', openedMonth: 'int', seq: 'int', id: 'uuid', sender: 'text', senderId: 'text' },
  ...{ bodyEnc: 'sealed', at: 'instant' },
};

const TICKET_SQL = `WITH rows AS (SELECT * FROM ${unnest(TICKET, 'u')}), ticket_rows AS (
  INSERT INTO ticket (id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state,
      priority, unit_id, opened_at, updated_at, solved_at, index_version, version)
    SELECT id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state, 'normal',
      '${ROOT_UNIT_ID}', opened_at, opened_at, solved_at, index_version, 1 FROM rows)
  INSERT INTO ticket_token (ticket_id, tokens) SELECT id, tokens::bigint[] FROM rows`;
const CONVERSATION_SQL = `INSERT INTO conversation (id, requester_id, dek_id, site_id, unit_id, channel, state,
    opened_month, opened_at, last_seq, last_from, last_at, agent_read_seq, robot_misses, queued_at, assigned_at,
    first_response_at, closed_at, version)
  SELECT id, requester_id, dek_id, 'demo', '${ROOT_UNIT_ID}', 'web', 'closed', opened_month, opened_at,
    ${MESSAGES_PER_TICKET}, 'agent', opened_at, ${MESSAGES_PER_TICKET}, 0, queued_at, queued_at, first_response_at,
    opened_at + INTERVAL '1 hour', 1 FROM ${unnest(CONVERSATION, 'u')}`;
const MESSAGE_SQL = `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
  SELECT conversation_id, opened_month, seq, id, sender, sender_id, 'text', body_enc, at FROM ${unnest(MESSAGE, 'u')}`;

/** What each ticket has besides: a conversation that is closed, and its messages. */
export type Talks = 'none' | 'conversations' | 'messages';

/** What the rows are made with. */
interface Making {
  client: pg.Client;
  core: Desk['core'];
  owners: readonly Owner[];
  talks: Talks;
}

interface Page {
  tickets: Row[];
  conversations: Row[];
  messages: Row[];
}

const caches = new WeakMap<object, ReturnType<typeof createTokenCache>>();
const arrays = new BinaryArrays();

/** Makes one page of tickets, waits for `before`, and writes them with their tokens and conversations. */
export async function insertTickets(
  making: Making,
  { first, count, of }: { first: number; count: number; of: { first: number; count: number } },
  before: Promise<void>,
): Promise<void> {
  const page: Page = { tickets: [], conversations: [], messages: [] };
  for (let i = first; i < first + count; i += 1)
    makeTicket(making, page, { i, share: (i - of.first + spread(i, 1)) / (of.count - of.first) });
  await before;
  await write(making.client, TICKET_SQL, TICKET, page.tickets);
  if (making.talks !== 'none') {
    await write(making.client, CONVERSATION_SQL, CONVERSATION, page.conversations);
    await write(making.client, MESSAGE_SQL, MESSAGE, page.messages);
  }
}

/** `share`: how far through the year it was opened. Rows lie on the disk in the order of time, as they do in life. */
function makeTicket(
  { core, owners, talks }: Making,
  page: Page,
  { i, share }: { i: number; share: number },
): void {
  const { id: requesterId, dek } = owners[Math.floor(spread(i, 13) * owners.length)] as Owner;
  const openedAt = new Date(core.clock.now().getTime() - Math.floor((1 - share) * YEAR_MS));
  // Ids as they would have been made then.
  const ids = createIds({ clock: createFakeClock(openedAt), randomBytes: fromPool });
  const id = ids.next();
  const [subject, description] = [subjectPieces(i), descriptionPieces(i)];
  const seal = (column: string, pieces: readonly string[]) =>
    dek.seal({ table: 'ticket', column, rowId: id }, textOf(pieces));
  const state = STATES[Math.floor(spread(i, 2) * STATES.length)] as string;
  const isSolved = state === 'solved' || state === 'closed';
  const solvedAt = isSolved ? new Date(openedAt.getTime() + Math.floor(spread(i, 3) * 72 * HOUR_MS)) : null;
  const person = { requesterId, dekId: dek.id };
  const conversationId = talks === 'none' ? null : ids.next();
  page.tickets.push({
    ...{ id, ticketNumber: i + 1, ...person, conversationId },
    ...{ subjectEnc: seal('subject_enc', subject), descriptionEnc: seal('description_enc', description) },
    ...{
      state,
      openedAt,
      solvedAt,
      indexVersion: core.crypto.indexVersion,
      tokens: `{${tokensOf(core, i, [...subject, ...description]).join(',')}}`,
    },
  });
  if (conversationId === null) return;
  const openedMonth = openedAt.getUTCFullYear() * 100 + openedAt.getUTCMonth() + 1;
  const isHanded = spread(i, 4) < 0.3;
  const queuedAt = isHanded ? openedAt : null;
  const firstResponseAt = isHanded ? new Date(openedAt.getTime() + 5_000 + (i % 60_000)) : null;
  page.conversations.push({
    id: conversationId,
    ...{ ...person, openedMonth, openedAt, queuedAt, firstResponseAt },
  });
  if (talks !== 'messages') return;
  for (let seq = 1; seq <= MESSAGES_PER_TICKET; seq += 1) {
    const messageId = ids.next();
    const cell = { table: 'message', column: 'body_enc', rowId: messageId };
    const isOwn = seq % 2 === 1;
    page.messages.push({
      ...{ conversationId, openedMonth, seq, id: messageId },
      ...{ sender: isOwn ? 'requester' : 'agent', senderId: requesterId },
      ...{
        bodyEnc: dek.seal(cell, textOf(messagePieces(i, seq))),
        at: new Date(openedAt.getTime() + seq * 20_000),
      },
    });
  }
}

function tokensOf({ crypto }: Desk['core'], i: number, pieces: readonly string[]): bigint[] {
  const cache = caches.get(crypto) ?? createTokenCache(crypto, 'ticket.words');
  caches.set(crypto, cache);
  const tokens = cache(pieces);
  if (i % TOKENS_CHECKED_EVERY === 0) {
    const whole = new Set(crypto.wordTokens('ticket.words', pieces.join('\n')));
    if (whole.size !== tokens.length || tokens.some((token) => !whole.has(token)))
      throw new Error('The tokens are not those the product makes.');
  }
  return tokens;
}

/** Array parameters in binary form: writing them as text would cost as much as sealing the rows. */
async function write(client: pg.Client, text: string, kinds: Kinds, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  arrays.begin();
  const values = Object.entries(kinds).map(([property, kind]) => arrays.take(kind, rows, property));
  await client.query({ text, values });
}

function unnest(kinds: Kinds, alias: string): string {
  const types = { uuid: 'uuid', int: 'bigint', instant: 'timestamp(3)', sealed: 'bytea', text: 'varchar' };
  const names = Object.keys(kinds).map((name) =>
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  );
  const params = Object.values(kinds).map((kind, i) => `$${i + 1}::${types[kind as keyof typeof types]}[]`);
  return `unnest(${params.join(', ')}) AS ${alias} (${names.join(', ')})`;
}
