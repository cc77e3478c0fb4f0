import { bytesOfIndex } from '../crypto/index.ts';
import { allEntities, nextNumber, toSnakeCase, type Db, type SealedIndex } from '../persistence/index.ts';

/** An index of keyed hashes, and about how many rows share one of them. */
export interface BucketSize {
  index: string;
  bits: number;
  rowsPerHash: number;
}

/** Values that an index can tell apart at most, where they are few. Surnames: those that most people have. */
const FEW_VALUES: Partial<Record<SealedIndex, number>> = { last4: 10_000, prefix: 400 };
/** Data keys are numbered, one for each requester. */
const DEK_SERIES = 'dek';

/**
 * How many rows one hash of each index leads to on the average, by the number of requesters: each of them is opened and
 * looked at again when somebody searches. Names and words are bunched, so common ones lead to many more.
 */
export async function bucketSizes(db: Db): Promise<BucketSize[]> {
  const rows = await nextNumber(db, DEK_SERIES);
  return allEntities().flatMap(({ table, columns }) =>
    Object.entries(columns).flatMap(([name, { sealed }]) =>
      (sealed?.index ?? [])
        .filter((index) => index !== 'words')
        .map((index) => {
          const suffix = index === 'eq' ? '' : `_${index}`;
          const label = `${table}.${toSnakeCase(name).replace(/_enc$/, '')}${suffix}`;
          const bits = 8 * bytesOfIndex(label);
          const values = FEW_VALUES[index] ?? rows;
          // Those with the value, and strangers whose value has the same hash.
          const strangers = rows / 2 ** bits;
          return { index: label, bits, rowsPerHash: Math.round((rows / values + strangers) * 10) / 10 };
        }),
    ),
  );
}
