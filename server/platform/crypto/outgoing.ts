import { createHash, createHmac, createPrivateKey, sign, X509Certificate } from 'node:crypto';

/** HMAC (RFC 2104) with SHA-256 or SM3 (GB/T 32905), as other systems ask for it. */
export function hmacOf(algorithm: 'sha256' | 'sm3', key: string, text: string): Buffer {
  return createHmac(algorithm, key).update(text, 'utf8').digest();
}

/** A digest other systems ask for. MD5 protects nothing; carriers still sign with it. */
export function digestOf(algorithm: 'sha256' | 'sm3' | 'md5' | 'sha1', text: string | Buffer): Buffer {
  return createHash(algorithm).update(text).digest();
}

/** Algorithms of a JWT that asks for a token (RFC 7518 §3). */
export type AssertionAlgorithm = 'RS256' | 'RS384' | 'ES384';

/** Signs a JWT (RFC 7519) with a PEM private key; throws `Error` for a key that cannot be read or does not fit. */
export function signJwt(
  algorithm: AssertionAlgorithm,
  pem: string,
  claims: { header?: Readonly<Record<string, string>>; payload: Readonly<Record<string, string | number>> },
): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
  const head = encode({ alg: algorithm, typ: 'JWT', ...claims.header });
  const text = `${head}.${encode(claims.payload)}`;
  const hash = algorithm === 'RS256' ? 'sha256' : 'sha384';
  const key = { key: createPrivateKey(pem), dsaEncoding: 'ieee-p1363' } as const;
  return `${text}.${sign(hash, Buffer.from(text), key).toString('base64url')}`;
}

/** Until when the first certificate of a PEM text is valid; undefined when it cannot be read. */
export function certificateEnd(pem: string): Date | undefined {
  try {
    return new Date(new X509Certificate(pem).validTo);
  } catch {
    return undefined;
  }
}
