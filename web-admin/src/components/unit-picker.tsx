import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useEffect, useState } from 'react';
import { useApi, type ApiError, type Page } from '../api/index.ts';
import { useI18n } from '../i18n/index.ts';

/** The head office: the one unit that every bank has. */
export const ROOT_UNIT_ID = '00000000-0000-7000-8000-000000000001';

const OFFERED_MAX = 50;
const TYPING_MS = 250;

interface NamedUnit {
  id: string;
  name: string;
  code: string;
}

/** Units found by name or code; without words, the head office and what lies directly under it. */
function useFoundUnits(words: string) {
  const api = useApi();
  return useQuery<NamedUnit[], ApiError>({
    queryKey: ['units', 'found', words],
    queryFn: async ({ signal }) => {
      const query = { q: words, limit: OFFERED_MAX };
      const { items } = await api.get<Page<NamedUnit>>('/units', { query, signal });
      if (words !== '') return items;
      return [await api.get<NamedUnit>(`/units/${ROOT_UNIT_ID}`, { signal }), ...items];
    },
  });
}

/** Chooses a unit of the organisation by typing a part of its name or code. */
export function UnitPicker(props: {
  /** Filled in by the form. */
  id?: string;
  value?: string;
  onChange?: (id: string | undefined) => void;
  /** Name of what is chosen at first, which no search has brought. */
  known?: { id: string; name: string } | undefined;
  /** Not offered. */
  exceptId?: string;
  placeholder?: string;
  isClearable?: boolean;
  label?: string;
  className?: string;
}) {
  const { t } = useI18n();
  const [typed, setTyped] = useState('');
  const [words, setWords] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setWords(typed.trim()), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  const { data, isFetching } = useFoundUnits(words);
  const { known, exceptId } = props;
  const found = (data ?? []).filter(({ id }) => id !== exceptId && id !== known?.id);
  const options = found.map(({ id, name, code }) => ({ value: id, label: `${name} · ${code}` }));
  return (
    <Select<string>
      {...(props.id === undefined ? {} : { id: props.id })}
      {...(props.className === undefined ? {} : { className: props.className })}
      {...(props.label === undefined ? {} : { 'aria-label': props.label })}
      value={props.value ?? null}
      onChange={(value?: string) => props.onChange?.(value)}
      allowClear={props.isClearable ?? false}
      placeholder={props.placeholder ?? t('unit.pick')}
      loading={isFetching}
      showSearch={{ filterOption: false, onSearch: setTyped }}
      notFoundContent={t('unit.none_found')}
      options={known ? [{ value: known.id, label: known.name }, ...options] : options}
    />
  );
}
