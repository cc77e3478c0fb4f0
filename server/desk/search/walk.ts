import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import {
  portable,
  type Db,
  type Statement,
  type Tx,
  type UnitOfWork,
} from '../../platform/persistence/index.ts';
import { REKEY_LIMITS, type IndexWalk, type WalkedPage } from '../../platform/rekey/index.ts';
import type { FieldService } from '../fields/field.service.ts';

/** What the walks need. */
export interface WalkDeps {
  uow: UnitOfWork;
  crypto: Crypto;
  fields: FieldService;
}

/** Before every id. */
export const NO_ID = '00000000-0000-0000-0000-000000000000';

type Span = { lastId: string; span: number };
/** What asks for rows of another version in the span behind an id. */
export type PageOf = Span & { version: number; limit: number };
/** Kinds of its parameters. */
export const PAGE_KINDS = { version: 'int', lastId: 'uuid', span: 'int', limit: 'int' } as const;

/** The rows behind an id, so many that one statement never looks at more, as a table to select from. */
export function spanOf(table: string, columns: string): string {
  return `(SELECT s.${columns.split(' ').join(', s.')} FROM ${table} s
    WHERE s.id > :lastId ORDER BY s.id FETCH FIRST :span ROWS ONLY) p`;
}

/** A page of the rows of another version in a span. */
export function pageSql(table: string, columns: string): string {
  return `SELECT p.${columns.split(' ').join(', p.')} FROM ${spanOf(table, `${columns} index_version`)}
    WHERE p.index_version <> :version ORDER BY p.id FETCH FIRST :limit ROWS ONLY`;
}

/** Counting and going on in a table by its ids. */
export interface Spans {
  countSpan: IndexWalk['countSpan'];
  /**
   * Where the page behind goes on: behind the last row of a full one, else behind the span it was looked for in; null when the
   * table ends there.
   */
  endOf(db: Db, rows: readonly { id: string }[], page: PageOf): Promise<string | null>;
}

/** Declares the statements of a table. */
export function spansOf(table: string): Spans {
  const count = portable<Span & { version: number }, { rowCount: number }>(
    `${table}.other_version`,
    `SELECT COUNT(*) AS row_count FROM ${spanOf(table, 'id index_version')} WHERE p.index_version <> :version`,
    { params: { version: 'int', lastId: 'uuid', span: 'int' }, result: { rowCount: 'int' } },
  );
  const last = portable<Span, { id: string }>(
    `${table}.span_end`,
    `SELECT p.id FROM ${spanOf(table, 'id')} ORDER BY p.id DESC FETCH FIRST 1 ROWS ONLY`,
    { params: { lastId: 'uuid', span: 'int' }, result: { id: 'uuid' } },
  );
  const span = REKEY_LIMITS.spanRows;
  return {
    async countSpan(db, version, after) {
      const place = { lastId: after ?? NO_ID, span };
      const rows = (await db.one(count, { ...place, version }))?.rowCount ?? 0;
      return { rows, after: (await db.one(last, place))?.id ?? null };
    },
    async endOf(db, rows, { limit, lastId }) {
      if (rows.length === limit) return rows.at(-1)?.id ?? null;
      return (await db.one(last, { lastId, span }))?.id ?? null;
    },
  };
}

/** Reads a page of a walk, and where it ends. */
export function readPage<R extends { id: string }>(
  { uow, crypto }: Pick<WalkDeps, 'uow' | 'crypto'>,
  statement: Statement<PageOf, R>,
  { spans, after, limit }: { spans: Spans; after: string | null; limit: number },
): Promise<{ rows: R[]; end: string | null }> {
  const { indexVersion: version } = crypto;
  const page = { version, lastId: after ?? NO_ID, span: REKEY_LIMITS.spanRows, limit };
  return uow.read(async (db) => {
    const rows = await db.all(statement, page);
    return { rows, end: await spans.endOf(db, rows, page) };
  });
}

/** What came of a page whose rows were all written but for those that cannot be read. */
export function walked(rows: readonly unknown[], written: number, after: string | null): WalkedPage {
  return { rows: rows.length, unreadable: rows.length - written, after };
}

/** Writes a page in a unit of work of its own, with its entry; nothing when there is nothing to write. */
export async function record(
  uow: UnitOfWork,
  table: string,
  rows: number,
  write: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  if (rows === 0) return;
  await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    await write(tx);
    const target = { type: 'hashes', id: table };
    tx.record({ action: 'key.rotate', outcome: 'ok', target, details: { rows } });
  });
}
