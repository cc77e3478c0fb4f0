import { useQueryClient } from '@tanstack/react-query';
import { Modal } from 'antd';
import { useEffect, useState } from 'react';
import { useApi } from '../api/index.ts';
import { SESSION_KEY, useSession } from '../auth/index.ts';
import { useI18n } from '../i18n/index.ts';
import { secondsLeft } from './idle.ts';

const WARN_SECONDS = 60;
const CHECK_MS = 1000;

/** Warns a minute before the idle exit, so that nobody loses what was typed; at zero the sign-in page comes. */
export function IdleGuard() {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const { idleSeconds } = useSession();
  const [left, setLeft] = useState(Number.POSITIVE_INFINITY);
  useEffect(() => {
    const timer = setInterval(() => {
      const seconds = secondsLeft(idleSeconds, api.lastRequestAtMs(), Date.now());
      // Outside of the last minute nothing is shown, so nothing needs drawing.
      setLeft(seconds > WARN_SECONDS ? Number.POSITIVE_INFINITY : seconds);
      if (seconds === 0) void cache.invalidateQueries({ queryKey: SESSION_KEY });
    }, CHECK_MS);
    return () => clearInterval(timer);
  }, [api, cache, idleSeconds]);
  const isOpen = left <= WARN_SECONDS && idleSeconds > WARN_SECONDS;
  return (
    <Modal
      open={isOpen}
      title={t('shell.idle_title')}
      okText={t('shell.idle_stay')}
      cancelButtonProps={{ hidden: true }}
      closable={false}
      onOk={() => void cache.invalidateQueries({ queryKey: SESSION_KEY })}
    >
      <p role="timer">{t('shell.idle_text', { seconds: isOpen ? left : 0 })}</p>
    </Modal>
  );
}
