import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { useState } from 'react';
import { useApi, type ApiError, type Page as ApiPage } from '../../api/index.ts';
import type { ArticleItem, ArticleLocale } from './article-data.ts';

const FOUND_MAX = 20;

/** Finds an article of a language by words of its question. */
export function ArticleSelect(props: {
  label: string;
  locale: ArticleLocale;
  /** Given by the form around it where it is a field. */
  value?: string | undefined;
  /** The article that is chosen already, which the search may not find. */
  known?: { id: string; question: string } | undefined;
  placeholder?: string;
  onChange?: (id: string | undefined) => void;
}) {
  const api = useApi();
  const [words, setWords] = useState('');
  const { data } = useQuery<ArticleItem[], ApiError>({
    queryKey: ['articles', 'find', props.locale, words],
    queryFn: async ({ signal }) => {
      const query = { locale: props.locale, limit: FOUND_MAX, ...(words === '' ? {} : { q: words }) };
      return (await api.get<ApiPage<ArticleItem>>('/articles', { query, signal })).items;
    },
  });
  const found = (data ?? []).map(({ id, question }) => ({ value: id, label: question }));
  const { known } = props;
  const isMissing = known !== undefined && words === '' && !found.some(({ value }) => value === known.id);
  return (
    <Select<string>
      className="regression-article"
      aria-label={props.label}
      allowClear
      showSearch={{ filterOption: false, onSearch: setWords }}
      placeholder={props.placeholder}
      {...(props.value === undefined ? {} : { value: props.value })}
      onChange={(id?: string) => props.onChange?.(id)}
      options={isMissing ? [{ value: known.id, label: known.question }, ...found] : found}
    />
  );
}
