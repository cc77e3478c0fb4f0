import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  addKey,
  createCosigner,
  createKeyFile,
  createNoteSigner,
  generateSealKey,
  parseKeyFile,
  type Cosigner,
  type NoteSigner,
} from '../audit/index.ts';
import { StartError } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import {
  createSecretFile,
  ensureSecretFolder,
  readSecretFile,
  type ModuleSigners,
} from './platform/crypto/index.ts';
import { openSigners } from './wiring-keys.ts';

/** Where the keys of the trail are. */
export interface SealPlaces {
  keys: string;
  anchors: string;
  sealKey: string;
  auditKeys: string;
  anchorKey: string;
  anchorPublic: string;
}

/** The keys of the trail, open. */
export interface SealKeys {
  signer: NoteSigner;
  /** Signs heads of other installations, as their witness; a key of its own. */
  cosigner: Cosigner;
  /** Text of the public key file. */
  auditKeys: string;
  close(): void;
}

/** A key that a rotation made and has not put in its place yet. */
const NEXT = '.next';

/**
 * Opens the key that signs tree heads, and the one that signs as a witness. They are made at the first start: in the
 * hardware module when that holds the master keys, for the SM suite SM2, else Ed25519.
 */
export async function openSealKeys(config: Config, places: SealPlaces, origin: string): Promise<SealKeys> {
  await mkdir(places.anchors, { recursive: true, mode: 0o700 });
  await ensureSecretFolder(places.keys);
  await finishRotation(places, origin);
  const pem = (await readSecretFile(places.sealKey))?.toString('utf8');
  const module = pem === undefined ? openSigners(config) : undefined;
  const keyFile = await readFile(places.auditKeys, 'utf8').catch(() => undefined);
  const signer =
    module === undefined
      ? createNoteSigner(origin, pem ?? (await makeSealKey(config, places)))
      : signerIn(module, origin, keyFile);
  // Does nothing when the file is there; a kill between the two files is mended by the next start.
  await createSecretFile(places.auditKeys, createKeyFile(signer));
  const auditKeys = await readFile(places.auditKeys, 'utf8');
  assertInForce(signer, auditKeys, places);
  return { signer, cosigner: await openCosigner(places, origin), auditKeys, close: () => module?.close() };
}

/**
 * Makes the next seal key, of the kind the configuration asks for now, in force from seal `fromSeal` on. No server may run:
 * one would go on with the old key.
 */
export async function rotateSealKey(
  config: Config,
  places: SealPlaces,
  { origin, fromSeal }: { origin: string; fromSeal: number },
): Promise<{ verifierKey: string; fingerprint: string }> {
  const { signer, auditKeys, close } = await openSealKeys(config, places, origin);
  // A site that leaves its module seals by it until now, and by a file from now on.
  const module = config.keys.provider === 'pkcs11' ? openSigners(config) : undefined;
  try {
    const pem = module === undefined ? newSealKey(config) : undefined;
    const next = pem ?? module!.generate();
    const keyFile = addKey(auditKeys, signer, { key: next, fromSeal });
    if (pem !== undefined) await createSecretFile(`${places.sealKey}${NEXT}`, pem);
    await replaceFile(places.auditKeys, keyFile);
    await finishRotation(places, origin);
    // The key in the module is in force: one in a file would be taken for it at the next start.
    if (pem === undefined) await rm(places.sealKey, { force: true });
    const last = parseKeyFile(keyFile).keys.at(-1)!;
    return { verifierKey: last.verifierKey, fingerprint: last.fingerprint };
  } finally {
    module?.close();
    close();
  }
}

function newSealKey(config: Config): string {
  return generateSealKey(config.crypto.suite === 'gm' ? 'sm2' : 'ed25519');
}

async function makeSealKey(config: Config, places: SealPlaces): Promise<string> {
  await createSecretFile(places.sealKey, newSealKey(config));
  return (await readSecretFile(places.sealKey))!.toString('utf8');
}

/** The key of the module that the key file names last; a new one where there is no key file. */
function signerIn(module: ModuleSigners, origin: string, keyFile: string | undefined): NoteSigner {
  const signers = module.list().map((one) => createNoteSigner(origin, one));
  if (keyFile === undefined) return signers.at(-1) ?? createNoteSigner(origin, module.generate());
  const wanted = parseKeyFile(keyFile).keys.at(-1)?.verifierKey;
  const signer = signers.find(({ verifierKey }) => verifierKey === wanted);
  if (signer === undefined) throw foreignKey('the hardware module');
  return signer;
}

function assertInForce(signer: NoteSigner, auditKeys: string, { sealKey }: SealPlaces): void {
  const last = parseKeyFile(auditKeys).keys.at(-1);
  if (last?.verifierKey !== signer.verifierKey) throw foreignKey(sealKey);
}

function foreignKey(place: string): StartError {
  return new StartError({
    code: 'config.invalid',
    sentence: `The seal key in ${place} is not the last one of keys/audit.keys.`,
    remedy:
      'Put back the seal key and keys/audit.keys of one backup, or of the server where the key was rotated.',
  });
}

/** A witness's key is an Ed25519 key under its own name, and lies beside the seal key. */
async function openCosigner(places: SealPlaces, origin: string): Promise<Cosigner> {
  await createSecretFile(places.anchorKey, generateSealKey());
  const pem = (await readSecretFile(places.anchorKey))!.toString('utf8');
  const cosigner = createCosigner(`${origin}/anchor`, pem);
  await createSecretFile(places.anchorPublic, `${cosigner.verifierKey}\n`);
  return cosigner;
}

/** A rotation that was killed is finished when its key is in the key file already, and forgotten when it is not. */
async function finishRotation(places: SealPlaces, origin: string): Promise<void> {
  const path = `${places.sealKey}${NEXT}`;
  const next = await readSecretFile(path);
  if (next === undefined) return;
  const { verifierKey } = createNoteSigner(origin, next.toString('utf8'));
  const last = parseKeyFile(await readFile(places.auditKeys, 'utf8')).keys.at(-1);
  if (last?.verifierKey === verifierKey) await rename(path, places.sealKey);
  else await rm(path);
  await syncFolder(dirname(path));
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}${NEXT}`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
  await syncFolder(dirname(path));
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
