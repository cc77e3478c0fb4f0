import type { AuditCliPorts } from '../../audit/index.ts';
import { holdsInForce, registerHoldProposals } from '../compliance/index.ts';
import { ApprovalService } from '../identity/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Database } from '../platform/persistence/index.ts';
import { workOnTrail } from './audit-recorder.ts';
import { withDatabase } from './instance.ts';

/**
 * Holds for the command line: a list, and questions in the name of the operating-system account, which an officer takes
 * over. It never learns why somebody is under a hold.
 */
export function holdPorts(config: Config): Required<Pick<AuditCliPorts, 'holds'>> {
  const within = <T>(work: (database: Database) => Promise<T>) => withDatabase(config, work);
  return {
    holds: {
      list: () =>
        within((database) =>
          workOnTrail(database, config.home, async (tx, { clock }) => {
            const holds = await holdsInForce(tx, clock.now());
            const details = { by: 'command-line', count: holds.length };
            tx.record({ action: 'hold.list', outcome: 'ok', details });
            return holds;
          }),
        ),
      place: (wish) =>
        within((database) =>
          workOnTrail(database, config.home, async (tx, { clock, ids }) => {
            const approvals = new ApprovalService({ clock, ids });
            return (await registerHoldProposals({ approvals }).place(tx, wish)).id;
          }),
        ),
      release: (id, reason) =>
        within((database) =>
          workOnTrail(database, config.home, async (tx, { clock, ids }) => {
            const approvals = new ApprovalService({ clock, ids });
            return (await registerHoldProposals({ approvals }).release(tx, id, reason)).id;
          }),
        ),
    },
  };
}
