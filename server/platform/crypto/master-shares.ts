import { join } from 'node:path';
import { keyFault } from './key-provider.ts';
import { FINGERPRINT_FILE, fingerprintOf, MASTER_KEY_FILE, masterKeyPath } from './file-key-provider.ts';
import { makeMasterKey, parseMasterKey } from './master-key.ts';
import { combineShares, splitSecret } from './secret-sharing.ts';
import { createSecretFile, ensureSecretFolder, readSecretFile } from './secret-file.ts';

/** Where the master key is, and the passphrase it is locked with, if any. */
interface KeyPlace {
  folder: string;
  passphrase?: string;
}

/**
 * Splits the master key in use into shares of words, any `threshold` of which give it back. The caller hands them to
 * different people and keeps none.
 */
export async function splitMasterKey(
  place: KeyPlace,
  split: { threshold: number; count: number },
): Promise<{ kekId: string; shares: string[] }> {
  const kekId = (await listedIds(place.folder)).at(-1) ?? '';
  for (const path of [join(place.folder, MASTER_KEY_FILE), masterKeyPath(place.folder, kekId)]) {
    const content = await readSecretFile(path);
    if (content === undefined) continue;
    const master = await parseMasterKey(content, place.passphrase);
    try {
      if (fingerprintOf(master) === kekId) return { kekId, shares: splitSecret(master, split) };
    } finally {
      master.fill(0);
    }
  }
  throw keyFault('key_lost', `The master key ${kekId} is not in ${place.folder}.`);
}

/**
 * Writes a master key from its shares. Throws `crypto.share_invalid` (a wrong word, too few) and, for a key that is
 * not this site's, `crypto.key_missing`. A key that is there already stays. Gives its id.
 */
export async function joinMasterKey(place: KeyPlace, shares: readonly string[]): Promise<string> {
  const master = combineShares(shares);
  try {
    const kekId = fingerprintOf(master);
    const listed = await listedIds(place.folder);
    if (listed.length > 0 && !listed.includes(kekId)) {
      const theirs = listed.join(', ');
      throw keyFault('wrong_key', `These shares give ${kekId}, but this site's data belongs to ${theirs}.`);
    }
    await ensureSecretFolder(place.folder);
    await createSecretFile(masterKeyPath(place.folder, kekId), await makeMasterKey(place.passphrase, master));
    return kekId;
  } finally {
    master.fill(0);
  }
}

async function listedIds(folder: string): Promise<string[]> {
  const list = await readSecretFile(join(folder, FINGERPRINT_FILE));
  return (list?.toString('utf8') ?? '').split('\n').filter((line) => line !== '');
}
