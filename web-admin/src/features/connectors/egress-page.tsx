import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, InputNumber, Select, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useApi, usePageList } from '../../api/index.ts';
import { isAllowed, useSession } from '../../auth/index.ts';
import { ConfirmDialog, EmptyFace, ErrorFace, FormDialog, LoadMore, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import './connectors.css';

const PROTOCOLS = ['https', 'http', 'smtp', 'imap', 'syslog', 'clamd', 'mllp', 'database', 'tcp'] as const;
const OWNER = /^[a-z][a-z0-9-]{0,29}:[A-Za-z0-9._-]{1,64}$/;
const HOST_MAX = 253;
const REASON_MAX = 500;

/** `configured`: from the configuration file, which only the machine's administrator changes. */
interface Rule {
  id: string;
  owner: string;
  protocol: string;
  host: string;
  port: number;
  addresses: string[];
  reason: string;
  state: 'asked' | 'approved' | 'rejected' | 'configured';
  askedAt: string | null;
}

type ConfiguredRule = Pick<Rule, 'owner' | 'protocol' | 'host' | 'port' | 'addresses'>;

interface RuleForm {
  owner: string;
  protocol: string;
  host: string;
  port: number;
  addresses?: string;
  reason: string;
}

function placeOf({ protocol, host, port }: Pick<Rule, 'protocol' | 'host' | 'port'>): string {
  return `${protocol} ${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function AskDialog({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const required = { required: true, message: t('field.required') };
  async function handleSubmit({ addresses = '', ...form }: RuleForm): Promise<void> {
    const list = addresses.split(/\s+/).filter((address) => address !== '');
    await api.post('/egress-rules', { body: { ...form, host: form.host.trim(), addresses: list } });
    await cache.invalidateQueries({ queryKey: ['egress-rules'] });
    void message.success(t('egress.asked'));
    onClose();
  }
  return (
    <FormDialog<RuleForm>
      title={t('egress.ask')}
      okText={t('egress.ask')}
      initialValues={{ protocol: 'https', port: 443 }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <Form.Item
        name="owner"
        label={t('egress.owner')}
        extra={t('egress.owner_hint')}
        rules={[required, { pattern: OWNER, message: t('egress.owner_rule') }]}
      >
        <Input autoFocus />
      </Form.Item>
      <div className="egress-place">
        <Form.Item name="protocol" label={t('egress.protocol')} rules={[required]}>
          <Select options={PROTOCOLS.map((value) => ({ value, label: value }))} />
        </Form.Item>
        <Form.Item name="host" label={t('egress.host')} rules={[{ ...required, whitespace: true }]}>
          <Input maxLength={HOST_MAX} placeholder="mail.bank.example" />
        </Form.Item>
        <Form.Item name="port" label={t('egress.port')} rules={[required]}>
          <InputNumber min={1} max={65_535} precision={0} />
        </Form.Item>
      </div>
      <Form.Item name="addresses" label={t('egress.addresses')}>
        <Input.TextArea rows={2} placeholder="10.20.0.0/16" />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('egress.reason')}
        rules={[required, { min: 2, max: REASON_MAX, message: t('egress.reason_rule') }]}
      >
        <Input.TextArea rows={2} maxLength={REASON_MAX} />
      </Form.Item>
    </FormDialog>
  );
}

function CloseDialog(props: { rule: Rule; mayAsk: boolean; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  async function handleConfirm(): Promise<void> {
    await api.delete(`/egress-rules/${props.rule.id}${props.mayAsk ? '' : '/approval'}`);
    await cache.invalidateQueries({ queryKey: ['egress-rules'] });
    void message.success(t('egress.closed'));
    props.onClose();
  }
  return (
    <ConfirmDialog
      title={t('egress.close')}
      text={t('egress.close_text', { place: placeOf(props.rule) })}
      okText={t('egress.close')}
      isDanger
      onConfirm={handleConfirm}
      onClose={props.onClose}
    />
  );
}

function useColumns(onClose: (rule: Rule) => void): TableColumnsType<Rule> {
  const { t, format } = useI18n();
  return [
    {
      title: t('egress.place'),
      render: (_value, rule) => (
        <>
          <code className="egress-address">{placeOf(rule)}</code>
          {rule.addresses.length > 0 && (
            <span className="soft second-line">
              {t('egress.addresses_short')} {rule.addresses.join(', ')}
            </span>
          )}
          <span className="soft second-line">{rule.owner}</span>
        </>
      ),
    },
    { title: t('egress.reason'), dataIndex: 'reason', responsive: ['md'] },
    {
      title: t('egress.state'),
      width: 130,
      render: (_value, { state }) => (
        <span className={`state-mark egress-${state}`}>{t(`egress.state.${state}`)}</span>
      ),
    },
    {
      title: t('egress.asked_at'),
      width: 170,
      responsive: ['lg'],
      render: (_value, { askedAt }) => (askedAt === null ? '—' : format.dateTime(askedAt)),
    },
    {
      title: t('account.acts'),
      width: 90,
      render: (_value, rule) =>
        rule.state === 'configured' ? (
          '—'
        ) : (
          <Button
            size="small"
            danger
            aria-label={`${t('egress.close')} ${placeOf(rule)}`}
            onClick={() => onClose(rule)}
          >
            {t('egress.close')}
          </Button>
        ),
    },
  ];
}

/** What the configuration file opens, as rows behind the rules. */
function useConfigured(): Rule[] {
  const api = useApi();
  const answer = useQuery({
    queryKey: ['egress-rules', 'configured'],
    queryFn: () => api.get<{ configured: ConfiguredRule[] }>('/egress-rules', { query: { limit: 1 } }),
  });
  return (answer.data?.configured ?? []).map((rule, index) => ({
    ...rule,
    ...{ id: `configured-${index}`, reason: '', state: 'configured', askedAt: null },
  }));
}

/** Places the server may call. */
export default function EgressPage() {
  const { t } = useI18n();
  const session = useSession();
  const mayAsk = isAllowed(session, ['egress:ask']);
  const [isAsking, setAsking] = useState(false);
  const [closing, setClosing] = useState<Rule>();
  const list = usePageList<Rule>({ resource: 'egress-rules', path: '/egress-rules' });
  const configured = useConfigured();
  const columns = useColumns(setClosing);
  return (
    <Page
      title={t('egress.title')}
      tools={
        mayAsk && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setAsking(true)}>
            {t('egress.ask')}
          </Button>
        )
      }
    >
      <p className="soft">{t('egress.intro')}</p>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Rule>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={[...list.items, ...configured]}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('egress.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {isAsking && <AskDialog onClose={() => setAsking(false)} />}
      {closing && <CloseDialog rule={closing} mayAsk={mayAsk} onClose={() => setClosing(undefined)} />}
    </Page>
  );
}
