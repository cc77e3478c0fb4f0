import pg from 'pg';
import { DataSource, EntitySchema } from 'typeorm';
import type { Dek } from '../../platform/crypto/index.ts';
import { BinaryArrays } from '../../platform/persistence/index.ts';
import { buildCore, type Core } from '../support/core.ts';
import { figure, isFull, processorMs, processorMsOf, say, type Figure } from './figure.ts';

const ROWS_AT_ONCE = 1_000;
const ROUNDS = isFull() ? 15 : 5;
const BATCHES = isFull() ? 20 : 5;
/** What has to be reached, see docs/performance.md. */
const MUST = { typeorm: 0.28, unnest: 0.06, unnestRows: 7_500 };

const FIELDS = ['name', 'phone', 'id_number', 'card', 'address'] as const;
type Field = (typeof FIELDS)[number];
/** Those that are searched most have an index in the database, on both sides. */
const INDEXED: readonly Field[] = ['name', 'phone', 'id_number'];
type Plain = { id: string } & Record<Field, string>;
type Sealed = { id: string } & Record<string, string | Buffer>;

/**
 * Inserting five personal fields, sealed with five keyed hashes, against the same fields in the open, in turns: by
 * TypeORM's `insert()` of a thousand rows, and by one statement over arrays as the batch writer sends it. Sealing and
 * hashing are part of what is timed. Rows a second are told of the wall, and of the processor time of this process and its
 * backend: one works while the other waits, so that is what an idle machine would do.
 */
export async function* run(): AsyncGenerator<Figure> {
  const core = await buildCore();
  const client = new pg.Client({ connectionString: core.url });
  await client.connect();
  const source = new DataSource({ type: 'postgres', url: core.url, entities: [PLAIN, SEALED] });
  try {
    await client.query(tables());
    await source.initialize();
    const { dek } = await core.crypto.newDek('requester', 'bench');
    const makePlain = (first: number) =>
      Array.from({ length: ROWS_AT_ONCE }, (_, n) => rowOf(core, first + n));
    const makeSealed = (first: number) => makePlain(first).map((row) => seal(core, dek, row));
    say('by TypeORM');
    const [plain, sealed] = await race(
      (first) => source.manager.insert(PLAIN, makePlain(first)),
      (first) => source.manager.insert(SEALED, makeSealed(first)),
    );
    yield figure('encrypted-insert.typeorm_plain', plain, 'rows/s', plain);
    yield figure('encrypted-insert.typeorm_sealed', sealed, 'rows/s', plain);
    yield figure('encrypted-insert.typeorm_ratio', sealed / plain, 'times', MUST.typeorm);
    say('by one statement over arrays');
    const arrays = new BinaryArrays();
    const { rows: backends } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const [plainArrays, sealedArrays, ofCore] = await race(
      (first) => unnest(client, arrays, 'plain', makePlain(first)),
      (first) => unnest(client, arrays, 'sealed', makeSealed(first)),
      backends.map(({ pid }) => pid),
    );
    yield figure('encrypted-insert.unnest_plain', plainArrays, 'rows/s', plainArrays);
    yield figure('encrypted-insert.unnest_sealed', sealedArrays, 'rows/s', MUST.unnestRows);
    yield figure('encrypted-insert.unnest_sealed_core', ofCore, 'rows/s', MUST.unnestRows);
    yield figure('encrypted-insert.unnest_ratio', sealedArrays / plainArrays, 'times', MUST.unnest);
  } finally {
    if (source.isInitialized) await source.destroy();
    await client.end();
    await core.close();
  }
}

/**
 * Rows a second of both, in turns so that both have the same neighbours, and those of the second a second of processor
 * time: the medians of the rounds.
 */
