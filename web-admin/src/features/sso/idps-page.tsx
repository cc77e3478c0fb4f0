import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Space, Table, type TableColumnsType } from 'antd';
import { useState, type ReactNode } from 'react';
import { useCan } from '../../auth/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, Page, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { IdpDialog } from './idp-dialog.tsx';
import { IdpDrawer } from './idp-drawer.tsx';
import { NEAR_DAYS, useIdpActs, useIdps, useOwnKeys, type Idp, type OwnKey } from './idp-data.ts';
import './sso.css';

const REASON_MAX = 500;

/** The nearest end among the certificates that are in force. */
function NearestEnd({ idp }: { idp: Idp }) {
  const { t } = useI18n();
  const inForce = idp.certificates.filter(({ isInForce }) => isInForce);
  if (inForce.length === 0) return <span className="state-mark idp-ended">{t('idp.cert_ended')}</span>;
  const first = Math.min(...inForce.map(({ daysLeft }) => daysLeft));
  const last = Math.max(...inForce.map(({ daysLeft }) => daysLeft));
  return (
    <>
      <span className={`state-mark ${last <= NEAR_DAYS ? 'idp-near' : 'idp-live'}`}>
        {last === 0 ? t('idp.cert_today') : t('idp.cert_days', { days: last })}
      </span>
      {inForce.length > 1 && (
        <span className="soft second-line">
          {t('idp.cert_first', { count: inForce.length, days: first })}
        </span>
      )}
    </>
  );
}

function useColumns(onOpen: (idp: Idp) => void, actsOf: (idp: Idp) => ReactNode): TableColumnsType<Idp> {
  const { t } = useI18n();
  return [
    {
      title: t('idp.title'),
      render: (_value, idp) => (
        <>
          <Button type="link" className="idp-name" onClick={() => onOpen(idp)}>
            {idp.id}
          </Button>
          <span className="soft second-line idp-code">{idp.entityId}</span>
          {idp.fetchFault && <span className="warn-text second-line">{t('idp.fetch_failed_short')}</span>}
        </>
      ),
    },
    {
      title: t('idp.state'),
      width: 150,
      render: (_value, { state }) => (
        <span className={`state-mark idp-${state}`}>{t(`idp.state.${state}`)}</span>
      ),
    },
    {
      title: t('idp.certificates'),
      width: 190,
      responsive: ['md'],
      render: (_value, idp) => <NearestEnd idp={idp} />,
    },
    { title: t('account.acts'), width: 300, responsive: ['md'], render: (_value, idp) => actsOf(idp) },
  ];
}

type Act = { kind: 'off' | 'on' | 'remove'; idp: Idp };

function ActDialog({ act: { kind, idp }, onClose }: { act: Act; onClose: () => void }) {
  const { t } = useI18n();
  const acts = useIdpActs();
  const { message } = App.useApp();
  async function handleSubmit(reason: string): Promise<void> {
    if (kind === 'remove') await acts.remove(idp.id, reason);
    else await acts.switch(idp.id, kind === 'on', reason);
    void message.success(t('idp.asked'));
  }
  return (
    <ReasonDialog
      title={t(`idp.${kind}_title`, { id: idp.id })}
      hint={t(`idp.${kind}_text`)}
      label={t('approval.reason')}
      okText={t('idp.ask')}
      isDanger={kind !== 'on'}
      charactersMax={REASON_MAX}
      onSubmit={handleSubmit}
      onClose={onClose}
    />
  );
}

function OwnKeys({ mayWrite }: { mayWrite: boolean }) {
  const { t, format } = useI18n();
  const { data, error, isPending, refetch } = useOwnKeys();
  const acts = useIdpActs();
  const { message } = App.useApp();
  const [isOpen, setOpen] = useState(false);
  async function handleConfirm(): Promise<void> {
    await acts.makeKey();
    void message.success(t('idp.key_made'));
    setOpen(false);
  }
  if (error) return <ErrorFace error={error} onRetry={() => void refetch()} />;
  return (
    <section aria-labelledby="own-keys">
      <header className="idp-section">
        <h2 id="own-keys">{t('idp.own_keys')}</h2>
        {mayWrite && <Button onClick={() => setOpen(true)}>{t('idp.key_new')}</Button>}
      </header>
      <p className="soft">{t('idp.own_keys_hint')}</p>
      <Table<OwnKey>
        rowKey="id"
        size="small"
        pagination={false}
        loading={isPending}
        dataSource={data ?? []}
        locale={{ emptyText: <EmptyFace text={t('idp.keys_empty')} /> }}
        columns={[
          {
            title: t('idp.fingerprint'),
            render: (_value, { fingerprint }) => <code className="idp-code">{fingerprint}</code>,
          },
          {
            title: t('idp.state'),
            render: (_value, key) => (
              <>
                {t(key.isSigning ? 'idp.key_signs' : 'idp.key_opens')}
                <span className="soft second-line">
                  {t('idp.key_dates', { from: format.date(key.signsFrom), until: format.date(key.notAfter) })}
                </span>
              </>
            ),
          },
        ]}
      />
      {isOpen && (
        <ConfirmDialog
          title={t('idp.key_new')}
          text={t('idp.key_new_text')}
          okText={t('idp.key_new')}
          onConfirm={handleConfirm}
          onClose={() => setOpen(false)}
        />
      )}
    </section>
  );
}

/** Identity providers: added and changed by two people, tested before anybody signs in through them. */
export default function IdpsPage() {
  const { t } = useI18n();
  const can = useCan();
  const mayWrite = can('idp:write');
  const { data, error, isPending, refetch } = useIdps();
  const [openId, setOpenId] = useState<string>();
  const [changed, setChanged] = useState<Idp | 'new'>();
  const [act, setAct] = useState<Act>();
  const opened = data?.find(({ id }) => id === openId);
  const actsOf = (idp: Idp) => (
    <Space size={4} wrap className="idp-acts">
      {mayWrite && idp.state === 'approved' && (
        <Button size="small" type="primary" href={`/sso/${idp.id}/login?test=1`}>
          {t('idp.test')}
        </Button>
      )}
      {mayWrite && (
        <>
          <Button size="small" onClick={() => setChanged(idp)}>
            {t('idp.change')}
          </Button>
          <Button size="small" onClick={() => setAct({ kind: idp.state === 'off' ? 'on' : 'off', idp })}>
            {t(idp.state === 'off' ? 'idp.on' : 'idp.off')}
          </Button>
          <Button size="small" danger onClick={() => setAct({ kind: 'remove', idp })}>
            {t('idp.remove')}
          </Button>
        </>
      )}
    </Space>
  );
  const columns = useColumns(({ id }) => setOpenId(id), actsOf);
  const tools = mayWrite && (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setChanged('new')}>
      {t('idp.add')}
    </Button>
  );
  return (
    <Page title={t('idp.page')} tools={tools}>
      <p className="soft">{t('idp.page_hint')}</p>
      {error ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<Idp>
          rowKey="id"
          columns={columns}
          dataSource={data ?? []}
          loading={isPending}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('idp.empty')} /> }}
        />
      )}
      <OwnKeys mayWrite={mayWrite} />
      {opened && <IdpDrawer idp={opened} acts={actsOf(opened)} onClose={() => setOpenId(undefined)} />}
      {changed && (
        <IdpDialog idp={changed === 'new' ? undefined : changed} onClose={() => setChanged(undefined)} />
      )}
      {act && <ActDialog act={act} onClose={() => setAct(undefined)} />}
    </Page>
  );
}
