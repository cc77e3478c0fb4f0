import { AppError } from '../../kernel/index.ts';
import {
  findMaskedSpans,
  normaliseEmail,
  normaliseIdNumber,
  normalisePhone,
} from '../../platform/crypto/index.ts';
import { maskOf } from '../../platform/persistence/index.ts';
import { requesterEntity } from './requester.entity.ts';

/** Fields a person may enter and reveal. The host application's own id is neither. */
export const PERSONAL_FIELDS = ['name', 'phone', 'email', 'idNumber'] as const;
/** One of them. */
export type PersonalField = (typeof PERSONAL_FIELDS)[number];

/** How each field is shown to everybody, by the classification of its column. */
export const MASKS: Record<PersonalField, (value: string) => string> = {
  name: maskOf(requesterEntity, 'nameEnc'),
  phone: maskOf(requesterEntity, 'phoneEnc'),
  email: maskOf(requesterEntity, 'emailEnc'),
  idNumber: maskOf(requesterEntity, 'idNumberEnc'),
};

const PURPOSE_CHARACTERS_MIN = 2;
const PHONE_DIGITS_MIN = 5;

/**
 * The purpose of a reveal as it goes into the trail. Throws `requester.reveal_purpose` when it says nothing, or
 * when it holds what looks like personal data, because the trail can't be erased.
 */
export function assertPurpose(purpose: string): string {
  const trimmed = purpose.trim();
  const saysNothing = [...trimmed].length < PURPOSE_CHARACTERS_MIN;
  if (saysNothing || findMaskedSpans(trimmed).length > 0) throw new AppError('requester.reveal_purpose');
  return trimmed;
}

/** What is wrong with an entered value: it could not be found again, or isn't one. */
const FAULTS: Record<PersonalField, (value: string) => boolean> = {
  name: (value) => value.trim() === '',
  phone: (value) => normalisePhone(value).replace(/\D/g, '').length < PHONE_DIGITS_MIN,
  email: (value) => !/^[^@\s]+@[^@\s]+$/.test(normaliseEmail(value)),
  idNumber: (value) => normaliseIdNumber(value).length < 4,
};

/** Throws `request.invalid` naming the first field whose value can't be kept. */
export function assertProfile(profile: Partial<Record<PersonalField, string | null>>): void {
  for (const field of PERSONAL_FIELDS) {
    const value = profile[field];
    if (value && FAULTS[field](value)) {
      throw new AppError('request.invalid', { details: { in: 'body', at: `/${field}`, problem: 'format' } });
    }
  }
}
