import type { StoredMessage } from '../../desk/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Evidence } from '../judging/qa.rules.ts';
import { namesOf, personOf } from '../people.ts';
import type { AccountNames, PresentMessage } from '../ports.ts';
import type { Criterion } from '../score-cards/score-card.rules.ts';
import { reasonCell, remarkCell, type EvaluationCriterionRow } from './evaluation.entity.ts';
import type { FullEvaluation } from './evaluation.service.ts';
import { presentItem } from './evaluation.view.ts';
import { maskWithPlaces, type MaskedText } from './quote.ts';

/** What presenting an evaluation needs. */
export interface PresentDeps {
  crypto: Crypto;
  accountNames: AccountNames;
  presentMessage: PresentMessage;
}

/**
 * An evaluation as its page shows it. Quotes are cut from the messages as they are now, masked; the positions of
 * evidence are those of the masked texts. After an erasure the quotes are empty and the points stay.
 */
export async function presentEvaluation(
  deps: PresentDeps,
  full: FullEvaluation,
  messages: readonly StoredMessage[],
) {
  const { row, card, criteria } = full;
  const authors = messages.filter(({ from }) => from === 'agent').map(({ senderId }) => senderId);
  const names = await namesOf(deps.accountNames, [row.agentId, row.rescoredBy, ...authors]);
  const masked = new Map(messages.map((message) => [message.seq, maskWithPlaces(message.text)]));
  const texts = await openTexts(deps.crypto, full);
  const byId = new Map(criteria.map((criterion) => [criterion.criterionId, criterion]));
  return {
    ...presentItem(row, names),
    scoreCardId: card.id,
    scoreCardVersion: card.version,
    scoreCardName: card.name,
    criteria: card.criteria.map((criterion) =>
      presentCriterion(criterion, byId.get(criterion.id), {
        masked,
        remark: texts.remarks.get(criterion.id),
      }),
    ),
    ...(row.rescoredBy === null ? {} : { rescoredBy: personOf(row.rescoredBy, names) }),
    ...(row.rescoredAt === null ? {} : { rescoredAt: row.rescoredAt.toISOString() }),
    ...(texts.reason === undefined ? {} : { reason: texts.reason }),
    messages: messages.map((message) => {
      const agentName = message.from === 'agent' ? names.get(message.senderId) : undefined;
      const text = masked.get(message.seq)?.text ?? '';
      return { ...deps.presentMessage({ ...message, text }), ...(agentName ? { agentName } : {}) };
    }),
  };
}

function presentCriterion(
  criterion: Criterion,
  row: EvaluationCriterionRow | undefined,
  shown: { masked: ReadonlyMap<number, MaskedText>; remark: string | undefined },
) {
  const { id, title, kind, weight, isFatal } = criterion;
  return {
    ...{ id, title, kind, weight, isFatal },
    points: row?.points ?? null,
    pointsMax: weight,
    isMet: row?.isMet ?? null,
    evidence: (row?.evidence ?? []).map((evidence) => presentEvidence(evidence, shown.masked)),
    ...(shown.remark === undefined ? {} : { remark: shown.remark }),
  };
}

function presentEvidence({ seq, start, end }: Evidence, masked: ReadonlyMap<number, MaskedText>) {
  const message = masked.get(seq);
  if (message === undefined) return { seq, start: 0, end: 0, quote: '' };
  const place = message.place({ start, end });
  return { seq, ...place, quote: message.text.slice(place.start, place.end) };
}

/** What inspectors wrote; a value that can no longer be read (the requester was erased) is left out. */
async function openTexts(crypto: Crypto, { row, criteria }: FullEvaluation) {
  const sealed = criteria.flatMap(({ criterionId, remarkEnc }) =>
    remarkEnc === null ? [] : [{ criterionId, cell: remarkCell(row.id, criterionId), envelope: remarkEnc }],
  );
  const reason = row.reasonEnc === null ? [] : [{ cell: reasonCell(row.id), envelope: row.reasonEnc }];
  const opened = await crypto.openMany([...reason, ...sealed]);
  const textAt = (index: number) => {
    const result = opened[index];
    return result?.ok ? result.text : undefined;
  };
  const remarks = new Map<string, string>();
  sealed.forEach(({ criterionId }, index) => {
    const remark = textAt(reason.length + index);
    if (remark !== undefined) remarks.set(criterionId, remark);
  });
  return { reason: reason.length === 0 ? undefined : textAt(0), remarks };
}
