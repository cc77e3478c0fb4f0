import type { AuditDraft } from '../../../audit/index.ts';
import { AppError, type Clock } from '../../kernel/index.ts';
import type { Dek } from '../../platform/crypto/index.ts';
import type { BatchItem, BatchRows } from '../../platform/persistence/index.ts';
import type { AppendCommand, Appended, ConversationChange, Settle, StoredMessage } from './append.ts';
import type { ConversationRow, MessageRow } from './conversation.entity.ts';
import { changedFigures } from './conversation.figures.ts';
import { maySend } from './conversation.rules.ts';
import type { UnitHeirs } from './unit-heirs.ts';

/** The last messages whose repetition is known without asking; of older ones the database's unique key tells. */
export const SEEN_MAX = 32;

/** A message that is known by its sender's id. */
export interface Seen {
  seq: number;
  at: Date;
  /** The text, or the envelope it can be read from. */
  text: string | undefined;
  bodyEnc?: Buffer;
  fileId: string | undefined;
}

/** A conversation in its owner's memory. */
export interface Owned {
  row: ConversationRow;
  dek: Dek;
  seen: Map<string, Seen>;
  inFlight: number;
}

const NO_CHANGE: ConversationChange = {};

/** Puts the message's number and id into its entry, which was made for this message alone. */
function addDetails(draft: AuditDraft, seq: number, messageId: string): AuditDraft {
  draft.details = draft.details === undefined ? { seq, messageId } : { ...draft.details, seq, messageId };
  return draft;
}

/** What all messages share. */
export interface ItemDeps {
  clock: Clock;
  heirs: UnitHeirs;
  /** Asked when the lane takes the message: the conversation may have changed hands since. */
  mayWrite(conversationId: string): boolean;
  /** A new message was committed. */
  told(message: StoredMessage, row: ConversationRow, origin: unknown): void;
  /** The message was not written; says what its sender is told. */
  refused(owned: Owned, command: AppendCommand, error: unknown, settle: Settle): void;
}

/** One message on its way through the lane. */
export class AppendItem implements BatchItem<MessageRow, ConversationRow> {
  readonly #owned: Owned;
  readonly #command: AppendCommand;
  readonly #settle: Settle;
  readonly #deps: ItemDeps;
  #before: ConversationRow | undefined;
  #outcome: Appended | AppError | undefined;
  #at = new Date(0);

  constructor(owned: Owned, command: AppendCommand, settle: Settle, deps: ItemDeps) {
    this.#owned = owned;
    this.#command = command;
    this.#settle = settle;
    this.#deps = deps;
  }

  build(): BatchRows<MessageRow, ConversationRow> | undefined {
    const { row, seen, dek } = this.#owned;
    const command = this.#command;
    this.#before = undefined;
    const known = seen.get(command.id);
    if (known) {
      const isSame = known.text === command.text && known.fileId === command.meta?.file?.id;
      this.#outcome = isSame
        ? { seq: known.seq, at: known.at, isNew: false }
        : new AppError('message.id_reused');
      return undefined;
    }
    if (!this.#deps.mayWrite(row.id)) {
      this.#outcome = new AppError('server.busy');
      return undefined;
    }
    this.#at = this.#deps.clock.now();
    const change = this.#decide(row);
    if (change === undefined) return undefined;
    const seq = row.lastSeq + 1;
    // One copy and plain assignments: several spreads in one literal cost more than sealing the text.
    const next: ConversationRow = { ...row };
    next.unitId = this.#deps.heirs.of(row.unitId);
    const isTouch = change === NO_CHANGE && next.unitId === row.unitId;
    if (change !== NO_CHANGE) Object.assign(next, change);
    next.lastSeq = seq;
    next.lastFrom = command.sender;
    next.lastAt = this.#at;
    next.version = row.version + 1;
    const bodyEnc = dek.seal({ table: 'message', column: 'body_enc', rowId: command.id }, command.text);
    this.#before = row;
    this.#owned.row = next;
    const fileId = command.meta?.file?.id;
    seen.set(command.id, { seq, at: this.#at, text: command.text, fileId });
    if (seen.size > SEEN_MAX) seen.delete(seen.keys().next().value as string);
    this.#outcome = { seq, at: this.#at, isNew: true };
    const rows: BatchRows<MessageRow, ConversationRow> = {
      insert: {
        conversationId: row.id,
        openedMonth: row.openedMonth,
        seq,
        id: command.id,
        sender: command.sender,
        senderId: command.senderId,
        kind: command.kind,
        bodyEnc,
        meta: command.meta ?? null,
        at: this.#at,
      },
      merge: next,
      isTouch,
      audit: addDetails(command.audit, seq, command.id),
      context: command.context,
      events: command.events?.(next, seq, command.id) ?? [],
    };
    const counts = change === NO_CHANGE ? undefined : changedFigures(row, next);
    if (counts !== undefined) rows.counts = counts;
    return rows;
  }

  /** The change to make, or nothing when the outcome is already settled. */
  #decide(row: ConversationRow): ConversationChange | undefined {
    const { decide, sender } = this.#command;
    const decision = decide ? decide(row, this.#at) : NO_CHANGE;
    if (decision === 'skip') {
      this.#outcome = { seq: row.lastSeq, at: row.lastAt, isNew: false, isSkipped: true };
      return undefined;
    }
    if ('refuse' in decision) {
      this.#outcome = new AppError(decision.refuse);
      return undefined;
    }
    if (!maySend(row.state as never, sender)) {
      this.#outcome = new AppError(
        row.state === 'closed' ? 'conversation.closed' : 'conversation.state_refused',
      );
      return undefined;
    }
    return decision;
  }

  undo(): void {
    if (!this.#before) return;
    this.#owned.row = this.#before;
    this.#owned.seen.delete(this.#command.id);
    this.#before = undefined;
  }

  committed(): void {
    const outcome = this.#outcome as Appended | AppError;
    if (outcome instanceof AppError) {
      this.failed(outcome);
      return;
    }
    this.#owned.inFlight -= 1;
    this.#settle.resolve(outcome);
    if (!outcome.isNew) return;
    const { conversationId, id, sender, senderId, kind, text, meta, file, origin } = this.#command;
    const message: StoredMessage = {
      conversationId,
      seq: outcome.seq,
      id,
      from: sender,
      senderId,
      kind,
      text,
      at: outcome.at,
      meta: meta ?? null,
    };
    if (file !== undefined) message.file = file;
    this.#deps.told(message, this.#owned.row, origin);
  }

  failed(error: unknown): void {
    this.#deps.refused(this.#owned, this.#command, error, this.#settle);
  }
}
