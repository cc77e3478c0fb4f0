import type { Schema } from '../../platform/http/index.ts';
import { between, flag, instant, integer, object, orNull, pageOf, string, text, uuid } from '../schemas.ts';
import { CARD_LIMITS } from '../score-cards/score-card.rules.ts';

/** Rows of one page: the audit entry names the ids shown and holds 16 KiB. */
const PAGE_ROWS_MAX = 200;
/** Longest reason or remark of an inspector, in characters. */
const REMARK_CHARACTERS = 2_000;

const person = object({ id: uuid, displayName: string });
const state = { enum: ['automatic', 'manual'] };

const ITEM: Record<string, Schema> = {
  id: uuid,
  conversationId: uuid,
  agent: person,
  score: orNull(integer),
  state,
  isFatal: flag,
  findingsCount: integer,
  evaluatedAt: instant,
  version: integer,
};

/** What the list can be narrowed by. */
export const evaluationQuery: Schema = object(
  {
    state,
    scoreBelow: between(0, 101),
    agent: uuid,
    cursor: text(512),
    limit: between(1, PAGE_ROWS_MAX),
  },
  ['state', 'scoreBelow', 'agent', 'cursor', 'limit'],
);

/** A page of evaluations. */
export const evaluationPage: Schema = pageOf(object(ITEM, ['agent']));

const evidence = object({ seq: integer, start: integer, end: integer, quote: string });
const criterion = object(
  {
    id: string,
    title: string,
    kind: string,
    weight: integer,
    isFatal: flag,
    points: orNull(integer),
    pointsMax: integer,
    isMet: orNull(flag),
    evidence: { type: 'array', items: evidence },
    remark: string,
  },
  ['remark'],
);

/** One evaluation with criteria, evidence, and the conversation's messages, all masked. */
export const evaluation: Schema = object(
  {
    ...ITEM,
    scoreCardId: uuid,
    scoreCardVersion: integer,
    scoreCardName: string,
    criteria: { type: 'array', items: criterion },
    rescoredBy: person,
    rescoredAt: instant,
    reason: string,
    messages: { type: 'array', items: { type: 'object' } },
  },
  ['agent', 'rescoredBy', 'rescoredAt', 'reason'],
);

/** New points for some criteria, and why. */
export const rescoreBody: Schema = object({
  criteria: {
    type: 'array',
    minItems: 1,
    maxItems: CARD_LIMITS.criteria,
    items: object({ id: text(64), points: between(0, CARD_LIMITS.weight), remark: text(REMARK_CHARACTERS) }, [
      'remark',
    ]),
  },
  reason: text(REMARK_CHARACTERS),
});
