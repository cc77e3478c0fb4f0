import { PlusOutlined } from '@ant-design/icons';
import { App, Button, Checkbox, Form, Input, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, FormDialog, Page, ReasonDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useRoleName, useRoles, type RoleItem, type RoleList } from '../../roles/index.ts';
import { mayJoin, useRoleActions, type RoleForm } from './role-data.ts';
import './identity.css';

const NAME_MAX = 50;
const REASON_MAX = 500;

function PermissionBoxes(props: { list: RoleList; value?: string[]; onChange?: (value: string[]) => void }) {
  const { list, value = [], onChange } = props;
  const { tMaybe } = useI18n();
  return (
    <Checkbox.Group<string>
      className="permission-boxes"
      value={value}
      onChange={(next) => onChange?.(next)}
      options={list.permissions.map(({ name }) => ({
        value: name,
        label: tMaybe(`permission.${name}`) ?? name,
        disabled: !value.includes(name) && !mayJoin(name, value, list),
      }))}
    />
  );
}

function RoleDialog(props: { role: RoleItem | undefined; list: RoleList; onClose: () => void }) {
  const { role, list, onClose } = props;
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useRoleActions();
  const required = [{ required: true, whitespace: true, message: t('field.required') }];
  return (
    <FormDialog<RoleForm>
      title={t(role ? 'roles.edit' : 'roles.create')}
      okText={t('roles.ask')}
      initialValues={{
        nameZh: role?.nameZh ?? '',
        nameEn: role?.nameEn ?? '',
        permissions: role?.permissions ?? [],
      }}
      onSubmit={async (form) => {
        await (role ? actions.change(role, form) : actions.create(form));
        void message.success(t('roles.asked'));
        onClose();
      }}
      onClose={onClose}
    >
      <Form.Item name="nameZh" label={t('roles.name_zh')} rules={required}>
        <Input maxLength={NAME_MAX} autoFocus />
      </Form.Item>
      <Form.Item name="nameEn" label={t('roles.name_en')} rules={required}>
        <Input maxLength={NAME_MAX} />
      </Form.Item>
      <Form.Item
        name="permissions"
        label={t('roles.permissions')}
        extra={t('roles.exclusion')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <PermissionBoxes list={list} />
      </Form.Item>
      <Form.Item name="reason" label={t('roles.reason')} rules={required}>
        <Input.TextArea rows={2} maxLength={REASON_MAX} />
      </Form.Item>
    </FormDialog>
  );
}

function RemoveDialog({ role, onClose }: { role: RoleItem; onClose: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useRoleActions();
  const nameOf = useRoleName();
  return (
    <ReasonDialog
      title={`${t('roles.remove')} · ${nameOf(role.id)}`}
      hint={t('roles.remove_text')}
      label={t('roles.reason')}
      okText={t('roles.ask')}
      isDanger
      charactersMax={REASON_MAX}
      onSubmit={async (reason) => {
        await actions.remove(role, reason);
        void message.success(t('roles.asked'));
      }}
      onClose={onClose}
    />
  );
}

type Chosen = { act: 'edit' | 'remove'; role: RoleItem } | 'new';

function useColumns(onChoose: (chosen: Chosen) => void): TableColumnsType<RoleItem> {
  const { t, tMaybe } = useI18n();
  const can = useCan();
  const nameOf = useRoleName();
  const kindOf = ({ isBuiltIn, nature }: RoleItem) =>
    `${t(isBuiltIn ? 'roles.built_in' : 'roles.custom')} · ${t(`roles.nature.${nature}`)}`;
  const textsOf = ({ permissions }: RoleItem) =>
    permissions.map((name) => tMaybe(`permission.${name}`) ?? name).join(' · ');
  return [
    {
      title: t('roles.name'),
      className: 'role-name',
      render: (_value, role) => (
        <>
          <strong>{nameOf(role.id)}</strong>
          <span className="soft second-line">{kindOf(role)}</span>
          <details className="narrow-only">
            <summary>{t('roles.count', { count: role.permissions.length })}</summary>
            {textsOf(role)}
          </details>
        </>
      ),
    },
    {
      title: t('roles.permissions'),
      responsive: ['md'],
      render: (_value, role) => <span className="soft">{textsOf(role)}</span>,
    },
    { title: t('roles.holders'), dataIndex: 'holderCount', width: 90 },
    {
      title: t('account.acts'),
      width: 150,
      render: (_value, role) =>
        !role.isBuiltIn &&
        can('role:write') && (
          <div className="row-tools">
            <Button
              size="small"
              aria-label={`${t('action.edit')} ${nameOf(role.id)}`}
              onClick={() => onChoose({ act: 'edit', role })}
            >
              {t('action.edit')}
            </Button>
            <Button
              size="small"
              danger
              aria-label={`${t('roles.remove')} ${nameOf(role.id)}`}
              onClick={() => onChoose({ act: 'remove', role })}
            >
              {t('action.delete')}
            </Button>
          </div>
        ),
    },
  ];
}

/** Built-in roles and those the bank composes; who may change them asks here, another approves. */
export default function RolesPage() {
  const { t } = useI18n();
  const can = useCan();
  const [chosen, setChosen] = useState<Chosen>();
  const { data, error, isPending, refetch } = useRoles();
  const columns = useColumns(setChosen);
  const close = () => setChosen(undefined);
  return (
    <Page
      title={t('roles.title')}
      tools={
        can('role:write') && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setChosen('new')}>
            {t('roles.create')}
          </Button>
        )
      }
    >
      <p className="soft">{t('roles.hint')}</p>
      {error ? (
        <ErrorFace error={error} onRetry={() => void refetch()} />
      ) : (
        <Table<RoleItem>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={data?.items ?? []}
          loading={isPending}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('roles.hint')} /> }}
        />
      )}
      {data && chosen === 'new' && <RoleDialog role={undefined} list={data} onClose={close} />}
      {data && chosen && chosen !== 'new' && chosen.act === 'edit' && (
        <RoleDialog role={chosen.role} list={data} onClose={close} />
      )}
      {chosen && chosen !== 'new' && chosen.act === 'remove' && (
        <RemoveDialog role={chosen.role} onClose={close} />
      )}
    </Page>
  );
}
