import { AppError, isUuid } from '../../kernel/index.ts';
import {
  presentFileItem,
  type FileInfo,
  type FileOwner,
  type FileStore,
} from '../../platform/files/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type { ConversationRow } from '../conversations/conversation.entity.ts';
import type { SharedFile } from '../conversations/append.ts';
import type { TicketRow } from '../tickets/ticket.entity.ts';

/** Files of conversations and tickets: what belongs to whom, and what may be sent where. */
export class DeskFiles {
  readonly store: FileStore;
  readonly #uow: UnitOfWork;

  constructor(deps: { store: FileStore; uow: UnitOfWork }) {
    this.store = deps.store;
    this.#uow = deps.uow;
  }

  /** A new file of a conversation, sealed under its requester's key. Throws `conversation.closed`. */
  ownerOfConversation(row: Readonly<ConversationRow>): FileOwner {
    if (row.state === 'closed') throw new AppError('conversation.closed');
    return {
      owner: { type: 'conversation', id: row.id },
      requester: { id: row.requesterId, dekId: row.dekId },
      recordClass: 'file',
    };
  }

  /** A new file of a ticket. Throws `ticket.closed`. */
  ownerOfTicket(row: TicketRow): FileOwner {
    if (row.state === 'closed') throw new AppError('ticket.closed');
    return {
      owner: { type: 'ticket', id: row.id },
      requester: { id: row.requesterId, dekId: row.dekId },
      recordClass: 'file',
    };
  }

  /**
   * The file of a message: finished, of this conversation, and uploaded by the one who sends it. Throws
   * `request.not_found`, and `file.quarantined` for what the scanner has locked away.
   */
  async forMessage(sent: { conversationId: string; fileId: unknown; senderId: string }): Promise<SharedFile> {
    if (!isUuid(sent.fileId)) throw new AppError('frame.malformed');
    const { fileId } = sent;
    const info = await this.#uow.read((db) => this.store.info(db, fileId));
    const isOfConversation = info.owner.type === 'conversation' && info.owner.id === sent.conversationId;
    if (!isOfConversation || info.creatorId !== sent.senderId) throw new AppError('request.not_found');
    if (info.state === 'receiving') throw new AppError('file.incomplete');
    if (info.state === 'quarantined') throw new AppError('file.quarantined');
    return presentFileItem(info, info.name);
  }

  /** Files of a ticket, oldest first, with the comment each hangs on. */
  ofTicket(db: Db, ticketId: string): Promise<FileInfo[]> {
    return this.store.ofOwner(db, { type: 'ticket', id: ticketId });
  }

  /** Hangs files of a ticket on one of its comments. Throws `request.not_found` unless all of them can be. */
  attach(tx: Tx, ticketId: string, commentId: string, fileIds: readonly string[]): Promise<void> {
    return this.store.refer(tx, { type: 'ticket', id: ticketId }, commentId, fileIds);
  }
}
