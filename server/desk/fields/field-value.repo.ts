import { AppError } from '../../kernel/index.ts';
import {
  DatabaseConflict,
  insert,
  portable,
  remove,
  select,
  update,
  type Db,
  type Tx,
} from '../../platform/persistence/index.ts';
import { tokenParams } from '../tickets/ticket.repo.ts';
import { fieldRecordEntity, fieldValueEntity, type FieldValueRow } from './field-value.entity.ts';
import type { RecordType } from './field.section.ts';

const VALUE_INSERT = insert(fieldValueEntity);
const VALUES_OF = select(fieldValueEntity, {
  name: 'custom_value.of_records',
  where: ['recordType'],
  whereIn: 'recordId',
  orderBy: [
    ['recordId', 'asc'],
    ['fieldKey', 'asc'],
    ['ordinal', 'asc'],
  ],
  limit: true,
});
const VALUES_OF_KEYS = portable<
  { recordType: string; recordIds: string[]; fieldKeys: string[]; limit: number },
  FieldValueRow
>(
  'custom_value.of_keys',
  `SELECT id, record_type, record_id, field_key, ordinal, number_value, choice_value, value_enc, value_bix,
      value_last4_bix, value_prefix_bix, index_version FROM custom_value
    WHERE record_type = :recordType AND record_id IN (:recordIds...) AND field_key IN (:fieldKeys...)
    ORDER BY record_id, field_key, ordinal FETCH FIRST :limit ROWS ONLY`,
  {
    params: { recordType: 'text', recordIds: 'uuid', fieldKeys: 'text', limit: 'int' },
    result: {
      id: 'uuid',
      recordType: 'text',
      recordId: 'uuid',
      fieldKey: 'text',
      ordinal: 'int',
      numberValue: 'int',
      choiceValue: 'text',
      valueEnc: 'sealed',
      valueBix: 'bytes',
      valueLast4Bix: 'bytes',
      valuePrefixBix: 'bytes',
      indexVersion: 'int',
    },
  },
);
const VALUES_REMOVE = remove(fieldValueEntity, {
  name: 'custom_value.remove_field',
  where: ['recordType', 'recordId', 'fieldKey'],
});
const TOKENS_INSERT = portable<{ valueId: string; tokens: bigint[]; list: string }>(
  'custom_value_token.put',
  {
    postgres:
      'INSERT INTO custom_value_token (value_id, tokens) VALUES (:valueId, CAST(:tokens AS bigint[]))',
    oracle: `INSERT INTO custom_value_token (value_id, tokens)
      SELECT :valueId, t.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) t`,
  },
  { params: { valueId: 'uuid', tokens: 'tokens', list: 'clob' } },
);
const TOKENS_REMOVE = portable<{ valueId: string }>(
  'custom_value_token.remove',
  'DELETE FROM custom_value_token WHERE value_id = :valueId',
  { params: { valueId: 'uuid' } },
);
const TOKENS_REMOVE_FIELD = portable<{ recordType: string; recordId: string; fieldKey: string }>(
  'custom_value_token.remove_field',
  `DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v
    WHERE v.record_type = :recordType AND v.record_id = :recordId AND v.field_key = :fieldKey)`,
  { params: { recordType: 'text', recordId: 'uuid', fieldKey: 'text' } },
);
const RECORD_INSERT = insert(fieldRecordEntity);
const RECORD_BY_KEY = select(fieldRecordEntity, {
  name: 'custom_record.by_key',
  where: ['recordType', 'recordId'],
});
const RECORD_MOVE = update(fieldRecordEntity, {
  name: 'custom_record.move',
  set: ['version'],
  where: ['recordType', 'recordId', 'version'],
});

/** Fields a record can have times the choices one of them can have; more rows are a fault of ours. */
const ROWS_PER_RECORD_MAX = 5_000;
const ROWS_MAX = 100_000;

/** A row to keep, with the tokens of its words. */
export interface NewValue {
  row: FieldValueRow;
  tokens: bigint[];
}

/** A record whose values are meant. */
export interface RecordRef {
  recordType: RecordType;
  recordId: string;
}

/** Rows of some records, of all their fields or of some; at most 500 records. */
export function listValues(
  db: Db,
  recordType: RecordType,
  wanted: { recordIds: readonly string[]; keys?: readonly string[] },
): Promise<FieldValueRow[]> {
  const recordIds = [...wanted.recordIds];
  const limit = Math.min(recordIds.length * ROWS_PER_RECORD_MAX, ROWS_MAX);
  return wanted.keys === undefined
    ? db.all(VALUES_OF, { recordType, recordIdList: recordIds, limit })
    : db.all(VALUES_OF_KEYS, { recordType, recordIds, fieldKeys: [...wanted.keys], limit });
}

/** Puts values in the place of those of the same fields. */
export async function replaceValues(
  tx: Tx,
  record: RecordRef,
  change: { keys: readonly string[]; values: readonly NewValue[] },
): Promise<void> {
  const places = change.keys.map((fieldKey) => ({ ...record, fieldKey }));
  await tx.runMany(TOKENS_REMOVE_FIELD, places);
  await tx.runMany(VALUES_REMOVE, places);
  if (change.values.length === 0) return;
  await tx.runMany(
    VALUE_INSERT,
    change.values.map(({ row }) => row),
  );
  for (const { row, tokens } of change.values) await putValueTokens(tx, row.id, tokens);
}

/** Puts the tokens of a value whose words are looked for. */
async function putValueTokens(tx: Tx, valueId: string, tokens: bigint[]): Promise<void> {
  if (tokens.length > 0) await tx.run(TOKENS_INSERT, { valueId, ...tokenParams(tokens) });
}

/** Puts other tokens in the place of a value's; the caller holds its row. */
export async function replaceValueTokens(tx: Tx, valueId: string, tokens: bigint[]): Promise<void> {
  await tx.run(TOKENS_REMOVE, { valueId });
  await putValueTokens(tx, valueId, tokens);
}

/** How often the values of a record were changed; 0 before the first time. */
export async function versionOf(db: Db, record: RecordRef): Promise<number> {
  return (await db.one(RECORD_BY_KEY, record))?.version ?? 0;
}

/** Counts one change on; throws `request.version_stale` when another was faster. */
export async function countChange(tx: Tx, record: RecordRef, version: number): Promise<void> {
  const next = version + 1;
  try {
    if (version === 0) await tx.run(RECORD_INSERT, { ...record, version: next });
    else {
      const { recordType: whereRecordType, recordId: whereRecordId } = record;
      const where = { whereRecordType, whereRecordId, whereVersion: version };
      if ((await tx.run(RECORD_MOVE, { version: next, ...where })) === 0)
        throw new AppError('request.version_stale');
    }
  } catch (error) {
    if (error instanceof DatabaseConflict) throw new AppError('request.version_stale', { cause: error });
    throw error;
  }
}
