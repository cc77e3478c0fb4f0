import type { Ids } from '../../kernel/index.ts';
import {
  portable,
  recount,
  recountMany,
  type Counted,
  type OwnedRows,
  type Tx,
} from '../../platform/persistence/index.ts';
import type { TicketRow } from './ticket.entity.ts';

type CountedTicket = Pick<TicketRow, 'unitId' | 'openedAt' | 'solvedAt'>;

const LOCKED = portable<{ ids: readonly string[] }, CountedTicket & { id: string }>(
  'ticket.lock_figures',
  'SELECT id, unit_id, opened_at, solved_at FROM ticket WHERE id IN (:ids...) FOR UPDATE',
  {
    params: { ids: 'uuid' },
    result: { id: 'uuid', unitId: 'uuid', openedAt: 'instant', solvedAt: 'instant' },
  },
);
const OF_UNIT = portable<{ unitId: string; limit: number }, { id: string }>(
  'ticket.ids_of_unit',
  'SELECT id FROM ticket WHERE unit_id = :unitId FETCH FIRST :limit ROWS ONLY',
  { params: { unitId: 'uuid', limit: 'int' }, result: { id: 'uuid' } },
);
/** The version moves as well: who changes a ticket by the version it read has the right unit before it. */
const GIVE = portable<{ ids: readonly string[]; toId: string }>(
  'ticket.give_to_unit',
  'UPDATE ticket SET unit_id = :toId, version = version + 1 WHERE id IN (:ids...)',
  { params: { ids: 'uuid', toId: 'uuid' } },
);

/** What reports count of a ticket: that it was opened, and that it is solved, each in its hour and its present unit. */
function figuresOf({ unitId, openedAt, solvedAt }: CountedTicket): Counted[] {
  const opened = { figure: 'ticket.opened', at: openedAt, unitId, amount: 1 };
  return solvedAt === null
    ? [opened]
    : [opened, { figure: 'ticket.solved', at: solvedAt, unitId, amount: 1 }];
}

/** Counts a ticket with the unit of work that makes or changes it; `before` is undefined for a new one. */
export function countTicket(tx: Tx, ids: Ids, before: CountedTicket | undefined, after: CountedTicket): void {
  recount(tx, ids, { before: before ? figuresOf(before) : [], after: figuresOf(after) });
}

/** Takes tickets out of the counters before their rows are removed. */
export function uncounting(rows: OwnedRows, ids: Ids): OwnedRows {
  return {
    ...rows,
    async remove(tx, ticketIds) {
      const gone = await tx.all(LOCKED, { ids: ticketIds });
      await recountMany(tx, ids, { before: gone.flatMap(figuresOf), after: [] });
      return rows.remove(tx, ticketIds);
    },
  };
}

/** Gives at most `limit` (up to 500) tickets of a unit to another, and their counts with them; the number given. */
export async function giveTickets(
  tx: Tx,
  ids: Ids,
  { from, to, limit }: { from: string; to: string; limit: number },
): Promise<number> {
  for (;;) {
    const found = await tx.all(OF_UNIT, { unitId: from, limit });
    if (found.length === 0) return 0;
    const locked = await tx.all(LOCKED, { ids: found.map(({ id }) => id) });
    // Somebody may have moved one before it was locked.
    const given = locked.filter(({ unitId }) => unitId === from);
    if (given.length === 0) continue;
    await tx.run(GIVE, { ids: given.map(({ id }) => id), toId: to });
    const after = given.map((ticket) => ({ ...ticket, unitId: to }));
    await recountMany(tx, ids, { before: given.flatMap(figuresOf), after: after.flatMap(figuresOf) });
    return given.length;
  }
}
