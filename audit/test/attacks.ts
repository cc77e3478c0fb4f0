import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, parseCanonical, type CanonicalValue } from '../canonical.ts';
import { leafHash, sha256 } from '../hash.ts';
import { signHead } from '../head.ts';
import { createAuditLane } from '../lane.ts';
import { parseStatement, writeStatement } from '../seal.ts';
import { createSealer } from '../sealer.ts';
import type { EventRow } from '../storage.ts';
import type { Ledger } from './ledger.ts';
import { createMemoryStore, rowOf } from './memory-store.ts';
import { buildDraft, buildStamp, TEST_NOW } from './support.ts';

/** Leaf order of the sealed entries, from the statements. */
export function leafOrder({ store }: Ledger): EventRow[] {
  const order: EventRow[] = [];
  for (const seal of store.seals) {
    for (const range of parseStatement(seal.statement)!.ranges) {
      for (let n = range.from; n <= range.to; n += 1) {
        order.push(store.events.find((row) => isAt(row, { ...range, n }))!);
      }
    }
  }
  return order;
}

function isAt(row: EventRow, place: { node: string; epoch: number; lane: number; n: number }): boolean {
  return row.node === place.node && row.epoch === place.epoch && row.lane === place.lane && row.n === place.n;
}

function editBody(row: EventRow, edit: (event: Record<string, CanonicalValue>) => void): void {
  const event = parseCanonical(row.body) as Record<string, CanonicalValue>;
  edit(event);
  row.body = canonicalJson(event);
}

function remove(ledger: Ledger, rows: readonly EventRow[]): void {
  for (const row of rows) ledger.store.events.splice(ledger.store.events.indexOf(row), 1);
}

/** Signs all seals anew over the rows as they stand: what someone with the database and the seal key can do. */
async function rewrite(ledger: Ledger): Promise<void> {
  const { store, signer } = ledger;
  const old = store.seals.splice(0);
  const copy = createMemoryStore();
  copy.epochs.push(...store.epochs);
  copy.events.push(...store.events);
  let nowMs = old.at(0)!.at.getTime();
  const sealer = createSealer({ storage: copy, signer, anchors: [], clock: { now: () => new Date(nowMs) } });
  for (let i = 0; i < old.length; i += 1, nowMs += 6_000) await sealer.sealOnce();
  store.seals.push(...copy.seals);
}

/** Where an attack takes place. */
export interface AttackPlace {
  row: EventRow;
  index: number;
  order: EventRow[];
}

/** Does it; may be awaited. */
export type Attack = (ledger: Ledger, at: AttackPlace) => unknown;

/** Attacks on one entry; each must be found at its very index. */
export const ENTRY_ATTACKS: [name: string, attack: Attack][] = [
  ['body edited', (_, { row }) => editBody(row, (event) => (event.reason = 'other'))],
  [
    'body edited, its hash recomputed',
    (_, { row }) => {
      editBody(row, (event) => (event.reason = 'other'));
      row.leaf = leafHash(row.body);
    },
  ],
  ['body gets a space', (_, { row }) => (row.body = row.body.replace(':', ': '))],
  [
    'body gets a duplicate key',
    (_, { row }) => (row.body = row.body.replace('{', '{"action":"ticket.view",')),
  ],
  ['actor column edited', (_, { row }) => (row.actorId = 'a-2')],
  ['customer column hidden', (_, { row }) => (row.customerRef = row.customerRef === null ? 'q-1' : null)],
  ['target column edited', (_, { row }) => (row.targetId = 't-77')],
  ['action column edited', (_, { row }) => (row.action = 'ticket.list')],
  ['outcome column edited', (_, { row }) => (row.outcome = 'refused')],
  ['class column edited', (_, { row }) => (row.class = 'system')],
  ['time column edited', (_, { row }) => (row.at = new Date(row.at.getTime() + 1))],
  ['id column edited', (_, { row }) => (row.id = '01950000-0000-7000-8000-ffffffffffff')],
  ['stored hash edited', (_, { row }) => (row.leaf = Buffer.alloc(32, 7))],
  ['row deleted', (ledger, { row }) => remove(ledger, [row])],
  ['row renumbered to the end', (_, { row }) => (row.n += 10_000)],
];

