import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { DekRow } from '../crypto/index.ts';
import { insertDeks } from '../persistence/index.ts';
import type { RekeyDeps } from './rekey.deps.ts';
import { activateOwnKey, findInstallationKey } from './rekey.repo.ts';

type Deps = Pick<RekeyDeps, 'uow' | 'crypto' | 'announce' | 'installationId'>;

/**
 * Makes the installation's next key and tells every process, which holds it from then on; nothing is sealed with it yet.
 * Gives the one that an earlier run left.
 */
export async function announceInstallationKey({ uow, crypto, announce, installationId }: Deps) {
  const known = await uow.read((db) => findInstallationKey(db, 'pre_active'));
  if (known !== undefined) return known;
  const made = await crypto.newDek('installation', installationId);
  const row: DekRow = { ...made.row, state: 'pre_active' };
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    await insertDeks(tx, [row]);
    const target = { type: 'data-keys', id: 'installation' };
    tx.record({ action: 'key.create', outcome: 'ok', target, details: { key: String(row.id) } });
    announce(tx, [row.id]);
  });
  await crypto.reload();
  return row;
}

/** From here on the installation seals with the key; the one before only opens. Gives how many keys came in. */
export async function activateInstallationKey({ uow, crypto, announce }: Deps, row: DekRow): Promise<number> {
  const count = await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    const old = await findInstallationKey(tx, 'active');
    const keys = await activateOwnKey(tx, 'installation', row.id);
    const target = { type: 'data-keys', id: 'installation' };
    tx.record({ action: 'key.rotate', outcome: 'ok', target, details: { keys } });
    announce(tx, old === undefined ? [row.id] : [old.id, row.id]);
    return keys;
  });
  await crypto.reload();
  return count;
}
