import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Divider, Form, Input } from 'antd';
import { useState } from 'react';
import { Navigate, useLocation } from 'react-router';
import type { ApiError } from '../api/index.ts';
import { toApiError, useApi } from '../api/index.ts';
import {
  BrandMark,
  EvaluationBanner,
  LanguageSwitch,
  ProblemText,
  ThemeSwitch,
} from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';
import { useAppearance, useLocalised, useProductName } from '../tailoring/index.ts';
import { returnPath } from './return-path.ts';
import { useSessionQuery } from './require-session.tsx';
import { SESSION_KEY } from './session-context.ts';
import type { Session, SessionState } from './session.ts';

interface Credentials {
  username: string;
  password: string;
  otp?: string;
}

function useSignIn() {
  const api = useApi();
  const cache = useQueryClient();
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const [isOtpAsked, setOtpAsked] = useState(false);

  async function handleSubmit(credentials: Credentials): Promise<void> {
    setSending(true);
    setError(null);
    try {
      const { username, password, otp } = credentials;
      const body = otp ? { username, password, otp } : { username, password };
      const session = await api.post<Session>('/session', { body });
      api.setCsrfToken(session.csrfToken);
      // Whatever an earlier account left in the cache is not for this one.
      cache.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
      cache.setQueryData<SessionState>(SESSION_KEY, { session, isEvaluation: session.evaluation });
    } catch (thrown) {
      const problem = toApiError(thrown);
      if (problem.code === 'session.otp_required') setOtpAsked(true);
      setError(problem);
    } finally {
      setSending(false);
    }
  }

  return { error, isSending, isOtpAsked, handleSubmit };
}

function SignInForm() {
  const { t } = useI18n();
  const { error, isSending, isOtpAsked, handleSubmit } = useSignIn();
  const required = [{ required: true, message: t('field.required') }];
  // Being asked for the code is a step, not a failure.
  const isFailure = error && error.code !== 'session.otp_required';
  return (
    <Form<Credentials> layout="vertical" size="large" requiredMark={false} onFinish={handleSubmit}>
      <Form.Item name="username" label={t('signin.username')} rules={required}>
        <Input autoComplete="username" autoFocus spellCheck={false} maxLength={200} />
      </Form.Item>
      <Form.Item name="password" label={t('signin.password')} rules={required}>
        <Input.Password autoComplete="current-password" maxLength={1000} visibilityToggle={false} />
      </Form.Item>
      {isOtpAsked && (
        <Form.Item name="otp" label={t('signin.otp')} rules={required} extra={t('signin.otp_help')}>
          <Input
            autoComplete="one-time-code"
            inputMode="numeric"
            maxLength={6}
            pattern="[0-9]{6}"
            autoFocus
          />
        </Form.Item>
      )}
      {isFailure && (
        <Alert className="sign-in-error" type="error" showIcon title={<ProblemText error={error} />} />
      )}
      <Button type="primary" htmlType="submit" block loading={isSending}>
        {t('signin.submit')}
      </Button>
    </Form>
  );
}

interface IdpChoice {
  id: string;
}

/**
 * Identity providers of the bank, above the form for local accounts. Links, not calls: the browser leaves this page and
 * comes back to where the person was.
 */
function SsoChoices({ returnTo }: { returnTo: string }) {
  const { t } = useI18n();
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['sso-choices'],
    queryFn: ({ signal }) => api.get<{ items: IdpChoice[] }>('/sso', { signal }),
    staleTime: Infinity,
  });
  const items = data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <div role="group" aria-label={t('signin.sso')}>
      {items.map(({ id }) => (
        <Button
          key={id}
          block
          size="large"
          className="sign-in-error"
          href={`/sso/${id}/login?returnTo=${encodeURIComponent(returnTo)}`}
        >
          {items.length === 1 ? t('signin.sso') : t('signin.sso_named', { name: id })}
        </Button>
      ))}
      <Divider plain>{t('signin.local')}</Divider>
    </div>
  );
}

/** Sign-in through an identity provider, or with user name and password, and the six-digit code where the account has one. */
export function SignInPage() {
  const { t } = useI18n();
  const location = useLocation();
  const { data } = useSessionQuery();
  const name = useProductName();
  const { signInText } = useAppearance();
  const localised = useLocalised();
  if (data?.session) return <Navigate to={returnPath(location.state)} replace />;
  return (
    <div className="sign-in">
      <EvaluationBanner isShown={data?.isEvaluation === true} />
      <div className="sign-in-tools">
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      <main className="sign-in-card">
        <h1>
          <BrandMark />
          {name}
        </h1>
        {data?.hasEnded && <Alert type="info" showIcon title={t('signin.ended')} className="sign-in-error" />}
        <SsoChoices returnTo={returnPath(location.state)} />
        <SignInForm />
        {signInText && <p className="sign-in-text keep-lines">{localised(signInText)}</p>}
      </main>
    </div>
  );
}