/** Attacks on the whole; `expectedPlace` says where they are to be found. */
export const LEDGER_ATTACKS: [name: string, attack: Attack][] = [
  ['range deleted', (ledger, { index, order }) => remove(ledger, order.slice(index, index + 5))],
  [
    'two bodies exchanged',
    (_, { row, order, index }) => {
      const other = order[(index + 1) % order.length]!;
      [row.body, other.body] = [other.body, row.body];
      [row.leaf, other.leaf] = [other.leaf, row.leaf];
    },
  ],
  [
    'two rows exchanged',
    (_, { row, order, index }) => {
      const other = order[(index + 1) % order.length]!;
      [row.node, other.node] = [other.node, row.node];
      [row.epoch, other.epoch] = [other.epoch, row.epoch];
      [row.lane, other.lane] = [other.lane, row.lane];
      [row.n, other.n] = [other.n, row.n];
    },
  ],
  [
    'old row replayed under a new number',
    (ledger, { row }) => ledger.store.events.push({ ...row, n: row.n + 9_000 }),
  ],
  [
    'forged row appended with an old time',
    (ledger) => {
      const lane = createAuditLane({ node: 'n1', epoch: 3, lane: 9, chained: false });
      ledger.store.events.push(rowOf(lane.draw(buildDraft(), buildStamp({ at: new Date('2026-01-01') }))));
    },
  ],
  [
    'forged row appended to a closed lane',
    (ledger) => {
      const last = Math.max(
        ...ledger.store.events.filter((row) => row.epoch === 1 && row.lane === 0).map((r) => r.n),
      );
      const lane = createAuditLane({ node: 'n1', epoch: 1, lane: 0, chained: false });
      for (let n = 0; n < last; n += 1) lane.draw(buildDraft(), buildStamp());
      const at = ledger.store.seals.at(-1)!.at;
      ledger.store.events.push(rowOf(lane.draw(buildDraft(), buildStamp({ at }))));
    },
  ],
  [
    'newest entry cut with its seal',
    (ledger, { order }) => {
      remove(ledger, order.slice(-1));
      ledger.store.seals.pop();
    },
  ],
  [
    'tail cut with its seals',
    (ledger, { order }) => {
      const keep = ledger.store.seals[Math.floor(ledger.store.seals.length / 2)]!;
      remove(ledger, order.slice(keep.size));
      ledger.store.seals.splice(ledger.store.seals.indexOf(keep) + 1);
    },
  ],
  ['newest entry cut', (ledger, { order }) => remove(ledger, order.slice(-1))],
  ['newest tenth cut', (ledger, { order }) => remove(ledger, order.slice(-Math.ceil(order.length / 10)))],
  ['all entries cut', (ledger) => ledger.store.events.splice(0)],
  [
    'everything cut',
    (ledger) => {
      ledger.store.events.splice(0);
      ledger.store.seals.splice(0);
    },
  ],
  ['first seal deleted', (ledger) => ledger.store.seals.shift()],
  ['middle seal deleted', (ledger) => ledger.store.seals.splice(2, 1)],
  ['newest seal deleted', (ledger) => ledger.store.seals.pop()],
  ['all seals deleted', (ledger) => ledger.store.seals.splice(0)],
  ['root column edited', (ledger) => (ledger.store.seals[1]!.root = Buffer.alloc(32))],
  ['size column edited', (ledger) => (ledger.store.seals[1]!.size += 1)],
  ['frontier edited', (ledger) => (ledger.store.seals[1]!.frontier = Buffer.alloc(32))],
  ['time column of a seal edited', (ledger) => (ledger.store.seals[1]!.at = TEST_NOW)],
  [
    'statement edited',
    (ledger) => {
      const seal = ledger.store.seals[1]!;
      const statement = parseStatement(seal.statement)!;
      seal.statement = writeStatement({ ...statement, at: new Date(statement.at.getTime() - 1_000) });
      seal.at = new Date(statement.at.getTime() - 1_000);
    },
  ],
  [
    'signature edited',
    (ledger) => (ledger.store.seals[1]!.checkpoint = flipSignature(ledger.store.seals[1]!.checkpoint)),
  ],
  [
    'last seal made anew with the seal key',
    ({ store, signer }) => {
      const seal = store.seals.at(-1)!;
      const statement = { ...parseStatement(seal.statement)!, at: new Date(seal.at.getTime() + 5) };
      seal.statement = writeStatement(statement);
      seal.at = statement.at;
      const { size, root, no } = statement;
      seal.checkpoint = signHead({ size, root, sealNo: no, sealHash: sha256(seal.statement) }, signer);
    },
  ],
  [
    'whole history rewritten with the seal key',
    async (ledger, { row }) => {
      editBody(row, (event) => (event.reason = 'rewritten'));
      row.leaf = leafHash(row.body);
      for (const one of leafOrder(ledger)) rechain(ledger, one);
      await rewrite(ledger);
    },
  ],
  [
    'anchored head edited',
    (ledger) =>
      editAnchor(ledger, (text) =>
        text.replace(/\nseal 2 [^\n]{5}/, (line) => line.slice(0, -1) + (line.endsWith('A') ? 'B' : 'A')),
      ),
  ],
  ['anchored head of another key', (ledger) => editAnchor(ledger, flipSignature)],
  [
    'fork: another head anchored for the same seal',
    ({ anchors, signer }) => {
      const head = { size: 3, root: Buffer.alloc(32, 1), sealNo: 10_000, sealHash: Buffer.alloc(32, 2) };
      return appendFile(join(anchors, 'heads-2026-03-02.txt'), `${signHead(head, signer)}\n`);
    },
  ],
];

