/** A JSON schema, as the description of the API gives it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A text put in the place of every free text of a body. */
export type TextChange = (schema: JsonSchema) => string;

const DEPTH_MAX = 6;
const UUID = '01900000-0000-7000-8000-00000000abcd';
/** Texts of the formats and patterns that forms ask for; the first that fits is taken. */
const SAMPLES = [
  ...['text', 'Text', 'a', 'en', 'zh-CN', UUID, '2026-01-05T01:00:00.000Z', '2026-01-05', '09:00', '1'],
  ...['a-b', 'a.b', 'https://bank.example/x', 'bank.example', '10.0.0.0/8', 'a@bank.example', '#336699'],
  ...['0 9 * * *', '123456', 'a'.repeat(12), 'a'.repeat(32), 'a'.repeat(43), 'a'.repeat(64), 'QUFBQQ=='],
];

/** The least that a form takes, or undefined where it takes nothing we know how to make. */
export function leastBody(schema: JsonSchema, change?: TextChange, depth = 0): unknown {
  const options = (schema['anyOf'] ?? schema['oneOf']) as JsonSchema[] | undefined;
  if (schema['const'] !== undefined) return schema['const'];
  if (Array.isArray(schema['enum'])) return (schema['enum'] as unknown[])[0];
  if (options !== undefined)
    return leastBody({ ...schema, anyOf: undefined, oneOf: undefined, ...options[0] }, change);
  const type = Array.isArray(schema['type']) ? (schema['type'] as string[])[0] : schema['type'];
  if (type === 'object' || schema['properties'] !== undefined) return leastObject(schema, change, depth);
  if (type === 'array') return leastList(schema, change, depth);
  if (type === 'string') return isFree(schema) && change !== undefined ? change(schema) : sampleOf(schema);
  if (type === 'integer' || type === 'number') return Number(schema['minimum'] ?? 1);
  if (type === 'boolean') return false;
  return null;
}

/** A text that people write: neither bound to a form nor a choice. */
function isFree(schema: JsonSchema): boolean {
  return ['pattern', 'format', 'enum', 'const'].every((key) => schema[key] === undefined);
}

function leastObject(schema: JsonSchema, change: TextChange | undefined, depth: number): unknown {
  const properties = (schema['properties'] ?? {}) as Record<string, JsonSchema>;
  const required = (schema['required'] ?? []) as string[];
  const asked = change === undefined ? required : Object.keys(properties);
  if (depth >= DEPTH_MAX) return {};
  return Object.fromEntries(
    asked
      .filter((name) => properties[name] !== undefined)
      // Only texts are added to what is required: another optional value means something.
      .filter((name) => required.includes(name) || (properties[name] as JsonSchema)['type'] === 'string')
      .map((name) => [name, leastBody(properties[name] as JsonSchema, change, depth + 1)]),
  );
}

function leastList(schema: JsonSchema, change: TextChange | undefined, depth: number): unknown {
  const count = Number(schema['minItems'] ?? 0);
  const item = (schema['items'] ?? {}) as JsonSchema;
  return Array.from({ length: count }, () => leastBody(item, change, depth + 1));
}

function sampleOf(schema: JsonSchema): string {
  const pattern = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : /^/;
  const [least, most] = [Number(schema['minLength'] ?? 0), Number(schema['maxLength'] ?? Infinity)];
  const format = schema['format'];
  const fitting =
    format === 'uuid' ? [UUID] : format === 'date-time' ? ['2026-01-05T01:00:00.000Z'] : SAMPLES;
  return (
    fitting.find((text) => pattern.test(text) && text.length >= least && text.length <= most) ??
    'a'.repeat(Math.max(1, least))
  );
}
