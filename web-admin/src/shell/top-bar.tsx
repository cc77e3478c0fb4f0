import { DownOutlined, UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown, Select } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { toApiError, useApi } from '../api/index.ts';
import { ChangePasswordDialog } from '../auth/change-password.tsx';
import { SESSION_KEY, useSession, type SessionState } from '../auth/index.ts';
import { LanguageSwitch, ThemeSwitch, useProblemToast } from '../components/index.ts';
import { NoticeBell } from '../features/notices/notice-bell.tsx';
import { useI18n, type Locale } from '../i18n/index.ts';
import { HelpButton } from './help-button.tsx';
import { useLive, type PresenceState } from '../realtime/index.ts';

const PRESENCES: readonly PresenceState[] = ['online', 'busy', 'break'];

function PresencePicker() {
  const { t } = useI18n();
  const live = useLive();
  if (!live) return null;
  const stateText =
    live.state === 'open'
      ? t('socket.open')
      : t(live.state === 'connecting' ? 'socket.connecting' : 'socket.waiting');
  return (
    <div className="presence">
      <span
        className={`socket-dot socket-${live.state}`}
        role="status"
        aria-label={stateText}
        title={stateText}
      />
      <Select<PresenceState | 'offline'>
        className="presence-select"
        aria-label={t('presence.label')}
        variant="borderless"
        value={live.presence}
        options={PRESENCES.map((state) => ({ value: state, label: t(`presence.${state}`) }))}
        onChange={(state) => state !== 'offline' && live.setPresence(state)}
        popupMatchSelectWidth={false}
      />
    </div>
  );
}

function useSignOut(): () => Promise<void> {
  const api = useApi();
  const cache = useQueryClient();
  const showProblem = useProblemToast();
  return async () => {
    const idp = cache.getQueryData<SessionState>(SESSION_KEY)?.session?.idp;
    if (idp !== undefined) {
      // The browser has to go there itself: the session at the identity provider ends as well.
      window.location.assign(`/sso/${encodeURIComponent(idp)}/logout`);
      return;
    }
    try {
      await api.delete('/session');
    } catch (thrown) {
      // 401: the session is gone already, which is what was asked for.
      if (toApiError(thrown).status !== 401) return showProblem(thrown);
    }
    const isEvaluation = cache.getQueryData<SessionState>(SESSION_KEY)?.isEvaluation ?? false;
    cache.setQueryData<SessionState>(SESSION_KEY, { session: null, isEvaluation, hasSignedOut: true });
    cache.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] });
  };
}

function AccountMenu() {
  const { t, tMaybe } = useI18n();
  const session = useSession();
  const signOut = useSignOut();
  const navigate = useNavigate();
  const [isPasswordOpen, setPasswordOpen] = useState(false);
  const roles = session.roles.map((role) => tMaybe(`role.${role}`) ?? role).join(' · ');
  const items = [
    { key: 'roles', label: `${session.account.username} — ${roles}`, disabled: true },
    { type: 'divider' as const },
    { key: 'sessions', label: t('own_session.title'), onClick: () => void navigate('/own-sessions') },
    { key: 'password', label: t('shell.change_password'), onClick: () => setPasswordOpen(true) },
    { key: 'sign-out', label: t('shell.sign_out'), onClick: () => void signOut() },
  ];
  return (
    <>
      <Dropdown menu={{ items }} trigger={['click']}>
        <Button type="text" className="bar-button account-button" icon={<UserOutlined />}>
          <span className="account-name">{session.account.displayName}</span>
          <DownOutlined />
        </Button>
      </Dropdown>
      <ChangePasswordDialog isOpen={isPasswordOpen} onClose={() => setPasswordOpen(false)} />
    </>
  );
}

/** Right side of the top bar: presence, language, bell, help, theme, account. */
export function TopBarTools() {
  const api = useApi();
  const showProblem = useProblemToast();
  function handleLocale(locale: Locale): void {
    api.put('/session/locale', { body: { locale } }).catch(showProblem);
  }
  return (
    <div className="top-bar-tools">
      <PresencePicker />
      <LanguageSwitch onSwitch={handleLocale} />
      <NoticeBell />
      <HelpButton />
      <ThemeSwitch />
      <AccountMenu />
    </div>
  );
}
