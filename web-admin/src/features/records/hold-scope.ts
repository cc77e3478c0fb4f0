import { useI18n } from '../../i18n/index.ts';
import type { Hold } from './record-data.ts';

/** What a hold covers, in words. */
export function useScopeText(): (hold: Hold) => string {
  const { t, format } = useI18n();
  return (hold) =>
    [
      hold.requesterId && `${t('hold.requester')} ${hold.requesterId}`,
      hold.accountId && `${t('hold.account')} ${hold.accountId}`,
      hold.ticketId && `${t('hold.ticket')} ${hold.ticketId}`,
      hold.recordClass && t(`record.class.${hold.recordClass}`),
      hold.fromAt && `${t('hold.from')} ${format.exactTime(hold.fromAt)}`,
      hold.toAt && `${t('hold.to')} ${format.exactTime(hold.toAt)}`,
    ]
      .filter(Boolean)
      .join(' · ');
}
