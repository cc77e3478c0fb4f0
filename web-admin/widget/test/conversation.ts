import type { ChatMessage, ClientFrame, ConversationState, ServerFrame } from '../protocol/index.ts';

/** Where a conversation's frames go: one per open socket. */
export type Listener = (frame: ServerFrame) => void;

type Said = Extract<ClientFrame, { t: 'send' | 'choose' | 'handover' }>;

/** One conversation of the test peer, as the contract has it: one log, one order, one place per id. */
export class PeerConversation {
  readonly id: string;
  readonly log: ChatMessage[] = [];
  readonly listeners = new Set<Listener>();
  state: ConversationState = 'robot';
  position: number | undefined;
  csat: { score: number; comment?: string } | undefined;
  readSeq = 0;
  /** Codes with which the next messages are refused; one each. */
  readonly refusals: { code: string; retryMs?: number }[] = [];
  private refusedId: string | undefined;

  constructor(id: string) {
    this.id = id;
  }

  /** Commits a message and pushes it to every listener but the one that was answered by an `ack`. */
  commit(message: Omit<ChatMessage, 'seq' | 'at'>, except?: Listener): ChatMessage {
    const full = { ...message, seq: this.log.length + 1, at: new Date().toISOString() };
    this.log.push(full);
    this.push({ t: 'message', ...full }, except);
    return full;
  }

  push(frame: ServerFrame, except?: Listener): void {
    for (const listener of this.listeners) if (listener !== except) listener(frame);
  }

  moveTo(state: ConversationState, position?: number): void {
    this.state = state;
    this.position = position;
    this.push(this.stateFrame());
  }

  stateFrame(): ServerFrame {
    return {
      t: 'state',
      state: this.state,
      ...(this.position !== undefined && { position: this.position }),
    };
  }

  /** Takes what the requester said; the answer goes to the one who said it. */
  take(said: Said, from?: Listener): ServerFrame {
    const { id } = said;
    const refuse = (code: string, retryMs?: number): ServerFrame => ({
      t: 'error',
      id,
      code,
      message: code,
      ...(retryMs !== undefined && { retryMs }),
    });
    const text = textOf(said);
    const known = this.log.find((message) => message.id === id);
    if (known) {
      if (known.text !== text) return refuse('message.id_reused');
      return { t: 'ack', id, seq: known.seq, at: known.at };
    }
    if (this.state === 'closed') return refuse('conversation.closed');
    if (this.refusedId !== undefined && this.refusedId !== id) return refuse('message.blocked');
    const refusal = this.refusals.shift();
    if (refusal) {
      this.refusedId = id;
      return refuse(refusal.code, refusal.retryMs);
    }
    this.refusedId = undefined;
    if (said.t === 'handover') return this.handOver(id);
    const message = this.commit({ from: 'requester', kind: 'text', text, id }, from);
    if (this.state === 'robot') setImmediate(() => this.reply(message.text));
    return { t: 'ack', id, seq: message.seq, at: message.at };
  }

  private handOver(id: string): ServerFrame {
    const note = this.commit({ from: 'system', kind: 'text', text: '正在为您转接人工客服' });
    this.moveTo('queued', 2);
    return { t: 'ack', id, seq: note.seq, at: note.at };
  }

  /** The peer's robot: enough to make it answer, ask back, and hand over. */
  private reply(text: string): void {
    const machine = { from: 'robot' as const, kind: 'text', generatedByMachine: true };
    if (/人工|person/.test(text)) {
      this.commit({ ...machine, text: '为您转接人工客服。', robot: { outcome: 'handoff' } });
      this.moveTo('queued', 2);
    } else if (/^(卡|card)$/.test(text)) {
      const options = ['银行卡丢失怎么办？', '如何申请银行卡？', '如何修改银行卡限额？'].map(
        (question, i) => ({
          articleId: `a${i}`,
          question,
        }),
      );
      this.commit({ ...machine, text: '您是不是想问：', robot: { outcome: 'clarify', options } });
    } else {
      const robot = { outcome: 'answer', articleId: 'a1', articleVersion: 1 };
      this.commit({ ...machine, text: `关于“${text.slice(0, 200)}”，请按以下步骤办理。`, robot });
    }
  }
}

function textOf(said: Said): string {
  if (said.t === 'send') return 'text' in said ? said.text : said.fileId;
  return said.t === 'choose' ? `Q ${said.articleId}` : '';
}
