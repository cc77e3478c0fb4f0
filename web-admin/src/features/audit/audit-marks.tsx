import { useI18n } from '../../i18n/index.ts';
import type { AuditEvent, AuditOutcome } from './audit-data.ts';

const SIGNS: Record<AuditOutcome, string> = { ok: '✓', refused: '⊘', failed: '✕' };

/** Outcome of an act in words with a sign; colour is never the only sign. */
export function OutcomeMark({ outcome }: { outcome: AuditOutcome }) {
  const { tMaybe } = useI18n();
  return (
    <span className={`outcome-mark outcome-${outcome}`}>
      <span aria-hidden="true">{SIGNS[outcome]}</span> {tMaybe(`audit.outcome.${outcome}`) ?? outcome}
    </span>
  );
}

/** Texts of an entry in the reader's language. */
export function useEntryTexts() {
  const { locale, tMaybe } = useI18n();
  const typeText = (type: string) => tMaybe(`audit.actor.${type}`) ?? type;
  return {
    sentence: ({ sentence }: AuditEvent) => (locale === 'zh-CN' ? sentence.zh : sentence.en),
    typeText,
    /** Name of the actor; requesters have none in the trail. */
    actor: ({ actor }: AuditEvent) => actor.name || typeText(actor.type),
    roles: ({ actor }: AuditEvent) =>
      (actor.roles ?? []).map((role) => tMaybe(`role.${role}`) ?? role).join(' · '),
  };
}
