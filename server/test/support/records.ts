import { createIds, systemClock, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { randomBytes } from '../../platform/crypto/index.ts';
import { RequesterService, deskRecords } from '../../desk/index.ts';
import { fileRecords } from '../../platform/files/index.ts';
import type { Dek } from '../../platform/crypto/index.ts';
import type { RecordStore } from '../../platform/persistence/index.ts';
import { qaRecords } from '../../qa/index.ts';
import { robotRecords } from '../../robot/index.ts';
import { webWidgetRecords } from '../../channels/web-widget/index.ts';
import type { Core } from './core.ts';

/** Every store of records, as the composition root wires them. */
export function buildStores(forget: (ids: readonly string[]) => void = () => undefined): RecordStore[] {
  const ids = createIds({ clock: systemClock, randomBytes });
  return [
    ...deskRecords({ forget, ids }),
    ...[robotRecords({ ids }), webWidgetRecords({ ids }), qaRecords({ ids })],
    ...fileRecords(),
  ];
}

/** A conversation to put into the database; without `closedAt` it stays with the robot. */
export interface ConversationSeed {
  id?: string;
  requesterId: string;
  openedAt: Date;
  closedAt?: Date | null;
  state?: 'robot' | 'queued' | 'assigned' | 'closed';
  lastAt?: Date;
  assigneeId?: string;
  texts?: string[];
  /** Writes the texts as this agent. */
  agentId?: string;
  evaluatedAt?: Date;
}

/** A ticket to put into the database. */
export interface TicketSeed {
  id?: string;
  requesterId: string;
  conversationId?: string;
  openedAt: Date;
  updatedAt?: Date;
  state?: string;
  assigneeId?: string;
}

/** Tables whose rows go with records. */
export const RECORD_TABLES = [
  'conversation',
  'message',
  'conversation_note',
  'conversation_rating',
  'visitor_session',
  'robot_turn',
  'evaluation',
  'evaluation_criterion',
  'ticket',
  'ticket_comment',
  'ticket_event',
  'ticket_token',
  'requester',
  'requester_token',
] as const;

/** Puts records of any age into the database, behind the back of the services. */
export class RecordSeeds {
  readonly #core: Core;
  readonly #deks = new Map<string, Dek>();

  private constructor(core: Core) {
    this.#core = core;
  }

  static async open(core: Core): Promise<RecordSeeds> {
    await core.sql(
      `INSERT INTO score_card (id, version, name, state, criteria, created_by, created_at)
        VALUES ('01900000-0000-7000-8000-00000000cccc', 1, 'card', 'active', '[]', 'system', $1)`,
      [new Date('2020-01-01T00:00:00.000Z')],
    );
    return new RecordSeeds(core);
  }

  /** Ids that are there, sorted. */
  async idsOf(table: string): Promise<string[]> {
    const column = table === 'conversation_rating' ? 'conversation_id' : 'id';
    const rows = await this.#core.sql(`SELECT ${column} AS id FROM ${table} ORDER BY 1`);
    return rows.map(({ id }) => id as string);
  }

  /** How many rows each table of records holds. */
  async counts(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const table of RECORD_TABLES) {
      const [row] = await this.#core.sql(`SELECT COUNT(*) AS n FROM ${table}`);
      counts[table] = Number(row?.['n']);
    }
    return counts;
  }

  /** A requester with a data key, last changed at `at`. */
  async requester(at: Date, name = '张三'): Promise<string> {
    const { uow, crypto, clock, ids } = this.#core;
    const requesters = new RequesterService({ crypto, clock, ids });
    const made = await uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      requesters.create(tx, { siteId: 'demo', profile: { name }, isIdentified: true }),
    );
    await this.#core.sql('UPDATE requester SET created_at = $2, updated_at = $2 WHERE id = $1', [
      made.row.id,
      at,
    ]);
    this.#deks.set(made.row.id, made.dek);
    return made.row.id;
  }

  async conversation(seed: ConversationSeed): Promise<string> {
    const id = seed.id ?? this.#core.ids.next();
    const closedAt = seed.closedAt ?? null;
    const state = seed.state ?? (closedAt === null ? 'robot' : 'closed');
    const texts = seed.texts ?? ['您好'];
    const lastAt = seed.lastAt ?? closedAt ?? seed.openedAt;
    const dek = this.#deks.get(seed.requesterId) as Dek;
    await this.#core.sql(
      `INSERT INTO conversation (id, requester_id, dek_id, site_id, channel, state, assignee_id, opened_month, opened_at,
          last_seq, last_from, last_at, agent_read_seq, robot_misses, closed_at, version)
        VALUES ($1, $2, $3, 'demo', 'web', $4, $5, 202001, $6, $7, 'requester', $8, 0, 0, $9, 1)`,
      [
        ...[id, seed.requesterId, dek.id, state, seed.assigneeId ?? null, seed.openedAt, texts.length],
        ...[lastAt, closedAt],
      ],
    );
    for (const [index, text] of texts.entries()) {
      const messageId = this.#core.ids.next();
      const body = dek.seal({ table: 'message', column: 'body_enc', rowId: messageId }, text);
      await this.#core.sql(
        `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
          VALUES ($1, 202001, $2, $3, $4, $5, 'text', $6, $7)`,
        [
          ...[
            id,
            index + 1,
            messageId,
            seed.agentId ? 'agent' : 'requester',
            seed.agentId ?? seed.requesterId,
          ],
          ...[body, seed.openedAt],
        ],
      );
    }
    await this.#besideConversation(id, seed.requesterId, dek, seed.openedAt);
    if (seed.evaluatedAt !== undefined) await this.#evaluation(id, seed.evaluatedAt);
    return id;
  }

  async #besideConversation(id: string, requesterId: string, dek: Dek, at: Date): Promise<void> {
    const { ids } = this.#core;
    const noteId = ids.next();
    const note = dek.seal({ table: 'conversation_note', column: 'body_enc', rowId: noteId }, '备注');
    await this.#core.sql(
      'INSERT INTO conversation_note (id, conversation_id, author_id, body_enc, at) VALUES ($1, $2, $3, $4, $5)',
      [noteId, id, '01900000-0000-7000-8000-0000000000b1', note, at],
    );
    await this.#core.sql('INSERT INTO conversation_rating (conversation_id, score, at) VALUES ($1, 5, $2)', [
      id,
      at,
    ]);
    const token = Buffer.from(noteId.replaceAll('-', '').repeat(2), 'hex');
    await this.#core.sql(
      `INSERT INTO visitor_session (id, token_hash, resume_hash, requester_id, conversation_id, site_id, created_at, expires_at)
        VALUES ($1, $2, $2, $3, $4, 'demo', $5, $5)`,
      [ids.next(), token, requesterId, id, at],
    );
    await this.#core.sql(
      `INSERT INTO robot_turn (id, conversation_id, message_seq, message_id, locale, outcome, reason, confidence_ppm,
          candidates, model_hash, took_ms, at)
        VALUES ($1, $2, 1, $3, 'zh-CN', 'answer', 'sure', 1, '[]', 'x', 1, $4)`,
      [ids.next(), id, ids.next(), at],
    );
  }

  async #evaluation(conversationId: string, at: Date): Promise<void> {
    const id = this.#core.ids.next();
    await this.#core.sql(
      `INSERT INTO evaluation (id, conversation_id, score_card_id, score_card_version, score, state, is_fatal,
          findings_count, evaluated_at, version)
        VALUES ($1, $2, '01900000-0000-7000-8000-00000000cccc', 1, 90, 'automatic', 0, 0, $3, 1)`,
      [id, conversationId, at],
    );
    await this.#core.sql(
      `INSERT INTO evaluation_criterion (evaluation_id, criterion_id, points, is_met, evidence) VALUES ($1, 'c1', 5, 1, '[]')`,
      [id],
    );
  }

  async ticket(seed: TicketSeed): Promise<string> {
    const { ids } = this.#core;
    const id = seed.id ?? ids.next();
    const dek = this.#deks.get(seed.requesterId) as Dek;
    const state = seed.state ?? 'closed';
    const updatedAt = seed.updatedAt ?? seed.openedAt;
    const seal = (column: string, text: string) => dek.seal({ table: 'ticket', column, rowId: id }, text);
    const solvedAt = state === 'solved' || state === 'closed' ? updatedAt : null;
    await this.#core.sql(
      `INSERT INTO ticket (id, ticket_number, requester_id, dek_id, conversation_id, subject_enc, description_enc, state,
          priority, assignee_id, opened_at, updated_at, solved_at, version)
        VALUES ($1, (SELECT COALESCE(MAX(ticket_number), 0) + 1 FROM ticket), $2, $3, $4, $5, $6, $7, 'normal', $8, $9,
          $10, $11, 1)`,
      [
        ...[id, seed.requesterId, dek.id, seed.conversationId ?? null],
        ...[seal('subject_enc', '挂失'), seal('description_enc', '请尽快'), state, seed.assigneeId ?? null],
        ...[seed.openedAt, updatedAt, solvedAt],
      ],
    );
    const commentId = ids.next();
    const body = dek.seal({ table: 'ticket_comment', column: 'body_enc', rowId: commentId }, '已处理');
    await this.#core.sql(
      `INSERT INTO ticket_comment (id, ticket_id, author_type, author_id, body_enc, is_internal, at)
        VALUES ($1, $2, 'account', 'x', $3, 0, $4)`,
      [commentId, id, body, updatedAt],
    );
    await this.#core.sql(
      `INSERT INTO ticket_event (id, ticket_id, at, actor_type, actor_id, action) VALUES ($1, $2, $3, 'account', 'x', 'created')`,
      [ids.next(), id, seed.openedAt],
    );
    const tokens = this.#core.database.dialect.name === 'oracle' ? '1' : `'{1,2}'`;
    await this.#core.sql(`INSERT INTO ticket_token (ticket_id, tokens) VALUES ($1, ${tokens})`, [id]);
    return id;
  }
}
