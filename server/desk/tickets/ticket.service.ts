import {
  AppError,
  SCOPE_ALL,
  scopeOf,
  type Actor,
  type Clock,
  type DataScope,
  type Ids,
} from '../../kernel/index.ts';
import { withoutSecrets, type Crypto, type Dek } from '../../platform/crypto/index.ts';
import { unitOfNew, type Db, type Tx } from '../../platform/persistence/index.ts';
import type { ConversationRow } from '../conversations/conversation.entity.ts';
import { findConversationWithin } from '../conversations/conversation.repo.ts';
import { textFault } from '../conversations/conversation.rules.ts';
import type { FieldValues } from '../fields/field.rules.ts';
import type { FieldService } from '../fields/field.service.ts';
import type { RequesterService } from '../requesters/requester.service.ts';
import type { Staff } from '../staff.ts';
import type { TicketCommentRow, TicketEventRow, TicketRow } from './ticket.entity.ts';
import { countTicket } from './ticket.figures.ts';
import {
  changeTicket,
  findTicket,
  insertComment,
  insertEvents,
  insertTicket,
  moveTicket,
  replaceTokens,
  touchTicket,
  transferTicket,
} from './ticket.repo.ts';
import {
  assertTransition,
  mayAssign,
  mayTransfer,
  maySeeTicket,
  solvedAtAfter,
  ticketWords,
  type TicketPriority,
  type TicketState,
  type TicketViewer,
} from './ticket.rules.ts';

/** Index of the words of a ticket's subject and description. */
export const TICKET_WORDS = 'ticket.words';

/** A new ticket as it is asked for. */
export interface TicketInput {
  subject: string;
  description: string;
  requesterId?: string;
  conversationId?: string;
  priority?: TicketPriority;
  /** Own fields by key. */
  customFields?: FieldValues;
}

/** Fields of a ticket to change; absent ones stay. */
export interface TicketChange {
  subject?: string;
  priority?: TicketPriority;
  assigneeId?: string | null;
}

interface TicketDeps {
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
  requesters: RequesterService;
  staff: Staff;
  fields: FieldService;
  /** The next number of the tickets' series; never gives one twice. */
  takeNumber(): Promise<number>;
}

/** Use cases of tickets. Every change is one conditional statement, so two at once never both win. */
export class TicketService {
  readonly #deps: TicketDeps;

  constructor(deps: TicketDeps) {
    this.#deps = deps;
  }

  /** The ticket, if the viewer may see it; throws `request.not_found`. */
  async get(db: Db, viewer: TicketViewer, id: string): Promise<TicketRow> {
    const row = await findTicket(db, id, viewer.scope);
    if (!row || !maySeeTicket(viewer, row)) throw new AppError('request.not_found');
    return row;
  }

