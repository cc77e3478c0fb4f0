import type { Schema } from '../http/index.ts';
import { FILE_LIMITS } from './limits.ts';

/** What a sender says before the first byte. A size over the limit gets a code of its own from the store. */
export const uploadBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['id', 'name', 'size'],
  properties: {
    id: { type: 'string', format: 'uuid' },
    name: { type: 'string', minLength: 1, maxLength: 1_000 },
    size: { type: 'integer', minimum: 0 },
  },
};

/** The body above as a handler gets it. */
export interface UploadBody {
  id: string;
  name: string;
  size: number;
}

/** A file as the API shows it. */
export const fileItem: Schema = {
  type: 'object',
  required: ['id', 'name', 'size', 'type', 'state', 'hasThumbnail'],
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    size: { type: 'integer' },
    type: { type: ['string', 'null'] },
    state: { enum: ['receiving', 'waiting', 'ready', 'quarantined', 'removed'] },
    hasThumbnail: { type: 'boolean' },
  },
};

/** How far an upload has come. */
export const uploadState: Schema = {
  type: 'object',
  required: ['id', 'received', 'size', 'chunkBytes', 'state'],
  properties: {
    id: { type: 'string' },
    received: { type: 'integer' },
    size: { type: 'integer' },
    chunkBytes: { type: 'integer' },
    state: { enum: ['receiving', 'waiting', 'ready', 'quarantined'] },
  },
};

/** Bytes received after a part. */
export const receivedState: Schema = {
  type: 'object',
  required: ['received'],
  properties: { received: { type: 'integer' } },
};

/** Where a part begins. */
export const offsetQuery: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['offset'],
  properties: { offset: { type: 'integer', minimum: 0, maximum: FILE_LIMITS.fileBytesMax } },
};

/** What ends an upload. */
export const finishBody: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['sha256'],
  properties: { sha256: { type: 'string', pattern: '^[0-9a-f]{64}$', maxLength: 64 } },
};
