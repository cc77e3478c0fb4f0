import { useI18n } from '../../i18n/index.ts';
import type { Ticket, TicketHistoryEntry } from './ticket-data.ts';

function useHistoryTexts() {
  const { tMaybe } = useI18n();
  const valueText = (value: string | null | undefined) =>
    value ? (tMaybe(`ticket.state.${value}`) ?? tMaybe(`ticket.priority.${value}`) ?? value) : undefined;
  return {
    actor: ({ actor }: TicketHistoryEntry) =>
      actor.displayName || (tMaybe(`ticket.actor.${actor.type}`) ?? actor.type),
    action: ({ action }: TicketHistoryEntry) => tMaybe(`ticket.history.${action}`) ?? action,
    change: ({ from, to }: TicketHistoryEntry) =>
      [valueText(from), valueText(to)].filter(Boolean).join(' → '),
  };
}

/** What happened to a ticket, oldest first. */
export function TicketHistory({ ticket }: { ticket: Ticket }) {
  const { t, format } = useI18n();
  const texts = useHistoryTexts();
  return (
    <section className="panel" aria-label={t('ticket.history')}>
      <h2>{t('ticket.history')}</h2>
      {ticket.history.length === 0 && <p className="soft">{t('ticket.history_empty')}</p>}
      <ol className="history">
        {ticket.history.map((entry, index) => (
          <li key={`${entry.at}-${index}`}>
            <time dateTime={entry.at}>{format.dateTime(entry.at)}</time> <strong>{texts.actor(entry)}</strong>{' '}
            {texts.action(entry)} <span className="soft">{texts.change(entry)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
