import { AppError, type Ids } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { openTexts } from '../sealed-texts.ts';
import type { FieldValueRow } from './field-value.entity.ts';
import { countChange, listValues, replaceValues, versionOf, type RecordRef } from './field-value.repo.ts';
import {
  asksForLastFour,
  canonical,
  fromNumber,
  isDate,
  isFilterable,
  isSealed,
  lastFourOf,
  parseValue,
  shownValue,
  toNumber,
  type FieldValue,
  type FieldValues,
} from './field.rules.ts';
import type { Field, Fields, RecordType } from './field.section.ts';

/** What fields need. */
export interface FieldDeps {
  crypto: Crypto;
  ids: Ids;
  /** The fields in force. */
  fields(): Fields;
}

/** What narrows a list by one field; absent bounds are null. */
export interface FieldFilter {
  fieldKey: string;
  choiceValue: string | null;
  numberMin: number | null;
  numberMax: number | null;
  /** The hash of a sealed value by every key that rows may be hashed with. */
  valueBixes: Buffer[];
  isHashed: boolean;
  /** The same of its last four digits. */
  last4Bixes: Buffer[];
  isLast4: boolean;
}

/** The keyed hashes of a value, where it is found by them. */
export interface ValueHashes {
  valueBix: Buffer | null;
  valueLast4Bix: Buffer | null;
}

/** Those of a value that is not found by any. */
export const NO_HASHES: ValueHashes = { valueBix: null, valueLast4Bix: null };

/** What somebody asks a list for. */
export interface FieldQuery {
  field: string;
  value?: string;
  from?: string;
  to?: string;
}

/** Values as the screens show them, by key. */
export type ShownValues = Record<string, FieldValue>;

/** Fields of the installation's own on tickets, requesters, and conversations. */
export class FieldService {
  readonly #deps: FieldDeps;

  constructor(deps: FieldDeps) {
    this.#deps = deps;
  }

  /** The fields of a type in their order, archived ones too. */
  definitions(type: RecordType): readonly Field[] {
    return this.#deps.fields()[type];
  }

  /**
   * Values for a new record, checked; throws `field.unknown`, `field.required`, `field.value_invalid`. Call it before
   * the record is made, and `write` after.
   */
  parseNew(type: RecordType, given: FieldValues): Map<Field, FieldValue | null> {
    const parsed = this.#parse(type, given);
    for (const field of this.definitions(type)) {
      const isMissing = (parsed.get(field) ?? null) === null;
      if (field.isRequired && !field.isArchived && isMissing) throw required(field);
    }
    return parsed;
  }

  /** Keeps the values of a new record. The caller records its own entry, with the names from `parsed`. */
  async write(tx: Tx, record: RecordRef, dek: Dek, parsed: Map<Field, FieldValue | null>): Promise<void> {
    if (parsed.size === 0) return;
    await countChange(tx, record, 0);
    await this.#replace(tx, record, { dek, parsed });
  }

  /**
   * Changes some values of a record; null takes one away. Gives the keys. Throws `request.version_stale`,
   * `field.unknown`, `field.required`, `field.value_invalid`.
   */
  async change(
    tx: Tx,
    record: RecordRef,
    change: { version: number; given: FieldValues; dek: Dek },
  ): Promise<string[]> {
    const { version, given, dek } = change;
    const parsed = this.#parse(record.recordType, given);
    for (const [field, value] of parsed) if (field.isRequired && value === null) throw required(field);
    if ((await versionOf(tx, record)) !== version) throw new AppError('request.version_stale');
    await countChange(tx, record, version);
    await this.#replace(tx, record, { dek, parsed });
    return [...parsed.keys()].map(({ key }) => key);
  }

  /** Values of one record as everybody sees them, with the version to change them by. */
  async read(db: Db, record: RecordRef): Promise<{ version: number; values: ShownValues }> {
    const [shown, version] = await Promise.all([
      this.readMany(db, record.recordType, [record.recordId]),
      versionOf(db, record),
    ]);
    return { version, values: shown.get(record.recordId) ?? {} };
  }

  /** Values of the list's columns for a page of records, in one query; nothing when no field is a column. */
  async readColumns(db: Db, type: RecordType, ids: readonly string[]): Promise<Map<string, ShownValues>> {
    const keys = this.definitions(type).filter(({ isInList, isArchived }) => isInList && !isArchived);
    if (keys.length === 0 || ids.length === 0) return new Map();
    return this.readMany(
      db,
      type,
      ids,
      keys.map(({ key }) => key),
    );
  }

