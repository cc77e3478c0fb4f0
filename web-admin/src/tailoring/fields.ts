import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useApi, type ApiError } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';
import { useLocalised, type Localised } from './appearance.ts';

/** Records with fields of the installation's own. */
export type RecordType = 'ticket' | 'requester' | 'conversation';
/** What a field holds. */
export const FIELD_TYPES = ['text', 'long-text', 'number', 'date', 'choice', 'choices', 'yes-no'] as const;
/** One of them. */
export type FieldType = (typeof FIELD_TYPES)[number];
/** How a personal value is masked. */
export const FIELD_MASKS = ['phone', 'email', 'id-number', 'card', 'name', 'all'] as const;
/** One of them. */
export type FieldMask = (typeof FIELD_MASKS)[number];

/** One choice of a field. */
export interface FieldChoice {
  key: string;
  label: Localised;
  isArchived: boolean;
}

/** One field, as the settings keep it. */
export interface Field {
  key: string;
  type: FieldType;
  label: Localised;
  class: 'C1' | 'C2';
  mask: FieldMask | null;
  isRequired: boolean;
  isArchived: boolean;
  isInList: boolean;
  choices: FieldChoice[];
  pattern: string | null;
  min: number | null;
  max: number | null;
}

/** How a list is narrowed by a value of a field. */
export const FIELD_MATCHES = ['whole', 'start', 'words'] as const;
/** One of them. */
export type FieldMatch = (typeof FIELD_MATCHES)[number];
/** A field as everybody may know it. */
export type KnownField = Field & { isFilterable: boolean; matches: FieldMatch[] };
/** Fields by type of record. */
export type FieldsOf<F> = Record<RecordType, F[]>;
/** A value as the server gives and takes it. */
export type FieldValue = string | number | boolean | string[];
/** Values by key; null takes one away. */
export type FieldValues = Record<string, FieldValue | null>;
/** Values of a record with the version to change them by. */
export interface RecordFields {
  version: number;
  values: Record<string, FieldValue>;
  /** Keys of fields whose value is there and cannot be read. */
  unreadable?: string[];
}

const PATHS: Record<RecordType, string> = {
  ticket: 'tickets',
  requester: 'requesters',
  conversation: 'conversations',
};

/** Fields of a type of record, archived ones too; empty until the server answered. */
export function useFields(type: RecordType): readonly KnownField[] {
  const api = useApi();
  const { data } = useQuery<FieldsOf<KnownField>, ApiError>({
    queryKey: ['fields'],
    queryFn: ({ signal }) => api.get<FieldsOf<KnownField>>('/fields', { signal }),
    staleTime: 60_000,
  });
  return data?.[type] ?? [];
}

/** Values of one record. */
export function useRecordFields(type: RecordType, id: string, isEnabled: boolean) {
  const api = useApi();
  return useQuery<RecordFields, ApiError>({
    queryKey: ['record-fields', type, id],
    queryFn: ({ signal }) => api.get<RecordFields>(`/${PATHS[type]}/${id}/fields`, { signal }),
    enabled: isEnabled,
    refetchOnWindowFocus: false,
  });
}

/** Changes values of a record, and shows them in clear for a purpose. */
export function useRecordFieldActions(type: RecordType, id: string) {
  const api = useApi();
  const cache = useQueryClient();
  return {
    async save(version: number, values: FieldValues): Promise<void> {
      try {
        await api.put(`/${PATHS[type]}/${id}/fields`, { body: { values }, version });
      } finally {
        // After a refusal too: somebody else may have changed them.
        await cache.invalidateQueries({ queryKey: ['record-fields', type, id] });
        if (type === 'ticket') await cache.invalidateQueries({ queryKey: ['tickets'] });
      }
    },
    reveal: (fields: string[], purpose: string) =>
      api.post<{ values: FieldValues; untilMs: number }>(`/${PATHS[type]}/${id}/fields/reveal`, {
        body: { fields, purpose },
      }),
  };
}

/** Values of a form in the form the server takes; empty ones are left out. */
export function filledValues(values: FieldValues | undefined): FieldValues {
  return Object.fromEntries(
    Object.entries(values ?? {}).filter(
      ([, value]) =>
        value !== null &&
        value !== undefined &&
        value !== '' &&
        !(Array.isArray(value) && value.length === 0),
    ),
  );
}

/** What differs between the values of a record and those of its form. A masked value left alone is no change. */
export function changedValues(before: Record<string, FieldValue>, after: FieldValues): FieldValues {
  const isEmpty = (value: unknown) =>
    value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(
    Object.entries(after).flatMap(([key, value]) => {
      const old = before[key];
      if (isEmpty(value)) return isEmpty(old) ? [] : [[key, null]];
      return JSON.stringify(value) === JSON.stringify(old) ? [] : [[key, value]];
    }),
  );
}

/** A value in words. */
export function useValueText(): (field: Field, value: FieldValue | undefined) => string {
  const { t, format } = useI18n();
  const localised = useLocalised();
  return (field, value) => {
    if (value === undefined) return '—';
    if (field.class === 'C2') return String(value);
    const labelOf = (key: string) => {
      const choice = field.choices.find((one) => one.key === key);
      return choice ? localised(choice.label) : key;
    };
    if (Array.isArray(value)) return value.map(labelOf).join(', ');
    if (field.type === 'choice') return labelOf(String(value));
    if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
    return typeof value === 'number' ? format.number(value, Number.isInteger(value) ? 0 : 2) : value;
  };
}
