import { normaliseIdNumber, normalisePhone, type Crypto } from '../../platform/crypto/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';

/** By what somebody on the staff is found as a customer. */
export type StaffNumberKind = 'phone' | 'id-number' | 'customer-number';

interface Found {
  token: Buffer;
  requesterId: string;
}

function byTokens(name: string, column: string) {
  return portable<{ tokens: readonly Buffer[]; limit: number }, Found>(
    `requester.staff_${name}`,
    `SELECT r.${column} AS token, r.id AS requester_id FROM requester r WHERE r.${column} IN (:tokens...)
      ORDER BY r.id FETCH FIRST :limit ROWS ONLY`,
    { params: { tokens: 'bytes', limit: 'int' }, result: { token: 'bytes', requesterId: 'uuid' } },
  );
}

/** Fewer digits than this are no phone number. */
const PHONE_DIGITS_MIN = 5;
const ID_NUMBER_MIN = 6;

const KINDS = {
  phone: {
    index: 'requester.phone',
    statement: byTokens('phone', 'phone_bix'),
    normalise: (value: string) => longEnough(normalisePhone(value), PHONE_DIGITS_MIN),
  },
  'id-number': {
    index: 'requester.id_number',
    statement: byTokens('id_number', 'id_number_bix'),
    normalise: (value: string) => longEnough(normaliseIdNumber(value), ID_NUMBER_MIN),
  },
  'customer-number': {
    index: 'requester.external',
    statement: byTokens('external', 'external_bix'),
    normalise: (value: string) => value.trim(),
  },
};

function longEnough(value: string, min: number): string {
  return value.length < min ? '' : value;
}

/**
 * Finds customers by the hashes of numbers, for the look at who of the staff opened whose record. A hash has eight bytes,
 * so somebody else is found by chance in one of ten million million cases.
 */
export function createStaffMatching({ crypto }: { crypto: Crypto }) {
  return {
    get indexVersion(): number {
      return crypto.indexVersion;
    },
    tokenOf(kind: StaffNumberKind, value: string): Buffer | undefined {
      const normalised = KINDS[kind].normalise(value);
      return normalised === '' ? undefined : crypto.blindIndex(KINDS[kind].index, normalised);
    },
    requestersOf(db: Db, kind: StaffNumberKind, tokens: readonly Buffer[], limit: number): Promise<Found[]> {
      return tokens.length === 0 ? Promise.resolve([]) : db.all(KINDS[kind].statement, { tokens, limit });
    },
  };
}
