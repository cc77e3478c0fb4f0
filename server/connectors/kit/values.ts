import type { FieldType, Raw } from '../connector.ts';
import { plainDecimal } from './json.ts';

/** Longest value that is taken over; longer ones are drift. */
export const VALUE_CHARACTERS_MAX = 8_000;

const V2_DATE = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?(?:\.\d{1,6})?([+-]\d{4})?$/;
const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})/;

/**
 * A value in the form of its field; undefined when it cannot be brought into it. Dates come as ISO 8601, as
 * `/Date(ms)/` of OData v2, or as digits of HL7 v2; money and numbers keep every digit they were sent with.
 */
export function toValue(raw: Raw, type: FieldType): string | undefined {
  if (typeof raw === 'boolean') return type === 'flag' || type === 'text' ? String(raw) : undefined;
  if (typeof raw !== 'string') return undefined;
  if (raw.length > VALUE_CHARACTERS_MAX) return undefined;
  switch (type) {
    case 'text':
      // Fixed-width columns come padded.
      return raw.replace(/[\s\u3000]+$/u, '');
    case 'money':
    case 'number':
      return plainDecimal(raw);
    case 'flag':
      return FLAGS.get(raw.trim().toLowerCase());
    case 'date':
      return toInstant(raw)?.slice(0, 10);
    case 'instant':
      return toInstant(raw);
  }
}

const FLAGS = new Map([
  ...['true', '1', 'y', 'yes', 'x', '是'].map((word) => [word, 'true'] as const),
  ...['false', '0', 'n', 'no', '', '否'].map((word) => [word, 'false'] as const),
]);

function toInstant(raw: string): string | undefined {
  const text = raw.trim();
  const [, milliseconds] = V2_DATE.exec(text) ?? [];
  if (milliseconds !== undefined) return iso(new Date(Number(milliseconds)));
  const compact = COMPACT.exec(text);
  if (compact) {
    const [, year, month, day, hour = '00', minute = '00', second = '00', zone = ''] = compact;
    return isoOf(
      `${year}-${month}-${day}T${hour}:${minute}:${second}${zone.replace(/(\d{2})$/, ':$1') || 'Z'}`,
    );
  }
  if (!ISO_DATE.test(text)) return undefined;
  // Oracle and PostgreSQL write a space; a time without a zone is UTC here, so that every server reads the same.
  const spaced = text.replace(' ', 'T').replace(/(:\d{2}(?:\.\d+)?[+-]\d{2})$/, '$1:00');
  const isZoned = spaced.length <= 10 || /(Z|[+-]\d{2}:\d{2})$/.test(spaced);
  return isoOf(isZoned ? spaced : `${spaced}Z`);
}

function isoOf(text: string): string | undefined {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return undefined;
  // 31 February becomes March in Date: the day must come back as it went in.
  const isZulu = text.length <= 10 || text.endsWith('Z');
  return isZulu && at.toISOString().slice(0, 10) !== text.slice(0, 10) ? undefined : iso(at);
}

function iso(at: Date): string | undefined {
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}
