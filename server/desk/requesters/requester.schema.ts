import type { Schema } from '../../platform/http/index.ts';
import { answer, closed, instant, listQuery, orNull, pageOf, text, uuid } from '../schemas.ts';
import { PERSONAL_FIELDS } from './requester.rules.ts';

const string: Schema = { type: 'string' };
const MASKED: Record<string, Schema> = {
  id: uuid,
  nameMasked: orNull(string),
  phoneMasked: string,
  emailMasked: string,
  idNumberMasked: string,
  isIdentified: { type: 'boolean' },
  createdAt: instant,
  version: { type: 'integer' },
};
const OPTIONAL = ['phoneMasked', 'emailMasked', 'idNumberMasked'];

/** A page of requesters, masked. */
export const requesterPage: Schema = pageOf(answer(MASKED, OPTIONAL));

/** One requester, masked, with conversations and tickets. */
export const requesterDetail: Schema = answer(
  {
    ...MASKED,
    externalRef: string,
    conversations: { type: 'array', items: answer({ id: uuid, state: string, openedAt: instant }) },
    tickets: {
      type: 'array',
      items: answer(
        {
          id: uuid,
          number: { type: 'integer' },
          state: string,
          subject: string,
          isUnreadable: { const: true },
        },
        ['isUnreadable'],
      ),
    },
  },
  [...OPTIONAL, 'externalRef'],
);

/** Exactly one of them finds somebody; the handler refuses none and several. */
export const requesterQuery: Schema = listQuery({
  phone: text(40),
  phoneLast4: { type: 'string', pattern: '^[0-9]{4}$', maxLength: 4 },
  name: text(100),
  surname: { type: 'string', minLength: 1, maxLength: 2 },
  namePart: text(100),
});

const entered = (maxLength: number): Schema => orNull({ type: 'string', maxLength });

/** Fields to change; null or an empty text removes one, an absent one stays. */
export const requesterUpdate: Schema = {
  ...closed({ name: entered(100), phone: entered(40), email: entered(254), idNumber: entered(40) }),
  minProperties: 1,
};

/** What to show in clear, why, and for which case: a ticket or a conversation of the requester. */
export const revealBody: Schema = closed(
  {
    fields: {
      type: 'array',
      minItems: 1,
      maxItems: PERSONAL_FIELDS.length,
      uniqueItems: true,
      items: { enum: [...PERSONAL_FIELDS] },
    },
    purpose: { type: 'string', maxLength: 200 },
    ticketId: uuid,
    conversationId: uuid,
  },
  ['fields', 'purpose'],
);

/** Clear values, and until when they may stay on the screen (milliseconds since 1970). */
export const revealAnswer: Schema = answer({
  values: answer(
    { name: orNull(string), phone: orNull(string), email: orNull(string), idNumber: orNull(string) },
    PERSONAL_FIELDS,
  ),
  untilMs: { type: 'integer' },
});
