import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';

/** What signs: Ed25519 unless a hardware module (P-256) or the Chinese suite (SM2 with SM3) is used. */
export type SignatureKind = 'ed25519' | 'p256' | 'sm2';

/**
 * One kind of signature. Public keys are raw bytes: 32, or an uncompressed point of 65. Signatures are 64 bytes; those
 * of a witness have the instant, 8 bytes, before them.
 */
export interface SignatureScheme {
  readonly kind: SignatureKind | 'cosignature';
  /** What stands before the public key in a verifier key: one byte that is assigned, or 0xff and a name of ours. */
  readonly type: Buffer;
  readonly keyBytes: number;
  publicKeyOf(raw: Buffer): KeyObject;
  verify(key: KeyObject, data: Buffer, signature: Buffer): boolean;
}

/** Signs data; 64 bytes. The private key may lie elsewhere. */
export interface RawSigner {
  readonly kind: SignatureKind;
  readonly publicKey: Buffer;
  sign(data: Buffer): Buffer;
}

const COORDINATE_BYTES = 32;
const SIGNATURE_BYTES = 64;
const TIME_BYTES = 8;
const OTHER_TYPE = 0xff;
/** DER of a SubjectPublicKeyInfo up to the key: RFC 8410 §4; RFC 5480 with prime256v1; GM/T 0009 with SM2. */
const SPKI = {
  ed25519: Buffer.from('302a300506032b6570032100', 'hex'),
  p256: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d030107034200', 'hex'),
  sm2: Buffer.from('3059301306072a8648ce3d020106082a811ccf5501822d034200', 'hex'),
} as const;
/** What Z covers (GB/T 32918.5): the length in bits of the identity 1234567812345678, itself, a, b, and the base point. */
const SM2_Z_PREFIX = Buffer.from(
  '008031323334353637383132333435363738' +
    'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
);

const typeOf = (name: string) => Buffer.concat([Buffer.of(OTHER_TYPE), Buffer.from(name)]);

function scheme(
  kind: SignatureScheme['kind'],
  rest: Pick<SignatureScheme, 'type' | 'keyBytes' | 'verify'>,
): SignatureScheme {
  const prefix = SPKI[kind === 'cosignature' ? 'ed25519' : kind];
  const length = SIGNATURE_BYTES + (kind === 'cosignature' ? TIME_BYTES : 0);
  return {
    ...{ kind, ...rest },
    publicKeyOf: (raw) => createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' }),
    verify: (key, data, signature) => signature.length === length && rest.verify(key, data, signature),
  };
}

/** What a witness signs (c2sp.org/tlog-cosignature, version 1): the instant in seconds, and the text of the head. */
function cosignedText(seconds: bigint, text: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`cosignature/v1\ntime ${seconds}\n`), text]);
}

/** Signs a text as a witness does: the instant and the signature. `signer` is an Ed25519 key. */
export function signCosignature(signer: RawSigner, text: string, at: Date): Buffer {
  const time = Buffer.alloc(TIME_BYTES);
  time.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 1_000)));
  return Buffer.concat([time, signer.sign(cosignedText(time.readBigUInt64BE(), Buffer.from(text)))]);
}

/** The kinds there are; a key of another kind is of an unknown version. */
export const SCHEMES: readonly SignatureScheme[] = [
  scheme('ed25519', {
    ...{ type: Buffer.of(0x01), keyBytes: 32 },
    verify: (key, data, signature) => verify(null, data, key, signature),
  }),
  scheme('p256', {
    ...{ type: typeOf('vaultdesk/p256-sha256'), keyBytes: 65 },
    verify: (key, data, signature) => verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature),
  }),
  scheme('sm2', {
    ...{ type: typeOf('vaultdesk/sm2-sm3'), keyBytes: 65 },
    verify: (key, data, signature) =>
      createVerify('sm3').update(zOf(key)).update(data).verify(key, derOf(signature)),
  }),
  scheme('cosignature', {
    ...{ type: Buffer.of(0x04), keyBytes: 32 },
    verify: (key, data, signature) =>
      verify(null, cosignedText(signature.readBigUInt64BE(), data), key, signature.subarray(TIME_BYTES)),
  }),
];

/** The kind of a verifier key's bytes, and the raw public key in them; undefined for none of ours. */
export function schemeOf(bytes: Buffer): { scheme: SignatureScheme; raw: Buffer } | undefined {
  const found = SCHEMES.find(
    ({ type, keyBytes }) =>
      bytes.length === type.length + keyBytes && bytes.subarray(0, type.length).equals(type),
  );
  return found && { scheme: found, raw: bytes.subarray(found.type.length) };
}

/** A new private key: PKCS#8 PEM. */
export function generatePrivateKey(kind: SignatureKind): string {
  const { privateKey } =
    kind === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: kind === 'sm2' ? 'SM2' : 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Signs with a key in PEM (PKCS#8).
 * @throws Error for a key of another kind.
 */
export function createPemSigner(pem: string): RawSigner {
  // Read anew from its PEM: only then does OpenSSL see an SM2 key as one.
  const key = createPrivateKey(pem);
  const der = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const kind = (Object.keys(SPKI) as SignatureKind[]).find((one) =>
    der.subarray(0, SPKI[one].length).equals(SPKI[one]),
  );
  if (kind === undefined) throw new Error('the seal key is no Ed25519, P-256, or SM2 key');
  const publicKey = Buffer.from(der.subarray(SPKI[kind].length));
  const z = kind === 'sm2' ? zOfPoint(publicKey) : undefined;
  const signers: Record<SignatureKind, (data: Buffer) => Buffer> = {
    ed25519: (data) => sign(null, data, key),
    p256: (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
    // The one-shot `sign` would put a Z of an empty identity before the message.
    sm2: (data) => rawOf(createSign('sm3').update(z!).update(data).sign(key)),
  };
  return { kind, publicKey, sign: signers[kind] };
}

function zOf(key: KeyObject): Buffer {
  return zOfPoint(key.export({ type: 'spki', format: 'der' }).subarray(SPKI.sm2.length));
}

/** Z binds a signature to who signs: SM3 over the identity, the curve, and the public key. */
function zOfPoint(point: Buffer): Buffer {
  return createHash('sm3').update(SM2_Z_PREFIX).update(point.subarray(1)).digest();
}

/** DER of a signature, SEQUENCE of two integers, from its 64 bytes. */
function derOf(signature: Buffer): Buffer {
  const integers = [0, COORDINATE_BYTES].map((from) => {
    const bytes = signature.subarray(from, from + COORDINATE_BYTES);
    const first = bytes.findIndex((byte) => byte !== 0);
    const digits = first < 0 ? Buffer.of(0) : bytes.subarray(first);
    const padded = digits[0]! >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits;
    return Buffer.concat([Buffer.of(0x02, padded.length), padded]);
  });
  const content = Buffer.concat(integers);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}

/** The 64 bytes of a signature in DER, as OpenSSL writes it. */
function rawOf(der: Buffer): Buffer {
  const raw = Buffer.alloc(SIGNATURE_BYTES);
  let at = 2;
  for (const end of [COORDINATE_BYTES, SIGNATURE_BYTES]) {
    const length = der[at + 1]!;
    const digits = der.subarray(at + 2, at + 2 + length);
    const kept = digits.subarray(Math.max(0, digits.length - COORDINATE_BYTES));
    kept.copy(raw, end - kept.length);
    at += 2 + length;
  }
  return raw;
}
