#!/usr/bin/env node
// Verifies an exported Vaultdesk audit trail with nothing but Node 20: no package, no network, no database.
//   node audit-verify.mjs EXPORT_FOLDER [--anchors FOLDER]... [--keys FILE] [--witnesses FILE] [--json]
//   node audit-verify.mjs --proof FILE.tlog-proof --keys FILE [--json]
// Exit: 0 whole · 1 tampered · 2 bad use · 3 not provable (no anchor, key, or file) · 4 input/output.
// Written from docs/compliance/audit-format.md (numbers in brackets are its sections). It shares no line with the
// server, so that a fault in one of them shows as a difference. Read it: that is what it is for.
import { createHash, createPublicKey, createVerify, hash, verify } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
const FILES = ['manifest.json', 'events.jsonl', 'stubs.jsonl', 'leaves.bin', 'seals.jsonl', 'checkpoint', 'consistency.json', 'keys/audit-keys.json'];
const [NONE, LIMITS] = ['0'.repeat(64), { findings: 100, event: 16 * 1024, stub: 256, seal: 4 * 1024 * 1024, record: 16 * 1024, cosigned: 256 * 1024, small: 8 * 1024 * 1024, hole: 1e6, recent: 4096 }];
/** What ends the program: an exit code and one line of reason. */
const stop = (exit, message) => Object.assign(new Error(message), { exit });
// ---------- [1] Canonical JSON ----------
/** Whether the keys stand in the order of their UTF-16 units, at every level. */
const isOrdered = (value) => value === null || typeof value !== 'object' || (Array.isArray(value) ? value.every(isOrdered)
  : Object.keys(value).every((key, i, keys) => (i === 0 || keys[i - 1] <= key) && isOrdered(value[key])));
