import {
  createHash,
  createPrivateKey,
  createPublicKey,
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';

/** Curve parameters that Z covers (GB/T 32918.5): a, b, and the base point. */
const CURVE = Buffer.from(
  'fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc' +
    '28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93' +
    '32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7' +
    'bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0',
  'hex',
);
/** The identity everybody signs with who agreed on no other (GM/T 0009). */
export const SM2_DEFAULT_ID = '1234567812345678';
const COORDINATE_BYTES = 32;

/** A signing key of the SM suite: PKCS#8 in PEM. */
export function generateSm2Key(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/**
 * Reads a key anew from its PEM: only then does OpenSSL see an SM2 key. One that was just generated counts as an
 * ordinary curve and would sign plain ECDSA, which no SM2 program accepts.
 */
function openKey(pem: string): { privateKey: KeyObject; publicKey: KeyObject } {
  const privateKey = createPrivateKey(pem);
  const publicPem = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' });
  return { privateKey, publicKey: createPublicKey(publicPem) };
}

/** The public key of a signing key: SubjectPublicKeyInfo in PEM. */
export function sm2PublicKey(pem: string): string {
  return openKey(pem).publicKey.export({ type: 'spki', format: 'pem' }).toString();
}

/**
 * Signs with SM2 over SM3(Z ‖ message) (GB/T 32918.2); DER, as GM/T 0009 writes it. By `createSign`: the one-shot `sign`
 * puts a Z of an empty identity before the message itself.
 */
export function signSm2(pem: string, message: Buffer, id = SM2_DEFAULT_ID): Buffer {
  const { privateKey, publicKey } = openKey(pem);
  return createSign('sm3').update(zOf(publicKey, id)).update(message).sign(privateKey);
}

/** Whether a signature of `signSm2` or another SM2 program (DER) is good. */
export function verifySm2(
  publicPem: string,
  message: Buffer,
  signature: Buffer,
  id = SM2_DEFAULT_ID,
): boolean {
  const publicKey = createPublicKey(publicPem);
  try {
    return createVerify('sm3').update(zOf(publicKey, id)).update(message).verify(publicKey, signature);
  } catch {
    // A signature that is no DER at all.
    return false;
  }
}

/** Z binds the signature to who signs: SM3 over length of the identity in bits, identity, curve, and public key. */
function zOf(publicKey: KeyObject, id: string): Buffer {
  const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-2 * COORDINATE_BYTES);
  const identity = Buffer.from(id, 'utf8');
  const bits = Buffer.alloc(2);
  bits.writeUInt16BE(identity.length * 8);
  return createHash('sm3').update(bits).update(identity).update(CURVE).update(point).digest();
}
