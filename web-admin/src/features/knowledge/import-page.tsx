import { UploadOutlined } from '@ant-design/icons';
import { Alert, Button, Progress, Segmented, Table, Tag, type TableColumnsType } from 'antd';
import { useRef, useState, type ChangeEvent } from 'react';
import { Link, useSearchParams } from 'react-router';
import { toApiError, type ApiError } from '../../api/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, LoadMore, Page, ProblemText } from '../../components/index.ts';
import { ExportButton, exportParams } from '../../components/export/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { parseFilters } from './article-data.ts';
import { useFilterWords } from './filter-words.ts';
import {
  formatOf,
  isBusy,
  ROW_OUTCOMES,
  shareOf,
  useArticleImports,
  useImportActs,
  useImportRows,
  type ArticleImport,
  type ImportRow,
  type RowOutcome,
} from './import-data.ts';
import './knowledge.css';

const TONES: Partial<Record<ImportRow['outcome'], string>> = {
  ...{ new: 'green', changed: 'blue', applied: 'green' },
  ...{ conflict: 'orange', refused: 'orange', faulty: 'red' },
};

function Picker() {
  const { t } = useI18n();
  const { receive } = useImportActs();
  const [problem, setProblem] = useState<ApiError>();
  const [isUnknown, setUnknown] = useState(false);
  const [isSending, setSending] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  async function handlePick({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0];
    const input = target;
    if (file === undefined) return;
    const format = formatOf(file.name);
    setProblem(undefined);
    setUnknown(format === undefined);
    setSending(format !== undefined);
    try {
      if (format !== undefined) await receive(file, format);
    } catch (thrown) {
      setProblem(toApiError(thrown));
    } finally {
      // The same file, corrected, can be picked again.
      input.value = '';
      setSending(false);
    }
  }
  return (
    <>
      <input
        ref={picker}
        type="file"
        accept=".xlsx,.csv,.jsonl,.ndjson"
        hidden
        aria-label={t('transfer.pick')}
        onChange={(event) => void handlePick(event)}
      />
      <Button
        type="primary"
        icon={<UploadOutlined />}
        loading={isSending}
        onClick={() => picker.current?.click()}
      >
        {t(isSending ? 'transfer.sending' : 'transfer.pick')}
      </Button>
      {isUnknown && <Alert className="import-problem" type="error" showIcon title={t('transfer.unknown')} />}
      {problem && (
        <Alert className="import-problem" type="error" showIcon title={<ProblemText error={problem} />} />
      )}
    </>
  );
}

/** How many rows there are of each outcome; those of the import itself once it is done. */
function countsOf(item: ArticleImport): Partial<Record<RowOutcome, number>> {
  const { faultyCount, conflictCount, changedCount, newCount, unchangedCount, appliedCount } = item;
  const common = { faulty: faultyCount, conflict: conflictCount, unchanged: unchangedCount };
  if (item.state !== 'done') return { ...common, changed: changedCount, new: newCount };
  return { ...common, applied: appliedCount, refused: newCount + changedCount - appliedCount };
}

function useRowColumns(): TableColumnsType<ImportRow> {
  const { t, tMaybe, format } = useI18n();
  const why = ({ code, column }: ImportRow) =>
    code === null ? '' : [column, tMaybe(`transfer.code.${code}`) ?? code].filter(Boolean).join('：');
  return [
    {
      title: t('transfer.line'),
      width: 72,
      align: 'right',
      render: (_value, row) => format.number(row.line),
    },
    {
      title: t('article.question'),
      render: (_value, row) => (
        <>
          {row.question ?? '—'}
          {row.code !== null && <span className="soft second-line">{why(row)}</span>}
          {row.otherLine !== null && (
            <span className="soft second-line">{t('transfer.other_line', { line: row.otherLine })}</span>
          )}
          {row.otherId !== null && (
            <Link className="second-line" to={`/knowledge/${row.otherId}`}>
              {t('transfer.other_article')}
            </Link>
          )}
        </>
      ),
    },
    {
      title: t('transfer.outcome'),
      width: 110,
      render: (_value, { outcome }) => (
        <Tag color={TONES[outcome] ?? 'default'}>{t(`transfer.outcome.${outcome}`)}</Tag>
      ),
    },
  ];
}

