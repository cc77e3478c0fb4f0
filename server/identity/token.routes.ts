import { AppError, decodeCursor, LIMITS, toPage, type Clock } from '../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../platform/http/index.ts';
import * as schemas from './identity.schema.ts';
import { listTokens, type TokenRow } from './token.repo.ts';
import { scopesOf, type TokenInput, type TokenService } from './token.service.ts';

/** What the routes of tokens need. */
export interface TokenRouteDeps {
  clock: Clock;
  tokens: TokenService;
}

function present(row: TokenRow): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    scopes: scopesOf(row),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    isRevoked: row.revokedAt !== null,
    networks: row.networks ?? [],
    perSecond: row.perSecond,
    oldUntilAt: row.oldUntilAt?.toISOString() ?? null,
  };
}

/** Tokens of programs. */
export function tokenRoutes({ tokens }: TokenRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/tokens',
      summary: 'Tokens of programs, the newest first, never their text.',
      permission: 'token:write',
      audit: 'token.list',
      query: schemas.pageQuery,
      response: schemas.tokenPage,
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const after = query.cursor === undefined ? undefined : afterOf(query.cursor);
        const rows = await listTokens(tx, { limit: limit + 1, after });
        return toPage(rows, limit, (row) => [row.createdAt.toISOString(), row.id], present);
      },
    }),
    defineRoute<unknown, unknown, TokenInput>({
      method: 'POST',
      path: '/api/v1/tokens',
      summary: 'Makes a token; its text is shown once.',
      permission: 'token:write',
      audit: 'token.create',
      needsProof: true,
      body: schemas.tokenCreate,
      response: schemas.tokenCreated,
      status: 201,
      handler: (tx, { body }) => tokens.create(tx, body),
    }),
    defineRoute<{ id: string }, unknown, { graceHours: number }>({
      method: 'POST',
      path: '/api/v1/tokens/:id/rotate',
      summary: 'Gives a token another text, shown once; the old one stays good for the hours named.',
      permission: 'token:write',
      audit: 'token.rotate',
      needsProof: true,
      body: schemas.tokenRotate,
      response: schemas.tokenCreated,
      handler: (tx, { params, body }) => tokens.rotate(tx, params.id, body.graceHours),
    }),
    defineRoute<{ id: string }>({
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      summary: 'Revokes a token.',
      permission: 'token:write',
      audit: 'token.revoke',
      response: schemas.noAnswer,
      status: 204,
      async handler(tx, { params }) {
        if (!(await tokens.revoke(tx, params.id))) throw new AppError('request.not_found');
      },
    }),
  ];
}

function afterOf(cursor: string): readonly unknown[] {
  const [createdAt, id] = decodeCursor(cursor, 2);
  const at = new Date(String(createdAt));
  if (Number.isNaN(at.getTime())) throw new AppError('request.cursor_invalid');
  return [at, id];
}
