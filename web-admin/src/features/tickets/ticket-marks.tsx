import type { TicketPriority } from '../../components/index.ts';
import { useI18n } from '../../i18n/index.ts';
import type { TicketState } from './ticket-data.ts';

/** State of a ticket in words with a coloured mark; colour is never the only sign. */
export function StateMark({ state }: { state: TicketState }) {
  const { tMaybe } = useI18n();
  return <span className={`state-mark state-${state}`}>{tMaybe(`ticket.state.${state}`) ?? state}</span>;
}

/** Priority of a ticket; high and urgent are set off by weight and sign. */
export function PriorityMark({ priority }: { priority: TicketPriority }) {
  const { tMaybe } = useI18n();
  const sign = { low: '↓ ', normal: '', high: '↑ ', urgent: '‼ ' }[priority] ?? '';
  return (
    <span className={`priority-mark priority-${priority}`}>
      <span aria-hidden="true">{sign}</span>
      {tMaybe(`ticket.priority.${priority}`) ?? priority}
    </span>
  );
}
