import { useQuery } from '@tanstack/react-query';
import { Alert, App, Form, Input, Modal, Segmented, Select, type FormInstance } from 'antd';
import { useState } from 'react';
import { toApiError, useApi, type ApiError, type Page } from '../../api/index.ts';
import { useCan, useSession } from '../../auth/index.ts';
import { ProblemText } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { Conversation } from '../../realtime/index.ts';
import { useConversationActions } from './inbox-data.ts';

const NOTE_MAX = 2000;

interface AgentItem {
  id: string;
  displayName: string;
  presence: 'online' | 'busy' | 'break' | 'offline';
  openCount: number;
}

interface HandoverForm {
  target: 'agent' | 'group';
  agentId?: string;
  groupId?: string;
  note?: string;
}

function useTargets() {
  const api = useApi();
  const can = useCan();
  const { account } = useSession();
  const { t } = useI18n();
  const agents = useQuery<AgentItem[], ApiError>({
    queryKey: ['agents'],
    queryFn: async ({ signal }) => (await api.get<Page<AgentItem>>('/agents', { signal })).items,
    staleTime: 0,
  });
  // Not every role may list skill groups; without them the handover goes to a person.
  const groups = useQuery<{ id: string; name: string }[], ApiError>({
    queryKey: ['skill-groups'],
    queryFn: async ({ signal }) =>
      (await api.get<Page<{ id: string; name: string }>>('/skill-groups', { signal })).items,
    enabled: can('skill-group:write'),
    retry: false,
  });
  const agentOptions = (agents.data ?? [])
    .filter((agent) => agent.id !== account.id && agent.presence !== 'offline')
    .map((agent) => ({
      value: agent.id,
      label: `${agent.displayName} · ${t(`presence.${agent.presence}`)} · ${t('handover.open_count', { count: agent.openCount })}`,
    }));
  const groupOptions = (groups.data ?? []).map((group) => ({ value: group.id, label: group.name }));
  return { agentOptions, groupOptions, error: agents.error };
}

function HandoverFields(props: {
  form: FormInstance<HandoverForm>;
  targets: ReturnType<typeof useTargets>;
  onFinish: (values: HandoverForm) => Promise<void>;
}) {
  const { t } = useI18n();
  const { form, onFinish } = props;
  const { agentOptions, groupOptions } = props.targets;
  const target = Form.useWatch('target', form) ?? 'agent';
  const required = [{ required: true, message: t('field.required') }];
  return (
    <Form<HandoverForm>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ target: 'agent' }}
      onFinish={onFinish}
    >
      <Form.Item name="target" hidden={groupOptions.length === 0}>
        <Segmented
          options={[
            { value: 'agent', label: t('handover.to_agent') },
            { value: 'group', label: t('handover.to_group') },
          ]}
        />
      </Form.Item>
      {target === 'agent' ? (
        <Form.Item name="agentId" label={t('handover.to_agent')} rules={required}>
          <Select options={agentOptions} placeholder={t('handover.choose')} />
        </Form.Item>
      ) : (
        <Form.Item name="groupId" label={t('handover.to_group')} rules={required}>
          <Select options={groupOptions} placeholder={t('handover.choose')} />
        </Form.Item>
      )}
      <Form.Item name="note" label={t('handover.note')}>
        <Input.TextArea rows={3} maxLength={NOTE_MAX} />
      </Form.Item>
    </Form>
  );
}

/** Hands a conversation to another agent or back into the queue of a skill group, with a note for the colleague. */
export function HandoverDialog(props: {
  conversation: Conversation;
  onDone: () => void;
  onClose: () => void;
}) {
  const { conversation, onDone, onClose } = props;
  const { t } = useI18n();
  const { message } = App.useApp();
  const { act } = useConversationActions(conversation.id);
  const targets = useTargets();
  const [form] = Form.useForm<HandoverForm>();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);

  async function handleFinish(values: HandoverForm): Promise<void> {
    setSending(true);
    setError(null);
    const to = values.target === 'agent' ? { toAgentId: values.agentId } : { toSkillGroupId: values.groupId };
    try {
      await act('handover', values.note ? { ...to, note: values.note } : to);
      void message.success(t('handover.done'));
      onDone();
    } catch (thrown) {
      setError(toApiError(thrown));
    } finally {
      setSending(false);
    }
  }

  const problem = error ?? targets.error;
  return (
    <Modal
      open
      title={t('handover.title')}
      okText={t('conversation.handover')}
      okButtonProps={{ loading: isSending }}
      onOk={form.submit}
      onCancel={onClose}
    >
      <HandoverFields form={form} targets={targets} onFinish={handleFinish} />
      {problem && <Alert type="error" showIcon title={<ProblemText error={problem} />} />}
    </Modal>
  );
}
