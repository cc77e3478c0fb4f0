import { Form, Input, QRCode, Select } from 'antd';
import { FormDialog, SecretDialog, SecretLine, totpSecretText, totpUri } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useRoleName, useRoles } from '../../roles/index.ts';
import { useAccountActions, type Account, type AccountForm, type AccountSecret } from './account-data.ts';
import { areCompatible, ROLES } from './account-rules.ts';

const QR_SIZE = 176;
const DISPLAY_NAME_MAX = 100;
const USERNAME_MAX = 64;
const USERNAME = /^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$/;

function RolesItem() {
  const { t } = useI18n();
  const nameOf = useRoleName();
  const { data } = useRoles();
  const roles: readonly string[] = data?.items.map(({ id }) => id) ?? ROLES;
  return (
    <Form.Item
      name="roles"
      label={t('account.roles')}
      extra={t('account.roles_rule')}
      rules={[
        { required: true, message: t('field.required') },
        {
          validator: (_rule, roles: string[] = []) =>
            areCompatible(roles)
              ? Promise.resolve()
              : Promise.reject(new Error(t('error.account.roles_exclusive'))),
        },
      ]}
    >
      <Select
        mode="multiple"
        showSearch={{ optionFilterProp: 'label' }}
        options={roles.map((value) => ({ value, label: nameOf(value) }))}
      />
    </Form.Item>
  );
}

/** Makes an account that waits for approval. */
export function CreateAccountDialog(props: {
  onCreated: (secret: AccountSecret) => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const actions = useAccountActions();
  return (
    <FormDialog<AccountForm>
      title={t('account.create')}
      okText={t('action.create')}
      initialValues={{ roles: [] }}
      onSubmit={async (form) => props.onCreated(await actions.create(form))}
      onClose={props.onClose}
    >
      <Form.Item
        name="username"
        label={t('account.username')}
        extra={t('account.username_rule')}
        rules={[
          { required: true, message: t('field.required') },
          { pattern: USERNAME, message: t('account.username_rule') },
        ]}
      >
        <Input maxLength={USERNAME_MAX} autoComplete="off" spellCheck={false} autoFocus />
      </Form.Item>
      <Form.Item
        name="displayName"
        label={t('account.display_name')}
        rules={[{ required: true, whitespace: true, message: t('field.required') }]}
      >
        <Input maxLength={DISPLAY_NAME_MAX} autoComplete="off" />
      </Form.Item>
      <RolesItem />
    </FormDialog>
  );
}

/** Asks for other roles of an account. */
export function RequestRolesDialog(props: {
  account: Account;
  onRequested: (secret: AccountSecret | undefined) => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const actions = useAccountActions();
  const { account } = props;
  return (
    <FormDialog<{ roles: string[] }>
      title={`${t('account.request_roles')} · ${account.displayName}`}
      okText={t('account.request')}
      initialValues={{ roles: account.pendingRoles ?? account.roles }}
      onSubmit={async ({ roles }) => props.onRequested(await actions.requestRoles(account, roles))}
      onClose={props.onClose}
    >
      <p className="soft">{t('account.four_eyes_create')}</p>
      <RolesItem />
    </FormDialog>
  );
}

/** Temporary password and secret of the codes of an account. */
export function AccountSecretDialog({ secret, onClose }: { secret: AccountSecret; onClose: () => void }) {
  const { t } = useI18n();
  const { username, displayName, temporaryPassword, totpSecret } = secret;
  const uri = totpSecret && totpUri(username, totpSecret);
  return (
    <SecretDialog
      title={t('account.secret_title')}
      warning={t('account.secret_text', { name: displayName })}
      okText={t('account.secret_done')}
      onClose={onClose}
    >
      <SecretLine label={t('account.username')} text={username} />
      {temporaryPassword && <SecretLine label={t('account.temporary_password')} text={temporaryPassword} />}
      {totpSecret && <SecretLine label={t('account.totp_secret')} text={totpSecretText(totpSecret)} />}
      {uri && (
        <>
          <div className="secret-qr" role="img" aria-label={t('account.totp_qr')}>
            <QRCode value={uri} size={QR_SIZE} type="svg" color="#000000" bgColor="#ffffff" />
          </div>
          <SecretLine label={t('account.totp_uri')} text={uri} />
        </>
      )}
      {secret.isPending && <p className="soft">{t('account.secret_pending')}</p>}
    </SecretDialog>
  );
}
