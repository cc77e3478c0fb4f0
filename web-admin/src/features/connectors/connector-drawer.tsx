import { Alert, Button, Drawer, Input, Select, Space, Table, Tabs, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { EmptyFace, ErrorFace, LoadingFace, LoadMore, useProblemToast } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import {
  useConnector,
  useConnectorActs,
  useConnectorCalls,
  type ConnectorCall,
  type ConnectorDetail,
  type Preview,
} from './connector-data.ts';

const MAPPING_ROWS = 14;

function Calls({ id }: { id: string }) {
  const { t, tMaybe, format } = useI18n();
  const list = useConnectorCalls(id);
  const columns: TableColumnsType<ConnectorCall> = [
    {
      title: t('connector.call'),
      render: (_value, { operation, at }) => (
        <>
          <code>{operation}</code>
          <span className="soft second-line">{format.dateTime(at)}</span>
        </>
      ),
    },
    {
      title: t('connector.purpose'),
      responsive: ['sm'],
      render: (_value, call) => t(`connector.purpose.${call.purpose as 'service'}`),
    },
    {
      title: t('connector.outcome'),
      render: (_value, { outcome, code }) => (
        <>
          <span className={`state-mark call-${outcome}`}>{t(`connector.outcome.${outcome}`)}</span>
          {code && <span className="soft second-line">{tMaybe(`error.${code}`) ?? code}</span>}
        </>
      ),
    },
    {
      title: t('connector.took'),
      width: 90,
      responsive: ['sm'],
      render: (_value, { tookMs }) => `${format.number(tookMs)} ms`,
    },
    {
      title: t('connector.correlation'),
      responsive: ['lg'],
      render: (_value, { correlationId }) => <code className="connector-id">{correlationId}</code>,
    },
  ];
  return (
    <>
      <Table<ConnectorCall>
        rowKey="id"
        size="small"
        columns={columns}
        dataSource={list.items}
        loading={list.isLoading}
        pagination={false}
        locale={{ emptyText: <EmptyFace text={t('connector.calls_empty')} /> }}
      />
      <LoadMore list={list} />
    </>
  );
}

/** What a mapping makes of the latest recording, beside the recording itself. */
function Result({ preview: { documents, records, drift } }: { preview: Preview }) {
  const { t } = useI18n();
  if (documents.length === 0) return <Alert type="info" showIcon title={t('connector.no_recording')} />;
  return (
    <>
      {drift.length > 0 && (
        <Alert type="warning" showIcon title={t('connector.drift_fields', { fields: drift.join(', ') })} />
      )}
      <h3>{t('connector.mapping_result')}</h3>
      <pre className="connector-json">{JSON.stringify(records, null, 2)}</pre>
      <h3>{t('connector.mapping_source')}</h3>
      <pre className="connector-json">{JSON.stringify(documents, null, 2)}</pre>
    </>
  );
}

/** Tries a mapping on recorded answers, before anybody keeps it. */
function Mapping({ connector }: { connector: ConnectorDetail }) {
  const { t, locale } = useI18n();
  const acts = useConnectorActs();
  const showProblem = useProblemToast();
  const [name, setName] = useState(connector.operations[0]?.name);
  const operation = connector.operations.find((one) => one.name === name);
  const [text, setText] = useState(() => JSON.stringify(operation?.output ?? {}, null, 2));
  const [preview, setPreview] = useState<Preview>();
  const [isInvalid, setInvalid] = useState(false);
  if (operation === undefined) return <EmptyFace text={t('connector.mapping_empty')} />;
  function handleChoose(next: string): void {
    setName(next);
    setPreview(undefined);
    setText(JSON.stringify(connector.operations.find((one) => one.name === next)?.output ?? {}, null, 2));
  }
  async function handleTry(): Promise<void> {
    let output: object;
    try {
      output = JSON.parse(text) as object;
      setInvalid(false);
    } catch {
      setInvalid(true);
      return;
    }
    try {
      setPreview(await acts.preview(connector.id, operation?.name ?? '', output));
    } catch (error) {
      showProblem(error);
    }
  }
  return (
    <div className="connector-mapping">
      <p className="soft">{t('connector.mapping_text')}</p>
      <Select
        value={name}
        aria-label={t('connector.call')}
        onChange={handleChoose}
        options={connector.operations.map((one) => ({
          value: one.name,
          label: `${locale === 'zh-CN' ? one.title.zh : one.title.en} (${one.name})`,
        }))}
      />
      <Input.TextArea
        className="connector-json"
        aria-label={t('connector.mapping')}
        rows={MAPPING_ROWS}
        value={text}
        spellCheck={false}
        status={isInvalid ? 'error' : ''}
        onChange={(event) => setText(event.target.value)}
      />
      {isInvalid && <Alert type="error" showIcon title={t('connector.json_invalid')} />}
      <Space>
        <Button type="primary" onClick={() => void handleTry()}>
          {t('connector.mapping_try')}
        </Button>
        <span className="soft">{t('connector.mapping_keep')}</span>
      </Space>
      {preview && <Result preview={preview} />}
    </div>
  );
}

/** Calls of a connector, and its mappings tried on recordings. */
export function ConnectorDrawer({
  id,
  mayWrite,
  onClose,
}: {
  id: string;
  mayWrite: boolean;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { data, error, refetch } = useConnector(id);
  const items = [
    { key: 'calls', label: t('connector.calls'), children: <Calls id={id} /> },
    ...(mayWrite && data
      ? [{ key: 'mapping', label: t('connector.mapping'), children: <Mapping connector={data} /> }]
      : []),
  ];
  return (
    <Drawer open size={860} title={data?.name ?? ''} onClose={onClose}>
      {error ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : data ? (
        <Tabs items={items} />
      ) : (
        <LoadingFace />
      )}
    </Drawer>
  );
}
