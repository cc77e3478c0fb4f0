import { beforeKey, beforeOf, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { listRefusals } from './witness.repo.ts';
import type { OfferedHead, WitnessService } from './witness.service.ts';

/** A note of 16 KiB has room for some hundred signatures; a proof over 2^53 leaves has 54 hashes and one more. */
const CHECKPOINT_CHARACTERS_MAX = 16 * 1024;
const PROOF_HASHES_MAX = 64;
/** An installation sends one head each five seconds at most, and asks twice when the witness stands elsewhere. */
const OFFER_LIMIT = { max: 60, perMs: 60_000, counts: 'all' } as const;

const text: Schema = { type: 'string' };
const offerBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['checkpoint', 'provenFrom', 'proof'],
  properties: {
    checkpoint: { type: 'string', minLength: 1, maxLength: CHECKPOINT_CHARACTERS_MAX },
    provenFrom: { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    proof: {
      type: 'array',
      maxItems: PROOF_HASHES_MAX,
      items: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    },
  },
};
const answer: Schema = {
  type: 'object',
  required: ['state', 'sealNo', 'size'],
  properties: {
    state: { enum: ['kept', 'known', 'elsewhere'] },
    sealNo: { type: 'integer' },
    size: { type: 'integer' },
    cosignature: { type: 'string' },
  },
};
const refusal: Schema = {
  type: 'object',
  required: ['id', 'origin', 'held', 'offered', 'receivedAt'],
  properties: { id: text, origin: text, held: text, offered: text, receivedAt: text },
};

/** Routes of a witness. Heads carry their own proof of who sends them: a signature by a key that was given beforehand. */
export function witnessRoutes(deps: { witness: WitnessService }): AnyRoute[] {
  return [offerRoute(deps), refusalsRoute()];
}

function offerRoute({ witness }: { witness: WitnessService }): AnyRoute {
  return defineRoute<unknown, unknown, OfferedHead>({
    method: 'POST',
    path: '/api/v1/audit/witness',
    summary: 'Offers a signed head of another trail; kept when it goes on from the one kept before.',
    permission: 'public',
    audit: 'audit.witness',
    body: offerBody,
    response: answer,
    limit: OFFER_LIMIT,
    errors: ['witness.unknown_trail', 'witness.inconsistent', 'server.busy'],
    handler: (tx, { body }) => witness.offer(tx, body),
  });
}

function refusalsRoute(): AnyRoute {
  return defineRoute<unknown, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/audit/witness/refusals',
    summary: 'Pairs of heads of other trails that contradict each other, the newest first.',
    permission: 'audit:read',
    audit: 'audit.read',
    query: {
      type: 'object',
      additionalProperties: false,
      properties: {
        cursor: { type: 'string', maxLength: 1024 },
        limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
      },
    },
    response: {
      type: 'object',
      required: ['items'],
      properties: { items: { type: 'array', items: refusal }, nextCursor: text },
    },
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const rows = await listRefusals(tx, { before: beforeOf(query.cursor), limit: limit + 1 });
      return toPage(
        rows,
        limit,
        (row) => beforeKey(row.receivedAt, row.id),
        ({ receivedAt, ...row }) => ({ ...row, receivedAt: receivedAt.toISOString() }),
      );
    },
  });
}
