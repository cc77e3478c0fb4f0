import { ownedRows, portable, type OwnedRows } from '../../platform/persistence/index.ts';
import { fieldRecordEntity, fieldValueEntity } from './field-value.entity.ts';

function rowsOf(recordType: 'ticket' | 'requester' | 'conversation'): OwnedRows[] {
  const and = `record_type = '${recordType}'`;
  const tokensRemove = portable<{ ids: readonly string[] }>(
    `custom_value_token.${recordType}.remove_owned`,
    `DELETE FROM custom_value_token WHERE value_id IN (SELECT v.id FROM custom_value v
      WHERE v.${and} AND v.record_id IN (:ids...))`,
    { params: { ids: 'uuid' } },
  );
  return [
    // Made from the values, so the archive needs none; found by the values, so they go first.
    { table: 'custom_value_token', remove: (tx, ids) => tx.run(tokensRemove, { ids }) },
    ownedRows(fieldValueEntity, { key: 'recordId', name: `custom_value.${recordType}`, and }),
    ownedRows(fieldRecordEntity, {
      ...{ key: 'recordId', name: `custom_record.${recordType}`, and },
      rowId: (row) => row['recordId'] as string,
    }),
  ];
}

/** Values of an installation's own fields: they go with their record. */
export const FIELD_ROWS = {
  ticket: rowsOf('ticket'),
  requester: rowsOf('requester'),
  conversation: rowsOf('conversation'),
} as const;
