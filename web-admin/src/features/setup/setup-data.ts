import { useState } from 'react';
import { toApiError, useApi, type ApiError } from '../../api/index.ts';

/** The three roles, in the order they are shown. */
export const SETUP_ROLES = ['system-admin', 'security-admin', 'audit-admin'] as const;

/** One of them. */
export type SetupRole = (typeof SETUP_ROLES)[number];

/** How far the making is. */
export interface SetupStand {
  made: { role: SetupRole; username: string }[];
  missing: SetupRole[];
  expiresAt: string;
  /** A new secret for whoever is next. */
  totpSecret: string;
}

/** What one person enters. */
export interface SetupEntry {
  role: SetupRole;
  username: string;
  displayName: string;
  password: string;
  otp: string;
}

/** The code that was entered, how far it is, and what to do next. */
export function useSetup() {
  const api = useApi();
  const [code, setCode] = useState('');
  const [stand, setStand] = useState<SetupStand | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);

  async function send(work: () => Promise<SetupStand>): Promise<boolean> {
    setSending(true);
    setError(null);
    try {
      setStand(await work());
      return true;
    } catch (thrown) {
      setError(toApiError(thrown));
      return false;
    } finally {
      setSending(false);
    }
  }

  return {
    ...{ stand, error, isSending },
    open: (entered: string) => {
      const trimmed = entered.trim();
      setCode(trimmed);
      return send(() => api.post<SetupStand>('/setup', { body: { code: trimmed } }));
    },
    save: (entry: SetupEntry, totpSecret: string) =>
      send(() => api.post<SetupStand>('/setup/credentials', { body: { ...entry, code, totpSecret } })),
  };
}
