import type { AuditAction } from '../../../audit/index.ts';
import { AppError, type Clock, type DataScope, type Ids } from '../../kernel/index.ts';
import { ROBOT_ACTOR, ROOT_UNIT_ID, SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { FileStore } from '../../platform/files/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import type { ConversationRow, MessageMeta, MessageRow } from './conversation.entity.ts';
import type { AppendCommand, Appended, Settle, StoredMessage } from './append.ts';
import type { ConversationOwners } from './conversation-owner.ts';
import { carried, toSharedFile, type OutgoingMessage } from './message-file.ts';
import {
  findConversationWithin,
  insertConversation,
  listMessagesAfter,
  listMessagesBefore,
} from './conversation.repo.ts';
import { audit, contextOf, event, receiveCommand, robotAudit, type By } from './conversation.entries.ts';
import { canMove, monthOf, robotChange, textFault, type ConversationGift } from './conversation.rules.ts';
import type { SystemTexts } from './conversation.texts.ts';

interface ServiceDeps {
  owners: ConversationOwners;
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
  /** The language of a site: the system's sentences follow it. */
  localeOf(siteId: string): Promise<string>;
  textOf: SystemTexts;
  /** What is known of files, for the messages that carry one. */
  files: Pick<FileStore, 'infos'>;
}

/** Use cases of running conversations. Messages and moves go through the conversation's lane, one at a time. */
export class ConversationService {
  readonly #deps: ServiceDeps;

  constructor(deps: ServiceDeps) {
    this.#deps = deps;
  }

  /** Opens a conversation with the robot, inside the unit of work that knows its requester. */
  async open(
    tx: Tx,
    input: {
      requesterId: string;
      dek: Dek;
      siteId: string;
      channel: string;
      skillGroupId: string | null;
      unitId?: string;
    },
  ): Promise<ConversationRow> {
    const at = this.#deps.clock.now();
    const row = await insertConversation(tx, this.#deps.ids, {
      id: this.#deps.ids.next(),
      requesterId: input.requesterId,
      dekId: input.dek.id,
      siteId: input.siteId,
      unitId: input.unitId ?? ROOT_UNIT_ID,
      channel: input.channel,
      state: 'robot',
      skillGroupId: input.skillGroupId,
      assigneeId: null,
      openedMonth: monthOf(at),
      openedAt: at,
      lastSeq: 0,
      lastFrom: 'system',
      lastAt: at,
      agentReadSeq: 0,
      robotMisses: 0,
      handoverReason: null,
      queuedAt: null,
      assignedAt: null,
      firstResponseAt: null,
      closedAt: null,
      version: 1,
    });
    tx.record({
      action: 'conversation.open',
      outcome: 'ok',
      target: { type: 'conversation', id: row.id },
      customer: row.requesterId,
      details: { site: input.siteId, channel: input.channel },
    });
    tx.emit({ type: 'conversation.opened', key: row.id, payload: { conversationId: row.id } });
    tx.afterCommit(() => this.#deps.owners.adopt(row, input.dek));
    return row;
  }

  /** The conversation as it stands; throws `request.not_found`. */
  get(conversationId: string): Promise<Readonly<ConversationRow>> {
    return this.#deps.owners.get(conversationId);
  }

  /**
   * The conversation as it stands, if the scope reaches it; throws `request.not_found`. The scope is asked of the
   * database, where the tree is always true; the row is the one its lane holds.
   */
  async getWithin(db: Db, conversationId: string, scope: DataScope): Promise<Readonly<ConversationRow>> {
    if (!(await findConversationWithin(db, conversationId, scope))) throw new AppError('request.not_found');
    return this.get(conversationId);
  }

  /** A requester's message. Throws the text's fault, `conversation.closed`, `message.id_reused`, `server.busy`. */
  async receive(by: By, message: OutgoingMessage & { meta?: MessageMeta }): Promise<Appended> {
    assertText(message.text);
    const row = await this.#deps.owners.get(message.conversationId);
    const more = { ...(message.meta && { meta: message.meta }), ...(message.file && { file: message.file }) };
    return this.#deps.owners.append({ ...receiveCommand(by, message, row), ...more, ...carried(message) });
  }

  /** As `receive`, for words alone and without a promise; false: nothing was done, `receive` has to be asked. */
  receiveNow(by: By, message: OutgoingMessage, settle: Settle): boolean {
    const row = this.#deps.owners.peek(message.conversationId);
    if (row === undefined) return false;
    assertText(message.text);
    return this.#deps.owners.post(receiveCommand(by, message, row), settle);
  }

  /** An agent's message; only the assignee may write. */
  async send(by: By, message: OutgoingMessage): Promise<Appended> {
    assertText(message.text);
    const row = await this.#deps.owners.get(message.conversationId);
    return this.#deps.owners.append({
      ...message,
      ...carried(message),
      sender: 'agent',
      senderId: by.actor.id,
      audit: audit('message.send', row),
      context: contextOf(by),
      decide: (now, at) =>
        now.assigneeId !== by.actor.id && now.state !== 'closed'
          ? { refuse: 'conversation.state_refused' }
          : { firstResponseAt: now.firstResponseAt ?? at, agentReadSeq: now.lastSeq + 1 },
    });
  }

  /**
   * The robot's message. Its id is derived from the event it answers, so a repeated event says nothing twice; and
   * the lane looks at the state again, so the robot never talks over an agent. With `mayWait` it speaks in the queue too.
   */
  async robotSay(
    conversationId: string,
    message: { id: string; text: string; meta: MessageMeta; misses: number; mayWait?: boolean },
  ): Promise<Appended> {
    const row = await this.#deps.owners.get(conversationId);
    return this.#deps.owners.append({
      conversationId,
      id: message.id,
      sender: 'robot',
      senderId: 'robot',
      kind: 'text',
      text: message.text,
      meta: message.meta,
      audit: robotAudit(row, message.meta),
      context: { actor: ROBOT_ACTOR },
      decide: ({ state }) => robotChange(state, message),
    });
  }

  /** Puts the conversation into a skill group's queue. Doing it again, or after an agent came, changes nothing. */
  async requestHandover(
    by: By,
    conversationId: string,
    reason: string,
    messageId?: string,
  ): Promise<Appended> {
    return this.#move(by, conversationId, {
      id: messageId,
      action: 'conversation.queue',
      text: 'queued',
      meta: { state: 'queued', reason },
      decide: (now, at) =>
        now.state === 'robot'
          ? { state: 'queued', handoverReason: reason, queuedAt: at, assigneeId: null }
          : now.state === 'closed'
            ? { refuse: 'conversation.closed' }
            : 'skip',
      eventType: 'conversation.queued',
    });
  }

  /** Routing gives a queued conversation to an agent; skips when somebody else has it by now. */
  assign(conversationId: string, agentId: string): Promise<Appended> {
    return this.#move({ actor: SYSTEM_ACTOR }, conversationId, {
      action: 'conversation.assign',
      text: 'assigned',
      meta: { state: 'assigned', agentId },
      decide: (now, at) =>
        now.state === 'queued' ? { state: 'assigned', assigneeId: agentId, assignedAt: at } : 'skip',
      eventType: 'conversation.assigned',
    });
  }

  /** Takes a conversation back from an agent who has gone, with its place in the queue kept. */
  requeueAbsent(conversationId: string, agentId: string): Promise<Appended> {
    const gift = { fromId: agentId, toAccountId: null, toSkillGroupId: null, reason: 'agent-absent' };
    return this.giveOn({ actor: SYSTEM_ACTOR }, conversationId, gift);
  }

  /** Gives an agent's conversation to a colleague, or to a queue with its place kept; skips what is another's by now. */
  giveOn(by: By, conversationId: string, gift: ConversationGift): Promise<Appended> {
    const { fromId, toAccountId, toSkillGroupId, reason } = gift;
    return this.#move(by, conversationId, {
      action: toAccountId ? 'conversation.handover' : 'conversation.queue',
      text: toAccountId ? 'handedOver' : 'queued',
      meta: toAccountId ? { state: 'assigned', agentId: toAccountId, reason } : { state: 'queued', reason },
      decide: (now, at) => {
        if (now.state !== 'assigned' || now.assigneeId !== fromId) return 'skip';
        if (toAccountId) return { assigneeId: toAccountId, assignedAt: at, handoverReason: reason };
        const skillGroupId = toSkillGroupId ?? now.skillGroupId;
        return { state: 'queued', assigneeId: null, skillGroupId, handoverReason: reason };
      },
      eventType: toAccountId ? 'conversation.assigned' : 'conversation.queued',
    });
  }

  /** An agent takes a queued conversation, or confirms one that routing gave. */
  accept(by: By, conversationId: string): Promise<Appended> {
    const agentId = by.actor.id;
    return this.#move(by, conversationId, {
      action: 'conversation.accept',
      text: 'assigned',
      meta: { state: 'assigned', agentId },
      decide: (now, at) => {
        if (now.state === 'assigned' && now.assigneeId === agentId) return 'skip';
        if (now.state !== 'queued') return { refuse: refusalOf(now) };
        return { state: 'assigned', assigneeId: agentId, assignedAt: at };
      },
      eventType: 'conversation.assigned',
    });
  }

  /** Somebody with the right takes the conversation over from the robot, the queue, or another agent. */
  take(by: By, conversationId: string): Promise<Appended> {
    const agentId = by.actor.id;
    return this.#move(by, conversationId, {
      action: 'conversation.take',
      text: 'assigned',
      meta: { state: 'assigned', agentId },
      decide: (now, at) => {
        if (now.state === 'assigned' && now.assigneeId === agentId) return 'skip';
        if (!canMove(now.state as never, 'assigned')) return { refuse: refusalOf(now) };
        const queuedAt = now.queuedAt ?? at;
        return { state: 'assigned', assigneeId: agentId, assignedAt: at, queuedAt };
      },
      eventType: 'conversation.assigned',
    });
  }

  /** The assignee gives the conversation to another agent, or back to a skill group's queue. */
  handOver(
    by: By,
    conversationId: string,
    to: { agentId: string } | { skillGroupId: string },
  ): Promise<Appended> {
    const isAgent = 'agentId' in to;
    return this.#move(by, conversationId, {
      action: 'conversation.handover',
      text: 'handedOver',
      meta: isAgent ? { state: 'assigned', agentId: to.agentId } : { state: 'queued', reason: 'transfer' },
      decide: (now, at) => {
        if (now.state !== 'assigned' || now.assigneeId !== by.actor.id) return { refuse: refusalOf(now) };
        return isAgent
          ? { assigneeId: to.agentId, assignedAt: at }
          : { state: 'queued', assigneeId: null, skillGroupId: to.skillGroupId, queuedAt: at };
      },
      eventType: isAgent ? 'conversation.assigned' : 'conversation.queued',
    });
  }

  /**
   * Gives the conversation to another unit, whose queue it waits in; a closed one stays where it is. Nobody's skill
   * group is kept: groups are of the unit that had it. Routing sees unit and queue change in one step.
   */
  transfer(by: By, conversationId: string, to: { unitId: string; mayAny: boolean }): Promise<Appended> {
    const { unitId, mayAny } = to;
    return this.#move(by, conversationId, {
      action: 'conversation.transfer',
      text: 'handedOver',
      meta: { state: 'queued', reason: 'transfer', unitId },
      decide: (now, at) => {
        if (now.unitId === unitId) return 'skip';
        if (now.state === 'closed' || now.state === 'robot') return { refuse: refusalOf(now) };
        if (!mayAny && now.assigneeId !== by.actor.id) return { refuse: 'conversation.state_refused' };
        return { state: 'queued', assigneeId: null, skillGroupId: null, unitId, queuedAt: at };
      },
      eventType: 'conversation.queued',
    });
  }

  /** Ends the conversation; `mayAny` for supervisors, otherwise the assignee only. Closing twice changes nothing. */
  close(by: By, conversationId: string, mayAny: boolean): Promise<Appended> {
    return this.#move(by, conversationId, {
      action: 'conversation.close',
      text: 'closed',
      meta: { state: 'closed' },
      decide: (now, at) => {
        if (now.state === 'closed') return 'skip';
        if (!mayAny && now.assigneeId !== by.actor.id) return { refuse: 'conversation.state_refused' };
        return { state: 'closed', closedAt: at };
      },
      eventType: 'conversation.closed',
    });
  }

  /** Messages after a `seq`, with their texts; unreadable ones say so instead of failing the whole list. */
  async history(
    db: Db,
    conversation: ConversationRow,
    afterSeq: number,
    limit?: number,
  ): Promise<StoredMessage[]> {
    return this.#read(db, await listMessagesAfter(db, conversation, afterSeq, limit));
  }

  /** The newest messages below a `seq`. */
  async historyBefore(
    db: Db,
    conversation: ConversationRow,
    beforeSeq: number,
    limit: number,
  ): Promise<StoredMessage[]> {
    return this.#read(db, await listMessagesBefore(db, conversation, beforeSeq, limit));
  }

  async #read(db: Db, rows: readonly MessageRow[]): Promise<StoredMessage[]> {
    const fileIds = [...new Set(rows.flatMap(({ meta }) => meta?.file?.id ?? []))];
    const infos = await this.#deps.files.infos(db, fileIds);
    const opened = await this.#deps.crypto.openMany(
      rows.map(({ id, bodyEnc }) => ({
        cell: { table: 'message', column: 'body_enc', rowId: id },
        envelope: bodyEnc,
      })),
    );
    return rows.map((row, index) => {
      const body = opened[index];
      return {
        conversationId: row.conversationId,
        seq: row.seq,
        id: row.id,
        from: row.sender as StoredMessage['from'],
        senderId: row.senderId,
        kind: body?.ok ? row.kind : 'unreadable',
        text: body?.ok ? body.text : '',
        at: row.at,
        meta: row.meta,
        ...(row.meta?.file ? { file: toSharedFile(row.meta.file, infos.get(row.meta.file.id)) } : {}),
      };
    });
  }

  async #move(
    by: By,
    conversationId: string,
    move: {
      id?: string | undefined;
      action: AuditAction;
      text: 'queued' | 'assigned' | 'handedOver' | 'closed';
      meta: MessageMeta;
      decide: NonNullable<AppendCommand['decide']>;
      eventType: string;
    },
  ): Promise<Appended> {
    const row = await this.#deps.owners.get(conversationId);
    const locale = await this.#deps.localeOf(row.siteId);
    const { agentId, unitId, reason } = move.meta;
    const meta: MessageMeta = unitId === undefined ? move.meta : { ...move.meta, fromUnitId: row.unitId };
    return this.#deps.owners.append({
      conversationId,
      id: move.id ?? this.#deps.ids.next(),
      sender: 'system',
      senderId: 'system',
      kind: 'system',
      text: this.#deps.textOf(move.text, locale),
      meta,
      audit: {
        ...audit(move.action, row),
        ...(reason ? { reason } : {}),
        details: {
          ...(agentId ? { agentId } : {}),
          ...(unitId ? { from: row.unitId, to: unitId } : {}),
        },
      },
      context: contextOf(by),
      decide: move.decide,
      events: (now, seq) => [event(move.eventType, now, { seq, agentId: agentId ?? null })],
    });
  }
}

function assertText(text: string): void {
  const fault = textFault(text);
  if (fault) throw new AppError(fault);
}

function refusalOf(row: Readonly<ConversationRow>): 'conversation.closed' | 'conversation.state_refused' {
  return row.state === 'closed' ? 'conversation.closed' : 'conversation.state_refused';
}
