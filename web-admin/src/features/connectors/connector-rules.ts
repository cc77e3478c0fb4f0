import type { ConnectorModule, FieldSchema } from './connector-data.ts';

/** Settings as the form holds them. */
export type ConfigTexts = Record<string, string | undefined>;

/** Whether a setting is entered as JSON rather than as a line. */
export function isJson({ type }: FieldSchema): boolean {
  return type === 'object' || type === 'array';
}

/** The choices of a setting, as texts; undefined when anything may be entered. Numbers are chosen as texts too. */
export function choicesOf({ enum: values, type }: FieldSchema): string[] | undefined {
  return values?.map(String) ?? (type === 'boolean' ? ['true', 'false'] : undefined);
}

/** Settings as texts of the form. */
export function toTexts(module: ConnectorModule, config: Record<string, unknown>): ConfigTexts {
  return Object.fromEntries(
    Object.entries(module.configSchema.properties).map(([name, schema]) => {
      const value = config[name];
      if (value === undefined) return [name, undefined];
      return [name, isJson(schema) ? JSON.stringify(value, null, 2) : String(value)];
    }),
  );
}

/** Texts of the form as settings; empty ones are left out. Throws SyntaxError for JSON that is none. */
export function toConfig(module: ConnectorModule, texts: ConfigTexts): Record<string, unknown> {
  const entries = Object.entries(module.configSchema.properties).flatMap(([name, schema]) => {
    const text = texts[name]?.trim();
    if (text === undefined || text === '') return [];
    if (isJson(schema)) return [[name, JSON.parse(text) as unknown]];
    if (schema.type === 'integer') return [[name, Number(text)]];
    return [[name, schema.type === 'boolean' ? text === 'true' : text]];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}
