import { MoreOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Tooltip } from 'antd';
import { useCan, useSession } from '../../auth/index.ts';
import { ConfirmDialog } from '../../components/index.ts';
import { useI18n, type MessageKey } from '../../i18n/index.ts';
import { useRoleName } from '../../roles/index.ts';
import { useAccountActions, type Account, type AccountSecret } from './account-data.ts';
import { RequestRolesDialog } from './account-dialogs.tsx';
import { LeaveDialog } from './leave-dialog.tsx';
import { PlacementDialog } from './placement-dialog.tsx';
import { actsOf, type AccountAct } from './account-rules.ts';

type ConfirmedAct = Exclude<AccountAct, 'requestRoles' | 'place' | 'disable'>;

const LABELS: Record<AccountAct, MessageKey> = {
  approve: 'account.approve',
  reject: 'account.reject',
  enable: 'account.enable',
  requestRoles: 'account.request_roles',
  place: 'account.place',
  reset: 'account.reset',
  disable: 'account.disable',
};

const CONFIRMS: Record<ConfirmedAct, { text: MessageKey; done?: MessageKey; isDanger?: true }> = {
  approve: { text: 'account.approve_text', done: 'account.approved' },
  reject: { text: 'account.reject_text', done: 'account.rejected', isDanger: true },
  enable: { text: 'account.enable_text', done: 'account.enabled' },
  reset: { text: 'account.reset_text' },
};

/** Decisions a request waits for stand as buttons; the rest is behind the menu. */
const SHOWN: readonly AccountAct[] = ['approve', 'reject'];

/** An act on an account that the viewer picked. */
export interface ChosenAct {
  act: AccountAct;
  account: Account;
}

/** Names of roles in the reader's language. */
export function useRolesText(): (roles: readonly string[]) => string {
  const nameOf = useRoleName();
  return (roles) => roles.map(nameOf).join(' · ');
}

function ConfirmAct(props: {
  act: ConfirmedAct;
  account: Account;
  onSecret: (secret: AccountSecret) => void;
  onClose: () => void;
}) {
  const { act, account, onSecret, onClose } = props;
  const { t } = useI18n();
  const { message } = App.useApp();
  const actions = useAccountActions();
  const rolesText = useRolesText();
  const { text, done, isDanger } = CONFIRMS[act];
  const params = { name: account.displayName, roles: rolesText(account.pendingRoles ?? account.roles) };
  async function handleConfirm(): Promise<void> {
    if (act === 'reset') onSecret(await actions.reset(account));
    else await actions[act](account);
    if (done) void message.success(t(done, params));
    onClose();
  }
  return (
    <ConfirmDialog
      title={`${t(LABELS[act])} · ${account.displayName}`}
      text={t(text, params)}
      okText={t(LABELS[act])}
      isDanger={isDanger ?? false}
      onConfirm={handleConfirm}
      onClose={onClose}
    />
  );
}

/** The dialog of an act. It hangs from the page: a cell of the table may be drawn anew at any time. */
export function AccountActDialog(props: {
  chosen: ChosenAct;
  onSecret: (secret: AccountSecret) => void;
  onClose: () => void;
}) {
  const { onSecret, onClose } = props;
  const { act, account } = props.chosen;
  const { t } = useI18n();
  const { message } = App.useApp();
  if (act === 'disable') return <LeaveDialog account={account} onClose={onClose} />;
  if (act === 'place') return <PlacementDialog account={account} onClose={onClose} />;
  if (act !== 'requestRoles')
    return <ConfirmAct act={act} account={account} onSecret={onSecret} onClose={onClose} />;
  return (
    <RequestRolesDialog
      account={account}
      onClose={onClose}
      onRequested={(secret) => {
        onClose();
        if (secret) onSecret(secret);
        else void message.success(t('account.roles_requested', { name: account.displayName }));
      }}
    />
  );
}

/** What the viewer may do with an account, or why nothing. */
export function AccountActs({ account, onAct }: { account: Account; onAct: (chosen: ChosenAct) => void }) {
  const { t } = useI18n();
  const can = useCan();
  const session = useSession();
  const accountId = session.account.id;
  const viewer = { accountId, canCreate: can('account:create'), canApprove: can('account:approve') };
  const acts = actsOf(account, viewer);
  const hidden = acts.filter((each) => !SHOWN.includes(each));
  const label = t('account.acts_of', { name: account.displayName });
  if (acts.length === 0) {
    const why = t(account.id === accountId ? 'account.own' : 'account.nothing_to_do');
    return (
      <Tooltip title={why}>
        <span className="soft" tabIndex={0} aria-label={why}>
          {account.id === accountId ? t('common.me') : '—'}
        </span>
      </Tooltip>
    );
  }
  return (
    <div className="row-tools">
      {acts
        .filter((each) => SHOWN.includes(each))
        .map((each) => (
          <Button
            key={each}
            size="small"
            type={each === 'approve' ? 'primary' : 'default'}
            onClick={() => onAct({ act: each, account })}
          >
            {t(LABELS[each])}
          </Button>
        ))}
      {hidden.length > 0 && (
        <Dropdown
          trigger={['click']}
          menu={{
            items: hidden.map((each) => ({
              key: each,
              label: t(LABELS[each]),
              danger: each === 'disable',
              onClick: () => onAct({ act: each, account }),
            })),
          }}
        >
          <Button size="small" icon={<MoreOutlined />} aria-label={label} title={label} />
        </Dropdown>
      )}
    </div>
  );
}
