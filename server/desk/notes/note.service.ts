import { AppError, isUuid, type Clock, type Ids } from '../../kernel/index.ts';
import { maskText, withoutSecrets, type Crypto } from '../../platform/crypto/index.ts';
import {
  col,
  DatabaseConflict,
  defineEntity,
  insert,
  portable,
  select,
  type Db,
  type RowOf,
  type Tx,
} from '../../platform/persistence/index.ts';
import { textFault } from '../conversations/conversation.rules.ts';
import { openTexts, unreadableMark } from '../sealed-texts.ts';
import { namesOf, presentPerson, type Staff, type StaffName } from '../staff.ts';

/** What agents write to each other about a conversation; its requester never sees it. Sealed like a message. */
export const noteEntity = defineEntity(
  'conversation_note',
  {
    id: col.uuid(),
    conversationId: col.uuid(),
    authorId: col.uuid(),
    bodyEnc: col.sealed({ class: 'C2', scope: 'requester' }),
    at: col.instant(),
  },
  { primaryKey: ['id'] },
);
type NoteRow = RowOf<typeof noteEntity>;

/** Most notes one read gives: the newest. */
const NOTES_MAX = 500;

const NOTE_INSERT = insert(noteEntity);
const NOTE_BY_ID = select(noteEntity, { name: 'note.by_id', where: ['id'] });
const NOTES_NEWEST = select(noteEntity, {
  name: 'note.newest',
  where: ['conversationId'],
  orderBy: [
    ['at', 'desc'],
    ['id', 'desc'],
  ],
  limit: true,
});
const NOTE_COUNT = portable<{ conversationId: string; at: Date; id: string }, { noteCount: number }>(
  'note.count',
  `SELECT COUNT(*) AS note_count FROM conversation_note
    WHERE conversation_id = :conversationId AND (at < :at OR (at = :at AND id <= :id))`,
  { params: { conversationId: 'uuid', at: 'instant', id: 'uuid' }, result: { noteCount: 'int' } },
);

/** A note as agents see it: its text masked like a message. */
export interface NoteItem {
  id: string;
  text: string;
  isUnreadable?: true;
  author: StaffName | null;
  at: string;
}

/** A note just written. `seq` counts notes of the conversation, apart from its messages. */
export interface NoteAdded {
  id: string;
  conversationId: string;
  authorId: string;
  seq: number;
  /** Masked. */
  text: string;
  at: Date;
  isNew: boolean;
}

/** The conversation a note belongs to, and the key that seals what belongs to its requester. */
export interface NotedConversation {
  id: string;
  requesterId: string;
  dekId: number;
}

interface NoteDeps {
  crypto: Crypto;
  staff: Staff;
  clock: Clock;
  ids: Ids;
}

/** Internal notes of conversations. */
export class NoteService {
  readonly #deps: NoteDeps;
  readonly #listeners: ((note: NoteAdded) => void)[] = [];

  constructor(deps: NoteDeps) {
    this.#deps = deps;
  }

  /** Told after the commit of each new note. */
  onNote(listener: (note: NoteAdded) => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Writes a note as the unit's actor; the same id with the same text is the same note. Records `note.create`.
   * Throws the text's fault, `message.id_invalid`, `message.id_reused`.
   */
  async add(
    tx: Tx,
    conversation: NotedConversation,
    given: { id?: string; text: string },
  ): Promise<NoteAdded> {
    const fault = textFault(given.text);
    if (fault) throw new AppError(fault);
    const note = { ...given, text: withoutSecrets(given.text) };
    const id = note.id ?? this.#deps.ids.next();
    if (!isUuid(id)) throw new AppError('message.id_invalid');
    const authorId = tx.context.actor.id;
    const conversationId = conversation.id;
    const known = note.id === undefined ? undefined : await tx.one(NOTE_BY_ID, { id });
    if (known) return this.#repeat(tx, conversationId, known, note.text);
    const dek = await this.#deps.crypto.dek(conversation.dekId);
    const bodyEnc = dek.seal(cellOf(id), note.text);
    const at = this.#deps.clock.now();
    await insertOnce(tx, { id, conversationId, authorId, bodyEnc, at });
    const target = { type: 'conversation', id: conversationId };
    const details = { noteId: id };
    tx.record({ action: 'note.create', outcome: 'ok', target, customer: conversation.requesterId, details });
    const seq = await countUpTo(tx, { conversationId, at, id });
    const added = { id, conversationId, authorId, seq, text: maskText(note.text), at, isNew: true };
    tx.afterCommit(() => this.#listeners.forEach((listener) => listener(added)));
    return added;
  }

  /** The newest notes of a conversation, oldest first. The caller has checked the access and records the read. */
  async list(db: Db, conversationId: string): Promise<NoteItem[]> {
    const rows = (await db.all(NOTES_NEWEST, { conversationId, limit: NOTES_MAX })).reverse();
    const texts = await openTexts(
      this.#deps.crypto,
      rows.map(({ id, bodyEnc }) => ({ cell: cellOf(id), envelope: bodyEnc })),
    );
    const names = await namesOf(
      this.#deps.staff,
      rows.map(({ authorId }) => authorId),
    );
    return rows.map(({ id, authorId, at }, index) => ({
      id,
      text: maskText(texts[index] ?? ''),
      ...unreadableMark(texts[index]),
      author: presentPerson(authorId, names),
      at: at.toISOString(),
    }));
  }

  async #repeat(tx: Tx, conversationId: string, known: NoteRow, text: string): Promise<NoteAdded> {
    const stored = await this.#deps.crypto.open(cellOf(known.id), known.bodyEnc);
    const isSame =
      stored === text && known.conversationId === conversationId && known.authorId === tx.context.actor.id;
    if (!isSame) throw new AppError('message.id_reused');
    const seq = await countUpTo(tx, known);
    const { id, authorId, at } = known;
    return { id, conversationId, authorId, seq, text: maskText(text), at, isNew: false };
  }
}

/** Two sends of one id at once: the second waits for the first, fails, and is answered when it comes again. */
async function insertOnce(tx: Tx, row: NoteRow): Promise<void> {
  try {
    await tx.run(NOTE_INSERT, row);
  } catch (error) {
    if (error instanceof DatabaseConflict) throw new AppError('server.busy', { cause: error });
    throw error;
  }
}

async function countUpTo(db: Db, note: { conversationId: string; at: Date; id: string }): Promise<number> {
  const { conversationId, at, id } = note;
  return (await db.one(NOTE_COUNT, { conversationId, at, id }))?.noteCount ?? 0;
}

function cellOf(rowId: string) {
  return { table: 'conversation_note', column: 'body_enc', rowId };
}
