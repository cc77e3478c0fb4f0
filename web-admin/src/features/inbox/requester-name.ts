import { useI18n } from '../../i18n/index.ts';
import type { Conversation } from '../../realtime/index.ts';

/** Name of a requester as lists show it. */
export function useRequesterName(): (requester: Conversation['requester']) => string {
  const { t } = useI18n();
  return (requester) => requester.nameMasked || `${t('inbox.visitor')} ${requester.id.slice(-4)}`;
}
