import {
  col,
  defineEntity,
  insert,
  select,
  update,
  type Db,
  type RowOf,
  type Statement,
  type Tx,
} from '../platform/persistence/index.ts';

/** Tokens of programs: scoped, hashed, expiring. */
export const apiTokenEntity = defineEntity(
  'api_token',
  {
    id: col.uuid(),
    name: col.text(100),
    tokenHash: col.bytes(32),
    scopes: col.text(500),
    createdById: col.text(64),
    createdAt: col.instant(),
    expiresAt: col.instant(),
    lastUsedAt: col.instant().optional(),
    revokedAt: col.instant().optional(),
    networks: col.json<string[] | null>().optional(),
    perSecond: col.int().optional(),
    oldTokenHash: col.bytes(32).optional(),
    oldUntilAt: col.instant().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `api_token`. */
export type TokenRow = RowOf<typeof apiTokenEntity>;

const TOKEN_INSERT = insert(apiTokenEntity);
const TOKEN_BY_HASH = select(apiTokenEntity, { name: 'api_token.by_hash', where: ['tokenHash'] });
const TOKEN_BY_OLD_HASH = select(apiTokenEntity, {
  name: 'api_token.by_old_hash',
  where: ['oldTokenHash'],
});
const TOKEN_BY_ID = select(apiTokenEntity, { name: 'api_token.by_id', where: ['id'] });
const TOKEN_ROTATE = update(apiTokenEntity, {
  name: 'api_token.rotate',
  set: ['tokenHash', 'oldTokenHash', 'oldUntilAt'],
  where: ['id', 'tokenHash'],
  and: 'revoked_at IS NULL',
});
const TOKENS_PAGE = select(apiTokenEntity, {
  name: 'api_token.page',
  orderBy: [
    ['createdAt', 'desc'],
    ['id', 'desc'],
  ],
  keyset: true,
  limit: true,
});
const TOKEN_REVOKE = update(apiTokenEntity, {
  name: 'api_token.revoke',
  set: ['revokedAt'],
  where: ['id'],
  and: 'revoked_at IS NULL',
});

/** Notes the use of a token; written outside units of work, since nothing but a clock moves. */
export const TOKEN_TOUCH: Statement<{ lastUsedAt: Date | null; whereId: string }, never> = update(
  apiTokenEntity,
  {
    name: 'api_token.touch',
    set: ['lastUsedAt'],
    where: ['id'],
  },
);

/** The token of a hash, if any, expired and revoked ones included; also by the text it had before a rotation. */
export async function findToken(db: Db, tokenHash: Buffer): Promise<TokenRow | undefined> {
  const row = await db.one(TOKEN_BY_HASH, { tokenHash });
  return row ?? db.one(TOKEN_BY_OLD_HASH, { oldTokenHash: tokenHash });
}

/** A token by id. */
export function findTokenById(db: Db, id: string): Promise<TokenRow | undefined> {
  return db.one(TOKEN_BY_ID, { id });
}

/** Gives a token another text; false when it was revoked or rotated meanwhile. */
export async function rotateToken(
  tx: Tx,
  row: TokenRow,
  next: Pick<TokenRow, 'tokenHash' | 'oldTokenHash' | 'oldUntilAt'>,
): Promise<boolean> {
  return (await tx.run(TOKEN_ROTATE, { ...next, whereId: row.id, whereTokenHash: row.tokenHash })) === 1;
}

/** One page of tokens, the newest first. */
export function listTokens(
  db: Db,
  page: { limit: number; after: readonly unknown[] | undefined },
): Promise<TokenRow[]> {
  return db.all(TOKENS_PAGE, page);
}

/** Keeps a token. */
export async function insertToken(tx: Tx, row: TokenRow): Promise<void> {
  await tx.run(TOKEN_INSERT, row);
}

/** Revokes a token; gives false when there is none or it was revoked before. */
export async function revokeToken(tx: Tx, id: string, at: Date): Promise<boolean> {
  return (await tx.run(TOKEN_REVOKE, { revokedAt: at, whereId: id })) === 1;
}
