import { Alert, Button, Space, Table, Tag, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { ConfirmDialog, EmptyFace, ErrorFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import { AUDIT_FILTERS, questionAddress } from './audit-data.ts';
import './audit.css';
import { SaveSearchDialog } from './save-search-dialog.tsx';
import { useSavedSearchActs, useSavedSearches, type SavedSearch } from './saved-search-data.ts';

function Filters({ search }: { search: SavedSearch }) {
  const { t } = useI18n();
  const given = AUDIT_FILTERS.filter((name) => search.filter[name]);
  if (given.length === 0) return <span className="soft">{t('audit.search_all')}</span>;
  return (
    <span className="search-filters soft">
      {given.map((name) => (
        <span key={name}>
          {t('export.filter_named', { name: t(`audit.${name}`), value: search.filter[name] ?? '' })}
        </span>
      ))}
    </span>
  );
}

function Report({ search }: { search: SavedSearch }) {
  const { t, tMaybe, format } = useI18n();
  const { report, nextAt, lastAt, errorCode } = search;
  return (
    <>
      {report ? (
        <>
          {t('audit.report_text', {
            period: t(`audit.report.${report.period}`),
            hour: `${String(report.atHour).padStart(2, '0')}:00`,
            format: report.format.toUpperCase(),
          })}
          {nextAt && (
            <span className="soft second-line">
              {t('audit.report_next', { at: format.dateTime(nextAt) })}
            </span>
          )}
        </>
      ) : (
        <span className="soft">{t('audit.report.none')}</span>
      )}
      {lastAt && (
        <span className="soft second-line">
          {t('audit.report_last', { at: format.dateTime(lastAt) })}{' '}
          <Link to="/exports">{t('nav.exports')}</Link>
        </span>
      )}
      {errorCode && (
        <span className="second-line">
          <Tag color="error">{tMaybe(`error.${errorCode}`) ?? errorCode}</Tag>
        </span>
      )}
    </>
  );
}

interface Acts {
  onEdit: (search: SavedSearch) => void;
  onRemove: (search: SavedSearch) => void;
}

function RowActs({ search, onEdit, onRemove }: { search: SavedSearch } & Acts) {
  const { t } = useI18n();
  return (
    <Space wrap>
      <Button onClick={() => onEdit(search)}>{t('action.edit')}</Button>
      <Button onClick={() => onRemove(search)}>{t('audit.search_remove')}</Button>
    </Space>
  );
}

function useColumns({ onEdit, onRemove }: Acts): TableColumnsType<SavedSearch> {
  const { t } = useI18n();
  return [
    {
      title: t('audit.search_name'),
      render: (_value, search) => (
        <>
          <Link to={questionAddress(search.filter)}>{search.name}</Link>
          <span className="second-line">
            <Filters search={search} />
          </span>
          <span className="narrow-only">
            <RowActs search={search} onEdit={onEdit} onRemove={onRemove} />
          </span>
        </>
      ),
    },
    { title: t('audit.report'), render: (_value, search) => <Report search={search} /> },
    {
      width: 200,
      align: 'right',
      responsive: ['md'],
      render: (_value, search) => <RowActs search={search} onEdit={onEdit} onRemove={onRemove} />,
    },
  ];
}

/** Searches the account keeps: one click opens them, and reports come of them by themselves. */
export default function SavedSearchesPage() {
  const { t } = useI18n();
  const { data, error, isPending, refetch } = useSavedSearches();
  const { update, remove } = useSavedSearchActs();
  const [editing, setEditing] = useState<SavedSearch>();
  const [removing, setRemoving] = useState<SavedSearch>();
  const columns = useColumns({ onEdit: setEditing, onRemove: setRemoving });
  return (
    <Page title={t('audit.searches')}>
      <OfficerNav />
      <Alert className="dialog-alert" type="info" showIcon title={t('audit.searches_hint')} />
      {error ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<SavedSearch>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={data ?? []}
          loading={isPending}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('audit.searches_none')} /> }}
        />
      )}
      {editing && (
        <SaveSearchDialog
          filter={editing.filter}
          known={editing}
          onSubmit={(input) => update(editing, input)}
          onClose={() => setEditing(undefined)}
        />
      )}
      {removing && (
        <ConfirmDialog
          title={t('audit.search_remove')}
          text={t('audit.search_remove_text', { name: removing.name })}
          okText={t('audit.search_remove')}
          isDanger
          onConfirm={async () => {
            await remove(removing);
            setRemoving(undefined);
          }}
          onClose={() => setRemoving(undefined)}
        />
      )}
    </Page>
  );
}