/** Tokens of canonical JSON side by side: no space, escapes as short as can be, numbers that are small integers. */
const TOKENS = /^(?:"(?:[^"\\\x00-\x1f]|\\["\\bfnrt]|\\u00(?:0[0-7bef]|1[0-9a-f]))*"|[{}[\]:,]|(?:0|-?[1-9][0-9]{0,14})(?![0-9])|true|false|null)*$/;
/** How many keys there are; NaN unless they stand in order. Keys before `:`, digits among them, are left to the long way: JavaScript moves them. */
function countKeys(value) {
  if (Array.isArray(value)) return value.reduce((sum, one) => sum + (typeof one === 'object' ? countKeys(one) : 0), 0);
  let [count, before] = [0, ':'];
  for (const key in value) {
    if (key <= before) return NaN;
    count += typeof value[key] === 'object' ? 1 + countKeys(value[key]) : 1;
    before = key;
  }
  return count;
}
/** The value of a text that is the canonical text (RFC 8785) of its value: no space, no key twice, no half character pair. */
function parse(text) {
  let value; try { value = JSON.parse(text); } catch { return undefined; }
  // The short way: each key of the text has `":` behind it, so with as many keys in the value none stands twice. What does not pass is written again.
  if (typeof value === 'object' && TOKENS.test(text) && countKeys(value) === text.split('":').length - 1) return value;
  return JSON.stringify(value) === text && isOrdered(value) && !/(?<!\\)(?:\\\\)*\\ud/.test(text) ? value : undefined;
}
const [isText, isCount] = [(value) => typeof value === 'string', (value) => Number.isSafeInteger(value) && value >= 0];
const isHash = (value) => isText(value) && /^[0-9a-f]{64}$/.test(value);
// ---------- [3] Merkle tree ----------
// Hashes of the tree (`digest`) are texts of 32 characters, one for each byte: half as dear as buffers.
const [sha256, digest] = [(data) => hash('sha256', data, 'buffer'), (data) => hash('sha256', data, 'latin1')];
const [hexOf, unhex] = [(characters) => Buffer.from(characters, 'latin1').toString('hex'), (hex) => Buffer.from(hex, 'hex').latin1Slice(0)];
const pair = Buffer.alloc(65, 1);
const nodeHash = (left, right) => (pair.latin1Write(left, 1), pair.latin1Write(right, 33), digest(pair));
/** Appends a leaf hash to a tree kept as the roots of its complete subtrees, largest first. */
function append(tree, leaf) {
  let node = leaf;
  for (let rest = tree.size; rest % 2 === 1; rest = Math.floor(rest / 2)) node = nodeHash(tree.nodes.pop(), node);
  [tree.nodes[tree.nodes.length], tree.size] = [node, tree.size + 1];
}
const rootOf = ({ nodes }) => (nodes.length === 0 ? digest('') : nodes.reduceRight((right, left) => nodeHash(left, right)));
/** The root that an inclusion proof leads to (RFC 9162 §2.1.3); undefined when it has the wrong length. */
function rootFrom(leaf, index, size, path) {
  if (size === 1) return path.length === 0 ? leaf : undefined;
  const [left, sibling, rest] = [2 ** Math.ceil(Math.log2(size) - 1), path.at(-1), path.slice(0, -1)];
  const inner = sibling && (index < left ? rootFrom(leaf, index, left, rest) : rootFrom(leaf, index - left, size - left, rest));
  return inner && (index < left ? nodeHash(inner, sibling) : nodeHash(sibling, inner));
}
/** The older and the newer root that a consistency proof leads to (RFC 9162 §2.1.4); undefined when it has the wrong length. */
function rootsFrom(old, older, newer, path, isWhole = true) {
  if (older === newer) return isWhole && path.length === 0 ? [old, old] : !isWhole && path.length === 1 ? [path[0], path[0]] : undefined;
  const [left, sibling, rest] = [2 ** Math.ceil(Math.log2(newer) - 1), path.at(-1), path.slice(0, -1)];
  const inner = sibling && (older <= left ? rootsFrom(old, older, left, rest, isWhole) : rootsFrom(old, older - left, newer - left, rest, false));
  return inner && (older <= left ? [inner[0], nodeHash(inner[1], sibling)] : inner.map((node) => nodeHash(sibling, node)));
}
// ---------- [5] Signed notes, heads, keys ----------
/** Bytes of strict base64; undefined for anything else, or another length. */
const base64 = (text, length, bytes = Buffer.from(text ?? '', 'base64')) => (bytes.toString('base64') === text && (length === undefined || bytes.length === length) ? bytes : undefined);
/** A signature of 64 bytes as DER: SEQUENCE of two INTEGERs. */
function derOf(bytes) {
  const ints = [bytes.toString('hex', 0, 32), bytes.toString('hex', 32)].map((hex) => hex.replace(/^(?:00)+(?=..)/, '').replace(/^(?=[89a-f])/, '00'));
  const body = ints.map((hex) => `02${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`).join('');
  return Buffer.from(`30${(body.length / 2).toString(16).padStart(2, '0')}${body}`, 'hex');
}
/** SM2 signs SM3(Z ‖ data); Z is SM3 over this (identity and curve) and the public key. */
const SM2_Z = Buffer.from('008031323334353637383132333435363738fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e9332c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0', 'hex');
/** Kinds of keys: what stands before the key in a verifier key; DER before it; its length; how a signature of 64 bytes is checked. */
const KINDS = [
  ['01', '302a300506032b6570032100', 32, (key, data, bytes) => verify(null, data, key, bytes)],
  [`ff${Buffer.from('vaultdesk/p256-sha256').toString('hex')}`, '3059301306072a8648ce3d020106082a8648ce3d030107034200', 65, (key, data, bytes) => verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, bytes)],
  [`ff${Buffer.from('vaultdesk/sm2-sm3').toString('hex')}`, '3059301306072a8648ce3d020106082a811ccf5501822d034200', 65, (key, data, bytes, raw) => createVerify('sm3').update(hash('sm3', Buffer.concat([SM2_Z, raw.subarray(1)]), 'buffer')).update(data).verify(key, derOf(bytes))],
];
/** A witness's: the instant stands before the signature (c2sp.org/tlog-cosignature). */
const WITNESS = ['04', KINDS[0][1], 32, (key, data, bytes) => verify(null, Buffer.concat([Buffer.from(`cosignature/v1\ntime ${BigInt(`0x${bytes.toString('hex', 0, 8)}`)}\n`), data]), key, bytes.subarray(8)), 72];
/** A public key in the form NAME+ID+BASE64; undefined when it is malformed or of another kind. */
function parseKey(text, kinds = KINDS) {
  const [name, id, ...rest] = String(text).split('+');
  const bytes = base64(rest.join('+'));
  const kind = kinds.find(([type, , length]) => bytes?.length === type.length / 2 + length && bytes.toString('hex', 0, type.length / 2) === type);
  if (!kind || !name || /\s/u.test(name) || sha256(Buffer.concat([Buffer.from(`${name}\n`), bytes])).toString('hex', 0, 4) !== id) return undefined;
  const [raw, check, length = 64] = [bytes.subarray(kind[0].length / 2), kind[3], kind[4]];
  let key; try { key = createPublicKey({ key: Buffer.concat([Buffer.from(kind[1], 'hex'), raw]), format: 'der', type: 'spki' }); } catch { return undefined; }
  return { name, id, check: (text, signature) => signature.length === length && check(key, Buffer.from(text), signature, raw) };
}
/** A signed note: text, blank line, signature lines. */
function parseNote(note) {
  const end = note.lastIndexOf('\n\n');
  if (end <= 0 || !note.endsWith('\n')) return undefined;
  const signatures = note.slice(end + 2, -1).split('\n').map((line) => {
    const match = /^\u2014 ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line);
    const bytes = match && base64(match[2]);
    return bytes && bytes.length > 4 ? { name: match[1], id: bytes.toString('hex', 0, 4), bytes: bytes.subarray(4) } : undefined;
  });
  return signatures.includes(undefined) ? undefined : { text: note.slice(0, end + 1), signatures };
}
const isSigned = ({ text, signatures }, { name, id, check }) => signatures.some((one) => one.name === name && one.id === id && check(text, one.bytes));
/** Whether a head is of this trail and signed by the key in force. */
const isOurs = ({ origin, no, note }, keys) => origin === keys.origin && keys.forSeal(no) !== undefined && isSigned(note, keys.forSeal(no));
/** A tree head: lines origin, size, root, `seal NUMBER HASH`. */
function parseHead(text) {
  const note = parseNote(text);
  const [origin, size, root, seal, ...rest] = note ? note.text.slice(0, -1).split('\n') : [];
  const match = /^seal ([1-9][0-9]{0,15}) (.*)$/.exec(seal ?? '');
  const head = { origin, size: Number(size), root: base64(root, 32), no: Number(match?.[1]), hash: base64(match?.[2], 32), note };
  const isForm = origin && /^(0|[1-9][0-9]{0,15})$/.test(size) && rest.length === 0;
  return isForm && head.root && head.hash ? head : undefined;
}
/** The key file: each key but the first is signed by the one before it. */
function parseKeys(text) {
  const { v, origin, keys: list } = parse(text) ?? {};
  if (v !== 1 || !isText(origin) || !Array.isArray(list) || list.length === 0) throw stop(3, 'the key file is malformed or of an unknown version');
  const keys = [];
  for (const { key: keyText, from, note: noteText } of list) {
    const [key, before] = [parseKey(keyText), keys.at(-1)];
    if (!key || key.name !== origin) throw stop(3, 'a key is malformed, of an unknown kind, or of another trail');
    if (before === undefined && from !== 1) throw stop(3, 'the first key is not in force from seal 1');
    const note = parseNote(noteText ?? '');
    const isNext = note?.text === `vaultdesk audit key v1\n${origin}\n${from}\n${keyText}\n` && from > before?.from;
    if (before !== undefined && !(isNext && isSigned(note, before))) throw stop(1, 'a key is not signed by the one before it');
    keys.push({ ...key, from });
  }
  return { origin, forSeal: (no) => keys.findLast((key) => key.from <= no) };
}
/** Keys of witnesses, one a line. */
function parseWitnesses(text, keys = text.split('\n').filter((line) => line !== '').map((line) => parseKey(line, [WITNESS]))) {
  if (keys.length > 0 && keys.length <= 20 && !keys.includes(undefined)) return keys;
  throw stop(3, 'a key of a witness is malformed or of an unknown kind');
}
// ---------- [2.3, 4] Places and statements ----------
const PLACE = /^([A-Za-z0-9._-]{1,40}\/[1-9][0-9]{0,15}\/(?:0|[1-9][0-9]{0,15}))\/(0|[1-9][0-9]{0,15})(?:-([1-9][0-9]{0,15}))?$/;
/** Reads NODE/EPOCH/LANE/FROM-TO or, for one number, NODE/EPOCH/LANE/N. */
function parseRange(text) {
  const [, lane, from, to = from] = PLACE.exec(text) ?? [];
  return lane && from >= 1 && Number(from) <= to && Number.isSafeInteger(Number(to)) ? { lane, from: Number(from), to: Number(to) } : undefined;
}
/** Reads NODE/EPOCH/LANE/NUMBER, how far a lane has come. */
const parsePosition = (text, [, lane, to, isRange] = PLACE.exec(text) ?? []) => (lane && !isRange ? { lane, to: Number(to) } : undefined);
/** A list of texts that all parse; undefined otherwise. */
const parseList = (list, parseOne, items = Array.isArray(list) ? list.map((text) => (isText(text) ? parseOne(text) : undefined)) : [undefined]) => (items.includes(undefined) ? undefined : items);
/** A seal's statement. */
function parseStatement(text) {
  const { v, origin, no, size, prev_size: prevSize, root, prev, at, key, ...lists } = parse(text) ?? {};
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(at) && !Number.isNaN(Date.parse(at));
  const [ranges, pending, open] = [lists.ranges, lists.pending, lists.open].map((list) => parseList(list, parseRange));
  const lanes = parseList(lists.lanes, parsePosition);
  const isForm = v === 1 && [origin, key].every(isText) && isTime && [root, prev].every(isHash) && [no, size, prevSize].every(isCount);
  return isForm && ranges && pending && open && lanes ? { origin, no, size, prevSize, root, ranges, pending, open, lanes, prev, atMs: Date.parse(at), key } : undefined;
}
// ---------- [6] Files, in bounded memory ----------
function* readChunks(path, bytesMax) {
  const [file, data] = [openSync(path, 'r'), Buffer.alloc(bytesMax)];
  for (let count = readSync(file, data, 0, bytesMax, null); count > 0; count = readSync(file, data, 0, bytesMax, null)) yield data.subarray(0, count);
  closeSync(file);
}
/** Text of a file that must be small, without its last line feed; empty when it is not small. */
const readSmall = (path, end = /\n$/) => (statSync(path).size > LIMITS.small ? '' : readFileSync(path, 'utf8').replace(end, ''));
/** Lines as bytes behind one zero byte. A last line without an end, or a line over the limit, comes with `isOpen`. */
function* readLines(path, bytesMax, onBytes = () => undefined) {
  let rest = Buffer.alloc(1);
  for (const chunk of readChunks(path, 256 * 1024)) {
    onBytes(chunk);
    const data = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = data.indexOf(10, 1); end >= 0; end = data.indexOf(10, start + 1)) {
      data[start] = 0;
      yield data.subarray(start, end);
      start = end;
    }
    [data[start], rest] = [0, data.subarray(start)];
    if (rest.length - 1 > bytesMax) break;
  }
  if (rest.length > 1) yield Object.assign(Buffer.from(rest), { isOpen: true });
}
/** Blocks of 32 bytes. */
function* readLeaves(path, onBytes) {
  for (const chunk of readChunks(path, 64 * 1024)) {
    onBytes(chunk);
    for (let at = 0; at + 32 <= chunk.length; at += 32) yield chunk.latin1Slice(at, at + 32);
  }
}
/** Records of an anchor file: a note and a blank line. `isTorn`: broken off by a kill, and whole again right after. */
function* readRecords(path) {
  let [body, signatures] = [[], undefined];
  const record = () => `${body.join('\n')}\n${signatures ? `\n${signatures.join('\n')}\n` : ''}`;
  for (const line of readLines(path, LIMITS.record)) {
    const text = line.toString('utf8', 1);
    if (signatures !== undefined && !/^[\u2014\ufffd]/u.test(text)) {
      yield { text: record(), isOpen: false };
      [body, signatures] = [[], undefined];
    }
    if (text !== '') (signatures ?? body).push(text);
    else signatures = body.length > 0 ? [] : undefined;
    if (body.length > 100 || line.length > LIMITS.record) return yield { text: 'x', isOpen: false };
  }
  if (body.length > 0) yield { text: record(), isOpen: true };
}
/** Heads of an anchor folder, oldest file first. */
function* readAnchors(folder) {
  for (const file of existsSync(folder) ? readdirSync(folder).filter((name) => /^heads-\d{4}-\d\d-\d\d\.txt$/.test(name)).sort() : []) {
    let held;
    for (const { text, isOpen } of readRecords(`${folder}/${file}`)) {
      if (held !== undefined) yield { ...held, isTorn: held.isTorn || text.startsWith(held.text.replace(/[\ufffd\n]+$/u, '')) };
      held = { file, text, head: parseHead(text), isTorn: isOpen };
    }
    if (held !== undefined) yield held;
  }
}
/** Heads that witnesses signed, a JSON line each; one that none of these signed is no head. Half a line ends in no brace. */
function* readCosigned(folder, witnesses) {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /^cosigned-\d{4}-\d\d-\d\d\.jsonl$/.test(name)).sort() : [];
  for (const file of names) for (const line of readLines(`${folder}/${file}`, LIMITS.cosigned)) {
    const { v, checkpoint: text } = jsonOf(line) ?? {};
    const head = v === 1 && isText(text) ? parseHead(text) : undefined;
    yield { file, text, head: head && witnesses.some((key) => isSigned(head.note, key)) ? head : undefined, isTorn: !isText(text) && (line.isOpen ? line.length <= LIMITS.cosigned : line.at(-1) !== 125) };
  }
}
// ---------- [7] What is found ----------
const [findings, warned] = [[], new Map()];
const find = (kind, index, id = null) => void (findings.length < LIMITS.findings && findings.push({ index, id: id === null ? null : Buffer.from(id, 'latin1').toString(), kind }));
const warn = (kind, place) => void warned.set(kind, { place, ...warned.get(kind), count: (warned.get(kind)?.count ?? 0) + 1 });
// ---------- [2.3] Numbers of the lanes ----------
const [lanes, ends, forks] = [new Map(), new Map(), []];
/** A lane; `holes`: number passed over → where, and whether a void entry, an epoch, or a seal has named it. */
const laneOf = (key) => lanes.get(key) ?? lanes.set(key, { to: 0, leaf: undefined, isChained: undefined, holes: new Map() }).get(key);
/** Takes a number: the next one, one behind a hole, or one that fills a hole. False for one that was there before. */
function take(lane, n, index) {
  if (n <= lane.to) return lane.holes.delete(n);
  if (n - lane.to > LIMITS.hole) throw stop(1, `a lane jumps by more than ${LIMITS.hole} numbers at index ${index}`);
  if (n > lane.to + 1) lane.leaf = undefined;
  for (let hole = lane.to + 1; hole < n; hole += 1) lane.holes.set(hole, { index, isNamed: false, isPending: false });
  lane.to = n;
  return true;
}
/** Marks the holes in a range. */
const name = ({ lane, from, to }, marks) => laneOf(lane).holes.forEach((hole, n) => from <= n && n <= to && Object.assign(hole, { isNamed: true }, marks));
/** Checks chain and clock of an entry, and takes in what it says of numbers. */
function follow(lane, laneName, event, { index, leaf }) {
  const isChained = isText(event.prev);
  const expected = event.seq.n === 1 || !isChained ? NONE : lane.leaf && hexOf(lane.leaf);
  const isWrong = isChained && event.seq.n === lane.to && expected !== undefined && event.prev !== expected;
  if (isWrong || (lane.isChained ??= isChained) !== isChained) find('prev', index, event.id);
  if (event.seq.n === lane.to) lane.leaf = leaf;
  if (event.clock?.back > 0) warn('clock went back', `index ${index}`);
  if (event.action === 'audit.void') {
    const numbers = Array.isArray(event.details?.numbers) ? event.details.numbers : [];
    for (const range of numbers.map((text) => parseRange(`${laneName}/${text}`))) if (range) name(range, { isPending: false });
  } else if (event.action === 'audit.adopt') {
    const { after, to, head } = event.details ?? {};
    if (isCount(after) && isCount(to) && to > after && isHash(head)) forks.push({ after, to });
    for (const range of parseList(event.details?.lanes, parseRange) ?? []) ends.set(range.lane, range.to);
  } else if (event.action === 'audit.epoch-start' || event.action === 'audit.epoch-close') {
    const [closed, missing] = [parseList(event.details?.closed, parsePosition), parseList(event.details?.missing, parseRange)];
    for (const end of (missing && closed) ?? []) ends.set(end.lane, end.to);
    for (const range of (closed && missing) ?? []) name(range, {});
  }
}
/** Holes nobody named, and lanes that end elsewhere than stated. A chained lane is rewound: it has no holes. */
function finishLanes(size, isLate) {
  for (const [laneName, lane] of lanes) {
    for (const [n, { index, isNamed, isPending }] of lane.holes) {
      if (lane.isChained || !isNamed) find('missing', lane.isChained ? size : index);
      if (isPending) warn('numbers that never came', `${laneName}/${n}`);
    }
    if (lane.to > (ends.get(laneName) ?? Infinity)) find('extra', size);
  }
  // A lane that ended before the trail is taken up is not seen at all.
  for (const [laneName, end] of ends) if ((lanes.get(laneName)?.to ?? 0) < end && !(isLate && !lanes.get(laneName)?.to)) find('missing', size);
}
// ---------- [2] Entries ----------
/** The event of a body; the kind of finding when it is none. */
function parseEvent(body) {
  const event = parse(body);
  if (event?.v !== 1) return event && typeof event === 'object' ? 'version' : 'form';
  const { seq, actor, id, at, action, class: kind, outcome } = event;
  const isForm = [id, at, actor?.type, actor?.id, action, kind, outcome, seq?.node].every(isText);
  return isForm && [seq.epoch, seq.lane, seq.n].every(Number.isSafeInteger) ? event : 'form';
}
function takeEntry(state, line, { range, n, stored }) {
  const [index, lane, leaf] = [state.tree.size, laneOf(range.lane), digest(line)];
  state.eventCount += 1;
  if (!take(lane, n, index)) find('seal-content', index);
  append(state.tree, leaf);
  // Byte for character: faster, and nothing that is compared has other than ASCII in it.
  const event = parseEvent(line.latin1Slice(1));
  const isLeafWrong = stored !== undefined && stored !== leaf;
  if (isLeafWrong) state.isTreeWhole = find('leaf', index, event.id ?? null) ?? false;
  if (isText(event)) return isLeafWrong ? undefined : find(event, index);
  if (event.seq.n !== n || `${event.seq.node}/${event.seq.epoch}/${event.seq.lane}` !== range.lane) return find('place', index, event.id);
  follow(lane, range.lane, event, { index, leaf: isLeafWrong ? stored : leaf });
}
function takeStub(state, lane, { n, stored }) {
  if (!take(lane, n, state.stub.i)) find('seal-content', state.stub.i);
  const leaf = unhex(state.stub.leaf);
  if (n === lane.to) lane.leaf = leaf;
  append(state.tree, (stored ?? leaf) === leaf ? leaf : unhex(NONE));
  state.stub = undefined;
}
/** Takes the entries of a range from the files: stubs where they stand, bodies otherwise. False when one is missing. */
function takeRange(state, range) {
  for (let n = range.from; n <= range.to; n += 1) {
    const [index, stored] = [state.tree.size, state.leaves()];
    state.stub ??= parseStub(state.stubs());
    const line = state.stub?.i === index ? undefined : state.events();
    if (state.stub?.i === index) takeStub(state, laneOf(range.lane), { n, stored });
    else if (line === undefined || line.isOpen) return find('missing', index) ?? false;
    else takeEntry(state, line, { range, n, stored });
  }
  return true;
}
const jsonOf = (line) => (line.isOpen ? undefined : parse(line.toString('utf8', 1)));
const parseStub = (line) => line && (isCount(jsonOf(line)?.i) && isHash(jsonOf(line).leaf) ? jsonOf(line) : { i: -1, leaf: NONE });
// ---------- [4, 5] Seals and anchors ----------
/** Checks one seal and its leaves. False when the walk cannot go on. */
function takeSeal(state, line) {
  const { cursor, keys } = state;
  const { statement: text, checkpoint } = jsonOf(line) ?? {};
  const statement = isText(text) && isText(checkpoint) ? parseStatement(text) : undefined;
  const end = (kind) => find(kind, cursor.size) ?? false;
  if (statement === undefined) return end('seal-form');
  if (statement.no !== cursor.no + 1) return end('seal-missing');
  const sizeAfter = statement.ranges.reduce((sum, { from, to }) => sum + to - from + 1, cursor.size);
  if (statement.prevSize !== cursor.size || statement.size !== sizeAfter) return end('seal-content');
  const seal = { no: statement.no, prevSize: statement.prevSize, hash: sha256(text), checkpoint };
  if (statement.prev !== cursor.hash) find('seal-chain', cursor.size);
  checkHead(keys, parseHead(checkpoint), statement, seal.hash);
  if (statement.origin !== keys.origin) find('seal-content', cursor.size);
  if (statement.atMs < cursor.atMs) warn('seal clock went back', `seal ${statement.no}`);
  for (const range of statement.ranges) if (!takeRange(state, range) || findings.length >= LIMITS.findings) return false;
  if (state.isTreeWhole && hexOf(rootOf(state.tree)) !== statement.root) state.isTreeWhole = find('root', statement.prevSize) ?? false;
  for (const range of statement.pending) name(range, { isPending: true });
  state.last = checkpoint;
  state.cursor = { no: statement.no, size: statement.size, hash: seal.hash.toString('hex'), atMs: statement.atMs };
  for (const anchor of state.anchors) compareAnchor(keys, anchor, seal);
  return findings.length < LIMITS.findings;
}
/** Takes up the trail behind a seal: its lanes, holes, and the roots of the complete subtrees. False when one of them does not fit. */
function begin(state, path) {
  const { statement: text, checkpoint, frontier } = parse(readSmall(path)) ?? {};
  const nodes = parseList(frontier, (one) => (isHash(one) ? unhex(one) : undefined));
  const [statement, head] = [isText(text) ? parseStatement(text) : undefined, isText(checkpoint) ? parseHead(checkpoint) : undefined];
  if (!statement || !nodes || !head || nodes.length !== statement.size.toString(2).replaceAll('0', '').length) return false;
  const [{ no, size, prevSize, atMs }, seal] = [statement, sha256(text)];
  if (hexOf(rootOf({ nodes })) !== statement.root || statement.origin !== state.keys.origin) return false;
  checkHead(state.keys, head, statement, seal);
  if (findings.splice(0).length > 0) return false;
  for (const { lane, to } of statement.lanes) laneOf(lane).to = to;
  for (const { lane, from, to } of statement.open) for (let n = from; n <= to; n += 1) laneOf(lane).holes.set(n, { index: size, isNamed: true, isPending: true });
  Object.assign(state, { tree: { size, nodes }, cursor: { no, size, hash: seal.toString('hex'), atMs }, startNo: no, last: checkpoint });
  for (const anchor of state.anchors) compareAnchor(state.keys, Object.assign(anchor, { first: no }), { no, prevSize, hash: seal, checkpoint });
  return true;
}
function checkHead(keys, head, { origin, no, size, prevSize, root, key: keyId }, sealHash) {
  if (head === undefined) return find('seal-form', prevSize);
  const isSame = head.origin === origin && head.size === size && head.no === no && head.root.toString('hex') === root;
  if (!isSame || !head.hash.equals(sealHash)) find('seal-content', prevSize);
  if (keys.forSeal(no)?.id !== keyId || !isSigned(head.note, keys.forSeal(no))) find('signature', prevSize);
}
/** The next record of an anchor that is a head. */
function peek(anchor) {
  for (let record = anchor.ahead; anchor.ahead === undefined && (record = anchor.records.next().value) !== undefined;) {
    if (record.head) anchor.ahead = record;
    else if (record.isTorn) warn('anchor record broken off', record.file);
    else find('anchor-form', null);
  }
  return anchor.ahead;
}
/** Whether an entry `audit.adopt` says that the head of this number is of a history that was given up. */
const isAdopted = (no) => forks.some(({ after, to }) => after < no && no <= to);
/** Keeps the numbers of heads that differ until the end, where the entry that explains them is known. */
const differ = ({ differing }, no, index) =>
  differing.at(-1)?.to === no - 1 ? (differing.at(-1).to = no) : differing.length < LIMITS.findings && differing.push({ from: no, to: no, index });
