// What audit-verify.mjs uses of Node, for a worker of a browser: bytes, files that were handed over, SHA-256, Ed25519;
// P-256 and SM2 are in curves.js.
// Files are read in pieces and synchronously. Web Crypto answers only later, so signatures are noted while the
// verifier runs, checked after it, and the verifier runs once more when one of them does not hold.

class Buffer extends Uint8Array {
  static alloc(length, fill = 0) {
    return new Buffer(length).fill(fill);
  }

  static allocUnsafe(length) {
    return new Buffer(length);
  }

  static from(value, encoding = 'utf8') {
    if (typeof value !== 'string') return super.from(value);
    if (encoding === 'utf8') return super.from(new TextEncoder().encode(value));
    if (encoding === 'latin1') return super.from(value, (one) => one.charCodeAt(0));
    if (encoding === 'hex') return super.from(value.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value);
    return super.from(isBase64 ? atob(value) : '', (one) => one.charCodeAt(0));
  }

  static concat(list) {
    const all = new Buffer(list.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of list) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  copy(target, at) {
    target.set(this, at);
  }

  equals(other) {
    return this.length === other.length && this.every((byte, i) => byte === other[i]);
  }

  latin1Slice(start, end = this.length) {
    let text = '';
    for (let at = start; at < end; at += 8192)
      text += String.fromCharCode(...this.subarray(at, Math.min(at + 8192, end)));
    return text;
  }

  latin1Write(text, at) {
    for (let i = 0; i < text.length; i += 1) this[at + i] = text.charCodeAt(i);
  }

  toString(encoding = 'utf8', start = 0, end = this.length) {
    const part = this.subarray(start, end);
    if (encoding === 'hex') return Array.from(part, (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (encoding === 'base64') return btoa(part.latin1Slice(0));
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(part);
  }
}

// ---------- SHA-256, FIPS 180-4 ----------
const ROOTS = [];
for (let n = 2; ROOTS.length < 64; n += 1) {
  let isPrime = true;
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) isPrime = false;
  if (isPrime) ROOTS.push(n);
}
const fraction = (x) => Math.floor((x - Math.floor(x)) * 2 ** 32) | 0;
const ROUND = Int32Array.from(ROOTS, (prime) => fraction(Math.cbrt(prime)));
const INITIAL = Int32Array.from(ROOTS.slice(0, 8), (prime) => fraction(Math.sqrt(prime)));
const WORDS = new Int32Array(64);

function compress(state, data, at) {
  for (let i = 0; i < 16; i += 1, at += 4) {
    WORDS[i] = (data[at] << 24) | (data[at + 1] << 16) | (data[at + 2] << 8) | data[at + 3];
  }
  for (let i = 16; i < 64; i += 1) {
    const [x, y] = [WORDS[i - 15], WORDS[i - 2]];
    const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    WORDS[i] = (WORDS[i - 16] + low + WORDS[i - 7] + high) | 0;
  }
  let a = state[0],
    b = state[1],
    c = state[2],
    d = state[3],
    e = state[4],
    f = state[5],
    g = state[6],
    h = state[7];
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[i] + WORDS[i]) | 0;
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
  state[4] += e;
  state[5] += f;
  state[6] += g;
  state[7] += h;
}

function createHash() {
  const [state, rest] = [INITIAL.slice(), new Uint8Array(128)];
  let [length, held] = [0, 0];
  return {
    update(data) {
      let at = 0;
      length += data.length;
      if (held > 0) {
        at = Math.min(64 - held, data.length);
        rest.set(data.subarray(0, at), held);
        held += at;
        if (held < 64) return;
        compress(state, rest, 0);
        held = 0;
      }
      for (; at + 64 <= data.length; at += 64) compress(state, data, at);
      rest.set(data.subarray(at), 0);
      held = data.length - at;
    },
    digest(encoding) {
      const size = held < 56 ? 64 : 128;
      rest.fill(0, held, size);
      rest[held] = 0x80;
      const view = new DataView(rest.buffer);
      view.setUint32(size - 8, Math.floor(length / 2 ** 29));
      view.setUint32(size - 4, (length << 3) >>> 0);
      for (let at = 0; at < size; at += 64) compress(state, rest, at);
      const bytes = Buffer.alloc(32);
      state.forEach((word, i) => new DataView(bytes.buffer).setInt32(i * 4, word));
      return encoding === 'hex' ? bytes.toString('hex') : bytes;
    },
  };
}

function hash(algorithm, data, encoding) {
  if (algorithm === 'sm3') return sm3(data);
  const digest = createHash();
  digest.update(typeof data === 'string' ? Buffer.from(data) : data);
  const bytes = digest.digest();
  return encoding === 'latin1' ? bytes.latin1Slice(0) : bytes;
}

// ---------- Signatures ----------
/** Signatures to check after the run, and those that were found not to hold. */
let [asked, refused] = [[], new Set()];

const createPublicKey = ({ key }) => (key.length === 91 ? pointKey(key) : Buffer.from(key.subarray(12)));

/** SM2 as Node asks for it: over SM3 of all that was given, with the signature in DER. */
function createVerify() {
  const parts = [];
  return {
    update(part) {
      parts.push(part);
      return this;
    },
    verify(key, der) {
      const [signature, first] = [Buffer.alloc(64), der[3]];
      for (const [at, length, end] of [
        [4, first, 32],
        [6 + first, der[5 + first], 64],
      ]) {
        const digits = der.subarray(at, at + length);
        const kept = digits.subarray(Math.max(0, length - 32));
        signature.set(kept, end - kept.length);
      }
      return fitsCurve(key, sm3(Buffer.concat(parts)), signature, true);
    },
  };
}

function verify(algorithm, text, key, signature) {
  if (algorithm === 'sha256') return fitsCurve(key.key, hash('sha256', text), signature, false);
  const name =
    [key, signature].map((part) => part.toString('hex')).join(' ') + hash('', text).toString('hex');
  if (signature.length !== 64 || refused.has(name)) return false;
  asked.push({ name, text, key, signature });
  return true;
}

/** Checks what was asked; gives how many do not hold. Old browsers without Ed25519 take the slow way. */
async function checkSignatures() {
  const keys = new Map();
  const [all, subtle] = [asked, globalThis.crypto?.subtle];
  asked = [];
  for (const { name, text, key, signature } of all) {
    const id = key.toString('hex');
    if (!keys.has(id))
      keys.set(id, await subtle?.importKey('raw', key, 'Ed25519', false, ['verify']).catch(() => undefined));
    const known = keys.get(id);
    const isWhole = known
      ? await subtle.verify('Ed25519', known, signature, text)
      : await verifySlowly(key, text, signature);
    if (!isWhole) refused.add(name);
  }
  return refused.size;
}

const P = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;
const modulo = (value, by = P) => ((value % by) + by) % by;

function power(base, exponent) {
  let result = 1n;
  for (
    let [factor, rest] = [modulo(base), exponent];
    rest > 0n;
    rest >>= 1n, factor = (factor * factor) % P
  ) {
    if (rest & 1n) result = (result * factor) % P;
  }
  return result;
}

const D = modulo(-121665n * power(121666n, P - 2n));
const numberOf = (bytes) => BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);

