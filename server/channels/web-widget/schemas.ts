import type { Schema } from '../../platform/http/index.ts';

const text = (maxLength: number) => ({ type: 'string', minLength: 1, maxLength });

/** A site as people enter it. */
export const siteInput: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['name', 'origins', 'locale', 'texts', 'isActive'],
  properties: {
    name: text(200),
    origins: {
      type: 'array',
      maxItems: 50,
      uniqueItems: true,
      items: { type: 'string', pattern: '^https?://[^/]+$', maxLength: 300 },
    },
    publicKeyPem: { type: ['string', 'null'], maxLength: 4_000 },
    skillGroupId: { type: ['string', 'null'], maxLength: 36 },
    unitId: { type: 'string', format: 'uuid' },
    locale: { enum: ['zh-CN', 'en'] },
    texts: {
      type: 'object',
      additionalProperties: false,
      required: ['title', 'welcome', 'offline'],
      properties: { title: text(100), welcome: text(500), offline: text(500) },
    },
    isActive: { type: 'boolean' },
  },
};

/** A new site: the same with its id. */
export const siteCreate: Schema = {
  ...siteInput,
  required: ['id', ...(siteInput.required as string[])],
  properties: {
    id: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,39}$' },
    ...(siteInput.properties as Record<string, unknown>),
  },
};

/** A site as the API gives it. */
export const site: Schema = {
  type: 'object',
  required: ['id', 'name', 'origins', 'locale', 'texts', 'isActive', 'scriptTag', 'version'],
  properties: {
    ...(siteCreate.properties as Record<string, unknown>),
    scriptTag: { type: 'string' },
    createdAt: { type: 'string' },
    version: { type: 'integer' },
  },
};

/** A page of something. */
export function pageOf(item: Schema): Schema {
  return {
    type: 'object',
    required: ['items'],
    properties: { items: { type: 'array', items: item }, nextCursor: { type: 'string' } },
  };
}

/** Path parameter `id` of a site. */
export const siteIdParams: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['id'],
  properties: { id: text(40) },
};

/** Keyset page query. */
export const pageQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  properties: { cursor: text(512), limit: { type: 'integer', minimum: 1, maximum: 500 } },
};

/** How a visitor begins or comes back. */
export const visitorStart: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['site'],
  properties: { site: text(40), resumeToken: text(100), identity: text(8_192), fresh: { type: 'boolean' } },
};

/** What opens a conversation. */
export const visitorTokens: Schema = {
  type: 'object',
  required: ['token', 'resumeToken', 'conversationId'],
  properties: {
    token: { type: 'string' },
    resumeToken: { type: 'string' },
    conversationId: { type: 'string' },
  },
};

/** A message frame of the socket protocol, as long polling gives it. */
export const messageFrame: Schema = {
  type: 'object',
  required: ['t', 'seq', 'from', 'kind', 'text', 'at'],
  properties: {
    t: { const: 'message' },
    seq: { type: 'integer' },
    from: { enum: ['requester', 'agent', 'robot', 'system'] },
    kind: { type: 'string' },
    text: { type: 'string' },
    at: { type: 'string' },
    id: { type: 'string' },
    generatedByMachine: { type: 'boolean' },
    file: { type: 'object' },
  },
};
