import { ROOT_UNIT_ID } from '../kernel/index.ts';
import type { Crypto } from '../platform/crypto/index.ts';
import type { AccountRow } from './account.entity.ts';
import { normaliseUsername } from './account.rules.ts';
import { totpCell } from './sign-in.service.ts';

/** What a new account signs in with. */
export interface AccountSecrets {
  hash: string;
  totpSecret: string | undefined;
}

/** Row of a new account that is active at once. */
export function newAccountRow(
  made: AccountSecrets & {
    id: string;
    username: string;
    displayName: string;
    unitId?: string;
    at: Date;
    crypto: Crypto;
  },
): AccountRow {
  const { id, at, totpSecret, crypto } = made;
  return {
    id,
    username: normaliseUsername(made.username),
    displayName: made.displayName.trim(),
    state: 'active',
    locale: 'zh-CN',
    passwordHash: made.hash,
    passwordChangedAt: at,
    mustChangePassword: false,
    totpEnc: totpSecret === undefined ? null : crypto.installation.seal(totpCell(id), totpSecret),
    totpLastStep: 0,
    failedCount: 0,
    lockedUntilAt: null,
    pendingRoles: null,
    pendingById: null,
    unitId: made.unitId ?? ROOT_UNIT_ID,
    createdAt: at,
    lastSignInAt: null,
    version: 1,
  };
}
