import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { AppError } from '../../kernel/index.ts';
import { bounds } from '../http/schemas.ts';
import type { Db } from '../persistence/index.ts';

/** What a check of a section may look at besides the new value. */
export interface SettingCheck<T> {
  db: Db;
  before: T;
}

/**
 * One section of the settings, declared as a constant by the part that reads it. The name is permanent: it stands in
 * the history of every installation.
 */
export interface SectionDefinition<T> {
  readonly name: string;
  /** JSON Schema of the whole value; objects refuse unknown properties. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** In force until somebody changes the section; also fills properties that an older version did not know. */
  readonly defaults: T;
  /** The form in which a value that fits the schema is kept (a picture without its remarks). */
  normalise?(value: T): T;
  /** Refuses what the schema can't say, by throwing AppError. */
  assert?(value: T, check: SettingCheck<T>): void | Promise<void>;
  /** Whether going from one value to the other needs a second person. */
  isDangerous?(before: T, after: T): boolean;
}

/** A section whose type nobody needs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the list mixes sections of all types
export type AnySection = SectionDefinition<any>;

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: false });
const validators = new WeakMap<AnySection, ValidateFunction>();
const NAME = /^[a-z][a-z-]{0,39}$/;

/** Declares a section; throws when its schema is open or its defaults do not fit it. */
export function defineSection<T>(definition: SectionDefinition<T>): SectionDefinition<T> {
  if (!NAME.test(definition.name)) throw new Error(`The section name ${definition.name} does not fit.`);
  const validate = ajv.compile(bounds(definition.schema, `settings ${definition.name}`));
  if (!validate(definition.defaults)) {
    throw new Error(`The defaults of section ${definition.name} do not fit its schema.`);
  }
  validators.set(definition, validate);
  return definition;
}

/** Throws `settings.invalid` with the place and the rule, never with the value. */
export function assertFits(section: AnySection, value: unknown): void {
  const validate = validators.get(section) as ValidateFunction;
  if (validate(value)) return;
  const error = validate.errors?.[0];
  const property = error?.params['additionalProperty'] ?? error?.params['missingProperty'];
  throw settingsFault(
    [error?.instancePath ?? '', ...(typeof property === 'string' ? [property.slice(0, 64)] : [])].join('/'),
    error?.keyword ?? 'invalid',
  );
}

/** The refusal of a value: where in the section, and which rule. */
export function settingsFault(at: string, problem: string): AppError {
  return new AppError('settings.invalid', { details: { at, problem } });
}

/** A stored value in the form of today's schema: what it does not know yet has its default. */
export function materialise<T>(section: SectionDefinition<T>, stored: unknown): T {
  const isObject = typeof stored === 'object' && stored !== null && !Array.isArray(stored);
  const value: unknown = isObject ? { ...section.defaults, ...stored } : stored;
  assertFits(section, value);
  return value as T;
}