  /** Values of at most 500 records, masked. */
  async readMany(
    db: Db,
    type: RecordType,
    recordIds: readonly string[],
    keys?: readonly string[],
  ): Promise<Map<string, ShownValues>> {
    const rows = await listValues(db, type, { recordIds, ...(keys === undefined ? {} : { keys }) });
    const clear = await this.#open(type, rows);
    const shown = new Map<string, ShownValues>();
    for (const [recordId, values] of clear) {
      const entries = [...values].map(([field, value]) => [field.key, shownValue(field, value)] as const);
      shown.set(recordId, Object.fromEntries(entries));
    }
    return shown;
  }

  /** Clear values of named fields; a field that is empty gives null. The caller has recorded why. */
  async reveal(db: Db, record: RecordRef, keys: readonly string[]): Promise<FieldValues> {
    for (const key of keys) this.#fieldOf(record.recordType, key);
    const rows = await listValues(db, record.recordType, { recordIds: [record.recordId], keys });
    const values = (await this.#open(record.recordType, rows)).get(record.recordId);
    const byKey = new Map([...(values ?? [])].map(([field, value]) => [field.key, value]));
    return Object.fromEntries(keys.map((key) => [key, byKey.get(key) ?? null]));
  }

  /** A list's question as the conditions of its statement; throws `field.unknown`, `field.not_filterable`. */
  filterOf(type: RecordType, query: FieldQuery): FieldFilter {
    const field = this.#fieldOf(type, query.field);
    const none = { fieldKey: field.key, ...NO_VALUE };
    const refuse = () => new AppError('field.not_filterable', { details: { field: field.key } });
    if (!isFilterable(field)) throw refuse();
    const isRange = query.value === undefined;
    if (isSealed(field)) {
      if (isRange) throw refuse();
      const value = canonical(field, valueFrom(field, query.value));
      const { crypto } = this.#deps;
      // Who has four digits of a number has its end; a number of four digits is found by it too.
      return asksForLastFour(field, query.value)
        ? { ...none, last4Bixes: crypto.blindIndexes(lastFourIndexOf(type, field), value), isLast4: true }
        : { ...none, valueBixes: crypto.blindIndexes(indexOf(type, field), value), isHashed: true };
    }
    if (field.type === 'choice' || field.type === 'choices') {
      if (isRange) throw refuse();
      return { ...none, choiceValue: query.value as string };
    }
    const bound = (text: string | undefined) =>
      text === undefined ? null : toNumber(field, valueFrom(field, text));
    const [from, to] = isRange ? [query.from, query.to] : [query.value, query.value];
    if (from === undefined && to === undefined) throw refuse();
    return { ...none, numberMin: bound(from), numberMax: bound(to) };
  }

  /** Of the records an index found, those whose decrypted value is the one asked for. */
  async confirm(
    db: Db,
    type: RecordType,
    query: FieldQuery,
    recordIds: readonly string[],
  ): Promise<ReadonlySet<string>> {
    const field = this.#fieldOf(type, query.field);
    if (!isSealed(field) || recordIds.length === 0) return new Set(recordIds);
    const wanted = canonical(field, valueFrom(field, query.value));
    const isLast4 = asksForLastFour(field, query.value);
    const rows = await listValues(db, type, { recordIds, keys: [field.key] });
    const clear = await this.#open(type, rows);
    return new Set(
      recordIds.filter((id) => {
        const value = clear.get(id)?.get(field);
        if (value === undefined) return false;
        return (isLast4 ? lastFourOf(field, value) : canonical(field, value)) === wanted;
      }),
    );
  }

  #parse(type: RecordType, given: FieldValues): Map<Field, FieldValue | null> {
    return new Map(
      Object.entries(given).map(([key, value]) => {
        const field = this.#fieldOf(type, key);
        if (field.isArchived) throw new AppError('field.unknown', { details: { field: key } });
        return [field, parseValue(field, value)];
      }),
    );
  }