async function race(
  left: (first: number) => Promise<unknown>,
  right: (first: number) => Promise<unknown>,
  backends: readonly number[] = [],
): Promise<[number, number, number]> {
  const rates: [number[], number[], number[]] = [[], [], []];
  const used = () => processorMs() + processorMsOf(backends);
  let first = 0;
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [side, work] of [left, right].entries()) {
      const [startedMs, usedMs] = [performance.now(), used()];
      for (let batch = 0; batch < BATCHES; batch += 1) {
        await work(first);
        first += ROWS_AT_ONCE;
      }
      const perSecond = (BATCHES * ROWS_AT_ONCE * 1_000) / (performance.now() - startedMs);
      // The first round warms up.
      if (round < 0) continue;
      rates[side]?.push(perSecond);
      if (side === 1) rates[2].push((BATCHES * ROWS_AT_ONCE * 1_000) / (used() - usedMs));
    }
  }
  const median = (list: number[]) => list.sort((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0;
  return [median(rates[0]), median(rates[1]), median(rates[2])];
}

function rowOf({ ids }: Core, n: number): Plain {
  return {
    ...{ id: ids.next(), name: `王小明${n % 997}`, phone: `138${String(n).padStart(8, '0')}` },
    id_number: `110105${String(19500101 + (n % 18_000))}${String(n % 10_000).padStart(4, '0')}`,
    card: `622202${String(n).padStart(13, '0')}`,
    address: `北京市西城区金融大街${n % 300}号`,
  };
}

function seal({ crypto }: Core, dek: Dek, row: Plain): Sealed {
  const sealed: Sealed = { id: row.id };
  for (const field of FIELDS) {
    const cell = { table: 'spec_sealed_bench', column: `${field}_enc`, rowId: row.id };
    sealed[`${field}_enc`] = dek.seal(cell, row[field]);
    sealed[`${field}_bix`] = crypto.blindIndex(`spec.${field}`, row[field]);
  }
  return sealed;
}

const SEALED_COLUMNS = FIELDS.flatMap((field) => [`${field}_enc`, `${field}_bix`]);

async function unnest(
  client: pg.Client,
  arrays: BinaryArrays,
  kind: 'plain' | 'sealed',
  rows: readonly (Plain | Sealed)[],
): Promise<void> {
  const columns: readonly string[] = kind === 'plain' ? FIELDS : SEALED_COLUMNS;
  const type = kind === 'plain' ? 'varchar' : 'bytea';
  const casts = columns.map((_, index) => `$${index + 2}::${type}[]`).join(', ');
  const text =
    `INSERT INTO spec_${kind}_bench (id, ${columns.join(', ')}) ` +
    `SELECT * FROM unnest($1::uuid[], ${casts})`;
  arrays.begin();
  const values = [
    arrays.take('uuid', rows, 'id'),
    ...columns.map((column) => arrays.take(kind === 'plain' ? 'text' : 'bytes', rows, column)),
  ];
  await client.query({ name: `spec_${kind}`, text, values });
}

function tables(): string {
  const plain = FIELDS.map((field) => `${field} varchar(200) NOT NULL`).join(', ');
  const sealed = FIELDS.map(
    (field) =>
      `${field}_enc bytea NOT NULL CHECK (get_byte(${field}_enc, 0) = 225), ${field}_bix bytea NOT NULL`,
  ).join(', ');
  const indexes = INDEXED.map(
    (field) =>
      `CREATE INDEX ON spec_plain_bench (${field}); CREATE INDEX ON spec_sealed_bench (${field}_bix);`,
  );
  return `CREATE TABLE spec_plain_bench (id uuid PRIMARY KEY, ${plain});
    CREATE TABLE spec_sealed_bench (id uuid PRIMARY KEY, ${sealed}); ${indexes.join(' ')}`;
}

const PLAIN = new EntitySchema<Plain>({
  name: 'spec_plain_bench',
  columns: {
    id: { type: 'uuid', primary: true },
    ...(Object.fromEntries(FIELDS.map((field) => [field, { type: 'varchar', length: 200 }])) as object),
  } as never,
});
const SEALED = new EntitySchema<Sealed>({
  name: 'spec_sealed_bench',
  columns: {
    id: { type: 'uuid', primary: true },
    ...(Object.fromEntries(SEALED_COLUMNS.map((column) => [column, { type: 'bytea' }])) as object),
  } as never,
});
