import { PlusOutlined } from '@ant-design/icons';
import { Alert, Button, Select, Table, type TableColumnsType } from 'antd';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { usePageList } from '../../api/index.ts';
import { useCan } from '../../auth/index.ts';
import { EmptyFace, ErrorFace, LoadMore, Page } from '../../components/index.ts';
import { ExportButton, exportParams } from '../../components/export/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { AccountActDialog, AccountActs, useRolesText, type ChosenAct } from './account-acts.tsx';
import type { Account, AccountSecret } from './account-data.ts';
import { AccountSecretDialog, CreateAccountDialog } from './account-dialogs.tsx';
import { FILTER_STATES } from './account-rules.ts';
import { ImportButton } from './import-drawer.tsx';
import { RightsDrawer } from './rights-drawer.tsx';
import './identity.css';

function Roles({ account }: { account: Account }) {
  const { t } = useI18n();
  const rolesText = useRolesText();
  const { roles, pendingRoles } = account;
  return (
    <>
      {roles.length > 0 ? rolesText(roles) : <span className="soft">{t('account.no_roles')}</span>}
      {pendingRoles && (
        <span className="pending-roles">
          {t('account.pending_roles', { roles: rolesText(pendingRoles) })}
        </span>
      )}
    </>
  );
}

function useColumns(
  onAct: (chosen: ChosenAct) => void,
  onExplain: (account: Account) => void,
): TableColumnsType<Account> {
  const { t, format } = useI18n();
  return [
    {
      title: t('account.display_name'),
      render: (_value, account) => (
        <>
          <button
            type="button"
            className="row-button"
            title={t('rights.open')}
            aria-label={`${account.displayName} · ${t('rights.open')}`}
            onClick={() => onExplain(account)}
          >
            {account.displayName}
          </button>
          <span className="soft second-line">{account.username}</span>
          <span className="narrow-only">
            <Roles account={account} />
          </span>
        </>
      ),
    },
    {
      title: t('account.roles'),
      responsive: ['md'],
      render: (_value, account) => <Roles account={account} />,
    },
    {
      title: t('account.state'),
      width: 120,
      render: (_value, { state }) => (
        <span className={`state-mark account-${state}`}>{t(`account.state.${state}`)}</span>
      ),
    },
    {
      title: t('account.otp'),
      width: 120,
      responsive: ['lg'],
      render: (_value, { hasOtp }) => (hasOtp ? t('common.yes') : t('common.no')),
    },
    {
      title: t('account.last_sign_in'),
      width: 170,
      responsive: ['lg'],
      render: (_value, { lastSignInAt }) =>
        lastSignInAt ? format.dateTime(lastSignInAt) : t('account.never'),
    },
    {
      title: t('account.acts'),
      width: 160,
      render: (_value, account) => <AccountActs account={account} onAct={onAct} />,
    },
  ];
}

/** Explains who may do what here, so that nobody wonders where the button is. */
function FourEyes() {
  const { t } = useI18n();
  const can = useCan();
  const text: MessageKey = can('account:approve')
    ? 'account.four_eyes_approve'
    : can('account:create')
      ? 'account.four_eyes_create'
      : 'account.four_eyes_read';
  return (
    <Alert
      className="dialog-alert"
      type="info"
      showIcon
      title={t('account.four_eyes_title')}
      description={t(text)}
    />
  );
}

function AccountsExport({ state }: { state: (typeof FILTER_STATES)[number] | undefined }) {
  const { t } = useI18n();
  const filters = state ? [t(`account.state.${state}`)] : [];
  const subject = { kind: 'account.list', params: exportParams({ state }), filters };
  return <ExportButton permission="account:read" subject={subject} />;
}

/** Accounts with their roles and requests; what may be done depends on which administrator looks. */
export default function AccountsPage() {
  const { t } = useI18n();
  const can = useCan();
  const [search, setSearch] = useSearchParams();
  const [isCreating, setCreating] = useState(false);
  const [chosen, setChosen] = useState<ChosenAct>();
  const [secret, setSecret] = useState<AccountSecret>();
  const state = FILTER_STATES.find((known) => known === search.get('state'));
  const list = usePageList<Account>({ resource: 'accounts', path: '/accounts', query: { state } });
  const [explained, setExplained] = useState<Account>();
  const columns = useColumns(setChosen, setExplained);
  return (
    <Page
      title={t('account.title')}
      tools={
        <>
          <AccountsExport state={state} />
          <ImportButton />
          {can('account:create') && (
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setCreating(true)}>
              {t('account.create')}
            </Button>
          )}
        </>
      }
    >
      <FourEyes />
      <div className="filters" role="search">
        <Select<string>
          className="filter-select"
          aria-label={t('account.state')}
          placeholder={t('account.all_states')}
          allowClear
          value={state}
          onChange={(value?: string) => setSearch(value ? { state: value } : {})}
          options={FILTER_STATES.map((value) => ({ value, label: t(`account.state.${value}`) }))}
        />
      </div>
      {list.error && list.items.length === 0 ? (
        <ErrorFace error={list.error} onRetry={list.reload} />
      ) : (
        <Table<Account>
          rowKey="id"
          size="middle"
          columns={columns}
          dataSource={list.items}
          loading={list.isLoading}
          pagination={false}
          locale={{ emptyText: <EmptyFace text={t('account.empty')} /> }}
        />
      )}
      <LoadMore list={list} />
      {explained && <RightsDrawer account={explained} onClose={() => setExplained(undefined)} />}
      {isCreating && (
        <CreateAccountDialog
          onClose={() => setCreating(false)}
          onCreated={(made) => {
            setCreating(false);
            setSecret(made);
          }}
        />
      )}
      {chosen && (
        <AccountActDialog chosen={chosen} onSecret={setSecret} onClose={() => setChosen(undefined)} />
      )}
      {secret && <AccountSecretDialog secret={secret} onClose={() => setSecret(undefined)} />}
    </Page>
  );
}
