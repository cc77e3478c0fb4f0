import { Segmented, Table, type TableColumnsType } from 'antd';
import { useRef, type KeyboardEvent } from 'react';
import { useSearchParams } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page, withParam } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { APPROVAL_LISTS, useTitleText, type Approval, type ApprovalList } from './approval-data.ts';
import { ApprovalDrawer } from './approval-drawer.tsx';
import './approvals.css';

function useColumns(onOpen: (id: string) => void): TableColumnsType<Approval> {
  const { t, format } = useI18n();
  const titleText = useTitleText();
  return [
    {
      title: t('approval.act'),
      render: (_value, approval) => (
        <>
          <button type="button" className="row-button" onClick={() => onOpen(approval.id)}>
            {titleText(approval)}
          </button>
          <span className="soft second-line">{approval.reason}</span>
          <span className="narrow-only soft">
            {approval.requestedBy.name} · {format.dateTime(approval.requestedAt)}
          </span>
        </>
      ),
    },
    {
      title: t('approval.asked_by'),
      width: 200,
      responsive: ['md'],
      render: (_value, { requestedBy, requestedAt }) => (
        <>
          {requestedBy.name}
          <span className="soft second-line">{format.dateTime(requestedAt)}</span>
        </>
      ),
    },
    {
      title: t('approval.expires'),
      width: 170,
      responsive: ['lg'],
      render: (_value, { state, expiresAt }) => (state === 'asked' ? format.dateTime(expiresAt) : '—'),
    },
    {
      title: t('approval.state'),
      width: 120,
      render: (_value, { state }) => (
        <span className={`state-mark approval-${state}`}>{t(`approval.state.${state}`)}</span>
      ),
    },
  ];
}

/** Up and down move between the rows; Enter opens, as on any button. */
function useRowKeys() {
  const place = useRef<HTMLDivElement>(null);
  function handleKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    const rows = [...(place.current?.querySelectorAll<HTMLButtonElement>('.row-button') ?? [])];
    if (rows.length === 0 || !(event.target as HTMLElement).closest('table')) return;
    const at = rows.indexOf(document.activeElement as HTMLButtonElement);
    const step = event.key === 'ArrowDown' ? 1 : -1;
    rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
    event.preventDefault();
  }
  return { place, handleKey };
}

/** Acts that wait for a second person: what I may decide, what I asked for, what has ended. */
export default function ApprovalsPage() {
  const { t } = useI18n();
  const [search, setSearch] = useSearchParams();
  const chosen = APPROVAL_LISTS.find((known) => known === search.get('list')) ?? 'waiting';
  const openId = search.get('id');
  const list = usePageList<Approval>({
    resource: 'approvals',
    path: '/approvals',
    query: { list: chosen },
  });
  const open = (id: string | undefined) => setSearch(withParam(search, 'id', id));
  const columns = useColumns(open);
  const { place, handleKey } = useRowKeys();
  return (
    <Page title={t('approval.title')}>
      <p className="soft">{t('approval.hint')}</p>
      <div className="filters">
        <Segmented<ApprovalList>
          aria-label={t('approval.lists')}
          value={chosen}
          onChange={(value) => setSearch({ list: value })}
          options={APPROVAL_LISTS.map((value) => ({ value, label: t(`approval.list.${value}`) }))}
        />
        <span className="soft keys-hint">{t('approval.keys')}</span>
      </div>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <div ref={place} onKeyDown={handleKey}>
          <Table<Approval>
            rowKey="id"
            size="middle"
            columns={columns}
            dataSource={list.items}
            loading={list.isLoading}
            pagination={false}
            locale={{ emptyText: <EmptyFace text={t(`approval.empty.${chosen}`)} /> }}
          />
        </div>
      )}
      <LoadMore list={list} />
      {openId && <ApprovalDrawer id={openId} onClose={() => open(undefined)} />}
    </Page>
  );
}
