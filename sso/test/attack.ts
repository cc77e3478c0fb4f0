import type { SsoCode } from '../refusal.ts';
import type { IdpParty, PendingLogin } from '../types.ts';

/** One attack on a sign-in: what is sent, to whom, and the code that holds it. */
export interface Attack {
  name: string;
  code: SsoCode;
  /** The form field as it is sent. */
  field(): Promise<string> | string;
  idp?: Partial<IdpParty>;
  pending?: Partial<PendingLogin>;
}
