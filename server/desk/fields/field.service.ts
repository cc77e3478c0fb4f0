import { AppError, type Ids } from '../../kernel/index.ts';
import type { Crypto, Dek } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { openTexts } from '../sealed-texts.ts';
import {
  FieldIndex,
  hitOf,
  NO_HASHES,
  type FieldFilter,
  type FieldQuery,
  type ValueHashes,
} from './field-index.ts';
import type { FieldValueRow } from './field-value.entity.ts';
import {
  countChange,
  listValues,
  replaceValues,
  versionOf,
  type NewValue,
  type RecordRef,
} from './field-value.repo.ts';
import {
  fromNumber,
  isSealed,
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

/** Values as the screens show them, by key. */
export type ShownValues = Record<string, FieldValue>;

/** A record's values as everybody sees them. */
export interface ShownRecord {
  values: ShownValues;
  /** Keys of fields whose value is there and cannot be read; absent for none. */
  unreadable?: string[];
}

/** A record's values in clear. */
interface OpenRecord {
  values: Map<Field, FieldValue>;
  unreadable: Set<string>;
}

/** Fields of the installation's own on tickets, requesters, and conversations. */
export class FieldService {
  readonly #deps: FieldDeps;
  readonly #index: FieldIndex;

  constructor(deps: FieldDeps) {
    this.#deps = deps;
    this.#index = new FieldIndex(deps.crypto);
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
  async read(db: Db, record: RecordRef): Promise<ShownRecord & { version: number }> {
    const [shown, version] = await Promise.all([
      this.readMany(db, record.recordType, [record.recordId]),
      versionOf(db, record),
    ]);
    return { version, ...(shown.get(record.recordId) ?? { values: {} }) };
  }

  /** Values of the list's columns for a page of records, in one query; nothing when no field is a column. */
  async readColumns(db: Db, type: RecordType, ids: readonly string[]): Promise<Map<string, ShownRecord>> {
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
  ): Promise<Map<string, ShownRecord>> {
    const rows = await listValues(db, type, { recordIds, ...(keys === undefined ? {} : { keys }) });
    const clear = await this.#open(type, rows);
    const shown = new Map<string, ShownRecord>();
    for (const [recordId, { values, unreadable }] of clear) {
      const entries = [...values].map(([field, value]) => [field.key, shownValue(field, value)] as const);
      const lost = unreadable.size === 0 ? {} : { unreadable: [...unreadable] };
      shown.set(recordId, { values: Object.fromEntries(entries), ...lost });
    }
    return shown;
  }

  /** Clear values of named fields; a field that is empty gives null. The caller has recorded why. */
  async reveal(db: Db, record: RecordRef, keys: readonly string[]): Promise<FieldValues> {
    for (const key of keys) this.#fieldOf(record.recordType, key);
    const rows = await listValues(db, record.recordType, { recordIds: [record.recordId], keys });
    const values = (await this.#open(record.recordType, rows)).get(record.recordId)?.values;
    const byKey = new Map([...(values ?? [])].map(([field, value]) => [field.key, value]));
    return Object.fromEntries(keys.map((key) => [key, byKey.get(key) ?? null]));
  }

  /** A list's question as the conditions of its statement; throws `field.unknown` and what `FieldIndex` throws. */
  filterOf(type: RecordType, query: FieldQuery): FieldFilter {
    return this.#index.filterOf(type, this.#fieldOf(type, query.field), query);
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
    const isHit = hitOf(field, query);
    const rows = await listValues(db, type, { recordIds, keys: [field.key] });
    const clear = await this.#open(type, rows);
    return new Set(
      recordIds.filter((id) => {
        const value = clear.get(id)?.values.get(field);
        return value !== undefined && isHit(value);
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

  /**
   * What a stored value is found by under the key in use; nothing for a field that is gone or cannot be filtered by any
   * more.
   */
  indexAgain(type: RecordType, fieldKey: string, text: string): { hashes: ValueHashes; tokens: bigint[] } {
    const field = this.definitions(type).find(({ key }) => key === fieldKey);
    if (field === undefined || !isSealed(field)) return { hashes: NO_HASHES, tokens: [] };
    const value = JSON.parse(text) as FieldValue;
    return {
      hashes: this.#index.hashes(type, field, value),
      tokens: this.#index.tokens(type, field, value),
    };
  }

  async #replace(
    tx: Tx,
    record: RecordRef,
    change: { dek: Dek; parsed: Map<Field, FieldValue | null> },
  ): Promise<void> {
    const values = [...change.parsed].flatMap(([field, value]) =>
      value === null ? [] : this.#rows(record, field, { value, dek: change.dek }),
    );
    const keys = [...change.parsed.keys()].map(({ key }) => key);
    await replaceValues(tx, record, { keys, values });
  }

  #rows(record: RecordRef, field: Field, { value, dek }: { value: FieldValue; dek: Dek }): NewValue[] {
    const isMany = field.type === 'choices' && !isSealed(field);
    const parts: FieldValue[] = isMany ? (value as string[]) : [value];
    return parts.map((part, ordinal) => {
      const id = this.#deps.ids.next();
      const { indexVersion } = this.#deps.crypto;
      const row = { ...record, id, fieldKey: field.key, ordinal, ...EMPTY, indexVersion };
      if (isSealed(field)) {
        const valueEnc = dek.seal(cellOf(id), JSON.stringify(part));
        const hashes = this.#index.hashes(record.recordType, field, part);
        const tokens = this.#index.tokens(record.recordType, field, part);
        return { row: { ...row, valueEnc, ...hashes }, tokens };
      }
      const isChoice = field.type === 'choice' || field.type === 'choices';
      const open = isChoice ? { choiceValue: String(part) } : { numberValue: toNumber(field, part) };
      return { row: { ...row, ...open }, tokens: [] };
    });
  }

  /** Clear values by record; those that cannot be read are named. */
  async #open(type: RecordType, rows: readonly FieldValueRow[]): Promise<Map<string, OpenRecord>> {
    const fields = new Map(this.definitions(type).map((field) => [field.key, field]));
    const texts = await openTexts(
      this.#deps.crypto,
      rows.map(({ id, valueEnc }) => ({ cell: cellOf(id), envelope: valueEnc })),
    );
    const records = new Map<string, OpenRecord>();
    rows.forEach((row, index) => {
      const field = fields.get(row.fieldKey);
      if (field === undefined) return;
      const record = records.get(row.recordId) ?? { values: new Map(), unreadable: new Set() };
      records.set(row.recordId, record);
      const value = valueOf(field, row, texts[index] ?? null);
      if (value === undefined) {
        record.unreadable.add(field.key);
        return;
      }
      const before = record.values.get(field);
      const isMany = field.type === 'choices' && !isSealed(field);
      record.values.set(field, isMany ? [...((before as string[] | undefined) ?? []), String(value)] : value);
    });
    return records;
  }
}

const EMPTY = { numberValue: null, choiceValue: null, valueEnc: null, ...NO_HASHES };

function cellOf(rowId: string) {
  return { table: 'custom_value', column: 'value_enc', rowId };
}

function valueOf(field: Field, row: FieldValueRow, text: string | null): FieldValue | undefined {
  if (row.valueEnc !== null) return text === null ? undefined : (JSON.parse(text) as FieldValue);
  if (row.choiceValue !== null) return row.choiceValue;
  return row.numberValue === null ? undefined : fromNumber(field, row.numberValue);
}

function required({ key }: Field): AppError {
  return new AppError('field.required', { details: { field: key } });
}
