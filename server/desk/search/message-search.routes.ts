import { beforeOf, LIMITS } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { viewerOf } from '../conversations/conversation.access.ts';
import { answer, instant, listQuery, orNull, pageOf, text, uuid } from '../schemas.ts';
import type { Staff } from '../staff.ts';
import { searchMessages } from './message-search.view.ts';

const string: Schema = { type: 'string' };
const query: Schema = { ...listQuery({ q: text(100) }), required: ['q'] };
const hit: Schema = answer({
  id: uuid,
  conversationId: uuid,
  seq: { type: 'integer' },
  from: { enum: ['requester', 'agent'] },
  at: instant,
  snippet: string,
  state: { enum: ['robot', 'queued', 'assigned', 'closed'] },
  requester: answer({ id: uuid, nameMasked: orNull(string), isIdentified: { type: 'boolean' } }),
});

/** Conversations by their words. */
export function messageSearchRoutes({ crypto, staff }: { crypto: Crypto; staff: Staff }): AnyRoute[] {
  return [
    defineRoute<unknown, { q: string; cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/messages',
      summary: 'Messages that hold the words, of conversations the caller may see; newest first, masked.',
      permission: 'signed-in',
      audit: 'message.search',
      query,
      response: pageOf(hit),
      async handler(tx, { query: { q, cursor, limit = LIMITS.pageItemsDefault } }, context) {
        const viewer = await viewerOf(staff, context);
        const page = await searchMessages(crypto, tx, { viewer, text: q, before: beforeOf(cursor), limit });
        // The words searched for may be personal data themselves; the entry names what was shown.
        const shown = page.items.map(({ conversationId, seq }) => `${conversationId}/${seq}`);
        tx.record({ action: 'message.search', outcome: 'ok', details: { ids: shown } });
        return page;
      },
    }),
  ];
}