function rechain(ledger: Ledger, row: EventRow): void {
  if (!row.body.includes('"prev"')) return;
  const before = ledger.store.events.find((one) => isAt(one, { ...row, n: row.n - 1 }));
  editBody(row, (event) => (event.prev = before?.leaf.toString('hex') ?? '00'.repeat(32)));
  row.leaf = leafHash(row.body);
}

function flipSignature(text: string): string {
  const at = text.indexOf('\u2014');
  const end = text.indexOf('\n', at);
  const line = text.slice(at, end);
  const flipped = `${line.slice(0, -8)}${line.at(-8) === 'A' ? 'B' : 'A'}${line.slice(-7)}`;
  return text.slice(0, at) + flipped + text.slice(end);
}

export async function editAnchor(ledger: Ledger, edit: (text: string) => string): Promise<void> {
  const [name] = (await readdir(ledger.anchors)).sort();
  const path = join(ledger.anchors, name!);
  await writeFile(path, edit(await readFile(path, 'utf8')));
}

/**
 * The indexes of which one has to be named, from the ledger as it was before the attack: that of the entry, of the
 * entries of its seal, or the end behind which something was cut or put.
 */
export function expectedPlace(
  name: string,
  ledger: Ledger,
  { index, order }: AttackPlace,
): [from: number, to: number] {
  const { seals } = ledger.store;
  const [size, last] = [order.length, seals.at(-1)!];
  const sealOf = (i: number): [number, number] => {
    const seal = seals.find((one) => i < one.size)!;
    return [seal.prevSize, seal.size - 1];
  };
  const ofSeal = (i: number): [number, number] => [seals[i]!.prevSize, seals[i]!.size];
  const middle = seals[Math.floor(seals.length / 2)]!;
  const places: Readonly<Record<string, [number, number]>> = {
    'body edited, its hash recomputed': sealOf(index),
    'range deleted': [index, index],
    'two bodies exchanged': [index, index + 1],
    'two rows exchanged': [index, index + 1],
    'old row replayed under a new number': [size, size],
    'forged row appended with an old time': [size, size],
    'forged row appended to a closed lane': [size, size],
    'newest entry cut with its seal': [last.prevSize, size],
    'tail cut with its seals': [middle.size, middle.size],
    'newest entry cut': [size - 1, size - 1],
    'newest tenth cut': [size - Math.ceil(size / 10), size - Math.ceil(size / 10)],
    'all entries cut': [0, 0],
    'everything cut': [0, 0],
    'first seal deleted': [0, 0],
    'middle seal deleted': ofSeal(2),
    'newest seal deleted': ofSeal(seals.length - 1),
    'all seals deleted': [0, 0],
    'last seal made anew with the seal key': ofSeal(seals.length - 1),
    'whole history rewritten with the seal key': [0, index],
    'anchored head edited': ofSeal(1),
    'anchored head of another key': ofSeal(0),
    'fork: another head anchored for the same seal': [size, size],
  };
  const ofSecondSeal =
    /^(root|size|frontier|time|statement|signature) .*edited$/.test(name) && !ENTRY_NAMES.has(name);
  return places[name] ?? (ofSecondSeal ? ofSeal(1) : [index, index]);
}

const ENTRY_NAMES: ReadonlySet<string> = new Set(ENTRY_ATTACKS.map(([name]) => name));
