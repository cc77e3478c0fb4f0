// What signatures of P-256 (FIPS 186-5) and SM2 (GB/T 32918) need, written out: browsers have no SM2 and no SM3.

const bigOf = (bytes) => BigInt(`0x${Buffer.from(bytes).toString('hex') || '0'}`);

/** Curves y² = x³ + ax + b over p, their base point and its order, and the bytes that name them in a public key. */
const CURVES = {
  '2a8648ce3d030107': {
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    x: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
    y: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  },
  '2a811ccf5501822d': {
    p: 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn,
    a: 0xfffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffcn,
    b: 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n,
    x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
    y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
    n: 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n,
  },
};

const rest = (value, by) => ((value % by) + by) % by;

/** The inverse of a number modulo a prime, by Euclid. */
function inverseOf(value, by) {
  let [a, b, x, y] = [rest(value, by), by, 1n, 0n];
  while (b !== 0n) [a, b, x, y] = [b, a % b, y, x - (a / b) * y];
  return rest(x, by);
}

/** Points in Jacobian coordinates; z is 0 for the point at infinity. */
function doubled({ p, a }, [x, y, z]) {
  const square = (y * y) % p;
  const s = (4n * x * square) % p;
  const m = (3n * x * x + a * z * z * z * z) % p;
  const [x2, z2] = [rest(m * m - 2n * s, p), (2n * y * z) % p];
  return [x2, rest(m * (s - x2) - 8n * square * square, p), z2];
}

function added(curve, one, two) {
  const { p } = curve;
  if (one[2] === 0n) return two;
  if (two[2] === 0n) return one;
  const [z1, z2] = [(one[2] * one[2]) % p, (two[2] * two[2]) % p];
  const [u1, u2] = [(one[0] * z2) % p, (two[0] * z1) % p];
  const [s1, s2] = [(one[1] * z2 * two[2]) % p, (two[1] * z1 * one[2]) % p];
  const [h, r] = [rest(u2 - u1, p), rest(s2 - s1, p)];
  if (h === 0n) return r === 0n ? doubled(curve, one) : [0n, 1n, 0n];
  const [h2, h3] = [(h * h) % p, (h * h * h) % p];
  const x = rest(r * r - h3 - 2n * u1 * h2, p);
  return [x, rest(r * (u1 * h2 - x) - s1 * h3, p), (h * one[2] * two[2]) % p];
}

/** x of u·G + v·Q; undefined at infinity. Both are gone through at once. */
function abscissa(curve, u, v, q) {
  const g = [curve.x, curve.y, 1n];
  const both = added(curve, g, q);
  let point = [0n, 1n, 0n];
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    point = doubled(curve, point);
    const [inU, inV] = [(u >> bit) & 1n, (v >> bit) & 1n];
    if (inU || inV) point = added(curve, point, inU && inV ? both : inU ? g : q);
  }
  const inverse = inverseOf(point[2], curve.p);
  return point[2] === 0n ? undefined : (point[0] * inverse * inverse) % curve.p;
}

/** A public key of a curve: its SubjectPublicKeyInfo has 26 bytes before the point. */
function pointKey(der) {
  const curve = CURVES[der.toString('hex', 15, 23)];
  const [x, y] = [bigOf(der.subarray(27, 59)), bigOf(der.subarray(59))];
  const isOn = curve && der[26] === 4 && x < curve.p && y < curve.p;
  if (!isOn || rest(y * y - (x * x * x + curve.a * x + curve.b), curve.p) !== 0n) throw new Error('no point');
  return { curve, point: [x, y, 1n] };
}

/** Whether r and s of 32 bytes each fit the digest; `isSm2` tells the two equations apart. */
function fitsCurve({ curve, point }, digest, signature, isSm2) {
  const [r, s, e] = [bigOf(signature.subarray(0, 32)), bigOf(signature.subarray(32)), bigOf(digest)];
  const { n } = curve;
  if (r === 0n || s === 0n || r >= n || s >= n) return false;
  if (isSm2) {
    const t = (r + s) % n;
    const x = t === 0n ? undefined : abscissa(curve, s, t, point);
    return x !== undefined && (e + x) % n === r;
  }
  const w = inverseOf(s, n);
  const x = abscissa(curve, (e * w) % n, (r * w) % n, point);
  return x !== undefined && x % n === r;
}

// ---------- SM3, GB/T 32905 ----------
const SM3_INITIAL = [
  0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e,
];
const turned = (x, by) => (x << (by % 32)) | (by % 32 === 0 ? 0 : x >>> (32 - (by % 32)));

function sm3(data) {
  const length = Math.ceil((data.length + 9) / 64) * 64;
  const padded = Buffer.alloc(length);
  padded.set(data);
  padded[data.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(length - 8, Math.floor(data.length / 2 ** 29));
  view.setUint32(length - 4, (data.length * 8) >>> 0);
  const state = Int32Array.from(SM3_INITIAL);
  for (let at = 0; at < length; at += 64) sm3Block(state, view, at);
  const digest = Buffer.alloc(32);
  state.forEach((word, i) => new DataView(digest.buffer).setInt32(i * 4, word));
  return digest;
}

function sm3Block(state, view, at) {
  const w = Array.from({ length: 68 }, (_, i) => (i < 16 ? view.getInt32(at + 4 * i) : 0));
  for (let j = 16; j < 68; j += 1) {
    const x = w[j - 16] ^ w[j - 9] ^ turned(w[j - 3], 15);
    w[j] = x ^ turned(x, 15) ^ turned(x, 23) ^ turned(w[j - 13], 7) ^ w[j - 6];
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let j = 0; j < 64; j += 1) {
    const isEarly = j < 16;
    const ss1 = turned((turned(a, 12) + e + turned(isEarly ? 0x79cc4519 : 0x7a879d8a, j)) | 0, 7);
    const ff = isEarly ? a ^ b ^ c : (a & b) | (a & c) | (b & c);
    const gg = isEarly ? e ^ f ^ g : (e & f) | (~e & g);
    const tt1 = (ff + d + (ss1 ^ turned(a, 12)) + (w[j] ^ w[j + 4])) | 0;
    const tt2 = (gg + h + ss1 + w[j]) | 0;
    [a, b, c, d] = [tt1, a, turned(b, 9), c];
    [e, f, g, h] = [tt2 ^ turned(tt2, 9) ^ turned(tt2, 17), e, turned(f, 19), g];
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => (state[i] ^= word));
}
