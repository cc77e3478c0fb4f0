import { DownOutlined, UpOutlined } from '@ant-design/icons';
import { Button, DatePicker, Input, Select } from 'antd';
import dayjs from 'dayjs';
import { useState } from 'react';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import {
  AUDIT_CLASSES,
  AUDIT_FILTERS,
  AUDIT_OUTCOMES,
  isAddress,
  isRequesterId,
  useAuditActions,
  type AuditFilterName,
  type AuditFilters,
} from './audit-data.ts';

const ID_MAX = 100;
const WORDS_MAX = 200;
const ID_FILTERS = ['actor', 'customer', 'target', 'ticket', 'address'] as const;
/** What the server takes for a filter; the others take anything. */
const FORMS: Partial<Record<(typeof ID_FILTERS)[number], (text: string) => boolean>> = {
  customer: isRequesterId,
  ticket: isRequesterId,
  address: isAddress,
};
const TIME_FORMAT = 'YYYY-MM-DD HH:mm';

type OnChange = (changes: Partial<Record<AuditFilterName, string | undefined>>) => void;

/** Words of the entry: an id of any kind, a code, a part of a reason. */
function WordFilter({ value, onChange }: { value: string | undefined; onChange: OnChange }) {
  const { t } = useI18n();
  return (
    <Input.Search
      className="filter-words"
      aria-label={t('audit.q')}
      placeholder={t('audit.q_hint')}
      key={value ?? ''}
      defaultValue={value}
      allowClear
      maxLength={WORDS_MAX}
      onSearch={(text) => onChange({ q: text.trim() || undefined })}
    />
  );
}

/** An id is looked for by Enter; one that cannot be a requester's is marked instead of sent. */
function IdFilter(props: {
  name: (typeof ID_FILTERS)[number];
  value: string | undefined;
  onChange: OnChange;
}) {
  const { t } = useI18n();
  const [isWrong, setWrong] = useState(false);
  const { name, value, onChange } = props;
  const label = t(`audit.${name}_filter`);
  function handleSearch(typed: string): void {
    const text = typed.trim();
    const isRefused = text !== '' && FORMS[name]?.(text) === false;
    setWrong(isRefused);
    if (!isRefused) onChange({ [name]: text || undefined });
  }
  return (
    <span className="filter-id">
      <Input.Search
        aria-label={label}
        aria-invalid={isWrong}
        placeholder={label}
        status={isWrong ? 'error' : ''}
        key={value ?? ''}
        defaultValue={value}
        allowClear
        maxLength={ID_MAX}
        onSearch={handleSearch}
      />
      {isWrong && (
        <span role="alert" className="filter-fault">
          {t(name === 'address' ? 'audit.address_filter_wrong' : 'audit.customer_filter_wrong')}
        </span>
      )}
    </span>
  );
}

function TimeFilter(props: { name: 'from' | 'to'; value: string | undefined; onChange: OnChange }) {
  const { t } = useI18n();
  const { name, value, onChange } = props;
  const label: MessageKey = `audit.${name}`;
  return (
    <DatePicker
      className="filter-time"
      classNames={{ popup: { root: 'filter-time-popup' } }}
      aria-label={t(label)}
      placeholder={t(label)}
      showTime={{ format: 'HH:mm' }}
      format={TIME_FORMAT}
      value={value ? dayjs(value) : null}
      onChange={(instant) => onChange({ [name]: instant ? instant.toISOString() : undefined })}
    />
  );
}

/** Filters that are asked for less often. */
function MoreFilters({ filters, onChange }: { filters: AuditFilters; onChange: OnChange }) {
  const { t } = useI18n();
  return (
    <div className="id-filters">
      <Select<string>
        className="filter-class"
        aria-label={t('audit.class')}
        placeholder={t('audit.all_classes')}
        allowClear
        value={filters.class}
        onChange={(value?: string) => onChange({ class: value })}
        options={AUDIT_CLASSES.map((value) => ({ value, label: t(`audit.class.${value}`) }))}
      />
      {ID_FILTERS.map((name) => (
        <IdFilter key={name} name={name} value={filters[name]} onChange={onChange} />
      ))}
    </div>
  );
}

/** What the list is narrowed to. Each change goes into the address at once. */
export function AuditFilterBar({
  filters,
  onChange,
  onSave,
}: {
  filters: AuditFilters;
  onChange: OnChange;
  onSave: () => void;
}) {
  const { t, locale } = useI18n();
  const { data: actions } = useAuditActions();
  const [isAsked, setOpen] = useState(false);
  // The two questions set the others; the line above the list says so.
  const isOpen = isAsked || (['target', 'ticket', 'address'] as const).some((name) => filters[name]);
  const isFiltered = AUDIT_FILTERS.some((name) => filters[name]);
  return (
    <div className="filters" role="search" aria-label={t('audit.filters')}>
      <WordFilter value={filters.q} onChange={onChange} />
      <Select<string>
        className="filter-action"
        aria-label={t('audit.action')}
        placeholder={t('audit.all_actions')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={filters.action}
        onChange={(action?: string) => onChange({ action })}
        options={(actions ?? []).map(({ action, zh, en }) => ({
          value: action,
          label: `${locale === 'zh-CN' ? zh : en} · ${action}`,
        }))}
      />
      <Select<string>
        className="filter-outcome"
        aria-label={t('audit.outcome')}
        placeholder={t('audit.all_outcomes')}
        allowClear
        value={filters.outcome}
        onChange={(outcome?: string) => onChange({ outcome })}
        options={AUDIT_OUTCOMES.map((value) => ({ value, label: t(`audit.outcome.${value}`) }))}
      />
      <TimeFilter name="from" value={filters.from} onChange={onChange} />
      <TimeFilter name="to" value={filters.to} onChange={onChange} />
      <Button
        aria-expanded={isOpen}
        icon={isOpen ? <UpOutlined /> : <DownOutlined />}
        onClick={() => setOpen(!isOpen)}
      >
        {t('audit.more_filters')}
      </Button>
      {isFiltered && (
        <Button onClick={() => onChange(Object.fromEntries(AUDIT_FILTERS.map((name) => [name, undefined])))}>
          {t('action.reset')}
        </Button>
      )}
      {isFiltered && <Button onClick={onSave}>{t('audit.search_save')}</Button>}
      {isOpen && <MoreFilters filters={filters} onChange={onChange} />}
    </div>
  );
}