function Rows({ item }: { item: ArticleImport }) {
  const { t, format } = useI18n();
  const counts = countsOf(item);
  const shown = ROW_OUTCOMES.filter((outcome) => (counts[outcome] ?? 0) > 0);
  const [chosen, setChosen] = useState<RowOutcome>();
  const outcome = chosen !== undefined && shown.includes(chosen) ? chosen : shown[0];
  const list = useImportRows(item, outcome);
  const columns = useRowColumns();
  if (list.error && list.items.length === 0) return <ErrorFace error={list.error} onRetry={list.reload} />;
  return (
    <>
      <div className="import-outcomes">
        <Segmented<RowOutcome>
          aria-label={t('transfer.outcome')}
          {...(outcome && { value: outcome })}
          onChange={setChosen}
          options={shown.map((value) => ({
            value,
            label: `${t(`transfer.outcome.${value}`)} ${format.number(counts[value] ?? 0)}`,
          }))}
        />
      </div>
      <Table<ImportRow>
        rowKey="line"
        size="small"
        columns={columns}
        dataSource={list.items}
        loading={list.isLoading}
        pagination={false}
      />
      <LoadMore list={list} />
    </>
  );
}

function Import({ item, onApply }: { item: ArticleImport; onApply: (item: ArticleImport) => void }) {
  const { t, format } = useI18n();
  const toApply = item.newCount + item.changedCount;
  const left = item.conflictCount + item.faultyCount;
  return (
    <section
      className="panel import-file"
      aria-label={t('transfer.file', { at: format.dateTime(item.createdAt) })}
    >
      <h2>
        {t('transfer.file', { at: format.dateTime(item.createdAt) })}{' '}
        <Tag>{t(`transfer.state.${item.state}`)}</Tag>
      </h2>
      <p className="soft">
        {t('transfer.size', { rows: format.number(item.rowCount), format: item.format.toUpperCase() })}
      </p>
      {isBusy(item) ? (
        <>
          <Progress
            aria-label={t(`transfer.state.${item.state}`)}
            percent={Math.floor(shareOf(item) * 100)}
            status="active"
          />
          <p role="status">
            {t('transfer.progress', {
              done: format.number(item.doneCount),
              total: format.number(item.rowCount),
            })}
          </p>
        </>
      ) : (
        <Rows item={item} />
      )}
      {item.state === 'checked' && toApply > 0 && (
        <Button type="primary" className="import-submit" onClick={() => onApply(item)}>
          {t(left > 0 ? 'transfer.apply_rest' : 'transfer.apply', { count: format.number(toApply) })}
        </Button>
      )}
      {item.state === 'done' && item.appliedCount > 0 && (
        <p>
          <Link to="/knowledge?state=review">{t('transfer.to_review')}</Link>
        </p>
      )}
    </section>
  );
}

/** Files of articles: what each would do before it does anything, how far it is, and the way back out as a file. */
export default function ArticleImportPage() {
  const { t, format } = useI18n();
  const { data, error, refetch } = useArticleImports();
  const { apply } = useImportActs();
  const [search] = useSearchParams();
  const filters = parseFilters(search);
  const words = useFilterWords(filters);
  const [applying, setApplying] = useState<ArticleImport>();
  return (
    <Page
      title={t('transfer.title')}
      tools={
        <ExportButton
          permission="knowledge:write"
          subject={{
            kind: 'knowledge.transfer',
            params: exportParams(filters),
            filters: words.length > 0 ? words : [t('transfer.everything')],
          }}
        />
      }
    >
      <p className="page-back">
        <Link to="/knowledge">← {t('article.list')}</Link>
      </p>
      <p className="soft">{t('transfer.hint')}</p>
      {words.length > 0 && <p>{t('transfer.filtered', { filters: words.join(' · ') })}</p>}
      <Picker />
      {error && !data && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {data?.length === 0 && <EmptyFace text={t('transfer.none')} />}
      {data?.map((item) => (
        <Import key={item.id} item={item} onApply={setApplying} />
      ))}
      {applying && (
        <ConfirmDialog
          title={t('transfer.apply_title')}
          text={t('transfer.apply_text', {
            count: format.number(applying.newCount + applying.changedCount),
            left: format.number(applying.conflictCount + applying.faultyCount),
          })}
          okText={t('transfer.apply_title')}
          onConfirm={async () => {
            await apply(applying);
            setApplying(undefined);
          }}
          onClose={() => setApplying(undefined)}
        />
      )}
    </Page>
  );
}
