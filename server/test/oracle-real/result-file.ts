import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';

/** What a run on a real server came to; holds no address, account, or data. */
export interface OracleResult {
  product: string;
  oracle: string;
  node: string;
  platform: string;
  /** SHA-256 of the texts that every statement has on Oracle. */
  statements: string;
  at: string;
  specs: number;
  /** `N passed, N failed, N skipped`. */
  closing: string;
  /** Full titles of what failed. */
  failures: readonly string[];
}

interface SignedFile {
  body: string;
  key: string;
  signature: string;
}

/** The text of a result file, and the fingerprint of the key that was made for it and is gone after it. */
export function signResult(result: OracleResult): { text: string; fingerprint: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const body = JSON.stringify(result);
  const key = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const signature = sign(null, Buffer.from(body), privateKey).toString('base64');
  const file: SignedFile & { result: OracleResult } = { result, body, key, signature };
  return { text: `${JSON.stringify(file, null, 2)}\n`, fingerprint: fingerprintOf(key) };
}

/** What a result file says, and whose key signed it; throws when a byte of it was changed since. */
export function checkResult(text: string): { result: OracleResult; fingerprint: string } {
  const { body, key, signature, result } = JSON.parse(text) as SignedFile & { result: unknown };
  const isWhole = verify(null, Buffer.from(body), key, Buffer.from(signature, 'base64'));
  if (!isWhole || JSON.stringify(result) !== body)
    throw new Error('The result file was changed after it was signed.');
  return { result: JSON.parse(body) as OracleResult, fingerprint: fingerprintOf(key) };
}

function fingerprintOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
