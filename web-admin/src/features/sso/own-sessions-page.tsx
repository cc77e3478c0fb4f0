import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Table, Tag, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useApi, type ApiError } from '../../api/index.ts';
import { SESSION_KEY } from '../../auth/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { RecoveryCodes } from './recovery-codes.tsx';
import './sso.css';

interface OwnSession {
  id: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
  /** Identity provider that opened it. */
  idp?: string;
  isCurrent: boolean;
}

const KEY = ['own-sessions'];

function useColumns(onEnd: (session: OwnSession) => void): TableColumnsType<OwnSession> {
  const { t, format } = useI18n();
  return [
    {
      title: t('own_session.began'),
      render: (_value, { createdAt, isCurrent, idp, lastSeenAt }) => (
        <>
          {format.dateTime(createdAt)} {isCurrent && <Tag color="blue">{t('own_session.current')}</Tag>}
          <span className="soft second-line">
            {idp === undefined ? t('own_session.local') : t('own_session.idp', { idp })}
          </span>
          <span className="soft second-line idp-narrow">
            {t('own_session.last_use')} {format.dateTime(lastSeenAt)}
          </span>
        </>
      ),
    },
    {
      title: t('own_session.last_use'),
      responsive: ['md'],
      render: (_value, { lastSeenAt }) => format.dateTime(lastSeenAt),
    },
    {
      title: t('own_session.ends'),
      responsive: ['md'],
      render: (_value, { expiresAt }) => format.dateTime(expiresAt),
    },
    {
      title: t('account.acts'),
      width: 110,
      render: (_value, session) => (
        <Button size="small" danger onClick={() => onEnd(session)}>
          {t('own_session.end')}
        </Button>
      ),
    },
  ];
}

/** The sessions of one's own account, here and in other browsers: seen, and ended one by one. */
export default function OwnSessionsPage() {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const [ending, setEnding] = useState<OwnSession>();
  const { data, error, isPending, refetch } = useQuery<OwnSession[], ApiError>({
    queryKey: KEY,
    queryFn: async ({ signal }) => (await api.get<{ items: OwnSession[] }>('/sessions', { signal })).items,
  });
  async function handleEnd(session: OwnSession): Promise<void> {
    await api.delete(`/sessions/${session.id}`);
    void message.success(t('own_session.ended'));
    setEnding(undefined);
    await cache.invalidateQueries({ queryKey: session.isCurrent ? SESSION_KEY : KEY });
  }
  const columns = useColumns(setEnding);
  return (
    <Page title={t('own_session.title')}>
      <p className="soft">{t('own_session.hint')}</p>
      {error ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<OwnSession>
          rowKey="id"
          columns={columns}
          dataSource={data ?? []}
          loading={isPending}
          pagination={false}
          locale={{ emptyText: <EmptyFace /> }}
        />
      )}
      <RecoveryCodes />
      {ending && (
        <ConfirmDialog
          title={t('own_session.end')}
          text={t(ending.isCurrent ? 'own_session.end_current' : 'own_session.end_text')}
          okText={t('own_session.end')}
          isDanger
          onConfirm={() => handleEnd(ending)}
          onClose={() => setEnding(undefined)}
        />
      )}
    </Page>
  );
}
