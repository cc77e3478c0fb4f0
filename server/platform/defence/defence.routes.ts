import { AppError, beforeKey, decodeCursor, isUuid, LIMITS, toPage, type Clock } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../http/index.ts';
import type { AddressBlockRow } from './address-block.entity.ts';
import { listBlocks } from './address-block.repo.ts';
import type { Defence } from './defence.ts';

const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const block: Schema = {
  type: 'object',
  required: ['id', 'address', 'reason', 'state', 'blockedAt', 'endsAt', 'releasedAt'],
  properties: {
    id: uuid,
    address: { type: 'string' },
    reason: { type: 'string', enum: ['bait', 'scan', 'guessing'] },
    state: { type: 'string', enum: ['blocked', 'ended', 'released'] },
    blockedAt: instant,
    endsAt: instant,
    releasedAt: { ...instant, type: ['string', 'null'] },
  },
};
const page: Schema = {
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'array', items: block }, nextCursor: { type: ['string', 'null'] } },
};
const pageQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: { type: 'string', maxLength: 200 },
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
};

function present(row: AddressBlockRow, now: Date): Record<string, unknown> {
  const isOver = row.endsAt <= now;
  return {
    ...{ id: row.id, address: row.address, reason: row.reason },
    state: row.releasedAt !== null ? 'released' : isOver ? 'ended' : 'blocked',
    blockedAt: row.blockedAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    releasedAt: row.releasedAt?.toISOString() ?? null,
  };
}

function afterOf(cursor: string): readonly unknown[] {
  const [atMs, id] = decodeCursor(cursor, 2);
  if (typeof atMs !== 'number' || !isUuid(id)) throw new AppError('request.cursor_invalid');
  return [new Date(atMs), id];
}

/** Who is turned away, and the one click that lets somebody in again. */
export function defenceRoutes({ defence, clock }: { defence: Defence; clock: Clock }): AnyRoute[] {
  return [
    defineRoute<unknown, { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/address-blocks',
      summary: 'Addresses that were turned away in the last 30 days, the last one first.',
      permission: 'defence:read',
      audit: 'address.list',
      query: pageQuery,
      response: page,
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const after = query.cursor === undefined ? undefined : afterOf(query.cursor);
        const rows = await listBlocks(tx, { limit: limit + 1, after });
        const now = clock.now();
        return toPage(
          rows,
          limit,
          ({ blockedAt, id }) => beforeKey(blockedAt, id),
          (row) => present(row, now),
        );
      },
    }),
    defineRoute<{ id: string }>({
      method: 'DELETE',
      path: '/api/v1/address-blocks/:id',
      summary: 'Lets an address in again.',
      permission: 'defence:release',
      audit: 'address.release',
      response: { type: 'null' },
      status: 204,
      handler: (tx, { params }) => defence.release(tx, params.id),
    }),
  ];
}
