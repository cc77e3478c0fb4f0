import { PlusOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { App, Button, Form, Input, InputNumber, Select, Space, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useApi, usePageList } from '../../api/index.ts';
import {
  ConfirmDialog,
  EmptyFace,
  ErrorFace,
  FormDialog,
  LoadMore,
  Page,
  SecretDialog,
  SecretLine,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import './identity.css';

/** What a program's token may be given. */
const SCOPES = [
  'robot:query',
  'ticket:read',
  'ticket:work',
  'conversation:read-any',
  'channel:send',
  'webhook:write',
  'report:read',
  'scim:write',
] as const;

const DAYS_DEFAULT = 90;
const DAYS_MAX = 365;
const NAME_MAX = 100;
const PER_SECOND_MAX = 1_000;
const GRACE_HOURS = { usual: 24, max: 72 };

interface Token {
  id: string;
  name: string;
  scopes: string[];
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  isRevoked: boolean;
  networks: string[];
  perSecond: number | null;
  oldUntilAt: string | null;
}

interface TokenForm {
  name: string;
  scopes: string[];
  expiresInDays: number;
  networks?: string;
  perSecond?: number | null;
}

/** A token with its text, as it is answered once. */
interface CreatedToken {
  id: string;
  name: string;
  token: string;
}

type TokenState = 'active' | 'expired' | 'revoked';

function stateOf(token: Token, nowMs: number): TokenState {
  if (token.isRevoked) return 'revoked';
  return new Date(token.expiresAt).getTime() <= nowMs ? 'expired' : 'active';
}

function CreateTokenDialog(props: { onCreated: (token: CreatedToken) => void; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const required = { required: true, message: t('field.required') };
  async function handleSubmit({ networks = '', perSecond, ...form }: TokenForm): Promise<void> {
    const listed = networks.split(/\s+/).filter((network) => network !== '');
    const body = { ...form, networks: listed, ...(perSecond ? { perSecond } : {}) };
    const made = await api.create<CreatedToken>('/tokens', { body });
    await cache.invalidateQueries({ queryKey: ['tokens'] });
    props.onCreated(made);
  }
  return (
    <FormDialog<TokenForm>
      title={t('token.create')}
      okText={t('action.create')}
      initialValues={{ scopes: [], expiresInDays: DAYS_DEFAULT }}
      onSubmit={handleSubmit}
      onClose={props.onClose}
    >
      <Form.Item name="name" label={t('token.name')} rules={[{ ...required, whitespace: true }]}>
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      <Form.Item name="scopes" label={t('token.scopes')} rules={[required]}>
        <Select
          mode="multiple"
          options={SCOPES.map((value) => ({ value: value as string, label: t(`token.scope.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="expiresInDays" label={t('token.expires_in_days')} rules={[required]}>
        <InputNumber min={1} max={DAYS_MAX} precision={0} />
      </Form.Item>
      <Form.Item name="networks" label={t('token.networks')} extra={t('token.networks_hint')}>
        <Input.TextArea rows={2} placeholder="10.20.0.0/16" />
      </Form.Item>
      <Form.Item name="perSecond" label={t('token.per_second')}>
        <InputNumber min={1} max={PER_SECOND_MAX} precision={0} />
      </Form.Item>
    </FormDialog>
  );
}

function TokenSecretDialog({ created, onClose }: { created: CreatedToken; onClose: () => void }) {
  const { t } = useI18n();
  return (
    <SecretDialog
      title={t('token.secret_title')}
      warning={t('token.secret_text')}
      okText={t('account.secret_done')}
      onClose={onClose}
    >
      <SecretLine label={`${t('token.secret')} · ${created.name}`} text={created.token} />
      <p className="soft">{t('token.usage')}</p>
      <SecretLine label="Authorization" text={`Bearer ${created.token}`} />
    </SecretDialog>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  async function handleConfirm(): Promise<void> {
    await api.delete(`/tokens/${token.id}`);
    await cache.invalidateQueries({ queryKey: ['tokens'] });
    void message.success(t('token.revoked', { name: token.name }));
    onClose();
  }
  return (
    <ConfirmDialog
      title={t('token.revoke')}
      text={t('token.revoke_text', { name: token.name })}
      okText={t('token.revoke')}
      isDanger
      onConfirm={handleConfirm}
      onClose={onClose}
    />
  );
}

function RotateDialog(props: {
  token: Token;
  onRotated: (token: CreatedToken) => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { token } = props;
  async function handleSubmit(body: { graceHours: number }): Promise<void> {
    const made = await api.post<CreatedToken>(`/tokens/${token.id}/rotate`, { body });
    await cache.invalidateQueries({ queryKey: ['tokens'] });
    props.onRotated(made);
  }
  return (
    <FormDialog<{ graceHours: number }>
      title={t('token.rotate')}
      okText={t('token.rotate')}
      initialValues={{ graceHours: GRACE_HOURS.usual }}
      onSubmit={handleSubmit}
      onClose={props.onClose}
    >
      <p>{t('token.rotate_text', { name: token.name })}</p>
      <Form.Item
        name="graceHours"
        label={t('token.grace_hours')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <InputNumber min={0} max={GRACE_HOURS.max} precision={0} autoFocus />
      </Form.Item>
    </FormDialog>
  );
}

/** Where and how often a token may be used, and how long the one before it is good. */
function Bounds({ token, nowMs }: { token: Token; nowMs: number }) {
  const { t, format } = useI18n();
  const { networks, perSecond, oldUntilAt } = token;
  const isOverlapping = oldUntilAt !== null && new Date(oldUntilAt).getTime() > nowMs;
  const parts = [
    networks.length > 0 && t('token.networks_short', { networks: networks.join(', ') }),
    perSecond !== null && t('token.per_second_short', { count: perSecond }),
    isOverlapping && t('token.old_until', { at: format.dateTime(oldUntilAt) }),
  ].filter(Boolean);
  return parts.length === 0 ? null : <span className="soft second-line">{parts.join(' · ')}</span>;
}

type Asking = 'revoke' | 'rotate';

function useColumns(onAct: (token: Token, act: Asking) => void): TableColumnsType<Token> {
  const { t, tMaybe, format } = useI18n();
  const nowMs = Date.now();
  return [
    {
      title: t('token.name'),
      render: (_value, token) => (
        <>
          <strong>{token.name}</strong>
          <Bounds token={token} nowMs={nowMs} />
        </>
      ),
    },
    {
      title: t('token.scopes'),
      responsive: ['md'],
      render: (_value, { scopes }) =>
        scopes.map((scope) => tMaybe(`token.scope.${scope}`) ?? scope).join(' · '),
    },
    {
      title: t('token.state'),
      width: 110,
      render: (_value, token) => {
        const state = stateOf(token, nowMs);
        return <span className={`state-mark token-${state}`}>{t(`token.state.${state}`)}</span>;
      },
    },
    {
      title: t('token.expires'),
      width: 130,
      responsive: ['sm'],
      render: (_value, { expiresAt }) => format.date(expiresAt),
    },
    {
      title: t('token.last_used'),
      width: 170,
      responsive: ['lg'],
      render: (_value, { lastUsedAt }) => (lastUsedAt ? format.dateTime(lastUsedAt) : t('token.never_used')),
    },
    {
      title: t('account.acts'),
      width: 170,
      render: (_value, token) =>
        token.isRevoked ? (
          '—'
        ) : (
          <Space wrap>
            {stateOf(token, nowMs) === 'active' && (
              <Button
                size="small"
                aria-label={`${t('token.rotate')} ${token.name}`}
                onClick={() => onAct(token, 'rotate')}
              >
                {t('token.rotate')}
              </Button>
            )}
            <Button
              size="small"
              danger
              aria-label={`${t('token.revoke')} ${token.name}`}
              onClick={() => onAct(token, 'revoke')}
            >
              {t('token.revoke')}
            </Button>
          </Space>
        ),
    },
  ];
}

/** Tokens of programs: made with scopes and an end, shown once, revoked at any time. */
export default function TokensPage() {
  const { t } = useI18n();
  const [isCreating, setCreating] = useState(false);
  const [created, setCreated] = useState<CreatedToken>();
  const [asking, setAsking] = useState<{ token: Token; act: Asking }>();
  const list = usePageList<Token>({ resource: 'tokens', path: '/tokens' });
  const columns = useColumns((token, act) => setAsking({ token, act }));
  return (
    <Page
      title={t('token.title')}
      tools={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
          {t('token.create')}
        </Button>
      }
    >
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Token>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('token.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {isCreating && (
        <CreateTokenDialog
          onClose={() => setCreating(false)}
          onCreated={(token) => {
            setCreating(false);
            setCreated(token);
          }}
        />
      )}
      {created && <TokenSecretDialog created={created} onClose={() => setCreated(undefined)} />}
      {asking?.act === 'revoke' && <RevokeDialog token={asking.token} onClose={() => setAsking(undefined)} />}
      {asking?.act === 'rotate' && (
        <RotateDialog
          token={asking.token}
          onClose={() => setAsking(undefined)}
          onRotated={(token) => {
            setAsking(undefined);
            setCreated(token);
          }}
        />
      )}
    </Page>
  );
}
