import { Alert, App, Button, Form, Input, Progress, QRCode, Radio } from 'antd';
import { Link } from 'react-router';
import type { ApiError } from '../../api/index.ts';
import {
  LanguageSwitch,
  ProblemText,
  SecretLine,
  ThemeSwitch,
  totpSecretText,
  totpUri,
} from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { SETUP_ROLES, useSetup, type SetupEntry, type SetupStand } from './setup-data.ts';

const QR_SIZE = 160;
const CODE_LENGTH = 43;
const PERCENT = 100;

function Problem({ error }: { error: ApiError | null }) {
  return (
    error && <Alert className="sign-in-error" type="error" showIcon title={<ProblemText error={error} />} />
  );
}

function CodeForm({ setup }: { setup: ReturnType<typeof useSetup> }) {
  const { t } = useI18n();
  return (
    <Form<{ code: string }>
      layout="vertical"
      requiredMark={false}
      onFinish={({ code }) => void setup.open(code)}
    >
      <Form.Item
        name="code"
        label={t('setup.code')}
        extra={t('setup.code_help')}
        rules={[{ required: true, message: t('field.required') }]}
      >
        <Input autoFocus autoComplete="off" spellCheck={false} maxLength={2 * CODE_LENGTH} />
      </Form.Item>
      <Problem error={setup.error} />
      <Button type="primary" htmlType="submit" block loading={setup.isSending}>
        {t('setup.open')}
      </Button>
    </Form>
  );
}

/** Who is made already, and who is missing. */
function Stand({ stand }: { stand: SetupStand }) {
  const { t } = useI18n();
  const [done, total] = [stand.made.length, SETUP_ROLES.length];
  return (
    <>
      <Progress
        percent={(done / total) * PERCENT}
        format={() => t('setup.progress', { done: String(done), total: String(total) })}
        aria-label={t('setup.title')}
      />
      <ul className="setup-roles">
        {SETUP_ROLES.map((role) => {
          const made = stand.made.find((one) => one.role === role);
          const text = made ? t('setup.made', { username: made.username }) : t('setup.next');
          return (
            <li key={role}>
              <span>{t(`role.${role}`)}</span>
              <span className="soft">{text}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function SecretItems({ secret, username }: { secret: string; username: string }) {
  const { t } = useI18n();
  return (
    <>
      <p className="soft">{t('setup.scan')}</p>
      <div className="secret-qr" role="img" aria-label={t('account.totp_qr')}>
        <QRCode
          value={totpUri(username, secret)}
          size={QR_SIZE}
          type="svg"
          color="#000000"
          bgColor="#ffffff"
        />
      </div>
      <SecretLine label={t('account.totp_secret')} text={totpSecretText(secret)} />
    </>
  );
}

interface Entered extends SetupEntry {
  repeat: string;
}

/** One person's credential. A new secret makes a new form, so that nothing of the person before stays on the screen. */
function CredentialForm({ setup, stand }: { setup: ReturnType<typeof useSetup>; stand: SetupStand }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [form] = Form.useForm<Entered>();
  const username = Form.useWatch('username', form) ?? '';
  const required = { required: true, message: t('field.required') };

  async function handleFinish({ repeat: _repeat, ...entry }: Entered): Promise<void> {
    const isSaved = await setup.save(entry, stand.totpSecret);
    if (isSaved && stand.missing.length > 1) void message.success(t('setup.saved'));
  }

  return (
    <Form<Entered>
      form={form}
      layout="vertical"
      requiredMark={false}
      initialValues={{ role: stand.missing[0] }}
      onFinish={(entered) => void handleFinish(entered)}
    >
      <Alert className="sign-in-error" type="info" showIcon title={t('setup.alone')} />
      <Form.Item name="role" label={t('setup.role')} rules={[required]}>
        <Radio.Group options={stand.missing.map((role) => ({ value: role, label: t(`role.${role}`) }))} />
      </Form.Item>
      <Form.Item name="username" label={t('signin.username')} rules={[required]}>
        <Input autoComplete="off" spellCheck={false} maxLength={64} />
      </Form.Item>
      <Form.Item name="displayName" label={t('setup.display_name')} rules={[required]}>
        <Input autoComplete="off" maxLength={100} />
      </Form.Item>
      <Form.Item
        name="password"
        label={t('signin.password')}
        rules={[required]}
        extra={t('error.account.password_weak')}
      >
        <Input.Password autoComplete="new-password" maxLength={256} visibilityToggle={false} />
      </Form.Item>
      <Form.Item
        name="repeat"
        label={t('setup.repeat')}
        dependencies={['password']}
        rules={[
          required,
          ({ getFieldValue }) => ({
            validator: (_rule, value) =>
              value === getFieldValue('password')
                ? Promise.resolve()
                : Promise.reject(new Error(t('password.mismatch'))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" maxLength={256} visibilityToggle={false} />
      </Form.Item>
      <SecretItems secret={stand.totpSecret} username={username} />
      <Form.Item name="otp" label={t('signin.otp')} rules={[required]}>
        <Input autoComplete="one-time-code" inputMode="numeric" maxLength={6} pattern="[0-9]{6}" />
      </Form.Item>
      <Problem error={setup.error} />
      <Button type="primary" htmlType="submit" block loading={setup.isSending}>
        {t('setup.submit')}
      </Button>
    </Form>
  );
}

function Complete() {
  const { t } = useI18n();
  return (
    <>
      <Alert
        className="sign-in-error"
        type="success"
        showIcon
        title={t('setup.complete')}
        description={t('setup.complete_text')}
      />
      <Link to="/sign-in?local">
        <Button type="primary" block>
          {t('setup.to_sign_in')}
        </Button>
      </Link>
    </>
  );
}

/** Where three people make the first three administrators, opened by a code of the server's command line. */
export default function SetupPage() {
  const { t } = useI18n();
  const setup = useSetup();
  const { stand } = setup;
  return (
    <div className="sign-in">
      <div className="sign-in-tools">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className="sign-in-card setup-card">
        <h1>{t('setup.title')}</h1>
        <p className="soft">{t('setup.intro')}</p>
        {stand === null && <CodeForm setup={setup} />}
        {stand && <Stand stand={stand} />}
        {stand && stand.missing.length > 0 && (
          <CredentialForm key={stand.missing.length} setup={setup} stand={stand} />
        )}
        {stand?.missing.length === 0 && <Complete />}
      </main>
    </div>
  );
}
