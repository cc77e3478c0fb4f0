import type { Schema } from '../../platform/http/index.ts';
import { APPROVAL_RULES } from '../approvals/approval.rules.ts';
import { IMPORT_COLUMNS, IMPORT_FAULTS } from './import.rules.ts';

const count: Schema = { type: 'integer' };
const text: Schema = { type: 'string' };
const open = (properties: Record<string, Schema>): Schema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});
const closed = (properties: Record<string, Schema>): Schema => ({
  ...open(properties),
  additionalProperties: false,
});
const items = (schema: Schema): Schema => ({ type: 'array', items: schema });

export const importId = closed({ id: { type: 'string', format: 'uuid' } });
export const submit = closed({
  reason: {
    type: 'string',
    minLength: APPROVAL_RULES.reasonCharactersMin,
    maxLength: APPROVAL_RULES.reasonCharactersMax,
  },
});
export const passwords = closed({ offsetMinutes: { type: 'integer', minimum: -720, maximum: 840 } });

export const accountImport = open({
  id: { type: 'string', format: 'uuid' },
  state: { type: 'string', enum: ['checked', 'submitted', 'applied'] },
  encoding: { type: 'string', enum: ['utf-8', 'gb18030'] },
  fileHash: text,
  newCount: count,
  changedCount: count,
  unchangedCount: count,
  faultyCount: count,
  faults: items(
    open({
      line: count,
      column: { type: ['string', 'null'], enum: [...IMPORT_COLUMNS, null] },
      code: { type: 'string', enum: [...IMPORT_FAULTS] },
    }),
  ),
  sample: items(
    open({
      line: count,
      username: text,
      displayName: text,
      roles: items(text),
      unit: text,
      outcome: { type: 'string', enum: ['new', 'changed', 'unchanged'] },
    }),
  ),
  /** Accounts that nobody has fetched a password for. */
  passwordsLeft: count,
  createdAt: { type: 'string', format: 'date-time' },
  version: count,
});
export const importList = open({ items: items(accountImport) });
