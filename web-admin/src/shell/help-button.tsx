import { QuestionCircleOutlined } from '@ant-design/icons';
import { Button } from 'antd';
import { useEffect } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { useI18n } from '../i18n/index.ts';
import { helpPath } from './help-path.ts';

/** Whether a key is typed into something. */
function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null
  );
}

/** Opens the guide that explains the page one is on; the key `?` does the same. The inbox shows its keys instead. */
export function HelpButton() {
  const { t } = useI18n();
  const { pathname } = useLocation();
  const navigate = useNavigate();
  const path = helpPath(pathname);
  useEffect(() => {
    function handleKey(event: KeyboardEvent): void {
      if (event.key !== '?' || event.defaultPrevented || isTyping(event.target)) return;
      if (pathname.startsWith('/inbox')) return;
      event.preventDefault();
      void navigate(path);
    }
    document.addEventListener('keydown', handleKey);
    return () => document.removeEventListener('keydown', handleKey);
  }, [navigate, path, pathname]);
  return (
    <Button
      type="text"
      className="bar-button"
      icon={<QuestionCircleOutlined />}
      aria-label={t('help.open')}
      title={t('help.open')}
      onClick={() => void navigate(path)}
    />
  );
}
