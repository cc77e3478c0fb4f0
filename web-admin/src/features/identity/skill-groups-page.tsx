import { PlusOutlined } from '@ant-design/icons';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, App, Button, Form, Input, Select, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useApi, usePageList, type ApiError, type Page as ListPage } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, FormDialog, Page } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import './identity.css';

const NAME_MAX = 100;
const MEMBERS_READ_MAX = 500;
/** Roles that take conversations. */
const AGENT_ROLES = ['agent', 'supervisor'];

interface SkillGroup {
  id: string;
  name: string;
  memberIds: string[];
  version: number;
}

interface GroupForm {
  name: string;
  memberIds: string[];
}

interface Member {
  id: string;
  displayName: string;
}

/** People who may be members: supervisors know the agents, system administrators the accounts. */
function useMembers() {
  const api = useApi();
  const isSupervisor = useCan()('agent:list');
  return useQuery<Member[], ApiError>({
    queryKey: isSupervisor ? ['agents'] : ['accounts', 'members'],
    queryFn: async ({ signal }) => {
      if (isSupervisor) return (await api.get<ListPage<Member>>('/agents', { signal })).items;
      const query = { state: 'active', limit: MEMBERS_READ_MAX };
      const { items } = await api.get<ListPage<Member & { roles: string[] }>>('/accounts', { query, signal });
      return items.filter(({ roles }) => roles.some((role) => AGENT_ROLES.includes(role)));
    },
  });
}

function GroupDialog(props: { group: SkillGroup | undefined; members: Member[]; onClose: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { message } = App.useApp();
  const { group, members, onClose } = props;
  async function handleSubmit(body: GroupForm): Promise<void> {
    try {
      if (group) await api.put(`/skill-groups/${group.id}`, { body, version: group.version });
      else await api.create('/skill-groups', { body });
    } finally {
      await cache.invalidateQueries({ queryKey: ['skill-groups'] });
    }
    void message.success(t('group.saved'));
    onClose();
  }
  const known = new Set(members.map(({ id }) => id));
  const unknown = (group?.memberIds ?? []).filter((id) => !known.has(id));
  return (
    <FormDialog<GroupForm>
      title={t(group ? 'group.edit' : 'group.create')}
      okText={t('action.save')}
      initialValues={{ name: group?.name ?? '', memberIds: group?.memberIds ?? [] }}
      onSubmit={handleSubmit}
      onClose={onClose}
    >
      <Form.Item
        name="name"
        label={t('group.name')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      <Form.Item name="memberIds" label={t('group.members')}>
        <Select
          mode="multiple"
          showSearch={{ optionFilterProp: 'label' }}
          options={[
            ...members.map(({ id, displayName }) => ({ value: id, label: displayName })),
            ...unknown.map((id) => ({ value: id, label: id })),
          ]}
        />
      </Form.Item>
    </FormDialog>
  );
}

function useColumns(members: Member[], onEdit: (group: SkillGroup) => void): TableColumnsType<SkillGroup> {
  const { t } = useI18n();
  const names = new Map(members.map(({ id, displayName }) => [id, displayName]));
  return [
    { title: t('group.name'), dataIndex: 'name', render: (name: string) => <strong>{name}</strong> },
    {
      title: t('group.members'),
      render: (_value, { memberIds }) =>
        memberIds.length === 0 ? (
          <span className="warn-text">{t('group.no_members')}</span>
        ) : (
          <>
            {t('group.member_count', { count: memberIds.length })}
            <span className="soft second-line">
              {memberIds
                .map((id) => names.get(id))
                .filter(Boolean)
                .join('、')}
            </span>
          </>
        ),
    },
    {
      title: t('account.acts'),
      width: 110,
      render: (_value, group) => (
        <Button size="small" aria-label={`${t('action.edit')} ${group.name}`} onClick={() => onEdit(group)}>
          {t('action.edit')}
        </Button>
      ),
    },
  ];
}

/** Skill groups: who takes which conversations. */
export default function SkillGroupsPage() {
  const { t } = useI18n();
  const [edited, setEdited] = useState<SkillGroup | 'new'>();
  const list = usePageList<SkillGroup>({ resource: 'skill-groups', path: '/skill-groups' });
  const { data: members = [] } = useMembers();
  const columns = useColumns(members, setEdited);
  const inGroups = new Set(list.items.flatMap(({ memberIds }) => memberIds));
  const apart = list.items.length === 0 ? [] : members.filter(({ id }) => !inGroups.has(id));
  return (
    <Page
      title={t('group.title')}
      tools={
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>
          {t('group.create')}
        </Button>
      }
    >
      {apart.length > 0 && (
        <Alert
          className="dialog-alert"
          type="warning"
          showIcon
          title={t('group.apart', { count: apart.length })}
          description={apart.map(({ displayName }) => displayName).join('、')}
        />
      )}
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<SkillGroup>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('group.empty')} /> }}
        />
      )}
      {edited && (
        <GroupDialog
          group={edited === 'new' ? undefined : edited}
          members={members}
          onClose={() => setEdited(undefined)}
        />
      )}
    </Page>
  );
}
