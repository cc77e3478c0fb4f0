import { ownedRows, type OwnedRows } from '../../platform/persistence/index.ts';
import { fieldRecordEntity, fieldValueEntity } from './field-value.entity.ts';

function rowsOf(recordType: 'ticket' | 'requester' | 'conversation'): OwnedRows[] {
  const and = `record_type = '${recordType}'`;
  return [
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
