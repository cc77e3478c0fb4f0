import {
  firstOf,
  lastFour,
  normaliseEmail,
  normaliseIdNumber,
  normaliseName,
  normalisePhone,
  type Crypto,
} from '../../platform/crypto/index.ts';
import { portable, type OwnedRows, type Tx } from '../../platform/persistence/index.ts';
import { tokenParams } from '../tickets/ticket.repo.ts';
import type { RequesterRow } from './requester.entity.ts';

/** Name of the index of words in names. */
export const NAME_WORDS = 'requester.name_words';

/** The columns of keyed hashes. */
export type HashColumns = Pick<
  RequesterRow,
  | 'externalBix'
  | 'nameBix'
  | 'namePrefixBix'
  | 'phoneBix'
  | 'phoneLast4Bix'
  | 'emailBix'
  | 'idNumberBix'
  | 'indexVersion'
>;

/** What is hashed, in clear. */
export interface HashedFields {
  external?: string | null | undefined;
  name?: string | null | undefined;
  phone?: string | null | undefined;
  email?: string | null | undefined;
  idNumber?: string | null | undefined;
}

/** Hashes a profile under the key in use; fields that are absent give NULL. */
export function hashProfile(crypto: Crypto, fields: HashedFields): HashColumns {
  const hash = (name: string, value: string | null | undefined) =>
    value ? crypto.blindIndex(`requester.${name}`, value) : null;
  const name = fields.name && normaliseName(fields.name);
  const phone = fields.phone && normalisePhone(fields.phone);
  return {
    externalBix: hash('external', fields.external),
    nameBix: hash('name', name),
    namePrefixBix: hash('name_prefix', name && firstOf(name)),
    phoneBix: hash('phone', phone),
    phoneLast4Bix: hash('phone_last4', phone && lastFour(phone)),
    emailBix: hash('email', fields.email && normaliseEmail(fields.email)),
    idNumberBix: hash('id_number', fields.idNumber && normaliseIdNumber(fields.idNumber)),
    indexVersion: crypto.indexVersion,
  };
}

const TOKENS_PUT = portable<{ requesterId: string; tokens: bigint[]; list: string }>(
  'requester_token.put',
  {
    postgres: `INSERT INTO requester_token (requester_id, tokens)
      VALUES (:requesterId, CAST(:tokens AS bigint[]))`,
    oracle: `INSERT INTO requester_token (requester_id, tokens)
      SELECT :requesterId, t.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) t`,
  },
  { params: { requesterId: 'uuid', tokens: 'tokens', list: 'clob' } },
);
const TOKENS_REMOVE = portable<{ ids: readonly string[] }>(
  'requester_token.remove',
  'DELETE FROM requester_token WHERE requester_id IN (:ids...)',
  { params: { ids: 'uuid' } },
);

/** Tokens go with their requester; made from the name, so the archive needs none. */
export const NAME_TOKEN_ROWS: OwnedRows = {
  table: 'requester_token',
  remove: (tx, ids) => tx.run(TOKENS_REMOVE, { ids }),
};

/** Makes names findable by their words, at most 500; `isNew` when none of them has tokens yet. */
export async function putNameTokens(
  tx: Tx,
  crypto: Crypto,
  names: ReadonlyMap<string, string>,
  isNew = false,
): Promise<void> {
  if (!isNew) await tx.run(TOKENS_REMOVE, { ids: [...names.keys()] });
  for (const [requesterId, name] of names) {
    const tokens = crypto.wordTokens(NAME_WORDS, name);
    if (tokens.length > 0) tx.later(TOKENS_PUT, { requesterId, ...tokenParams(tokens) });
  }
}
