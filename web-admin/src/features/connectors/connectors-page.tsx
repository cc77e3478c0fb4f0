import { MoreOutlined, PlusOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Space, Table, type MenuProps, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, Page, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  useConnector,
  useConnectorActs,
  useConnectorModules,
  useConnectors,
  type Connector,
} from './connector-data.ts';
import { ConnectorDrawer } from './connector-drawer.tsx';
import { ConnectorDialog, SecretForm } from './connector-form.tsx';
import './connectors.css';

type Act = 'edit' | 'secret' | 'look' | 'delete';
const STATES: readonly Connector['state'][] = ['live', 'record', 'replay', 'off'];
const NOTICE_MS = 30 * 86_400_000;

/** The one word that says most about a connector. */
function faceOf(connector: Connector): 'off' | 'waiting' | 'open' | Connector['health'] {
  if (connector.state === 'off') return 'off';
  if (connector.places.some(({ isOpen }) => !isOpen)) return 'waiting';
  return connector.breaker === 'closed' ? connector.health : 'open';
}

function HealthMark({ connector }: { connector: Connector }) {
  const { t, tMaybe, format } = useI18n();
  const face = faceOf(connector);
  const { healthCode, drift, certificateEndsAt } = connector;
  const endsSoon = certificateEndsAt !== null && Date.parse(certificateEndsAt) - Date.now() < NOTICE_MS;
  const hints = [
    face === 'waiting' ? t('connector.waiting_hint') : undefined,
    face === 'down' && healthCode ? (tMaybe(`error.${healthCode}`) ?? healthCode) : undefined,
    drift.length > 0 ? t('connector.drift_fields', { fields: drift.join(', ') }) : undefined,
    endsSoon ? t('connector.certificate_ends', { at: format.date(certificateEndsAt) }) : undefined,
  ].filter((hint) => hint !== undefined);
  return (
    <>
      <span className={`state-mark connector-${face}`}>{t(`connector.health.${face}`)}</span>
      {hints.map((hint) => (
        <span key={hint} className="soft second-line">
          {hint}
        </span>
      ))}
    </>
  );
}

function Acts({ connector, onAct }: { connector: Connector; onAct: (act: Act) => void }) {
  const { t } = useI18n();
  const can = useCan();
  const acts = useConnectorActs();
  const { message } = App.useApp();
  const showProblem = useProblemToast();
  const [isTesting, setTesting] = useState(false);
  async function handleTest(): Promise<void> {
    setTesting(true);
    try {
      const { outcome, reason, ms } = await acts.test(connector);
      const text = t(`connector.probe.${outcome as 'ok'}`, { ms, reason: reason ?? '' });
      if (outcome === 'ok') void message.success(text);
      else void message.error(text, 8);
    } catch (error) {
      showProblem(error);
    } finally {
      setTesting(false);
    }
  }
  const run = (work: Promise<unknown>) =>
    void work.then(() => message.success(t('connector.saved'))).catch(showProblem);
  const look = { key: 'look', label: t('connector.look'), onClick: () => onAct('look') };
  const items: MenuProps['items'] = [
    look,
    { key: 'edit', label: t('connector.edit'), onClick: () => onAct('edit') },
    { key: 'secret', label: t('connector.set_secret'), onClick: () => onAct('secret') },
    {
      key: 'state',
      label: t('connector.switch'),
      children: STATES.filter((state) => state !== connector.state).map((state) => ({
        key: state,
        label: t(`connector.state.${state}`),
        onClick: () => run(acts.setState(connector, state)),
      })),
    },
    ...(connector.drift.length > 0
      ? [{ key: 'accept', label: t('connector.accept'), onClick: () => run(acts.accept(connector)) }]
      : []),
    { key: 'delete', label: t('connector.delete'), danger: true, onClick: () => onAct('delete') },
  ];
  const mayWrite = can('connector:write');
  return (
    <Space>
      {mayWrite && (
        <Button size="small" loading={isTesting} onClick={() => void handleTest()}>
          {t('connector.test')}
        </Button>
      )}
      <Dropdown menu={{ items: mayWrite ? items : [look] }} trigger={['click']}>
        <Button size="small" icon={<MoreOutlined />} aria-label={`${t('webhook.more')} ${connector.name}`} />
      </Dropdown>
    </Space>
  );
}

function useColumns(onAct: (connector: Connector, act: Act) => void): TableColumnsType<Connector> {
  const { t, format } = useI18n();
  return [
    {
      title: t('connector.name'),
      render: (_value, { name, places }) => (
        <>
          <strong className="webhook-name">{name}</strong>
          {places.map(({ protocol, host, port }) => (
            <code key={`${protocol}${host}${port}`} className="soft second-line webhook-url">
              {protocol} {host}:{port}
            </code>
          ))}
        </>
      ),
    },
    { title: t('connector.module'), dataIndex: 'module', width: 110, responsive: ['md'] },
    {
      title: t('connector.mode'),
      width: 120,
      responsive: ['sm'],
      render: (_value, { state }) => t(`connector.state.${state}`),
    },
    { title: t('connector.health'), render: (_value, connector) => <HealthMark connector={connector} /> },
    {
      title: t('connector.checked'),
      width: 170,
      responsive: ['xl'],
      render: (_value, { checkedAt }) => (checkedAt ? format.dateTime(checkedAt) : t('connector.never')),
    },
    {
      title: t('account.acts'),
      width: 130,
      render: (_value, connector) => <Acts connector={connector} onAct={(act) => onAct(connector, act)} />,
    },
  ];
}

function Dialogs({ id, act, onClose }: { id: string; act: Act; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const can = useCan();
  const acts = useConnectorActs();
  const modules = useConnectorModules();
  const { data: connector } = useConnector(id);
  if (act === 'look') return <ConnectorDrawer id={id} mayWrite={can('connector:write')} onClose={onClose} />;
  if (connector === undefined || modules.data === undefined) return null;
  const handleSaved = () => {
    void message.success(t('connector.saved'));
    onClose();
  };
  if (act === 'secret') return <SecretForm connector={connector} onSaved={handleSaved} onClose={onClose} />;
  if (act === 'edit') {
    return (
      <ConnectorDialog
        connector={connector}
        modules={modules.data.items}
        onSaved={handleSaved}
        onClose={onClose}
      />
    );
  }
  return (
    <ConfirmDialog
      title={t('connector.delete')}
      text={t('connector.delete_text', { name: connector.name })}
      okText={t('connector.delete')}
      isDanger
      onConfirm={async () => {
        await acts.remove(connector);
        onClose();
      }}
      onClose={onClose}
    />
  );
}

/** Connectors: which systems are asked, how they fare, and what to do about it. */
export default function ConnectorsPage() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const can = useCan();
  const list = useConnectors();
  const modules = useConnectorModules();
  const [chosen, setChosen] = useState<{ connector: Connector; act: Act }>();
  const [isMaking, setMaking] = useState(false);
  const columns = useColumns((connector, act) => setChosen({ connector, act }));
  const create = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setMaking(true)}>
      {t('connector.create')}
    </Button>
  );
  return (
    <Page title={t('connector.title')} tools={can('connector:write') && create}>
      <p className="soft">{t('connector.intro')}</p>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Connector>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('connector.empty')} /> }}
        />
      )}
      {isMaking && modules.data && (
        <ConnectorDialog
          modules={modules.data.items}
          onSaved={() => {
            setMaking(false);
            void message.success(t('connector.made'));
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {chosen && <Dialogs id={chosen.connector.id} act={chosen.act} onClose={() => setChosen(undefined)} />}
    </Page>
  );
}
