import type { ExportKind } from '../../platform/documents/index.ts';
import { EXPORT_FORMATS } from '../../platform/documents/index.ts';
import { LIMITS } from '../../kernel/index.ts';
import type { Schema } from '../../platform/http/index.ts';
import { EXPORT_STATES } from './export.rules.ts';

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const both = object({ zh: text, en: text });

/** What may be asked for: each kind with its own parameters. */
export function exportAsked(kinds: readonly ExportKind[]): Schema {
  return {
    oneOf: kinds.map(({ kind, params, columns }) =>
      object(
        {
          kind: { const: kind },
          format: { enum: EXPORT_FORMATS },
          lang: { enum: ['zh-CN', 'en'] },
          offsetMinutes: { type: 'integer', minimum: -720, maximum: 840 },
          columns: {
            type: 'array',
            minItems: 1,
            maxItems: columns.length,
            uniqueItems: true,
            items: { enum: columns.map(({ key }) => key) },
          },
          params,
          unmasked: { type: 'boolean' },
          reason: { type: 'string', minLength: 2, maxLength: 500 },
        },
        ['columns', 'unmasked', 'reason'],
      ),
    ),
  };
}

/** One export as its account sees it. */
export const exportItem: Schema = object({
  id: { type: 'string', format: 'uuid' },
  kind: text,
  title: both,
  format: { enum: EXPORT_FORMATS },
  isUnmasked: { type: 'boolean' },
  state: { enum: EXPORT_STATES },
  /** Rows read so far; all of them once `isCollected`. */
  rowCount: integer,
  isCollected: { type: 'boolean' },
  /** Rows written so far, of `rowCount`. */
  writtenCount: integer,
  sizeBytes: { type: ['integer', 'null'] },
  errorCode: { type: ['string', 'null'] },
  askedAt: text,
  endedAt: { type: ['string', 'null'] },
  expiresAt: { type: ['string', 'null'] },
  downloadCount: integer,
  /** Of the finished file, hex; the trail holds it too. */
  sha256: { type: ['string', 'null'] },
  version: integer,
});

/** Exports of the asking account. */
export const exportPage: Schema = object({ items: { type: 'array', items: exportItem }, nextCursor: text }, [
  'nextCursor',
]);

/** A page of the list. */
export const exportQuery: Schema = object(
  {
    cursor: { type: 'string', maxLength: 512 },
    limit: { type: 'integer', minimum: 1, maximum: LIMITS.pageItemsMax },
  },
  ['cursor', 'limit'],
);

/** What may be exported by the asking account. */
export const exportKinds: Schema = {
  type: 'array',
  items: object({
    kind: text,
    title: both,
    formats: { type: 'array', items: { enum: EXPORT_FORMATS } },
    columns: { type: 'array', items: object({ key: text, title: both }) },
    canUnmask: { type: 'boolean' },
    rowsMax: integer,
    pdfRowsMax: integer,
    keptHours: integer,
  }),
};
