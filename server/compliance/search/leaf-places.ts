import {
  findPlace,
  indexInSeal,
  parseStatement,
  type EventRow,
  type ProofSource,
  type SealStatement,
} from '../../../audit/index.ts';
import { LIMITS } from '../../kernel/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { firstSealsOf, statementsOf } from './leaf-place.repo.ts';

/** Finds where entries stand in the tree, for lists. */
export interface LeafPlaces {
  /** Index of each entry's leaf by the entry's id; absent while it is not sealed. */
  indexesOf(db: Db, rows: readonly EventRow[]): Promise<ReadonlyMap<string, number>>;
}

/** An entry is in the first seal behind its instant, or in the next one when its commit took longer than that. */
const SEALS_AN_ENTRY = 2;
/** Statements kept, each some KiB at most. Seals never change, so one that was read stays right for ever. */
const STATEMENTS_MAX = 2_000;
/** Values in one list of a statement. */
const LIST_MAX = 500;

/** Makes a finder: the seals of a whole list are two reads, and none when they are known from a list before. */
export function createLeafPlaces(source: ProofSource): LeafPlaces {
  const known = new Map<number, SealStatement | undefined>();

  async function read(db: Db, numbers: readonly number[]): Promise<void> {
    for (let at = 0; at < numbers.length; at += LIST_MAX) {
      for (const { sealNo, statement } of await statementsOf(db, numbers.slice(at, at + LIST_MAX)))
        known.set(sealNo, parseStatement(statement));
    }
  }

  return {
    async indexesOf(db, rows) {
      const indexes = new Map<string, number>();
      const first = await firstSealsOf(
        db,
        rows.map(({ id }) => id),
      );
      const near = (id: string) => nearOf(first.get(id));
      const numbers = [...new Set(rows.flatMap(({ id }) => near(id)))].filter((no) => !known.has(no));
      await read(db, numbers);
      const rest: EventRow[] = [];
      for (const row of rows) {
        const index = near(row.id)
          .map((no) => known.get(no))
          .map((statement) => statement && indexInSeal(statement, row))
          .find((one) => one !== undefined);
        if (index === undefined) rest.push(row);
        else indexes.set(row.id, index);
      }
      while (known.size > STATEMENTS_MAX) known.delete(known.keys().next().value as number);
      for (const row of await lookLonger(source, rest)) indexes.set(...row);
      return indexes;
    },
  };
}

function nearOf(first: number | undefined): number[] {
  return first === undefined ? [] : Array.from({ length: SEALS_AN_ENTRY }, (_, i) => first + i);
}

/**
 * The few that stand elsewhere: a hole that was filled late, a clock that ran ahead, and what is not sealed yet. Of the last,
 * one is looked for: what is younger is not sealed either.
 */
async function lookLonger(source: ProofSource, rows: readonly EventRow[]): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for (const row of [...rows].sort((a, b) => a.at.getTime() - b.at.getTime()).slice(0, LIMITS.pageItemsMax)) {
    const place = await findPlace(source, row);
    if (place === undefined) break;
    found.push([row.id, place.index]);
  }
  return found;
}
