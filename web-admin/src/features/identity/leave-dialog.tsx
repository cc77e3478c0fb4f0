import { useQuery } from '@tanstack/react-query';
import { App, Form, Radio, Select } from 'antd';
import { useApi, type ApiError, type Page as ListPage } from '../../api/index.ts';
import { ErrorFace, FormDialog, LoadingFace } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useAccountActions, type Account, type Successor } from './account-data.ts';

const PEOPLE_MAX = 500;

interface OpenWork {
  conversations: number;
  tickets: number;
  approvals: number;
  skillGroups: { id: string; name: string }[];
}

interface LeaveForm {
  to: 'queue' | 'person' | 'group';
  accountId?: string;
  skillGroupId?: string;
}

function useWork(accountId: string) {
  const api = useApi();
  return useQuery<OpenWork, ApiError>({
    queryKey: ['accounts', 'work', accountId],
    queryFn: ({ signal }) => api.get<OpenWork>(`/accounts/${accountId}/work`, { signal }),
    refetchOnWindowFocus: false,
  });
}

/** Active accounts and skill groups that could take the work; the server knows who really can. */
function useGoals(account: Account) {
  const api = useApi();
  const people = useQuery({
    queryKey: ['accounts', 'goals'],
    queryFn: ({ signal }) =>
      api.get<ListPage<Account>>('/accounts', { query: { state: 'active', limit: PEOPLE_MAX }, signal }),
  });
  const groups = useQuery({
    queryKey: ['skill-groups', 'goals'],
    queryFn: ({ signal }) => api.get<ListPage<{ id: string; name: string }>>('/skill-groups', { signal }),
  });
  return {
    people: (people.data?.items ?? [])
      .filter(({ id }) => id !== account.id)
      .map(({ id, displayName, username }) => ({ value: id, label: `${displayName}（${username}）` })),
    groups: (groups.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name })),
  };
}

function Counts({ work }: { work: OpenWork }) {
  const { t } = useI18n();
  const { conversations, tickets, approvals, skillGroups } = work;
  const total = conversations + tickets + approvals + skillGroups.length;
  if (total === 0) return <p>{t('leave.nothing')}</p>;
  return (
    <dl className="facts leave-counts">
      {(['conversations', 'tickets', 'approvals'] as const).map((name) => (
        <div key={name}>
          <dt>{t(`leave.${name}`)}</dt>
          <dd>
            <strong>{work[name]}</strong>
          </dd>
        </div>
      ))}
      {skillGroups.length > 0 && (
        <div>
          <dt>{t('leave.groups')}</dt>
          <dd>{skillGroups.map(({ name }) => name).join('、')}</dd>
        </div>
      )}
    </dl>
  );
}

function Goal({ account }: { account: Account }) {
  const { t } = useI18n();
  const { people, groups } = useGoals(account);
  const to = Form.useWatch<LeaveForm['to']>('to');
  const rules = [{ required: true, message: t('field.required') }];
  return (
    <>
      <Form.Item name="to" label={t('leave.successor')}>
        <Radio.Group
          options={(['queue', 'person', 'group'] as const).map((value) => ({
            value: value as string,
            label: t(`leave.${value}`),
          }))}
        />
      </Form.Item>
      {to === 'person' && (
        <Form.Item name="accountId" label={t('leave.person')} rules={rules}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('leave.choose')}
            options={people}
          />
        </Form.Item>
      )}
      {to === 'group' && (
        <Form.Item name="skillGroupId" label={t('leave.group')} rules={rules}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            placeholder={t('leave.choose')}
            options={groups}
          />
        </Form.Item>
      )}
      <p className="soft">{t('leave.job')}</p>
    </>
  );
}

function successorOf({ to, accountId, skillGroupId }: LeaveForm): Successor {
  if (to === 'person' && accountId) return { accountId };
  if (to === 'group' && skillGroupId) return { skillGroupId };
  return { queue: true };
}

/** Disables an account: shows what it has in hand, and asks who takes it. */
export function LeaveDialog({ account, onClose }: { account: Account; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useAccountActions();
  const { data, error, refetch } = useWork(account.id);
  const hasWork = data !== undefined && data.conversations + data.tickets + data.skillGroups.length > 0;
  return (
    <FormDialog<LeaveForm>
      title={t('leave.title', { name: account.displayName })}
      okText={t(hasWork ? 'leave.ok' : 'account.disable')}
      initialValues={{ to: 'queue' }}
      onSubmit={async (form) => {
        await actions.disable(account, successorOf(form));
        void message.success(t('account.disabled', { name: account.displayName }));
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('leave.text')}</p>
      {error && <ErrorFace error={error} onRetry={() => void refetch()} />}
      {!error && !data && <LoadingFace />}
      {data && <Counts work={data} />}
      {hasWork && <Goal account={account} />}
    </FormDialog>
  );
}
