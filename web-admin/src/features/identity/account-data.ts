import { useQueryClient } from '@tanstack/react-query';
import { useApi } from '../../api/index.ts';
import type { AccountState } from './account-rules.ts';

/** One account as the list shows it. */
export interface Account {
  id: string;
  username: string;
  displayName: string;
  state: AccountState;
  roles: string[];
  /** Roles somebody asked for and another person has to approve. */
  pendingRoles?: string[];
  hasOtp: boolean;
  lastSignInAt: string | null;
  createdAt: string;
  version: number;
}

/** Who takes the work of an account that is disabled. */
export type Successor = { accountId: string } | { skillGroupId: string } | { queue: true };

/** What is shown once and never again. */
export interface AccountSecret {
  username: string;
  displayName: string;
  temporaryPassword?: string | undefined;
  totpSecret?: string | undefined;
  /** The account waits for approval. */
  isPending: boolean;
}

/** What a new account is made of. */
export interface AccountForm {
  username: string;
  displayName: string;
  roles: string[];
}

/** Changes of accounts. Each reads the list again afterwards; a stale version is refused by the server. */
export function useAccountActions() {
  const api = useApi();
  const cache = useQueryClient();

  async function change<T>(send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } finally {
      // After a refusal too: somebody else may have changed the account.
      await cache.invalidateQueries({ queryKey: ['accounts'] });
    }
  }

  const act = (verb: string, { id, version }: Account) =>
    change(() => api.post<Account>(`/accounts/${id}/${verb}`, { version }));

  return {
    async create(form: AccountForm): Promise<AccountSecret> {
      const made = await change(() =>
        api.create<{ account: Account; temporaryPassword: string; totpSecret?: string }>('/accounts', {
          body: form,
        }),
      );
      const { username, displayName, state } = made.account;
      const { temporaryPassword, totpSecret } = made;
      return { username, displayName, temporaryPassword, totpSecret, isPending: state === 'pending' };
    },
    approve: (account: Account) => act('approve', account),
    reject: (account: Account) => act('reject', account),
    disable: ({ id, version }: Account, successor: Successor) =>
      change(() => api.post<Account>(`/accounts/${id}/disable`, { body: { successor }, version })),
    enable: (account: Account) => act('enable', account),
    async reset(account: Account): Promise<AccountSecret> {
      const { id, version, username, displayName, state } = account;
      const { temporaryPassword } = await change(() =>
        api.post<{ temporaryPassword: string }>(`/accounts/${id}/password-reset`, { version }),
      );
      return { username, displayName, temporaryPassword, isPending: state === 'pending' };
    },
    /** Gives a secret when the roles are the first that need codes. */
    async requestRoles(account: Account, roles: string[]): Promise<AccountSecret | undefined> {
      const { id, version, username, displayName } = account;
      const { totpSecret } = await change(() =>
        api.post<{ totpSecret?: string }>(`/accounts/${id}/roles`, { body: { roles }, version }),
      );
      return totpSecret === undefined ? undefined : { username, displayName, totpSecret, isPending: true };
    },
  };
}