function pointOf(bytes) {
  const value = numberOf(bytes);
  const [sign, y] = [value >> 255n, value & (2n ** 255n - 1n)];
  const square = modulo((y * y - 1n) * power(D * y * y + 1n, P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (modulo(x * x - square) !== 0n) x = modulo(x * power(2n, (P - 1n) / 4n));
  if (y >= P || modulo(x * x - square) !== 0n || (x === 0n && sign === 1n)) return undefined;
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, modulo(x * y)];
}

function plus(a, b) {
  const [e, f] = [modulo((a[1] - a[0]) * (b[1] - b[0])), modulo((a[1] + a[0]) * (b[1] + b[0]))];
  const [g, h] = [modulo(2n * a[3] * b[3] * D), modulo(2n * a[2] * b[2])];
  return [
    modulo((f - e) * (h - g)),
    modulo((h + g) * (f + e)),
    modulo((h - g) * (h + g)),
    modulo((f - e) * (f + e)),
  ];
}

function times(scalar, point) {
  let result = [0n, 1n, 1n, 0n];
  for (let [rest, double] = [scalar, point]; rest > 0n; rest >>= 1n, double = plus(double, double)) {
    if (rest & 1n) result = plus(result, double);
  }
  return result;
}

/** Ed25519, RFC 8032 §5.1.7. */
async function verifySlowly(key, text, signature) {
  const [r, s, a] = [signature.subarray(0, 32), numberOf(signature.subarray(32)), pointOf(key)];
  if (a === undefined || s >= ORDER) return false;
  const digest = await crypto.subtle.digest('SHA-512', Buffer.concat([r, key, text]));
  const h = modulo(numberOf(new Uint8Array(digest)), ORDER);
  const base = pointOf(Buffer.from(`58${'66'.repeat(31)}`, 'hex'));
  const [x, y, z] = plus(times(s, base), times(h, [P - a[0], a[1], a[2], P - a[3]]));
  const inverse = power(z, P - 2n);
  const expected = modulo(y * inverse) | ((modulo(x * inverse) & 1n) << 255n);
  return expected === numberOf(r);
}

// ---------- Files ----------
/** Path → file, as they were handed over. */
let files = new Map();
let [openFiles, onRead] = [[], () => undefined];

const isInside = (path, folder) => path.startsWith(`${folder}/`);
const existsSync = (path) => files.has(path) || [...files.keys()].some((one) => isInside(one, path));

function fileAt(path) {
  const file = files.get(path);
  if (file === undefined) throw Object.assign(new Error(`${path} is missing`), { code: 'ENOENT' });
  return file;
}

const bytesOf = (blob) => new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
const statSync = (path) => ({ size: fileAt(path).size });
const readFileSync = (path) => Buffer.from(bytesOf(fileAt(path))).toString();
const openSync = (path) => openFiles.push({ file: fileAt(path), at: 0 }) - 1;
const closeSync = (id) => void (openFiles[id] = undefined);

function readSync(id, buffer, start, length) {
  const open = openFiles[id];
  const bytes = bytesOf(open.file.slice(open.at, open.at + length));
  buffer.set(bytes, start);
  open.at += bytes.length;
  onRead(bytes.length);
  return bytes.length;
}

function readdirSync(folder, options) {
  const inside = [...files.keys()].filter((path) => isInside(path, folder));
  if (options === undefined)
    return inside.map((path) => path.slice(folder.length + 1)).filter((name) => !name.includes('/'));
  return inside.map((path) => {
    const cut = path.lastIndexOf('/');
    return { parentPath: path.slice(0, cut), name: path.slice(cut + 1), isDirectory: () => false };
  });
}

// ---------- One verification ----------
async function verifyFiles({ given, words, total }) {
  files = new Map(given);
  [asked, refused] = [[], new Set()];
  for (let known = -1; ;) {
    let [read, told, out, problem] = [0, 0, '', ''];
    openFiles = [];
    onRead = (count) => {
      read += count;
      if (read - told < 4 * 1024 * 1024) return;
      told = read;
      postMessage({ progress: Math.min(read / total, 1) });
    };
    const process = { argv: ['', '', ...words, '--json'], exitCode: 0 };
    process.stdout = { write: (text) => void (out += text) };
    process.stderr = { write: (text) => void (problem += text) };
    runVerifier(process);
    const refusedCount = await checkSignatures();
    if (refusedCount === Math.max(known, 0)) return { exit: process.exitCode, out, problem };
    known = refusedCount;
  }
}

globalThis.onmessage = async ({ data }) => {
  try {
    postMessage(await verifyFiles(data));
  } catch (error) {
    postMessage({ exit: 4, out: '', problem: String(error?.message ?? error) });
  }
};