  #fieldOf(type: RecordType, key: string): Field {
    const field = this.definitions(type).find((one) => one.key === key);
    if (field === undefined) throw new AppError('field.unknown', { details: { field: key.slice(0, 40) } });
    return field;
  }

  #hashes(type: RecordType, field: Field, value: FieldValue): ValueHashes {
    if (!isFilterable(field)) return NO_HASHES;
    const { crypto } = this.#deps;
    const last = lastFourOf(field, value);
    return {
      valueBix: crypto.blindIndex(indexOf(type, field), canonical(field, value)),
      valueLast4Bix: last === undefined ? null : crypto.blindIndex(lastFourIndexOf(type, field), last),
    };
  }

  /** The hashes of a stored value by the key in use; none for a field that is gone or cannot be filtered by any more. */
  hashAgain(type: RecordType, fieldKey: string, text: string): ValueHashes {
    const field = this.definitions(type).find(({ key }) => key === fieldKey);
    if (field === undefined || !isSealed(field)) return NO_HASHES;
    return this.#hashes(type, field, JSON.parse(text) as FieldValue);
  }

  async #replace(
    tx: Tx,
    record: RecordRef,
    change: { dek: Dek; parsed: Map<Field, FieldValue | null> },
  ): Promise<void> {
    const rows = [...change.parsed].flatMap(([field, value]) =>
      value === null ? [] : this.#rows(record, field, { value, dek: change.dek }),
    );
    const keys = [...change.parsed.keys()].map(({ key }) => key);
    await replaceValues(tx, record, { keys, rows });
  }

  #rows(record: RecordRef, field: Field, { value, dek }: { value: FieldValue; dek: Dek }): FieldValueRow[] {
    const isMany = field.type === 'choices' && !isSealed(field);
    const parts: FieldValue[] = isMany ? (value as string[]) : [value];
    return parts.map((part, ordinal) => {
      const id = this.#deps.ids.next();
      const { indexVersion } = this.#deps.crypto;
      const row = { ...record, id, fieldKey: field.key, ordinal, ...EMPTY, indexVersion };
      if (isSealed(field)) {
        const valueEnc = dek.seal(cellOf(id), JSON.stringify(part));
        return { ...row, valueEnc, ...this.#hashes(record.recordType, field, part) };
      }
      const isChoice = field.type === 'choice' || field.type === 'choices';
      return isChoice
        ? { ...row, choiceValue: String(part) }
        : { ...row, numberValue: toNumber(field, part) };
    });
  }

  /** Clear values by record; a value that can't be read any more is left out. */
  async #open(
    type: RecordType,
    rows: readonly FieldValueRow[],
  ): Promise<Map<string, Map<Field, FieldValue>>> {
    const fields = new Map(this.definitions(type).map((field) => [field.key, field]));
    const texts = await openTexts(
      this.#deps.crypto,
      rows.map(({ id, valueEnc }) => ({ cell: cellOf(id), envelope: valueEnc })),
    );
    const records = new Map<string, Map<Field, FieldValue>>();
    rows.forEach((row, index) => {
      const field = fields.get(row.fieldKey);
      const value = field && valueOf(field, row, texts[index] ?? null);
      if (field === undefined || value === undefined) return;
      const values = records.get(row.recordId) ?? new Map<Field, FieldValue>();
      const before = values.get(field);
      const isMany = field.type === 'choices' && !isSealed(field);
      values.set(field, isMany ? [...((before as string[] | undefined) ?? []), String(value)] : value);
      records.set(row.recordId, values);
    });
    return records;
  }
}

/** Asks for no value; each kind of question replaces its own part. */
const NO_VALUE = {
  ...{ choiceValue: null, numberMin: null, numberMax: null },
  ...{ valueBixes: [], isHashed: false, last4Bixes: [], isLast4: false },
};
const EMPTY = { numberValue: null, choiceValue: null, valueEnc: null, ...NO_HASHES };

function indexOf(type: RecordType, { key }: Field): string {
  return `custom.${type}.${key}`;
}

/** No key of a field has a dot, so that it is no other field's index. */
function lastFourIndexOf(type: RecordType, field: Field): string {
  return `${indexOf(type, field)}.last4`;
}

function cellOf(rowId: string) {
  return { table: 'custom_value', column: 'value_enc', rowId };
}

function valueOf(field: Field, row: FieldValueRow, text: string | null): FieldValue | undefined {
  if (row.valueEnc !== null) return text === null ? undefined : (JSON.parse(text) as FieldValue);
  if (row.choiceValue !== null) return row.choiceValue;
  return row.numberValue === null ? undefined : fromNumber(field, row.numberValue);
}

/** A value out of an address, where everything is text. */
function valueFrom(field: Field, text: string | undefined): FieldValue {
  const fault = new AppError('field.value_invalid', { details: { field: field.key, problem: 'type' } });
  if (text === undefined || text.trim() === '') throw fault;
  if (field.type === 'number') {
    const value = Number(text);
    if (!Number.isFinite(value)) throw fault;
    return value;
  }
  if (field.type === 'date' && !isDate(text)) throw fault;
  return field.type === 'yes-no' ? text === 'true' : text;
}

function required({ key }: Field): AppError {
  return new AppError('field.required', { details: { field: key } });
}
