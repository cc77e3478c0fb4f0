import { AppError, type Clock } from '../../kernel/index.ts';
import { DEK_BYTES } from './data-key.ts';
import { DEK_ID_MAX, SUITE_ALG, type Suite } from './envelope.ts';
import { keyFault, type KeyProvider } from './key-provider.ts';
import { randomBytes } from './random.ts';
import type { DekRow, DekStore } from './types.ts';

/** What making and unwrapping the installation's own keys needs. */
export interface OwnKeyDeps {
  provider: KeyProvider;
  store: DekStore;
  clock: Clock;
  installationId: string;
  suite: Suite;
}

/** The row of the key in use for the installation; made at the first start. */
export async function installationRow(deps: OwnKeyDeps): Promise<DekRow> {
  const existing = await deps.store.findInstallation('active');
  if (existing !== undefined) return existing;
  const id = await deps.store.nextIds(1);
  const { row, secret } = await makeDek(deps, { id, scope: 'installation', ownerId: deps.installationId });
  secret.fill(0);
  return insertOnly(deps, row, () => deps.store.findInstallation('active'));
}

/** The key of the indexes is a copy of the installation's first, under which rows were hashed before it had its own. */
export async function indexRowsOf(deps: OwnKeyDeps, installationSecret: Buffer): Promise<DekRow[]> {
  const rows = await deps.store.findIndexKeys();
  if (rows.length > 0) return rows;
  const id = await deps.store.nextIds(1);
  const { row } = await makeDek(
    deps,
    { id, scope: 'index', ownerId: deps.installationId },
    Buffer.from(installationSecret),
  );
  await insertOnly(deps, row, async () => (await deps.store.findIndexKeys())[0]);
  return deps.store.findIndexKeys();
}

/** Another worker may have been faster; then its key is the one. */
async function insertOnly(
  { store }: OwnKeyDeps,
  row: DekRow,
  find: () => Promise<DekRow | undefined>,
): Promise<DekRow> {
  try {
    await store.insertOnly(row);
    return row;
  } catch (cause) {
    const other = await find();
    if (other === undefined) throw cause;
    return other;
  }
}

/** The secret of a key; undefined for one that is damaged, which makes its own values unreadable and nothing else. */
export async function unwrapOrNothing(provider: KeyProvider, row: DekRow): Promise<Buffer | undefined> {
  try {
    return await provider.unwrap(row.wrapped, wrapContext(row), row.kekId);
  } catch (cause) {
    if (cause instanceof AppError && cause.code === 'crypto.auth_failed') return undefined;
    throw cause;
  }
}

/** The secret of the installation; throws `crypto.key_missing` with the reason `wrong_key` where it is another site's. */
export async function unwrapInstallation(deps: OwnKeyDeps, row: DekRow): Promise<Buffer> {
  const { provider } = deps;
  if (!(await provider.list()).includes(row.kekId)) {
    throw keyFault(
      'wrong_key',
      `The database was sealed under master key ${row.kekId}, but the key given is ${provider.kekId}.`,
    );
  }
  if (row.ownerId !== deps.installationId || row.state === 'destroyed') {
    throw keyFault('wrong_key', 'The installation key in the database belongs to another installation.');
  }
  try {
    return await provider.unwrap(row.wrapped, wrapContext(row), row.kekId);
  } catch (cause) {
    if (!(cause instanceof AppError) || cause.code !== 'crypto.auth_failed') throw cause;
    throw keyFault('wrong_key', 'The master key does not open the installation key in the database.', cause);
  }
}

/** Makes a wrapped data key in use; the secret is the caller's to overwrite. */
export async function makeDek(
  deps: OwnKeyDeps,
  { id, scope, ownerId }: Pick<DekRow, 'id' | 'scope' | 'ownerId'>,
  secret = randomBytes(DEK_BYTES),
) {
  if (!Number.isInteger(id) || id < 1 || id > DEK_ID_MAX) throw new AppError('crypto.key_missing');
  const { kekId } = deps.provider;
  const wrapped = await deps.provider.wrap(secret, { dekId: id, scope, ownerId }, kekId);
  const row: DekRow = {
    id,
    scope,
    ownerId,
    kekId,
    alg: SUITE_ALG[deps.suite],
    state: 'active',
    wrapped,
    createdAt: deps.clock.now(),
  };
  return { row, secret };
}

function wrapContext(row: DekRow) {
  return { dekId: row.id, scope: row.scope, ownerId: row.ownerId };
}
