import { App, Button, Segmented, Select, Space, Table, Tag, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import {
  EmptyFace,
  ErrorFace,
  LoadMore,
  Page,
  ReasonDialog,
  useProblemToast,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { OfficerNav } from '../../officer/index.ts';
import {
  ITEM_STATES,
  useAccessActs,
  useAccessItems,
  useAccessReviews,
  type AccessItem,
  type AccessReview,
  type ItemState,
} from './access-data.ts';

const REMARK_MAX = 500;
const TONES: Record<ItemState, string> = { open: 'gold', kept: 'green', revoke: 'red', expired: 'default' };

function Rights({ item }: { item: AccessItem }) {
  const { t, tMaybe } = useI18n();
  return (
    <>
      {item.roles.length === 0 && <span className="soft">{t('access.no_roles')}</span>}
      {item.roles.map(({ role, scope, unit }) => (
        <span key={`${role}-${unit.id}`} className="second-line">
          {tMaybe(`role.${role}`) ?? role}{' '}
          <span className="soft">
            {tMaybe(`access.scope.${scope}`) ?? scope} · {unit.name}
          </span>
        </span>
      ))}
    </>
  );
}

function Use({ item }: { item: AccessItem }) {
  const { t, format } = useI18n();
  return (
    <>
      {item.lastUsedAt ? format.dateTime(item.lastUsedAt) : t('access.never')}
      <span className="soft second-line">
        {t('access.reveals', { count: format.number(item.revealCount) })}
      </span>
    </>
  );
}

interface Deciding {
  onKeep: (item: AccessItem) => void;
  onRevoke: (item: AccessItem) => void;
}

function Decision({ item, onKeep, onRevoke }: { item: AccessItem } & Deciding) {
  const { t, format } = useI18n();
  const can = useCan();
  if (item.state !== 'open') {
    return (
      <>
        <Tag color={TONES[item.state]}>{t(`access.state.${item.state}`)}</Tag>
        {item.decidedBy && item.decidedAt && (
          <span className="soft second-line">
            {item.decidedBy.name} · {format.dateTime(item.decidedAt)}
          </span>
        )}
        {item.remark && <span className="second-line">{item.remark}</span>}
      </>
    );
  }
  if (!can('access:attest')) return <Tag color={TONES.open}>{t('access.state.open')}</Tag>;
  if (item.isOwn) return <span className="soft">{t('access.own')}</span>;
  return (
    <Space wrap>
      <Button onClick={() => onKeep(item)}>{t('access.keep')}</Button>
      <Button danger onClick={() => onRevoke(item)}>
        {t('access.revoke')}
      </Button>
    </Space>
  );
}

function useColumns(deciding: Deciding): TableColumnsType<AccessItem> {
  const { t } = useI18n();
  return [
    {
      title: t('access.account'),
      render: (_value, item) => (
        <>
          <strong>{item.account.name}</strong>
          <span className="soft second-line">{item.unit.name}</span>
          <span className="narrow-only">
            <Rights item={item} />
            <Use item={item} />
          </span>
        </>
      ),
    },
    { title: t('access.rights'), responsive: ['md'], render: (_value, item) => <Rights item={item} /> },
    {
      title: t('access.last_used'),
      width: 180,
      responsive: ['md'],
      render: (_value, item) => <Use item={item} />,
    },
    {
      title: t('access.decision'),
      width: 220,
      render: (_value, item) => <Decision item={item} {...deciding} />,
    },
  ];
}

function Summary({ review }: { review: AccessReview }) {
  const { t, format } = useI18n();
  return (
    <section className="panel" aria-label={t('access.title')}>
      <dl className="strip">
        <div>
          <dt>{t('access.due')}</dt>
          <dd>{review.closedAt ? t('access.closed') : format.dateTime(review.dueAt)}</dd>
        </div>
        {ITEM_STATES.map((state) => (
          <div key={state}>
            <dt>{t(`access.state.${state}`)}</dt>
            <dd>{format.number(review.counts[state])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Items({ review }: { review: AccessReview }) {
  const { t } = useI18n();
  const [state, setState] = useState<ItemState | 'all'>('open');
  const [revoking, setRevoking] = useState<AccessItem>();
  const list = useAccessItems(review.id, state);
  const { decide } = useAccessActs();
  const showProblem = useProblemToast();
  const columns = useColumns({
    onKeep: (item) => void decide(item, 'kept').catch(showProblem),
    onRevoke: setRevoking,
  });
  return (
    <>
      <Segmented
        className="access-states"
        value={state}
        onChange={setState}
        options={(['open', 'all'] as const).map((value) => ({ value, label: t(`access.show.${value}`) }))}
      />
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<AccessItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('access.none_open')} /> }}
        />
      )}
      <LoadMore list={list} />
      {revoking && (
        <ReasonDialog
          title={t('access.revoke_title', { name: revoking.account.name })}
          hint={t('access.revoke_hint')}
          label={t('access.remark')}
          okText={t('access.revoke')}
          isDanger
          charactersMax={REMARK_MAX}
          onSubmit={(remark) => decide(revoking, 'revoke', remark)}
          onClose={() => setRevoking(undefined)}
        />
      )}
    </>
  );
}

/** The quarterly review of access: who may do what, how it was used, and who attests it. */
export default function AccessPage() {
  const { t } = useI18n();
  const can = useCan();
  const { message } = App.useApp();
  const { data, error, isPending, refetch } = useAccessReviews();
  const { open } = useAccessActs();
  const showProblem = useProblemToast();
  const [chosen, setChosen] = useState<string>();
  const review = data?.find(({ id }) => id === chosen) ?? data?.[0];
  async function handleOpen(): Promise<void> {
    try {
      const { period } = await open();
      void message.success(t('access.opened', { period }));
    } catch (thrown) {
      showProblem(thrown);
    }
  }
  return (
    <Page
      title={t('access.title')}
      tools={
        <>
          {data && data.length > 0 && (
            <Select
              aria-label={t('access.period')}
              value={review?.id}
              onChange={setChosen}
              options={data.map(({ id, period }) => ({ value: id, label: period }))}
            />
          )}
          <Button onClick={() => void refetch()}>{t('action.refresh')}</Button>
          {can('audit:review') && <Button onClick={() => void handleOpen()}>{t('access.open')}</Button>}
        </>
      }
    >
      <OfficerNav />
      <p className="soft">{t('access.hint')}</p>
      {error && !data && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!isPending && !error && !review && <EmptyFace text={t('access.none')} />}
      {review && (
        <>
          <Summary review={review} />
          <Items key={`${review.id}-${review.state}`} review={review} />
        </>
      )}
    </Page>
  );
}
