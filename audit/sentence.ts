import { AUDIT_ACTIONS, isAuditAction } from './actions.ts';
import type { EventRow } from './storage.ts';

/** What a sentence is filled with; all texts are shown as they are, so pass masks and names, never secrets. */
export interface SentenceValues {
  action: string;
  outcome: string;
  actor: string;
  target?: string | null;
  customer?: string | null;
  fields?: readonly string[];
  reason?: string | null;
  ticket?: string | null;
}

/** What an act that did not succeed gets behind its sentence. */
const OUTCOMES: Record<string, { zh: string; en: string }> = {
  refused: { zh: '（被拒绝）', en: ' (refused)' },
  failed: { zh: '（失败）', en: ' (failed)' },
};

/** The sentence of an entry in Chinese and in English. An action the catalogue no longer has is shown by its name. */
export function renderSentence(values: SentenceValues): { zh: string; en: string } {
  const { action, outcome } = values;
  const definition = isAuditAction(action)
    ? AUDIT_ACTIONS[action]
    : { zh: `{actor} ${action}`, en: `{actor} ${action}` };
  const suffix = OUTCOMES[outcome] ?? { zh: '', en: '' };
  return {
    zh: `${fill(definition.zh, values, '、')}${suffix.zh}`,
    en: `${fill(definition.en, values, ', ')}${suffix.en}`,
  };
}

/** What a body says that its columns do not. */
interface SpokenBody {
  actor: { name?: string };
  fields?: readonly string[];
  reason?: string;
  ticket?: string;
}

/** The sentence of a stored entry; who acted is named as the entry names them. */
export function entrySentence(row: EventRow, body: SpokenBody): { zh: string; en: string } {
  return renderSentence({
    action: row.action,
    outcome: row.outcome,
    actor: body.actor.name ?? `${row.actorType} ${row.actorId}`,
    target: row.targetId,
    customer: row.customerRef,
    fields: body.fields,
    reason: body.reason,
    ticket: body.ticket,
  });
}

function fill(template: string, values: SentenceValues, separator: string): string {
  const texts: Record<string, string | null | undefined> = {
    actor: values.actor,
    target: values.target,
    customer: values.customer,
    fields: values.fields?.join(separator),
    reason: values.reason,
    ticket: values.ticket,
  };
  // A replacing function, so that a `$` in a value means itself.
  return template.replace(/\{(\w+)\}/g, (_, place: string) => texts[place] || '–');
}
