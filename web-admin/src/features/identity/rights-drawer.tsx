import { CheckOutlined, CloseOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Drawer, Form, Input, Select } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, type ApiError } from '../../api/index.ts';
import { ErrorFace, LoadingFace, ProblemText } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { useRoleName, useRoles } from '../../roles/index.ts';
import type { Account } from './account-data.ts';
import { usePlacement } from './placement-dialog.tsx';

const DRAWER_WIDTH = 640;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface Grant {
  role: string;
  scope: 'own' | 'unit' | 'subtree';
  unitName: string;
  requestedBy: string | null;
  approvedBy: string | null;
  grantedAt: string | null;
  permissions: string[];
}

interface Reason {
  code: string;
  isFor: boolean;
  role?: string;
  scope?: Grant['scope'];
  unitName?: string;
  rule?: string;
}

interface QuestionForm {
  permission: string;
  type?: 'conversation' | 'ticket';
  id?: string;
}

function useRights(accountId: string) {
  const api = useApi();
  return useQuery<{ grants: Grant[] }, ApiError>({
    queryKey: ['accounts', 'rights', accountId],
    queryFn: ({ signal }) => api.get<{ grants: Grant[] }>(`/accounts/${accountId}/rights`, { signal }),
    refetchOnWindowFocus: false,
  });
}

function GrantCard({ grant }: { grant: Grant }) {
  const { t, tMaybe, format } = useI18n();
  const nameOf = useRoleName();
  const { role, scope, unitName, requestedBy, approvedBy, grantedAt } = grant;
  return (
    <li className="grant-card">
      <strong>{nameOf(role)}</strong>
      <span className="soft second-line">
        {t('rights.scope', { unit: unitName, scope: t(`rights.scope.${scope}`) })}
      </span>
      <span className="soft second-line">
        {grantedAt && requestedBy && approvedBy
          ? [
              t('rights.asked_by', { name: requestedBy }),
              t('rights.approved_by', { name: approvedBy }),
              format.dateTime(grantedAt),
            ].join(' · ')
          : t('rights.first')}
      </span>
      <p>{grant.permissions.map((name) => tMaybe(`permission.${name}`) ?? name).join(' · ')}</p>
    </li>
  );
}

function ReasonLine({ reason }: { reason: Reason }) {
  const { t, tMaybe } = useI18n();
  const nameOf = useRoleName();
  const params = {
    role: reason.role ? nameOf(reason.role) : '',
    unit: reason.unitName ?? '',
    scope: reason.scope ? t(`rights.scope.${reason.scope}`) : '',
    rule: (reason.rule && tMaybe(`rights.rule.${reason.rule}`)) ?? reason.rule ?? '',
  };
  return (
    <li>
      {reason.isFor ? <CheckOutlined aria-hidden /> : <CloseOutlined aria-hidden />}{' '}
      {tMaybe(`rights.reason.${reason.code}`, params) ?? reason.code}
    </li>
  );
}

function Answer({ answer, reasons }: { answer: boolean; reasons: Reason[] }) {
  const { t } = useI18n();
  return (
    <Alert
      className="dialog-alert"
      type={answer ? 'success' : 'warning'}
      showIcon
      title={t(answer ? 'rights.yes' : 'rights.no')}
      description={
        <ul className="plain-list">
          {reasons.map((reason, index) => (
            <ReasonLine key={`${reason.code}-${index}`} reason={reason} />
          ))}
        </ul>
      }
    />
  );
}

function Question({ account }: { account: Account }) {
  const { t, tMaybe } = useI18n();
  const api = useApi();
  const { data } = useRoles();
  const [form] = Form.useForm<QuestionForm>();
  const type = Form.useWatch('type', form);
  const [found, setFound] = useState<{ answer: boolean; reasons: Reason[] }>();
  const [error, setError] = useState<ApiError>();
  async function handleFinish({ permission, type: kind, id }: QuestionForm): Promise<void> {
    const body = { permission, ...(kind && id ? { record: { type: kind, id: id.trim() } } : {}) };
    setError(undefined);
    try {
      setFound(await api.post(`/accounts/${account.id}/rights/question`, { body }));
    } catch (thrown) {
      setFound(undefined);
      setError(toApiError(thrown));
    }
  }
  const labelOf = (name: string) => tMaybe(`permission.${name}`) ?? name;
  return (
    <Form<QuestionForm> form={form} layout="vertical" requiredMark={false} onFinish={handleFinish}>
      <Form.Item
        name="permission"
        label={t('rights.permission')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={(data?.permissions ?? []).map(({ name }) => ({ value: name, label: labelOf(name) }))}
        />
      </Form.Item>
      <Form.Item name="type" label={t('rights.record_type')}>
        <Select
          allowClear
          options={(['conversation', 'ticket'] as const).map((value) => ({
            value,
            label: t(`rights.record.${value}` satisfies MessageKey),
          }))}
        />
      </Form.Item>
      {type && (
        <Form.Item
          name="id"
          label={t('rights.record_id')}
          rules={[{ required: true, pattern: UUID, message: t('field.required') }]}
        >
          <Input autoComplete="off" spellCheck={false} />
        </Form.Item>
      )}
      <Button htmlType="submit">{t('rights.ask')}</Button>
      <div role="status" className="rights-answer">
        {error && <Alert type="error" showIcon title={<ProblemText error={error} />} />}
        {found && <Answer {...found} />}
      </div>
    </Form>
  );
}

/** Why an account may do what it may: its grants, and an answer to one question. Nothing of any customer. */
export function RightsDrawer({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useI18n();
  const { data, error, refetch } = useRights(account.id);
  const placement = usePlacement(account.id).data;
  return (
    <Drawer
      open
      size={DRAWER_WIDTH}
      title={t('rights.title', { name: account.displayName })}
      onClose={onClose}
    >
      {error && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingFace />}
      {data && (
        <>
          {placement && <p>{t('account.works_in', { unit: placement.unit.name })}</p>}
          <h2 className="drawer-heading">{t('rights.grants')}</h2>
          {data.grants.length === 0 && <p>{t('rights.none')}</p>}
          <ul className="plain-list">
            {data.grants.map((grant) => (
              <GrantCard key={grant.role} grant={grant} />
            ))}
          </ul>
          <h2 className="drawer-heading">{t('rights.question')}</h2>
          <Question account={account} />
        </>
      )}
    </Drawer>
  );
}
