import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../http/index.ts';
import { EGRESS_PROTOCOLS } from './ports.ts';
import { OWNER_PATTERN, RULE_ADDRESSES_MAX } from './rule.rules.ts';

const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const nullableText: Schema = { type: ['string', 'null'] };
const owner: Schema = { type: 'string', pattern: OWNER_PATTERN, maxLength: 100 };
const protocol: Schema = { type: 'string', enum: EGRESS_PROTOCOLS };
const port: Schema = { type: 'integer', minimum: 1, maximum: 65_535 };
const addresses: Schema = {
  type: 'array',
  items: { type: 'string', pattern: '^[0-9a-fA-F:.]{2,45}(/[0-9]{1,3})?$', maxLength: 49 },
  maxItems: RULE_ADDRESSES_MAX,
  uniqueItems: true,
};
const place: Record<string, Schema> = { owner, protocol, host: text(253), port };

/** What is asked for; `reason` is for the person who approves. */
export const ruleInput: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: { ...place, addresses, reason: text(500) },
  required: ['owner', 'protocol', 'host', 'port', 'reason'],
};

const rule: Schema = {
  type: 'object',
  properties: {
    id: uuid,
    ...place,
    addresses,
    reason: { type: 'string' },
    state: { type: 'string', enum: ['asked', 'approved', 'rejected'] },
    askedById: { type: 'string' },
    askedAt: instant,
    decidedById: nullableText,
    decidedAt: { ...instant, type: ['string', 'null'] },
    version: { type: 'integer' },
  },
  required: ['id', 'owner', 'protocol', 'host', 'port', 'addresses', 'reason', 'state', 'askedById'],
};
const configured: Schema = {
  type: 'object',
  properties: { ...place, owner: { type: 'string' }, addresses },
  required: ['owner', 'protocol', 'host', 'port', 'addresses'],
};

/** One rule. */
export const ruleAnswer: Schema = rule;
/** A page of rules, and what the configuration file opens beside them. */
export const rulePage: Schema = {
  type: 'object',
  properties: {
    items: { type: 'array', items: rule },
    configured: { type: 'array', items: configured },
    nextCursor: text(1_024),
  },
  required: ['items', 'configured'],
};
export const pageQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: text(1_024),
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
};
export const idParams: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: { id: uuid },
  required: ['id'],
};
