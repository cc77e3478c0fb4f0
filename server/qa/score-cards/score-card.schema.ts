import type { Schema } from '../../platform/http/index.ts';
import { between, flag, instant, integer, listOf, object, string, text, uuid } from '../schemas.ts';
import { CARD_LIMITS } from './score-card.rules.ts';

const words = listOf(text(CARD_LIMITS.wordCharacters), CARD_LIMITS.words);
const messages = between(1, CARD_LIMITS.messages);

const CONFIGS: Record<string, Schema> = {
  forbidden: object({
    by: { enum: ['agent', 'service'] },
    words,
    patterns: listOf(text(CARD_LIMITS.patternCharacters), CARD_LIMITS.patterns),
  }),
  required: object({ phrases: words, place: { enum: ['start', 'end'] }, messages }),
  'response-time': object({ secondsMax: between(1, CARD_LIMITS.secondsMax) }),
  sentiment: object({ messages, polarityMin: { type: 'number', minimum: -1, maximum: 1 } }),
  manual: object({}),
};

const criterion: Schema = {
  oneOf: Object.entries(CONFIGS).map(([kind, config]) =>
    object({
      id: { type: 'string', pattern: '^[a-z0-9][a-z0-9-]{0,63}$' },
      kind: { const: kind },
      title: text(CARD_LIMITS.titleCharacters),
      weight: between(1, CARD_LIMITS.weight),
      isFatal: flag,
      config,
    }),
  ),
};

/** A new version of a card. */
export const scoreCardBody: Schema = object({
  name: text(200),
  criteria: { type: 'array', minItems: 1, maxItems: CARD_LIMITS.criteria, items: criterion },
});

/** A card with its criteria. */
export const scoreCard: Schema = object({
  id: uuid,
  version: integer,
  name: string,
  state: { enum: ['active', 'retired'] },
  criteria: { type: 'array', items: { type: 'object' } },
  createdBy: object({ id: string, displayName: string }),
  createdAt: instant,
});

/** All cards in use. */
export const scoreCardList: Schema = object({ items: { type: 'array', items: scoreCard } });
