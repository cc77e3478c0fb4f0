import { decodeCursor, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { answer, closed, instant, listQuery, pageOf, text, uuid } from '../schemas.ts';
import type {
  CannedResponseInput,
  CannedResponseRow,
  CannedResponseService,
} from './canned-response.service.ts';

const string: Schema = { type: 'string' };
const input: Schema = closed({ title: text(200), category: text(60), text: text(8_000) }, [
  'title',
  'category',
  'text',
]);
const item: Schema = answer({
  id: uuid,
  title: string,
  category: string,
  text: string,
  updatedAt: instant,
  version: { type: 'integer' },
});

function present({ id, title, category, body, updatedAt, version }: CannedResponseRow) {
  return { id, title, category, text: body, updatedAt: updatedAt.toISOString(), version };
}

/** Routes of canned responses. */
export function cannedResponseRoutes(service: CannedResponseService): AnyRoute[] {
  return [
    defineRoute<unknown, { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/canned-responses',
      summary: 'Saved replies, by category and title.',
      permission: 'canned:read',
      audit: { none: 'texts of the house, no customer data' },
      query: listQuery(),
      response: pageOf(item),
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const after = query.cursor === undefined ? undefined : decodeCursor(query.cursor, 3);
        const rows = await service.list(tx, limit + 1, after);
        return toPage(rows, limit, ({ category, title, id }) => [category, title, id], present);
      },
    }),
    defineRoute<unknown, unknown, CannedResponseInput>({
      method: 'POST',
      path: '/api/v1/canned-responses',
      summary: 'Saves a reply text.',
      permission: 'canned:write',
      audit: 'canned.create',
      body: input,
      response: item,
      status: 201,
      idempotent: true,
      handler: async (tx, { body }) => present(await service.create(tx, body)),
    }),
    defineRoute<{ id: string }, unknown, CannedResponseInput>({
      method: 'PUT',
      path: '/api/v1/canned-responses/:id',
      summary: 'Changes a saved reply.',
      permission: 'canned:write',
      audit: 'canned.update',
      body: input,
      response: item,
      ifMatch: true,
      handler: async (tx, { params, body, version }) =>
        present(await service.update(tx, params.id, version, body)),
    }),
    defineRoute<{ id: string }>({
      method: 'DELETE',
      path: '/api/v1/canned-responses/:id',
      summary: 'Removes a saved reply.',
      permission: 'canned:write',
      audit: 'canned.delete',
      response: { type: 'object' },
      status: 204,
      handler: (tx, { params }) => service.remove(tx, params.id),
    }),
  ];
}
