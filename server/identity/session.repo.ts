import {
  col,
  defineEntity,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type RowOf,
  type Statement,
  type Tx,
} from '../platform/persistence/index.ts';

/** Sessions of people. The cookie's hash is kept, never the cookie. */
export const accountSessionEntity = defineEntity(
  'account_session',
  {
    id: col.uuid(),
    tokenHash: col.bytes(32),
    accountId: col.uuid(),
    createdAt: col.instant(),
    lastSeenAt: col.instant(),
    expiresAt: col.instant(),
    /** Who is behind it at which identity provider, for sessions that one opened. */
    idpId: col.text(40).optional(),
    nameId: col.text(255).optional(),
    nameIdFormat: col.text(256).optional(),
    sessionIndex: col.text(256).optional(),
    /** When its person last showed every factor; null while the second one is missing. */
    provenAt: col.instant().optional(),
  },
  { primaryKey: ['id'] },
);

/** Row of `account_session`. */
export type SessionRow = RowOf<typeof accountSessionEntity>;

const SESSION_INSERT = insert(accountSessionEntity);
const SESSION_BY_TOKEN = select(accountSessionEntity, {
  name: 'account_session.by_token',
  where: ['tokenHash'],
});
const SESSION_BY_ID = select(accountSessionEntity, { name: 'account_session.by_id', where: ['id'] });
const SESSIONS_OF = select(accountSessionEntity, {
  name: 'account_session.of_account',
  where: ['accountId'],
  orderBy: [
    ['createdAt', 'desc'],
    ['id', 'desc'],
  ],
  limit: true,
});
const SESSIONS_OF_NAME = select(accountSessionEntity, {
  name: 'account_session.of_name',
  where: ['idpId', 'nameId'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const SESSIONS_OF_IDP = select(accountSessionEntity, {
  name: 'account_session.of_idp',
  where: ['idpId'],
  orderBy: [['id', 'asc']],
  limit: true,
});
const SESSION_PROVE = update(accountSessionEntity, {
  name: 'account_session.prove',
  set: ['provenAt'],
  where: ['id'],
});
const SESSION_REMOVE = remove(accountSessionEntity, { name: 'account_session.remove', where: ['id'] });
const SESSIONS_REMOVE_OTHERS = portable<{ accountId: string; keptId: string }>(
  'account_session.remove_others',
  'DELETE FROM account_session WHERE account_id = :accountId AND id <> :keptId',
  { params: { accountId: 'uuid', keptId: 'uuid' } },
);
const SESSIONS_REMOVE_ALL = remove(accountSessionEntity, {
  name: 'account_session.remove_all',
  where: ['accountId'],
});
const SESSIONS_PURGE = portable<{ before: Date }>(
  'account_session.purge',
  'DELETE FROM account_session WHERE expires_at < :before',
  { params: { before: 'instant' } },
);

/** Moves the last use of a session; written outside units of work, since nothing but a clock moves. */
export const SESSION_TOUCH: Statement<{ lastSeenAt: Date; whereId: string }, never> = update(
  accountSessionEntity,
  {
    name: 'account_session.touch',
    set: ['lastSeenAt'],
    where: ['id'],
  },
);

const SESSIONS_READ_MAX = 100;

/** The session of a cookie's hash, if any, ended or not. */
export function findSession(db: Db, tokenHash: Buffer): Promise<SessionRow | undefined> {
  return db.one(SESSION_BY_TOKEN, { tokenHash });
}

/** The session of an id, if any. */
export function findSessionById(db: Db, id: string): Promise<SessionRow | undefined> {
  return db.one(SESSION_BY_ID, { id });
}

/**
 * Starts a session and ends the oldest ones beyond `sessionsMax`, with the last writes of the unit; gives the ids of the
 * ended ones. `older` are the account's sessions where this unit has read them, the newest first.
 */
export async function insertSession(
  tx: Tx,
  row: SessionRow,
  { sessionsMax, older }: { sessionsMax: number; older?: readonly SessionRow[] | undefined },
): Promise<string[]> {
  const known = older ?? (await sessionsOfAccount(tx, row.accountId));
  const ended = known.slice(sessionsMax - 1).map(({ id }) => id);
  for (const id of ended) tx.later(SESSION_REMOVE, { id });
  tx.later(SESSION_INSERT, row);
  return ended;
}

/** Sessions that an identity provider opened: of one name there, or all of them; at most 100 and 1,000. */
export function sessionsOfIdp(db: Db, idpId: string, nameId?: string): Promise<SessionRow[]> {
  return nameId === undefined
    ? db.all(SESSIONS_OF_IDP, { idpId, limit: 1_000 })
    : db.all(SESSIONS_OF_NAME, { idpId, nameId, limit: SESSIONS_READ_MAX });
}

/** Sessions of an account, the newest first. */
export function sessionsOfAccount(db: Db, accountId: string): Promise<SessionRow[]> {
  return db.all(SESSIONS_OF, { accountId, limit: SESSIONS_READ_MAX });
}

/** Notes that the person behind a session was asked and answered. */
export async function proveSession(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.run(SESSION_PROVE, { provenAt: at, whereId: id });
}

/** Ends one session. */
export async function removeSession(tx: Tx, id: string): Promise<void> {
  await tx.run(SESSION_REMOVE, { id });
}

/** Ends the sessions of an account, all or all but one. */
export async function removeSessions(tx: Tx, accountId: string, keptId?: string): Promise<void> {
  if (keptId === undefined) await tx.run(SESSIONS_REMOVE_ALL, { accountId });
  else await tx.run(SESSIONS_REMOVE_OTHERS, { accountId, keptId });
}

/** Forgets sessions whose 12 hours ended before an instant; gives their number. */
export function purgeSessions(tx: Tx, before: Date): Promise<number> {
  return tx.run(SESSIONS_PURGE, { before });
}
