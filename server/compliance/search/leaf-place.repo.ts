import { portable, type Db } from '../../platform/persistence/index.ts';

/** A seal as looking for places needs it. */
export interface StatedSeal {
  sealNo: number;
  statement: string;
}

/**
 * The first seal that was made at or behind the instant of each entry. The earliest instant is taken from its index; the
 * least number behind an instant would be looked for from one end of all seals.
 */
const FIRST_SEALS = portable<{ ids: readonly string[] }, { id: string; sealNo: number }>(
  'audit_seal.first_of_entries',
  `SELECT e.id, MIN(s.seal_no) AS seal_no FROM audit_event e
    JOIN audit_seal s ON s.sealed_at = (SELECT MIN(f.sealed_at) FROM audit_seal f WHERE f.sealed_at >= e.occurred_at)
    WHERE e.id IN (:ids...) GROUP BY e.id`,
  { params: { ids: 'uuid' }, result: { id: 'uuid', sealNo: 'int' } },
);
const STATEMENTS = portable<{ numbers: readonly number[] }, StatedSeal>(
  'audit_seal.statements',
  'SELECT seal_no, statement FROM audit_seal WHERE seal_no IN (:numbers...)',
  { params: { numbers: 'int' }, result: { sealNo: 'int', statement: 'clob' } },
);

/** The first seal behind each entry, by the entry's id; at most 500 entries. */
export async function firstSealsOf(db: Db, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = ids.length === 0 ? [] : await db.all(FIRST_SEALS, { ids });
  return new Map(rows.map(({ id, sealNo }) => [id, sealNo]));
}

/** Statements of seals, at most 500. */
export function statementsOf(db: Db, numbers: readonly number[]): Promise<StatedSeal[]> {
  return numbers.length === 0 ? Promise.resolve([]) : db.all(STATEMENTS, { numbers });
}
