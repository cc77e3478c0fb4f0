import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal } from 'antd';
import { useContext, useEffect, useState } from 'react';
import { useLocation } from 'react-router';
import { toApiError, useApi, type ApiError } from '../api/index.ts';
import { ProblemText } from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';
import { ProofContext } from './proof-gate.ts';
import { SESSION_KEY, useSession } from './session-context.ts';

const CODE_MAX = 16;

/** Asks for a code or the password, whichever the account has; accounts of an identity provider go there. */
function ProofForm({ onProven }: { onProven: () => void }) {
  const { t } = useI18n();
  const api = useApi();
  const { proofBy, idp } = useSession();
  const { pathname, search } = useLocation();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const required = [{ required: true, message: t('field.required') }];
  async function handleFinish(body: { otp?: string; password?: string }): Promise<void> {
    setSending(true);
    setError(null);
    try {
      await api.post('/session/proof', { body });
      onProven();
    } catch (thrown) {
      setError(toApiError(thrown));
      setSending(false);
    }
  }
  if (proofBy === 'idp') {
    const returnTo = encodeURIComponent(`${pathname}${search}`);
    return (
      <>
        <p>{t('proof.at_idp')}</p>
        <Button type="primary" block href={`/sso/${idp ?? ''}/login?force=1&returnTo=${returnTo}`}>
          {t('proof.go')}
        </Button>
      </>
    );
  }
  return (
    <Form layout="vertical" requiredMark={false} onFinish={(body) => void handleFinish(body)}>
      {proofBy === 'otp' ? (
        <Form.Item name="otp" label={t('signin.otp')} rules={required} extra={t('proof.otp_help')}>
          <Input autoComplete="one-time-code" maxLength={CODE_MAX} spellCheck={false} autoFocus />
        </Form.Item>
      ) : (
        <Form.Item name="password" label={t('signin.password')} rules={required}>
          <Input.Password
            autoComplete="current-password"
            maxLength={256}
            visibilityToggle={false}
            autoFocus
          />
        </Form.Item>
      )}
      {error && (
        <Alert className="sign-in-error" type="error" showIcon title={<ProblemText error={error} />} />
      )}
      <Button type="primary" htmlType="submit" block loading={isSending}>
        {t('proof.submit')}
      </Button>
    </Form>
  );
}

/** Page of its own while the second factor is missing after an identity provider let somebody in. */
export function SecondFactorPage() {
  const { t } = useI18n();
  const { idp } = useSession();
  const cache = useQueryClient();
  return (
    <div className="sign-in">
      <main className="sign-in-card">
        <h1>{t('proof.second_title')}</h1>
        <Alert className="sign-in-error" type="info" showIcon title={t('proof.second_text')} />
        <ProofForm onProven={() => void cache.invalidateQueries({ queryKey: SESSION_KEY })} />
        {idp && (
          <Button type="link" block href={`/sso/${idp}/logout`}>
            {t('shell.sign_out')}
          </Button>
        )}
      </main>
    </div>
  );
}

/** Opens when a dangerous act asks who sits there, and lets the act go on. */
export function ProofDialog() {
  const { t } = useI18n();
  const gate = useContext(ProofContext);
  const [settle, setSettle] = useState<(isProven: boolean) => void>();
  useEffect(() => gate?.onAsk((next) => setSettle(() => next)), [gate]);
  function handleEnd(isProven: boolean): void {
    settle?.(isProven);
    setSettle(undefined);
  }
  return (
    <Modal
      open={settle !== undefined}
      title={t('proof.title')}
      footer={null}
      zIndex={1_200}
      destroyOnHidden
      onCancel={() => handleEnd(false)}
    >
      <p>{t('proof.text')}</p>
      <ProofForm onProven={() => handleEnd(true)} />
    </Modal>
  );
}
