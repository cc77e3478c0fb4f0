import { createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fingerprintOf, type KeyKind } from '../verify/index.ts';

/** Signs what is delivered. */
export interface Signer {
  kind: KeyKind;
  /** PEM of the public key, carried beside the bundle. */
  publicPem: string;
  /** `SHA256:…`, for paper. */
  fingerprint: string;
  /** Ed25519 (RFC 8032) over the bytes, base64 and a line end; the same bytes give the same text. */
  sign(bytes: Buffer): string;
}

/** Where a private key is, and the file with the passphrase that locks it. */
export interface KeyPlace {
  file: string;
  passphraseFile?: string | undefined;
}

/**
 * Makes a release key: a new private key (PKCS#8, Ed25519) in `file`, mode 0600, locked when a passphrase is given, and
 * `file`.pub. Throws when the file exists. Answers the fingerprint for paper.
 */
export async function makeKey({ file, passphraseFile }: KeyPlace): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const passphrase = await passphraseOf(passphraseFile);
  const lock = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', ...lock });
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeFile(file, pem, { mode: 0o600, flag: 'wx' });
  await writeFile(`${file}.pub`, pemOf(publicKey), { mode: 0o644 });
  return fingerprintOf(publicKey);
}

/**
 * The key to sign with: the release key named, else a development key that is made once in `folder`. Throws RangeError for a
 * file that holds no private Ed25519 key, or is locked by another passphrase.
 */
export async function openSigner(place: KeyPlace | undefined, folder: string): Promise<Signer> {
  if (place !== undefined) return signerOf('release', await readKey(place));
  const file = join(folder, 'development.key');
  if (!existsSync(file)) await makeKey({ file });
  return signerOf('development', await readKey({ file }));
}

async function readKey({ file, passphraseFile }: KeyPlace): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8');
  const passphrase = await passphraseOf(passphraseFile);
  let key: KeyObject | undefined;
  try {
    key = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    throw new RangeError(`${file} holds no private key, or its passphrase is another one.`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519') throw new RangeError(`${file} holds no Ed25519 key.`);
  return key;
}

async function passphraseOf(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}

function signerOf(kind: KeyKind, key: KeyObject): Signer {
  const publicKey = createPublicKey(key);
  return {
    kind,
    publicPem: pemOf(publicKey),
    fingerprint: fingerprintOf(publicKey),
    sign: (bytes) => `${sign(null, bytes, key).toString('base64')}\n`,
  };
}

function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}
