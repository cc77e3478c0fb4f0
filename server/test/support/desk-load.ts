import { expect } from 'chai';
import { setTimeout as wait } from 'node:timers/promises';
import { AppError } from '../../kernel/index.ts';
import type { Desk } from '../../desk/test/build-desk.ts';

const RETRY_MS = 20;

/** A customer who writes one message after the other; what is refused for now is sent again with its id. */
export class DeskWriter {
  readonly conversationId: string;
  readonly requesterId: string;
  /** Number of each acknowledged message, in the order of sending. */
  readonly acked = new Map<string, { seq: number; text: string }>();
  /** Codes of the refusals. */
  readonly refusals = new Map<string, number>();
  readonly #desk: Desk;

  constructor(desk: Desk, row: { id: string; requesterId: string }) {
    this.#desk = desk;
    this.conversationId = row.id;
    this.requesterId = row.requesterId;
  }

  /** Writes until `isOver`; resolves when the last one is acknowledged. */
  async write(textOf: (n: number) => string, isOver: (acked: number) => boolean): Promise<void> {
    while (!isOver(this.acked.size)) await this.send(this.#desk.core.ids.next(), textOf(this.acked.size));
  }

  /** Sends one until it is acknowledged. */
  async send(id: string, text: string): Promise<void> {
    for (;;) {
      try {
        const by = { actor: { type: 'requester' as const, id: this.requesterId } };
        const { seq } = await this.#desk.service.receive(by, {
          conversationId: this.conversationId,
          id,
          text,
        });
        this.acked.set(id, { seq, text });
        return;
      } catch (error) {
        const code = error instanceof AppError ? error.code : 'server.internal';
        if (code !== 'server.busy' && !code.startsWith('storage.')) throw error;
        this.refusals.set(code, (this.refusals.get(code) ?? 0) + 1);
        await wait(RETRY_MS);
      }
    }
  }

  /** Every acknowledged message is there once, in order, without a gap, with its entry and its event. */
  async expectWhole(): Promise<void> {
    const { service, core } = this.#desk;
    const row = await service.get(this.conversationId);
    const stored = [];
    for (let after = 0; ;) {
      const page = await core.uow.read((db) => service.history(db, row, after));
      if (page.length === 0) break;
      stored.push(...page);
      after = page.at(-1)?.seq ?? 0;
    }
    const sent = [...this.acked].map(([id, { seq, text }]) => ({ id, seq, text }));
    expect(stored.map(({ id, seq, text }) => ({ id, seq, text }))).to.deep.equal(sent);
    expect(stored.map(({ seq }) => seq)).to.deep.equal(stored.map((_, index) => index + 1));
    const countOf = async (sql: string) => {
      const [counted = {}] = await core.sql(sql, [this.conversationId]);
      return Object.values(counted).map(Number);
    };
    const entries = `SELECT COUNT(*) FROM audit_event WHERE action = 'message.receive' AND target_id = $1`;
    expect(await countOf(entries)).to.deep.equal([stored.length]);
    const events = `SELECT COUNT(*), COUNT(DISTINCT payload) AS payloads FROM outbox_event
      WHERE type = 'message.received' AND event_key = $1`;
    expect(await countOf(events)).to.deep.equal([stored.length, stored.length]);
  }
}

/** The sum over writers of what was acknowledged. */
export function ackedBy(writers: readonly DeskWriter[]): number {
  return writers.reduce((sum, { acked }) => sum + acked.size, 0);
}
