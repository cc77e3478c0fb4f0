import { PlusOutlined } from '@ant-design/icons';
import { Button, Input, Select, Table, type TableColumnsType } from 'antd';
import { useMemo } from 'react';
import { Link, useNavigate, useSearchParams } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page, withParam } from '../../components/index.ts';
import { ExportButton, exportParams } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  ARTICLE_LOCALES,
  ARTICLE_STATES,
  categoryNames,
  parseFilters,
  useCategories,
  type ArticleFilters,
  type ArticleItem,
} from './article-data.ts';
import { ArticleStateMark } from './article-marks.tsx';
import { useFilterWords } from './filter-words.ts';
import './knowledge.css';

const SEARCH_MAX = 200;

function Filters(props: {
  filters: ArticleFilters;
  onChange: (name: keyof ArticleFilters, value: string | undefined) => void;
}) {
  const { t } = useI18n();
  const { filters, onChange } = props;
  const { data: categories } = useCategories();
  const names = categoryNames(categories ?? [], filters.locale);
  return (
    <div className="filters" role="search">
      <Select
        className="filter-select"
        aria-label={t('article.state')}
        allowClear
        placeholder={t('article.filter_state')}
        value={filters.state as string | undefined}
        onChange={(value?: string) => onChange('state', value)}
        options={ARTICLE_STATES.map((value) => ({
          value: value as string,
          label: t(`article.state.${value}`),
        }))}
      />
      <Select
        className="filter-select"
        aria-label={t('article.locale')}
        allowClear
        placeholder={t('article.filter_locale')}
        value={filters.locale as string | undefined}
        onChange={(value?: string) => onChange('locale', value)}
        options={ARTICLE_LOCALES.map((value) => ({
          value: value as string,
          label: t(`article.locale.${value}`),
        }))}
      />
      <Select
        className="filter-select"
        aria-label={t('article.category')}
        allowClear
        showSearch
        placeholder={t('article.filter_category')}
        value={filters.category}
        onChange={(value?: string) => onChange('category', value)}
        options={names.map((value) => ({ value, label: value }))}
      />
      <Input.Search
        className="filter-search"
        aria-label={t('article.search')}
        placeholder={t('article.search')}
        defaultValue={filters.q}
        key={filters.q ?? ''}
        allowClear
        maxLength={SEARCH_MAX}
        onSearch={(value) => onChange('q', value.trim() || undefined)}
      />
    </div>
  );
}

function useColumns(): TableColumnsType<ArticleItem> {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        title: t('article.question'),
        dataIndex: 'question',
        render: (question: string, article) => (
          <>
            <Link to={`/knowledge/${article.id}`} lang={article.locale}>
              {question}
            </Link>
            <span className="row-hint">
              {article.category} · {t('article.similar_count', { count: article.similarCount })}
            </span>
          </>
        ),
      },
      {
        title: t('article.state'),
        dataIndex: 'state',
        width: 120,
        render: (state: string) => <ArticleStateMark state={state} />,
      },
      {
        title: t('article.locale'),
        dataIndex: 'locale',
        width: 100,
        responsive: ['md'],
        render: (locale: ArticleItem['locale']) => t(`article.locale.${locale}`),
      },
      {
        title: t('article.live'),
        dataIndex: 'publishedVersion',
        width: 130,
        responsive: ['md'],
        render: (version?: number) =>
          version === undefined ? t('article.live_none') : t('article.version', { version }),
      },
      { title: t('article.owner'), dataIndex: 'owner', width: 140, responsive: ['lg'], ellipsis: true },
      {
        title: t('article.updated'),
        dataIndex: 'updatedAt',
        width: 160,
        responsive: ['lg'],
        render: (at: string) => format.dateTime(at),
      },
    ],
    [t, format],
  );
}

/** List of the knowledge base. Filters and search stand in the address, so a view can be sent to a colleague. */
export default function ArticlesPage() {
  const { t } = useI18n();
  const can = useCan();
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const filters = parseFilters(search);
  const list = usePageList<ArticleItem>({
    resource: 'articles',
    path: '/articles',
    query: { ...filters },
  });
  const columns = useColumns();
  const filterWords = useFilterWords(filters);
  const isFiltered = Object.values(filters).some((value) => value !== undefined);
  return (
    <Page
      title={t('article.list')}
      tools={
        can('knowledge:write') && (
          <>
            <ExportButton
              permission="knowledge:write"
              subject={{ kind: 'knowledge.articles', params: exportParams(filters), filters: filterWords }}
            />
            <Button onClick={() => void navigate({ pathname: '/knowledge/import', search: String(search) })}>
              {t('transfer.open')}
            </Button>
            <Button onClick={() => void navigate('/knowledge/regression')}>{t('gate.title')}</Button>
            <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate('/knowledge/new')}>
              {t('article.create')}
            </Button>
          </>
        )
      }
    >
      <Filters filters={filters} onChange={(name, value) => setSearch(withParam(search, name, value))} />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<ArticleItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{
            emptyText: <EmptyFace text={t(isFiltered ? 'article.empty' : 'article.empty_all')} />,
          }}
        />
      )}
      <LoadMore list={list} />
    </Page>
  );
}