  /**
   * Opens a ticket. One that names nobody gets a requester of its own, so that its words are sealed under a key
   * that can be destroyed. Records `ticket.create`, emits `ticket.created`. Throws `ticket.requester_unknown`.
   */
  async create(
    tx: Tx,
    input: TicketInput,
    maySeeConversation: (row: ConversationRow) => boolean,
  ): Promise<TicketRow> {
    const scope = scopeOf(tx.context.actor);
    const [subject, description] = [withoutSecrets(input.subject), withoutSecrets(input.description)];
    // The number comes over a connection of its own, so it is taken before this unit holds one.
    const ticketNumber = await this.#deps.takeNumber();
    const own = this.#deps.fields.parseNew('ticket', input.customFields ?? {});
    const conversation = await this.#conversationOf(tx, { input, scope }, maySeeConversation);
    const unitId = conversation?.unitId ?? (await unitOfNew(tx, tx.context.actor));
    const requester = conversation
      ? await this.#requesterOf(tx, conversation.requesterId, { scope: SCOPE_ALL, unitId })
      : await this.#requesterOf(tx, input.requesterId, { scope, unitId });
    const id = this.#deps.ids.next();
    const at = this.#deps.clock.now();
    const row: TicketRow = {
      id,
      ticketNumber,
      requesterId: requester.id,
      dekId: requester.dek.id,
      conversationId: conversation?.id ?? null,
      subjectEnc: requester.dek.seal(cellOf('subject_enc', id), subject),
      descriptionEnc: requester.dek.seal(cellOf('description_enc', id), description),
      state: 'new',
      priority: input.priority ?? 'normal',
      assigneeId: null,
      skillGroupId: conversation?.skillGroupId ?? null,
      unitId,
      openedAt: at,
      updatedAt: at,
      solvedAt: null,
      indexVersion: this.#deps.crypto.indexVersion,
      version: 1,
    };
    insertTicket(tx, row, this.#tokens(subject, description));
    countTicket(tx, this.#deps.ids, undefined, row);
    await this.#deps.fields.write(tx, { recordType: 'ticket', recordId: id }, requester.dek, own);
    insertEvents(tx, [this.#event(tx.context.actor, row, { action: 'created', to: 'new', at })]);
    tx.record({
      action: 'ticket.create',
      outcome: 'ok',
      ...targetOf(row),
      details: { number: ticketNumber },
    });
    const { conversationId, requesterId } = row;
    tx.emit({ type: 'ticket.created', key: id, payload: { ticketId: id, conversationId, requesterId } });
    return row;
  }

  /**
   * Moves a ticket to another state. Records `ticket.transition`, emits `ticket.transitioned`. Throws
   * `request.version_stale`, `ticket.transition_refused`, `request.not_found`.
   */
  async transition(
    tx: Tx,
    viewer: TicketViewer,
    change: { id: string; version: number; to: TicketState; comment?: string },
  ): Promise<TicketRow> {
    const row = await this.#current(tx, viewer, change);
    const { to } = change;
    assertTransition(row.state, to);
    const at = this.#deps.clock.now();
    const solvedAt = solvedAtAfter(to, row.solvedAt, at);
    const next: TicketRow = { ...row, state: to, solvedAt, updatedAt: at, version: row.version + 1 };
    if (!(await moveTicket(tx, next, change.version))) throw new AppError('request.version_stale');
    countTicket(tx, this.#deps.ids, row, next);
    const actor = tx.context.actor;
    insertEvents(tx, [this.#event(actor, row, { action: 'state', from: row.state, to, at })]);
    // The console promises colleagues that what they say of a move stays inside; a customer is told by a public comment.
    if (change.comment) await this.#insertComment(tx, row, { text: change.comment, isInternal: true });
    tx.record({
      action: 'ticket.transition',
      outcome: 'ok',
      ...targetOf(row),
      details: { from: row.state, to },
    });
    const payload = { ticketId: row.id, from: row.state, to };
    tx.emit({ type: 'ticket.transitioned', key: row.id, payload });
    return next;
  }

  /**
   * Changes subject, priority, or assignee. Records `ticket.update` and `ticket.assign`, emits `ticket.assigned`.
   * Throws `request.version_stale`, `access.refused` for giving it to others without the right, `request.invalid`
   * for an assignee who is no agent.
   */
  async update(
    tx: Tx,
    viewer: TicketViewer,
    change: { id: string; version: number; fields: TicketChange; permissions: ReadonlySet<string> },
  ): Promise<TicketRow> {
    const row = await this.#current(tx, viewer, change);
    const fields = { ...change.fields };
    if (fields.subject !== undefined) fields.subject = withoutSecrets(fields.subject);
    if (fields.assigneeId !== undefined)
      await this.#assertAssignee(tx, row, fields.assigneeId, change.permissions);
    const at = this.#deps.clock.now();
    const next: TicketRow = {
      ...row,
      subjectEnc:
        fields.subject === undefined ? row.subjectEnc : await this.#sealSubject(row, fields.subject),
      priority: fields.priority ?? row.priority,
      assigneeId: fields.assigneeId === undefined ? row.assigneeId : fields.assigneeId,
      updatedAt: at,
      indexVersion: fields.subject === undefined ? row.indexVersion : this.#deps.crypto.indexVersion,
      version: row.version + 1,
    };
    if (!(await changeTicket(tx, next, change.version))) throw new AppError('request.version_stale');
    if (fields.subject !== undefined) await this.#reindex(tx, row, fields.subject);
    await this.#recordChange(tx, row, next, fields);
    return next;
  }

  /**
   * Gives a ticket to another unit, whose people find it with nobody's name on it and in no skill group. The caller holds
   * the unit open. Records `ticket.transfer`, emits `ticket.transferred`. Throws `request.version_stale`,
   * `access.refused` for somebody else's ticket without the right to assign, `ticket.closed`, `request.invalid` for the
   * unit it is in.
   */
  async transfer(
    tx: Tx,
    viewer: TicketViewer,
    change: {
      id: string;
      version: number;
      unitId: string;
      comment?: string;
      permissions: ReadonlySet<string>;
    },
  ): Promise<TicketRow> {
    const row = await this.#current(tx, viewer, change);
    const { unitId } = change;
    const actor = tx.context.actor;
    if (!mayTransfer({ actorId: actor.id, assigneeId: row.assigneeId }, change.permissions))
      throw new AppError('access.refused');
    if (row.state === 'closed') throw new AppError('ticket.closed');
    if (row.unitId === unitId) {
      const details = { in: 'body', at: '/unitId', problem: 'unchanged' };
      throw new AppError('request.invalid', { details });
    }
    const at = this.#deps.clock.now();
    const freed = { assigneeId: null, skillGroupId: null };
    const next: TicketRow = { ...row, unitId, ...freed, updatedAt: at, version: row.version + 1 };
    if (!(await transferTicket(tx, next, change.version))) throw new AppError('request.version_stale');
    countTicket(tx, this.#deps.ids, row, next);
    const left = { action: 'assignee', from: row.assigneeId, to: null, at };
    await insertEvents(tx, [
      this.#event(actor, row, { action: 'unit', from: row.unitId, to: unitId, at }),
      ...(row.assigneeId === null ? [] : [this.#event(actor, row, left)]),
    ]);
    if (change.comment) await this.#insertComment(tx, row, { text: change.comment, isInternal: true });
    const details = { from: row.unitId, to: unitId };
    tx.record({ action: 'ticket.transfer', outcome: 'ok', ...targetOf(row), details });
    const payload = { ticketId: row.id, fromUnitId: row.unitId, toUnitId: unitId };
    tx.emit({ type: 'ticket.transferred', key: row.id, payload });
    return next;
  }

  /** Writes a comment; the ticket's version stays. Records `ticket.comment`. Throws `ticket.closed`. */
  async comment(
    tx: Tx,
    viewer: TicketViewer,
    comment: { id: string; text: string; isInternal: boolean },
  ): Promise<TicketCommentRow> {
    const row = await this.get(tx, viewer, comment.id);
    if (!(await touchTicket(tx, row.id, this.#deps.clock.now()))) throw new AppError('ticket.closed');
    return this.#insertComment(tx, row, comment);
  }

  async #insertComment(
    tx: Tx,
    row: TicketRow,
    { text: given, isInternal }: { text: string; isInternal: boolean },
  ): Promise<TicketCommentRow> {
    assertWords(given);
    const text = withoutSecrets(given);
    const id = this.#deps.ids.next();
    const { type: authorType, id: authorId } = tx.context.actor;
    const dek = await this.#deps.crypto.dek(row.dekId);
    const bodyEnc = dek.seal({ table: 'ticket_comment', column: 'body_enc', rowId: id }, text);
    const at = this.#deps.clock.now();
    const comment = { id, ticketId: row.id, authorType, authorId, bodyEnc, isInternal, at };
    insertComment(tx, comment);
    const details = { commentId: id, isInternal };
    tx.record({ action: 'ticket.comment', outcome: 'ok', ...targetOf(row), details });
    tx.emit({
      type: 'ticket.commented',
      key: row.id,
      payload: { ticketId: row.id, commentId: id, isInternal },
    });
    return comment;
  }

  /** The ticket at the version the caller has read. */
  async #current(tx: Tx, viewer: TicketViewer, change: { id: string; version: number }): Promise<TicketRow> {
    const row = await this.get(tx, viewer, change.id);
    if (row.version !== change.version) throw new AppError('request.version_stale');
    return row;
  }

  async #conversationOf(
    tx: Tx,
    { input, scope }: { input: TicketInput; scope: DataScope },
    maySee: (row: ConversationRow) => boolean,
  ): Promise<ConversationRow | undefined> {
    if (input.conversationId === undefined) return undefined;
    const row = await findConversationWithin(tx, input.conversationId, scope);
    const isOthers = input.requesterId !== undefined && input.requesterId !== row?.requesterId;
    if (!row || !maySee(row) || isOthers) throw new AppError('ticket.requester_unknown');
    return row;
  }

  async #requesterOf(
    tx: Tx,
    id: string | undefined,
    { scope, unitId }: { scope: DataScope; unitId: string },
  ): Promise<{ id: string; dek: Dek }> {
    const { requesters } = this.#deps;
    if (id === undefined) {
      const made = await requesters.create(tx, { siteId: null, profile: {}, isIdentified: false, unitId });
      return { id: made.row.id, dek: made.dek };
    }
    const row = await requesters.claim(tx, id, scope);
    if (!row) throw new AppError('ticket.requester_unknown');
    return { id, dek: await this.#deps.crypto.dek(row.dekId) };
  }

  async #assertAssignee(
    tx: Tx,
    row: TicketRow,
    to: string | null,
    permissions: ReadonlySet<string>,
  ): Promise<void> {
    const change = { actorId: tx.context.actor.id, from: row.assigneeId, to };
    if (!mayAssign(change, permissions)) throw new AppError('access.refused');
    if (to === null || (await this.#deps.staff.agents(row.unitId)).some(({ id }) => id === to)) return;
    throw new AppError('request.invalid', { details: { in: 'body', at: '/assigneeId', problem: 'unknown' } });
  }

  async #sealSubject(row: TicketRow, subject: string): Promise<Buffer> {
    return (await this.#deps.crypto.dek(row.dekId)).seal(cellOf('subject_enc', row.id), subject);
  }

  async #reindex(tx: Tx, row: TicketRow, subject: string): Promise<void> {
    const description = await this.#deps.crypto.open(cellOf('description_enc', row.id), row.descriptionEnc);
    await replaceTokens(tx, row.id, this.#tokens(subject, description));
  }

  #tokens(subject: string, description: string): bigint[] {
    return this.#deps.crypto.wordTokens(TICKET_WORDS, ticketWords(subject, description));
  }

  async #recordChange(tx: Tx, row: TicketRow, next: TicketRow, fields: TicketChange): Promise<void> {
    const actor = tx.context.actor;
    const at = next.updatedAt;
    const events: TicketEventRow[] = [];
    if (fields.subject !== undefined) events.push(this.#event(actor, row, { action: 'subject', at }));
    if (row.priority !== next.priority)
      events.push(this.#event(actor, row, { action: 'priority', from: row.priority, to: next.priority, at }));
    const isReassigned = row.assigneeId !== next.assigneeId;
    if (isReassigned)
      events.push(
        this.#event(actor, row, { action: 'assignee', from: row.assigneeId, to: next.assigneeId, at }),
      );
    insertEvents(tx, events);
    tx.record({ action: 'ticket.update', outcome: 'ok', ...targetOf(row), fields: Object.keys(fields) });
    if (!isReassigned) return;
    const details = { assigneeId: next.assigneeId ?? 'none' };
    tx.record({ action: 'ticket.assign', outcome: 'ok', ...targetOf(row), details });
    const payload = { ticketId: row.id, assigneeId: next.assigneeId };
    tx.emit({ type: 'ticket.assigned', key: row.id, payload });
  }

  #event(
    actor: Actor,
    row: TicketRow,
    what: { action: string; at: Date; from?: string | null; to?: string | null },
  ): TicketEventRow {
    return {
      id: this.#deps.ids.next(),
      ticketId: row.id,
      at: what.at,
      actorType: actor.type,
      actorId: actor.id,
      action: what.action,
      fromValue: what.from ?? null,
      toValue: what.to ?? null,
    };
  }
}

/** Comments follow the rules of messages but for their length, which is that of any text field. */
function assertWords(text: string): void {
  const fault = textFault(text);
  if (fault && fault !== 'message.text_too_long') throw new AppError(fault);
}

function cellOf(column: 'subject_enc' | 'description_enc', rowId: string) {
  return { table: 'ticket', column, rowId };
}

function targetOf(row: TicketRow) {
  return { target: { type: 'ticket', id: row.id }, customer: row.requesterId };
}
