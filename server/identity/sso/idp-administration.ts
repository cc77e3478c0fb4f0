import type { Clock } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { sessionsOfIdp } from '../session.repo.ts';
import { endSessions } from './end-sessions.ts';
import { presentIdp } from './idp.routes.ts';
import { IdpService, type IdpInput } from './idp.service.ts';

/** Identity providers for the command line, which runs beside the server and shares its database alone. */
export interface IdpAdministration {
  put(tx: Tx, input: IdpInput): Promise<{ id: string; state: string }>;
  list(): Promise<Record<string, unknown>[]>;
  /** Removes one and ends the sessions it opened; gives how many. */
  remove(tx: Tx, id: string): Promise<number>;
}

/** Builds it. Running servers see a change after two seconds at most, and an ended session after five. */
export function createIdpAdministration(deps: {
  uow: UnitOfWork;
  clock: Clock;
  isEvaluation: boolean;
}): IdpAdministration {
  const idps = new IdpService(deps);
  return {
    put: (tx, input) => idps.put(tx, input),
    list: async () => (await idps.list()).map(presentIdp),
    async remove(tx, id) {
      await idps.remove(tx, id);
      const rows = await sessionsOfIdp(tx, id);
      await endSessions(tx, rows, 'identity-provider-removed');
      return rows.length;
    },
  };
}
