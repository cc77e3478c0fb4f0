import { AppError, type Clock } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import { findAccount } from '../account.repo.ts';
import { presentAccount } from '../account.routes.ts';
import type { AccountService } from '../account.service.ts';
import * as schemas from '../identity.schema.ts';
import type { LeaverService, Successor } from './leaver.service.ts';

/** What the routes of leaving need. */
export interface LeaverRouteDeps {
  clock: Clock;
  accounts: AccountService;
  leavers: LeaverService;
}

interface ById {
  id: string;
}

/** Turning an account off: what it has in hand, and who gets it. */
export function leaverRoutes({ clock, accounts, leavers }: LeaverRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/accounts/:id/work',
      summary:
        'How much an account has in hand that somebody else would have to take: counts, no customer data.',
      permission: 'account:create',
      audit: 'account.view',
      response: schemas.openWork,
      async handler(tx, { params }) {
        const account = await findAccount(tx, params.id);
        if (account === undefined) throw new AppError('request.not_found');
        return leavers.workOf(tx, account);
      },
    }),
    defineRoute<ById, unknown, { successor?: Successor }>({
      method: 'POST',
      path: '/api/v1/accounts/:id/disable',
      summary:
        'Turns an account off, ends its sessions, and hands its open work to a successor in the same act.',
      permission: 'account:create',
      audit: 'account.disable',
      body: schemas.disable,
      response: schemas.account,
      ifMatch: true,
      errors: [
        'account.self_refused',
        'account.state_refused',
        'account.has_work',
        'account.successor_refused',
        'account.last_administrator',
      ],
      async handler(tx, { params, body, version }) {
        const account = await accounts.getForChange(tx, params.id, version);
        return presentAccount(await leavers.disable(tx, account, body.successor), clock.now());
      },
    }),
  ];
}
