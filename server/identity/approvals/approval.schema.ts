import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { APPROVAL_RULES } from './approval.rules.ts';

const text: Schema = { type: 'string' };
const instant: Schema = { type: 'string', format: 'date-time' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const person: Schema = { type: 'object', required: ['id', 'name'], properties: { id: text, name: text } };
const reason: Schema = {
  type: 'string',
  minLength: APPROVAL_RULES.reasonCharactersMin,
  maxLength: APPROVAL_RULES.reasonCharactersMax,
};
const item = {
  id: uuid,
  kind: text,
  title: { type: 'object', required: ['zh', 'en'], properties: { zh: text, en: text } },
  state: { type: 'string', enum: ['asked', 'approved', 'rejected', 'withdrawn', 'expired'] },
  reason: text,
  requestedBy: person,
  requestedAt: instant,
  expiresAt: instant,
  decidedBy: { ...person, type: ['object', 'null'] },
  decidedAt: { ...instant, type: ['string', 'null'] },
  note: { type: ['string', 'null'] },
  canDecide: { type: 'boolean' },
  canWithdraw: { type: 'boolean' },
  version: { type: 'integer' },
} satisfies Record<string, Schema>;
const line: Schema = {
  type: 'object',
  required: ['label'],
  properties: { label: text, from: text, to: text },
};

export const approval: Schema = {
  type: 'object',
  required: [...Object.keys(item), 'lines'],
  properties: { ...item, lines: { type: 'array', items: line }, problem: text },
};
export const approvalPage: Schema = {
  type: 'object',
  required: ['items'],
  properties: {
    items: { type: 'array', items: { type: 'object', required: Object.keys(item), properties: item } },
    nextCursor: text,
  },
};
export const approvalQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    list: { type: 'string', enum: ['waiting', 'mine', 'decided'], default: 'waiting' },
    cursor: { type: 'string', maxLength: 1024 },
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
};
export const waiting: Schema = {
  type: 'object',
  required: ['count'],
  properties: { count: { type: 'integer' } },
};
export const approveBody: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: { note: reason },
};
export const rejectBody: Schema = { ...approveBody, required: ['note'] };
