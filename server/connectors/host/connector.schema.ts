import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { PURPOSES } from '../connector.ts';
import { CONNECTOR_LIMITS } from './limits.ts';
import { PROBE_OUTCOMES } from './probe.ts';

const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const uuid: Schema = { type: 'string', format: 'uuid' };
const string: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const nullable: Schema = { type: ['string', 'null'] };
const object: Schema = { type: 'object' };
const closed = (properties: Record<string, Schema>, required: string[]): Schema => ({
  type: 'object',
  additionalProperties: false,
  properties,
  required,
});
const list = (items: Schema): Schema => ({ type: 'array', items });
const pem: Schema = { type: 'string', maxLength: 40_000 };

/** States a person may set. */
export const STATES = ['off', 'live', 'record', 'replay'] as const;

const titles: Schema = { type: 'object', properties: { zh: string, en: string }, required: ['zh', 'en'] };

/** Settings as people enter them; the module's own schema checks `config`. */
export const connectorInput: Schema = closed(
  {
    name: text(100),
    module: text(30),
    config: { type: 'object', additionalProperties: {}, maxProperties: 100 },
    tls: closed({ ca: pem, cert: pem, servername: text(253) }, []),
    reason: text(500),
  },
  ['name', 'module', 'config'],
);
export const stateInput: Schema = closed({ state: { type: 'string', enum: [...STATES] } }, ['state']);
export const secretInput: Schema = closed(
  { name: text(40), value: text(CONNECTOR_LIMITS.secretCharactersMax) },
  ['name', 'value'],
);
/** A mapping to try: the output of an operation as it stands in settings. */
export const previewInput: Schema = closed(
  {
    operation: text(60),
    output: { type: 'object', additionalProperties: {}, maxProperties: 100 },
  },
  ['operation', 'output'],
);
export const lookupInput: Schema = closed(
  {
    operation: text(60),
    input: {
      type: 'object',
      additionalProperties: { type: 'string', maxLength: 8_000 },
      maxProperties: 50,
    },
  },
  ['operation', 'input'],
);

const PLACE: Record<string, Schema> = {
  protocol: string,
  host: string,
  port: integer,
  isOpen: { type: 'boolean' },
};
const CONNECTOR: Record<string, Schema> = {
  id: uuid,
  name: string,
  module: string,
  state: string,
  health: string,
  healthCode: nullable,
  drift: list(string),
  breaker: string,
  checkedAt: nullable,
  certificateEndsAt: nullable,
  places: list({ type: 'object', properties: PLACE, required: Object.keys(PLACE) }),
  version: integer,
};
const operation: Schema = {
  type: 'object',
  properties: {
    name: string,
    title: titles,
    isReadOnly: { type: 'boolean' },
    purposes: list(string),
    input: object,
    output: object,
  },
};
/** A connector in the list. */
export const connectorAnswer: Schema = {
  type: 'object',
  properties: CONNECTOR,
  required: Object.keys(CONNECTOR),
};
/** A connector with its settings; of secrets only their names and when they were set. */
export const connectorDetail: Schema = {
  type: 'object',
  properties: {
    ...CONNECTOR,
    config: object,
    tls: object,
    operations: list(operation),
    secrets: list({
      type: 'object',
      properties: { name: string, changedAt: nullable, oldUntilAt: nullable },
      required: ['name', 'changedAt', 'oldUntilAt'],
    }),
  },
  required: [...Object.keys(CONNECTOR), 'config', 'tls', 'operations', 'secrets'],
};
export const connectorList: Schema = {
  type: 'object',
  properties: { items: list(connectorAnswer) },
  required: ['items'],
};
/** Modules with the schemas their forms are drawn from. */
export const moduleList: Schema = {
  type: 'object',
  properties: { items: list({ type: 'object' }) },
  required: ['items'],
};
export const probeAnswer: Schema = {
  type: 'object',
  properties: {
    outcome: { type: 'string', enum: [...PROBE_OUTCOMES] },
    code: nullable,
    reason: nullable,
    ms: integer,
  },
  required: ['outcome', 'code', 'reason', 'ms'],
};
export const discoverAnswer: Schema = {
  type: 'object',
  properties: {
    items: list({
      type: 'object',
      properties: { name: string, fields: list(string) },
      required: ['name', 'fields'],
    }),
  },
  required: ['items'],
};
const records = list({ type: 'object', additionalProperties: nullable });
export const previewAnswer: Schema = {
  type: 'object',
  properties: { records, drift: list(string), documents: list({}) },
  required: ['records', 'drift', 'documents'],
};
export const lookupAnswer: Schema = {
  type: 'object',
  properties: { records, source: string, at: string, correlationId: uuid },
  required: ['records', 'source', 'at', 'correlationId'],
};
const CALL: Record<string, Schema> = {
  id: uuid,
  operation: string,
  purpose: { type: 'string', enum: [...PURPOSES] },
  outcome: string,
  code: nullable,
  reason: nullable,
  tries: integer,
  tookMs: integer,
  recordCount: integer,
  correlationId: uuid,
  ticketId: nullable,
  conversationId: nullable,
  at: string,
};
export const callPage: Schema = {
  type: 'object',
  properties: {
    items: list({ type: 'object', properties: CALL, required: Object.keys(CALL) }),
    nextCursor: text(1_024),
  },
  required: ['items'],
};
export const pageQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    cursor: text(1_024),
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
};
