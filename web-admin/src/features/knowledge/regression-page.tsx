import { DeleteOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Checkbox, Input, Radio, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { toApiError, useApi, type ApiError } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, Page, ProblemText, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { ARTICLE_LIMITS, ARTICLE_LOCALES, type ArticleLocale } from './article-data.ts';
import { ArticleSelect } from './article-select.tsx';
import './knowledge.css';

interface RegressionCase {
  id: string;
  question: string;
  expectedId?: string;
  isMust: boolean;
  createdAt: string;
}

function useCases(locale: ArticleLocale) {
  const api = useApi();
  const cache = useQueryClient();
  const reload = () => cache.invalidateQueries({ queryKey: ['regression', locale] });
  const query = useQuery<RegressionCase[], ApiError>({
    queryKey: ['regression', locale],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: RegressionCase[] }>('/regression-cases', { query: { locale }, signal })).items,
  });
  return {
    ...query,
    async add(body: { question: string; expectedId?: string | undefined; isMust: boolean }) {
      await api.create('/regression-cases', { body: { locale, ...body } });
      await reload();
    },
    async remove(id: string) {
      await api.delete(`/regression-cases/${id}`);
      await reload();
    },
  };
}

function CaseForm({ locale, onAdd }: { locale: ArticleLocale; onAdd: ReturnType<typeof useCases>['add'] }) {
  const { t } = useI18n();
  const [question, setQuestion] = useState('');
  const [expectedId, setExpectedId] = useState<string>();
  const [isMust, setMust] = useState(true);
  const [error, setError] = useState<ApiError | null>(null);
  async function handleAdd(): Promise<void> {
    setError(null);
    try {
      await onAdd({ question: question.trim(), expectedId, isMust });
      setQuestion('');
    } catch (thrown) {
      setError(toApiError(thrown));
    }
  }
  return (
    <form
      className="regression-form"
      onSubmit={(event) => {
        event.preventDefault();
        void handleAdd();
      }}
    >
      <Input
        aria-label={t('gate.question')}
        placeholder={t('gate.question')}
        value={question}
        maxLength={ARTICLE_LIMITS.question}
        onChange={(event) => setQuestion(event.target.value)}
      />
      <ArticleSelect
        label={t('gate.expected')}
        placeholder={t('gate.refuse')}
        locale={locale}
        value={expectedId}
        onChange={setExpectedId}
      />
      <Checkbox checked={isMust} onChange={(event) => setMust(event.target.checked)}>
        {t('gate.must')}
      </Checkbox>
      <Button type="primary" htmlType="submit" disabled={question.trim() === ''}>
        {t('gate.add')}
      </Button>
      {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
    </form>
  );
}

function useColumns(onRemove: (id: string) => void, mayRemove: boolean): TableColumnsType<RegressionCase> {
  const { t } = useI18n();
  return [
    { title: t('gate.question'), dataIndex: 'question' },
    {
      title: t('gate.expected'),
      dataIndex: 'expectedId',
      width: 180,
      render: (id?: string) =>
        id === undefined ? t('gate.refuse') : <Link to={`/knowledge/${id}`}>{t('gate.open')}</Link>,
    },
    {
      title: t('gate.must'),
      dataIndex: 'isMust',
      width: 90,
      render: (isMust: boolean) => (isMust ? '✓' : ''),
    },
    {
      title: '',
      width: 60,
      render: (_, row) =>
        mayRemove && (
          <Button
            size="small"
            icon={<DeleteOutlined />}
            aria-label={t('gate.remove', { question: row.question })}
            onClick={() => onRemove(row.id)}
          />
        ),
    },
  ];
}

/** Questions whose answers must not get worse: they are asked of every version before it is published. */
export default function RegressionPage() {
  const { t, locale: own } = useI18n();
  const can = useCan();
  const showProblem = useProblemToast();
  const [locale, setLocale] = useState<ArticleLocale>(own);
  const cases = useCases(locale);
  const columns = useColumns((id) => void cases.remove(id).catch(showProblem), can('knowledge:approve'));
  return (
    <Page title={t('gate.title')}>
      <p className="page-back">
        <Link to="/knowledge">← {t('article.list')}</Link>
      </p>
      <p className="soft">{t('gate.hint')}</p>
      <Radio.Group
        aria-label={t('article.locale')}
        value={locale}
        onChange={(event) => setLocale(event.target.value as ArticleLocale)}
        options={ARTICLE_LOCALES.map((value) => ({ value, label: t(`article.locale.${value}`) }))}
      />
      {can('knowledge:write') && <CaseForm key={locale} locale={locale} onAdd={cases.add} />}
      {cases.error && !cases.data ? (
        <ErrorFace error={cases.error} onRetry={() => void cases.refetch()} />
      ) : (
        <Table<RegressionCase>
          rowKey="id"
          size="small"
          columns={columns}
          dataSource={cases.data ?? []}
          loading={cases.isLoading}
          locale={{ emptyText: <EmptyFace text={t('gate.empty')} /> }}
          pagination={{ pageSize: 50, hideOnSinglePage: true }}
        />
      )}
    </Page>
  );
}
