import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useApi } from '../../api/index.ts';
import { ConfirmDialog, CopyButton, SecretDialog } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';

const KEY = ['recovery-codes'];

/** How many recovery codes are left, and new ones; nothing for accounts without one-time codes. */
export function RecoveryCodes() {
  const { t } = useI18n();
  const api = useApi();
  const cache = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const [codes, setCodes] = useState<string[]>();
  const { data } = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.get<{ left: number | null }>('/session/recovery-codes', { signal }),
  });
  async function handleMake(): Promise<void> {
    const made = await api.post<{ codes: string[] }>('/session/recovery-codes');
    setAsking(false);
    setCodes(made.codes);
    await cache.invalidateQueries({ queryKey: KEY });
  }
  if (data === undefined || data.left === null) return null;
  return (
    <section aria-labelledby="recovery-codes">
      <header className="idp-section">
        <h2 id="recovery-codes">{t('recovery.title')}</h2>
        <Button onClick={() => setAsking(true)}>{t('recovery.make')}</Button>
      </header>
      <p className="soft">{t('recovery.hint')}</p>
      <p className={data.left === 0 ? 'warn-text' : ''}>{t('recovery.left', { count: data.left })}</p>
      {isAsking && (
        <ConfirmDialog
          title={t('recovery.make')}
          text={t('recovery.make_text')}
          okText={t('recovery.make')}
          onConfirm={handleMake}
          onClose={() => setAsking(false)}
        />
      )}
      {codes && (
        <SecretDialog
          title={t('recovery.title')}
          warning={t('recovery.once')}
          okText={t('recovery.kept')}
          onClose={() => setCodes(undefined)}
        >
          <ul className="idp-codes">
            {codes.map((code) => (
              <li key={code}>
                <code className="secret">{code}</code>
              </li>
            ))}
          </ul>
          <CopyButton text={codes.join('\n')} />
        </SecretDialog>
      )}
    </section>
  );
}
