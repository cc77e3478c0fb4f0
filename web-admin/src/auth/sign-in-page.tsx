import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Divider, Form, Input } from 'antd';
import { useEffect, useState } from 'react';
import { Navigate, useLocation } from 'react-router';
import type { ApiError } from '../api/index.ts';
import { toApiError, useApi } from '../api/index.ts';
import {
  BrandMark,
  EvaluationBanner,
  LanguageSwitch,
  LoadingFace,
  ProblemText,
  ThemeSwitch,
} from '../components/index.ts';
import { useI18n } from '../i18n/index.ts';
import { useAppearance, useLocalised, useProductName } from '../tailoring/index.ts';
import { returnPath } from './return-path.ts';
import { useSessionQuery } from './require-session.tsx';
import { SESSION_KEY } from './session-context.ts';
import type { Session, SessionState } from './session.ts';

/** Six digits, or a recovery code. */
const CODE_PATTERN = '[0-9]{6}|[a-z2-7]{5}-[a-z2-7]{5}';
const CODE_MAX = 11;

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
          <Input autoComplete="one-time-code" maxLength={CODE_MAX} pattern={CODE_PATTERN} autoFocus />
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

interface Choices {
  items: { id: string }[];
  /** There is one identity provider alone, and people go there without being asked. */
  goesStraight: boolean;
}

const NO_CHOICES: Choices = { items: [], goesStraight: false };

function useChoices(): Choices {
  const api = useApi();
  const { data } = useQuery({
    queryKey: ['sso-choices'],
    queryFn: ({ signal }) => api.get<Choices>('/sso', { signal }),
    staleTime: Infinity,
  });
  return data ?? NO_CHOICES;
}

function addressOf(id: string, returnTo: string): string {
  return `/sso/${id}/login?returnTo=${encodeURIComponent(returnTo)}`;
}

/**
 * Where the page leads by itself: to the only identity provider. Not after signing out, which would sign in again, not
 * after an idle exit, where somebody else may sit there now, and not with `?local`, for local accounts.
 */
function useStraight(choices: Choices, returnTo: string): string | undefined {
  const { search } = useLocation();
  const { data } = useSessionQuery();
  const query = new URLSearchParams(search);
  const isAsked = query.has('out') || query.has('local') || data?.hasEnded || data?.hasSignedOut;
  const only = choices.items[0];
  const isStraight = choices.goesStraight && only !== undefined && data?.session === null && !isAsked;
  const target = isStraight ? addressOf(only.id, returnTo) : undefined;
  useEffect(() => {
    if (target !== undefined) window.location.replace(target);
  }, [target]);
  return target;
}

/**
 * Identity providers of the bank, above the form for local accounts. Links, not calls: the browser leaves this page and
 * comes back to where the person was.
 */
function SsoChoices({ returnTo, choices: { items } }: { returnTo: string; choices: Choices }) {
  const { t } = useI18n();
  if (items.length === 0) return null;
  return (
    <div role="group" aria-label={t('signin.sso')}>
      {items.length > 1 && <p className="soft">{t('signin.chooser')}</p>}
      {items.map(({ id }) => (
        <Button
          key={id}
          block
          size="large"
          className="sign-in-error sign-in-choice"
          href={addressOf(id, returnTo)}
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
  const returnTo = returnPath(location.state);
  const choices = useChoices();
  const straight = useStraight(choices, returnTo);
  if (data?.session) return <Navigate to={returnTo} replace />;
  if (straight !== undefined) return <LoadingFace isFullPage />;
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
        <SsoChoices returnTo={returnTo} choices={choices} />
        <SignInForm />
        {signInText && <p className="sign-in-text keep-lines">{localised(signInText)}</p>}
      </main>
    </div>
  );
}
