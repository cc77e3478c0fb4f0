/** How a field is packed. */
export interface FieldForm {
  /** `n` digits, `an`/`ans` text, `z` track data, `b` bytes written as hexadecimal digits. */
  kind: 'n' | 'an' | 'ans' | 'z' | 'b';
  /** `fixed`, or the number of digits that tell the length of a variable one. */
  length: 'fixed' | 'll' | 'lll';
  /** Characters, of `b` bytes: exactly so many, or at most. */
  size: number;
}

const fixed = (kind: FieldForm['kind'], size: number): FieldForm => ({ kind, length: 'fixed', size });
const variable = (kind: FieldForm['kind'], length: 'll' | 'lll', size: number): FieldForm => ({
  ...{ kind, length, size },
});

/** Fields of ISO 8583:1987 that enquiries and network management carry; settings may declare others or other forms. */
export const FIELDS: Readonly<Record<string, FieldForm>> = {
  2: variable('n', 'll', 19),
  3: fixed('n', 6),
  4: fixed('n', 12),
  7: fixed('n', 10),
  11: fixed('n', 6),
  12: fixed('n', 6),
  13: fixed('n', 4),
  14: fixed('n', 4),
  15: fixed('n', 4),
  18: fixed('n', 4),
  22: fixed('n', 3),
  24: fixed('n', 3),
  25: fixed('n', 2),
  26: fixed('n', 2),
  32: variable('n', 'll', 11),
  33: variable('n', 'll', 11),
  37: fixed('an', 12),
  38: fixed('an', 6),
  39: fixed('an', 2),
  41: fixed('ans', 8),
  42: fixed('ans', 15),
  43: fixed('ans', 40),
  44: variable('ans', 'll', 25),
  48: variable('ans', 'lll', 999),
  49: fixed('n', 3),
  54: variable('an', 'lll', 120),
  60: variable('ans', 'lll', 999),
  61: variable('ans', 'lll', 999),
  62: variable('ans', 'lll', 999),
  63: variable('ans', 'lll', 999),
  64: fixed('b', 8),
  70: fixed('n', 3),
  102: variable('ans', 'll', 28),
  103: variable('ans', 'll', 28),
  128: fixed('b', 8),
};

/** Fields that say how much money moves, or belong to moving it; no message of ours carries any. */
export const MONEY_FIELDS: readonly number[] = [5, 6, 8, 28, 29, 30, 31, 46, 95, 97];
/** Amount of the transaction: of an enquiry nothing but zeros. */
export const AMOUNT_FIELD = 4;
/** Fields that hold what opens an account: they are never sent, and of an answer never read. */
export const SECRET_FIELDS: readonly number[] = [35, 36, 45, 52, 55];
