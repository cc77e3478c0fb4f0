import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal, Select } from 'antd';
import { useApi, type ApiError } from '../../api/index.ts';
import { ErrorFace, FormDialog, LoadingFace, UnitPicker } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useRoleName } from '../../roles/index.ts';
import type { Account } from './account-data.ts';

const REASON_MAX = 500;
const KINDS = ['own', 'unit', 'subtree'] as const;

type ScopeKind = (typeof KINDS)[number];

interface Placement {
  unit: { id: string; name: string };
  scopes: { role: string; kind: ScopeKind; unit: { id: string; name: string }; followsAccount: boolean }[];
  version: number;
}

interface PlacementForm {
  unitId: string;
  scopes?: { kind: ScopeKind; unitId?: string }[];
  reason: string;
}

/** Where an account works and what each of its roles reaches. */
export function usePlacement(accountId: string) {
  const api = useApi();
  return useQuery<Placement, ApiError>({
    queryKey: ['accounts', 'placement', accountId],
    queryFn: ({ signal }) => api.get<Placement>(`/accounts/${accountId}/placement`, { signal }),
    // Each reading stands in the audit trail.
    refetchOnWindowFocus: false,
  });
}

function ScopeFields({ scope, index }: { scope: Placement['scopes'][number]; index: number }) {
  const { t } = useI18n();
  const role = useRoleName()(scope.role);
  return (
    <>
      <Form.Item name={['scopes', index, 'kind']} label={t('placement.reach', { role })}>
        <Select options={KINDS.map((value) => ({ value, label: t(`rights.scope.${value}`) }))} />
      </Form.Item>
      <Form.Item name={['scopes', index, 'unitId']} label={t('placement.from', { role })}>
        <UnitPicker
          known={scope.followsAccount ? undefined : scope.unit}
          placeholder={t('placement.follows')}
          isClearable
        />
      </Form.Item>
    </>
  );
}

/** Asks for another unit or other data scopes of an account; another person approves. */
export function PlacementDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const { data, error, refetch } = usePlacement(account.id);
  const title = t('placement.title', { name: account.displayName });
  if (!data) {
    return (
      <Modal open title={title} footer={null} onCancel={onClose}>
        {error ? <ErrorFace error={error} onRetry={() => void refetch()} /> : <LoadingFace />}
      </Modal>
    );
  }
  const { scopes, version, unit } = data;
  async function handleSubmit(form: PlacementForm): Promise<void> {
    const asked = scopes.map(({ role, kind }, index) => {
      const change = form.scopes?.[index];
      return { role, kind: change?.kind ?? kind, unitId: change?.unitId ?? null };
    });
    const body = { unitId: form.unitId, scopes: asked, reason: form.reason.trim() };
    try {
      await api.post(`/accounts/${account.id}/placement`, { body, version });
    } finally {
      await cache.invalidateQueries({ queryKey: ['accounts'] });
      await cache.invalidateQueries({ queryKey: ['approvals'] });
    }
    void message.success(t('placement.asked', { name: account.displayName }));
    onClose();
  }
  const initial = scopes.map(({ kind, unit: from, followsAccount }) => ({
    kind,
    ...(followsAccount ? {} : { unitId: from.id }),
  }));
  const required = { required: true, whitespace: true, message: t('field.required') };
  return (
    <FormDialog<PlacementForm>
      title={title}
      okText={t('account.request')}
      initialValues={{ unitId: unit.id, scopes: initial }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <Alert className="dialog-alert" type="info" showIcon title={t('placement.text')} />
      <Form.Item name="unitId" label={t('placement.unit')} rules={[required]}>
        <UnitPicker known={unit} />
      </Form.Item>
      {scopes.map((scope, index) => (
        <ScopeFields key={scope.role} scope={scope} index={index} />
      ))}
      <Form.Item name="reason" label={t('placement.reason')} rules={[required]}>
        <Input.TextArea rows={2} maxLength={REASON_MAX} />
      </Form.Item>
    </FormDialog>
  );
}
