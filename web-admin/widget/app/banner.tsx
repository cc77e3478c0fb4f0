/** @jsxImportSource preact */
import { useContext } from 'preact/hooks';
import type { ProtocolState } from '../protocol/index.ts';
import { LanguageContext } from './context.ts';
import { translateCode, type Translate } from './texts.ts';

/** Failures in a row after which we say more than "reconnecting". */
const FAILURES_UNTIL_UNAVAILABLE = 3;

type Notice = { tone: 'warning' | 'info' | 'error'; text: string };

/** The one notice that matters most now. */
export function pickNotice(
  protocol: ProtocolState,
  offlineText: string | undefined,
  t: Translate,
): Notice | undefined {
  const { link, failureCount, conversation, queuePosition } = protocol;
  if (link === 'refused') return { tone: 'error', text: translateCode(t, protocol.refusal) };
  if (!protocol.isOnline) return { tone: 'warning', text: t('offline') };
  if (failureCount > 0 && link !== 'live') {
    const text =
      failureCount >= FAILURES_UNTIL_UNAVAILABLE
        ? offlineText || t('unavailable')
        : t(protocol.hasBeenLive ? 'reconnecting' : 'connecting');
    return { tone: 'warning', text };
  }
  if (conversation === 'queued') {
    const text = queuePosition ? t('queuedAt', queuePosition) : t('queued');
    return { tone: 'info', text };
  }
  return conversation === 'assigned' ? { tone: 'info', text: t('assigned') } : undefined;
}

/** State of the connection and the queue; spoken by screen readers when it changes. */
export function Banner({ protocol, offlineText }: { protocol: ProtocolState; offlineText?: string }) {
  const { t } = useContext(LanguageContext);
  const notice = pickNotice(protocol, offlineText, t);
  return (
    <div role="status" class={notice ? `banner ${notice.tone}` : 'banner empty'}>
      {notice?.text}
    </div>
  );
}
