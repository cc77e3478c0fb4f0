import { useI18n } from '../i18n/index.ts';

/** A text that the server keeps sealed; when it cannot be read, words that say so. */
export function SealedText({ text, isUnreadable }: { text: string; isUnreadable?: boolean | undefined }) {
  const { t } = useI18n();
  return isUnreadable && text === '' ? <em className="soft">{t('common.unreadable')}</em> : <>{text}</>;
}
