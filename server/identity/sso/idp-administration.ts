import type { Clock, Ids } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { ApprovalService } from '../approvals/approval.service.ts';
import { sessionsOfIdp } from '../session.repo.ts';
import { IdpActs } from './idp-approvals.ts';
import type { IdpInput } from './idp.draft.ts';
import { presentIdp } from './idp.routes.ts';
import { IdpService } from './idp.service.ts';

/** How an act on the command line ended: done, or waiting for a second person. */
export type IdpEnd = { id: string; state: string; sessionsEnded?: number; approvalId?: string };

/** Identity providers for the command line, which runs beside the server and shares its database alone. */
export interface IdpAdministration {
  put(tx: Tx, input: IdpInput): Promise<IdpEnd>;
  list(): Promise<Record<string, unknown>[]>;
  /** Removes one and ends the sessions it opened. */
  remove(tx: Tx, id: string): Promise<IdpEnd>;
}

const REASON = 'vaultdesk idp';

/**
 * Builds it. On an evaluation instance acts are done at once, elsewhere they are asked for like those of the console.
 * Running servers see a change after two seconds at most, and an ended session after five.
 */
export function createIdpAdministration(deps: {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  isEvaluation: boolean;
}): IdpAdministration {
  const idps = new IdpService(deps);
  const acts = new IdpActs({ idps, approvals: new ApprovalService(deps) });
  return {
    async put(tx, input) {
      if (!deps.isEvaluation) {
        const asked = await acts.askChange(tx, input, REASON);
        return { id: input.id, state: 'waiting', approvalId: asked.id };
      }
      const { id, state } = await idps.put(tx, await idps.draft(tx, input), 'live');
      return { id, state };
    },
    list: async () => (await idps.list()).map((known) => presentIdp(known, deps.clock.now())),
    async remove(tx, id) {
      if (!deps.isEvaluation) {
        const asked = await acts.askRemove(tx, id, REASON);
        return { id, state: 'waiting', approvalId: asked.id };
      }
      const sessionsEnded = (await sessionsOfIdp(tx, id)).length;
      await acts.remove(tx, id);
      return { id, state: 'removed', sessionsEnded };
    },
  };
}
