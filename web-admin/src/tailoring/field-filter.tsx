import { DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useI18n } from '../i18n/index.ts';
import { useLocalised } from './appearance.ts';
import type { FieldMatch, KnownField } from './fields.ts';

/** One field and the value wanted, as they stand in the address. */
export interface FieldFilterValue {
  field?: string | undefined;
  value?: string | undefined;
  /** How the value is meant; the whole of it unless named. */
  match?: FieldMatch | undefined;
}

const VALUE_MAX = 200;

/** Narrows a list by one own field: choose the field, then the value. */
export function FieldFilter(props: {
  fields: readonly KnownField[];
  filter: FieldFilterValue;
  onChange: (filter: FieldFilterValue) => void;
}) {
  const { fields, filter, onChange } = props;
  const { t } = useI18n();
  const localised = useLocalised();
  const offered = fields.filter(({ isFilterable, isArchived }) => isFilterable && !isArchived);
  if (offered.length === 0) return null;
  const field = offered.find(({ key }) => key === filter.field);
  return (
    <>
      <Select
        className="filter-select"
        aria-label={t('fields.filter')}
        allowClear
        placeholder={t('fields.filter')}
        value={field?.key}
        onChange={(key?: string) => onChange({ field: key })}
        options={offered.map(({ key, label }) => ({ value: key, label: localised(label) }))}
      />
      {field && field.matches.length > 1 && (
        <Select
          className="filter-match"
          aria-label={t('fields.match')}
          value={filter.match ?? 'whole'}
          onChange={(match: FieldMatch) =>
            onChange({ ...filter, match: match === 'whole' ? undefined : match })
          }
          options={field.matches.map((value) => ({ value, label: t(`fields.match.${value}`) }))}
        />
      )}
      {field && (
        <FilterValue
          field={field}
          value={filter.value}
          onChange={(value) => onChange({ field: field.key, value, match: filter.match })}
        />
      )}
    </>
  );
}

function FilterValue(props: {
  field: KnownField;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}) {
  const { field, value, onChange } = props;
  const { t } = useI18n();
  const localised = useLocalised();
  const label = localised(field.label);
  if (field.type === 'date') {
    return (
      <DatePicker
        aria-label={label}
        value={value ? dayjs(value) : null}
        onChange={(day: dayjs.Dayjs | null) => onChange(day?.format('YYYY-MM-DD'))}
      />
    );
  }
  const options =
    field.type === 'yes-no'
      ? [
          { value: 'true', label: t('common.yes') },
          { value: 'false', label: t('common.no') },
        ]
      : field.choices.map((choice) => ({ value: choice.key, label: localised(choice.label) }));
  if (options.length > 0) {
    return (
      <Select
        className="filter-select"
        aria-label={label}
        placeholder={label}
        allowClear
        value={value}
        onChange={onChange}
        options={options}
      />
    );
  }
  return (
    <Input.Search
      className="filter-search"
      aria-label={label}
      placeholder={label}
      defaultValue={value}
      key={`${field.key} ${value ?? ''}`}
      allowClear
      maxLength={VALUE_MAX}
      onSearch={(text) => onChange(text.trim() || undefined)}
    />
  );
}