/** Compares the heads of an anchor up to this seal, or those left at the end. */
function compareAnchor(keys, anchor, seal, mayTake = (no) => no <= seal.no) {
  if (seal) anchor.recent.set(seal.no, seal).delete(seal.no - LIMITS.recent);
  for (let record = peek(anchor); record !== undefined && mayTake(record.head.no); record = peek(anchor)) {
    const [{ head }, known] = [record, anchor.recent.get(record.head.no)];
    if (!anchor.isSparse && head.no > anchor.last + 1 && anchor.last > 0) warn('anchor lacks heads', `before ${head.no}`);
    Object.assign(anchor, { count: anchor.count + 1, last: Math.max(anchor.last, head.no), ahead: undefined });
    if (known?.checkpoint === record.text) continue;
    if (!isOurs(head, keys)) find('anchor-signature', known?.prevSize ?? null);
    else if (!known && head.no >= anchor.first) warn('anchor head out of order', record.file);
    else if (known && !known.hash.equals(head.hash)) differ(anchor, head.no, known.prevSize);
  }
}
// ---------- [7] The whole ----------
function verifyExport(folder, { anchorFolders, keyFile, witnessFile }) {
  for (const file of FILES) if (!existsSync(`${folder}/${file}`)) throw stop(3, `${file} is missing`);
  const manifest = parse(readSmall(`${folder}/manifest.json`)) ?? {};
  const isForm = manifest.v === 1 && [manifest.after, manifest.seals, manifest.size, manifest.events].every(isCount) && manifest.files;
  if (!isForm || typeof manifest.files !== 'object') throw stop(3, 'the manifest is malformed or of an unknown version');
  const digests = new Map(FILES.map((file) => [file, createHash('sha256')]));
  const open = (read, file, ...limits) => {
    const items = read(`${folder}/${file}`, ...limits, (bytes) => digests.get(file).update(bytes));
    return () => items.next().value;
  };
  const keys = parseKeys(readSmall(keyFile ?? `${folder}/keys/audit-keys.json`));
  const witnessPath = witnessFile ?? `${folder}/keys/witnesses.txt`;
  const witnesses = witnessFile || existsSync(witnessPath) ? parseWitnesses(readSmall(witnessPath)) : [];
  const anchor = (records, isSparse = false) => ({ records, isSparse, ahead: undefined, recent: new Map(), differing: [], count: 0, last: 0, first: 0 });
  const anchors = anchorFolders.flatMap((path) => [anchor(readAnchors(path)), ...(witnesses.length > 0 ? [anchor(readCosigned(path, witnesses), true)] : [])]);
  const [events, stubs] = [open(readLines, 'events.jsonl', LIMITS.event), open(readLines, 'stubs.jsonl', LIMITS.stub)];
  const state = { tree: { size: 0, nodes: [] }, isTreeWhole: true, cursor: { no: 0, size: 0, hash: NONE, atMs: 0 }, eventCount: 0, startNo: 0, last: '', keys, anchors, events, stubs, stub: undefined, leaves: open(readLeaves, 'leaves.bin') };
  if (existsSync(`${folder}/start.json`) && !begin(state, `${folder}/start.json`)) return resultOf((find('start', null), state));
  const nextSeal = open(readLines, 'seals.jsonl', LIMITS.seal);
  let line; do line = nextSeal(); while (line !== undefined && takeSeal(state, line));
  if (line === undefined) finish(state, { folder, manifest, digests });
  return resultOf(state);
}
function finish({ cursor, ...state }, { folder, manifest, digests }) {
  for (const anchor of state.anchors) {
    compareAnchor(state.keys, anchor, undefined, (no) => no <= cursor.no || isAdopted(no));
    if (peek(anchor) !== undefined) find('tail-cut', cursor.size);
    else if (!anchor.isSparse && anchor.last < cursor.no) warn('newest seals not anchored', `after seal ${anchor.last}`);
  }
  if (state.last !== '' && !isConsistent(readSmall(`${folder}/consistency.json`), state)) find('consistency', null);
  if (state.stub ?? state.events() ?? state.stubs()) find('extra', cursor.size);
  if (state.leaves()) find('file', null);
  const found = [cursor.size, state.startNo, cursor.no, state.eventCount, state.keys.origin];
  if ([manifest.size, manifest.after, manifest.seals, manifest.events, manifest.origin].some((stated, i) => stated !== found[i])) find('file', null);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
  const present = entries.map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length).replace(/^\/+/, ''));
  for (const file of present) if (file !== 'manifest.json' && !Object.hasOwn(manifest.files, file)) find('file', null);
  for (const [file, expected] of Object.entries(manifest.files)) {
    const isHere = present.includes(file) && statSync(`${folder}/${file}`).size === expected?.bytes;
    const isRead = /\.(jsonl|bin)$/.test(file) && digests.has(file);
    const digest = isRead ? digests.get(file) : createHash('sha256');
    if (isHere && !isRead) for (const chunk of readChunks(`${folder}/${file}`, 1024 * 1024)) digest.update(chunk);
    if (!isHere || digest.digest('hex') !== expected.sha256) find('file', null);
  }
  finishLanes(cursor.size, state.startNo > 0);
}
/** The proof that the tree of the first head is a prefix of that of the last. */
function isConsistent(text, { keys, last }) {
  const { v, from, to, hashes } = parse(text) ?? {};
  const path = parseList(hashes, (one) => (isHash(one) ? unhex(one) : undefined));
  const [older, newer] = [from, to].map((note) => (isText(note) ? parseHead(note) : undefined));
  const isForm = v === 1 && path && older && newer && to === last && older.size <= newer.size;
  if (!isForm || ![older, newer].every((head) => isOurs(head, keys))) return false;
  return older.size === 0 ? path.length === 0 : rootsFrom(older.root.latin1Slice(0), older.size, newer.size, path)?.every((node, i) => node === [older, newer][i].root.latin1Slice(0)) ?? false;
}
function resultOf({ cursor, tree, eventCount, anchors }) {
  for (const { from, to, index } of anchors.flatMap(({ differing }) => differing))
    if (isAdopted(from) && isAdopted(to)) warn('heads of an abandoned history', `seals ${from} to ${to}`);
    else find('anchor-mismatch', index);
  const anchorCount = anchors.reduce((sum, { count }) => sum + count, 0);
  if (anchorCount === 0) warn('no anchor: a cut or rewritten trail would not show');
  const [firstBad = null] = [...findings].sort((a, b) => (a.index ?? Number.MAX_VALUE) - (b.index ?? Number.MAX_VALUE));
  const status = firstBad ? 'tampered' : anchorCount > 0 ? 'whole' : 'not-provable';
  const warnings = [...warned].map(([kind, { count, place }]) => `${kind}${place ? `: ${place}` : ''}${count > 1 ? ` (${count} times)` : ''}`);
  return { status, size: cursor.size, root: cursor.no === 0 ? '' : hexOf(rootOf(tree)), events: eventCount, anchors: anchorCount, firstBad, warnings };
}
/** [6.2] Verifies the proof file of one entry. */
function verifyProof(text, keys) {
  const end = text.indexOf('\n\n');
  const [header, extra, index, ...path] = text.slice(0, Math.max(end, 0)).split('\n');
  const [body, hashes, head] = [base64(extra?.replace(/^extra /, '')), path.map((one) => base64(one, 32)?.latin1Slice(0)), parseHead(text.slice(end + 2))];
  const isForm = header === 'c2sp.org/tlog-proof@v1' && extra?.startsWith('extra ') && body && /^index (0|[1-9][0-9]{0,15})$/.test(index);
  if (!isForm || hashes.includes(undefined) || head === undefined) throw stop(1, 'the proof file is malformed');
  if (!isOurs(head, keys)) throw stop(1, 'the checkpoint is not signed by a key of the trail');
  const [leaf, at, event] = [digest(Buffer.concat([Buffer.of(0), body])), Number(index.slice(6)), body.toString('utf8')];
  if (at >= head.size || rootFrom(leaf, at, head.size, hashes) !== head.root.latin1Slice(0) || parse(event) === undefined) throw stop(1, 'the entry is not in the tree');
  return { status: 'whole', index: at, size: head.size, root: head.root.toString('hex'), body: event };
}
/** Every text here is canonical or nothing, so `--strict` asks for what is done anyway. */
function parseArguments(words) {
  const [given, isJson] = [{ anchors: [], keys: [], proof: [], witnesses: [], folder: [] }, words.includes('--json')];
  const rest = words.filter((word) => word !== '--json' && word !== '--strict');
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const option = /^--(anchors|keys|proof|witnesses)$/.exec(word)?.[1] ?? (word.startsWith('-') ? undefined : 'folder');
    const value = option === 'folder' ? word.replace(/(?<=.)\/+$/, '') : rest.shift();
    if (option === undefined || value === undefined) throw stop(2, option ? `${word} lacks its value` : `unknown argument ${word}`);
    given[option].push(value);
  }
  const { anchors, keys: [keyFile], proof: [proof], witnesses: [witnessFile], folder: [folder, ...more] } = given;
  if ((proof !== undefined && keyFile !== undefined) === (folder !== undefined) || more.length > 0) throw stop(2, 'name an export folder, or --proof FILE --keys FILE');
  return { anchorFolders: anchors.length > 0 ? anchors : [`${folder}/anchors`], keyFile, witnessFile, proof, folder, isJson };
}
/** Text for a terminal: control and direction characters escaped. */
const plain = (value) => (isText(value) ? value : JSON.stringify(value)).replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u{${one.codePointAt(0).toString(16)}}`);
try {
  const options = parseArguments(process.argv.slice(2));
  const result = options.folder === undefined ? verifyProof(readSmall(options.proof, ''), parseKeys(readSmall(options.keyFile))) : verifyExport(options.folder, options);
  const lines = options.isJson ? [JSON.stringify(result)] : Object.entries(result).map(([key, value]) => `${key}: ${plain(value)}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = { whole: 0, tampered: 1, 'not-provable': 3 }[result.status];
} catch (error) {
  process.stderr.write(`audit-verify: ${plain(error.exit !== undefined || isText(error.code) ? error.message : 'internal fault')}\n`);
  process.exitCode = error.exit ?? (error.code === 'ENOENT' ? 3 : 4);
}
