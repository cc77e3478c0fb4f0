import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, usePageList } from '../../api/index.ts';
import { isAllowed, useSession } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import './defence.css';

interface Block {
  id: string;
  address: string;
  reason: 'bait' | 'scan' | 'guessing';
  state: 'blocked' | 'ended' | 'released';
  blockedAt: string;
  endsAt: string;
}

/** One click: an honest colleague must not wait for a dialog. */
function ReleaseButton({ block }: { block: Block }) {
  const { t, tMaybe } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [isBusy, setBusy] = useState(false);
  async function handleClick(): Promise<void> {
    setBusy(true);
    try {
      await api.delete(`/address-blocks/${block.id}`);
      void message.success(t('defence.released', { address: block.address }));
    } catch (thrown) {
      const { code } = toApiError(thrown);
      void message.error(tMaybe(`error.${code}`) ?? code);
    } finally {
      setBusy(false);
      await cache.invalidateQueries({ queryKey: ['address-blocks'] });
    }
  }
  return (
    <Button
      size="small"
      loading={isBusy}
      aria-label={`${t('defence.release')} ${block.address}`}
      onClick={() => void handleClick()}
    >
      {t('defence.release')}
    </Button>
  );
}

function useColumns(mayRelease: boolean): TableColumnsType<Block> {
  const { t, format } = useI18n();
  return [
    {
      title: t('defence.address'),
      render: (_value, { address, reason }) => (
        <>
          <code className="defence-address">{address}</code>
          <span className="soft second-line">{t(`defence.reason.${reason}`)}</span>
        </>
      ),
    },
    {
      title: t('defence.state'),
      width: 104,
      render: (_value, { state }) => (
        <span className={`state-mark defence-${state}`}>{t(`defence.state.${state}`)}</span>
      ),
    },
    {
      title: t('defence.blocked_at'),
      width: 170,
      responsive: ['lg'],
      render: (_value, { blockedAt }) => format.dateTime(blockedAt),
    },
    {
      title: t('defence.ends_at'),
      width: 170,
      responsive: ['md'],
      render: (_value, { endsAt }) => format.dateTime(endsAt),
    },
    {
      title: t('account.acts'),
      width: 110,
      render: (_value, block) =>
        mayRelease && block.state === 'blocked' ? <ReleaseButton block={block} /> : '—',
    },
  ];
}

/** Addresses that were turned away, and letting them in again. */
export default function DefencePage() {
  const { t } = useI18n();
  const session = useSession();
  const columns = useColumns(isAllowed(session, ['defence:release']));
  const list = usePageList<Block>({ resource: 'address-blocks', path: '/address-blocks' });
  return (
    <Page title={t('defence.title')}>
      <p className="soft">{t('defence.intro')}</p>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Block>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('defence.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
    </Page>
  );
}
