import { col, defineEntity, type RowOf } from '../../platform/persistence/index.ts';

/** One value of a field on a record; a field with several choices has a row for each. */
export const fieldValueEntity = defineEntity(
  'custom_value',
  {
    id: col.uuid(),
    recordType: col.text(20),
    recordId: col.uuid(),
    fieldKey: col.text(40),
    ordinal: col.int(),
    /** Number times 10,000, day as YYYYMMDD, yes as 1. */
    numberValue: col.int().optional(),
    choiceValue: col.text(40).optional(),
    /** The words of names and of texts without a mask of their own lie in `custom_value_token`. */
    valueEnc: col
      .sealed({ class: 'C2', scope: 'requester', index: ['eq', 'last4', 'prefix', 'words'] })
      .optional(),
    valueBix: col.bytes(32).optional(),
    /** Of phone and card numbers alone. */
    valueLast4Bix: col.bytes(32).optional(),
    /** Of what the mask shows the beginning of. */
    valuePrefixBix: col.bytes(32).optional(),
    /** Version of the key that the hash is made with. */
    indexVersion: col.int(),
  },
  { primaryKey: ['id'] },
);

/** Row of `custom_value`. */
export type FieldValueRow = RowOf<typeof fieldValueEntity>;

/** Counts the changes of a record's values, so that two people do not overwrite each other. */
export const fieldRecordEntity = defineEntity(
  'custom_record',
  { recordType: col.text(20), recordId: col.uuid(), version: col.int() },
  { primaryKey: ['recordType', 'recordId'] },
);
