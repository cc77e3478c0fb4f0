import {
  AppError,
  type Before,
  beforeKey,
  beforeOf,
  type DataScope,
  fromKey,
  type Page,
} from '../../kernel/index.ts';
import {
  firstOf,
  lastFour,
  maskText,
  matchesSearch,
  normaliseName,
  normalisePhone,
  type Crypto,
} from '../../platform/crypto/index.ts';
import {
  hashColumn,
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type ColumnKind,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import { newestOf, scanPage } from '../scan.ts';
import { openTexts, unreadableMark } from '../sealed-texts.ts';
import { tokenParams } from '../tickets/ticket.repo.ts';
import { requesterEntity, type RequesterRow } from './requester.entity.ts';
import { NAME_WORDS } from './requester.hashes.ts';
import { withinScopeOfRequester } from './requester.scope.ts';
import { MASKS, PERSONAL_FIELDS, type PersonalField } from './requester.rules.ts';
import { PROFILE_COLUMNS } from './requester.service.ts';

/** Conversations and tickets shown beside a requester, newest first. */
const RELATED_MAX = 20;
/** Rows of one last-four or name bucket that are decrypted for a page. */
const CANDIDATES_MAX = 500;
/** Terms of a query for a name that are asked for. */
const TERMS_MAX = 16;

type Sealed = Pick<RequesterRow, 'nameEnc' | 'phoneEnc' | 'emailEnc' | 'idNumberEnc'>;
type ListRow = Pick<RequesterRow, 'id' | 'isIdentified' | 'createdAt' | 'version'> & Sealed;
type Clear = Record<PersonalField, string | null>;

/** How a requester is found: exactly one of them. */
export interface RequesterQuery {
  phone?: string;
  phoneLast4?: string;
  name?: string;
  /** The first character of the name: the surname. */
  surname?: string;
  /** Words of the name, or two characters that stand together in it. */
  namePart?: string;
}

/** A requester as lists show one. */
export interface RequesterItem {
  id: string;
  nameMasked: string | null;
  phoneMasked?: string;
  emailMasked?: string;
  idNumberMasked?: string;
  isIdentified: boolean;
  createdAt: string;
  version: number;
}

const COLUMNS = `r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc,
  r.id_number_enc`;
const NEWEST_FIRST = `r.created_at <= :beforeAt AND (r.created_at < :beforeAt OR r.id < :beforeId)
  ORDER BY r.created_at DESC, r.id DESC FETCH FIRST :limit ROWS ONLY`;
const PAGE_PARAMS = { limit: 'int', beforeAt: 'instant', beforeId: 'uuid', ...SCOPE_PARAMS } as const;
const RESULT: Record<keyof ListRow, ColumnKind> = {
  ...{ id: 'uuid', isIdentified: 'flag', createdAt: 'instant', version: 'int' },
  ...{ nameEnc: 'sealed', phoneEnc: 'sealed', emailEnc: 'sealed', idNumberEnc: 'sealed' },
};
type PageParams = Before & ScopeParams & { limit: number };

function byHash(name: string, column: string) {
  return portable<PageParams & { hash: Buffer }, ListRow>(
    `requester.by_${name}`,
    `SELECT ${COLUMNS} FROM requester r WHERE r.${column} = :hash AND ${withinScopeOfRequester('r')}
      AND ${NEWEST_FIRST}`,
    { params: { hash: 'bytes', ...PAGE_PARAMS }, result: RESULT },
  );
}

const BY_HASH = {
  phone: byHash('phone', hashColumn(requesterEntity, 'phoneEnc', 'eq')),
  phone_last4: byHash('phone_last4', hashColumn(requesterEntity, 'phoneEnc', 'last4')),
  name: byHash('name', hashColumn(requesterEntity, 'nameEnc', 'eq')),
  name_prefix: byHash('surname', hashColumn(requesterEntity, 'nameEnc', 'prefix')),
};
const BY_TOKENS = portable<PageParams & { tokens: bigint[]; list: string; tokenCount: number }, ListRow>(
  'requester.by_tokens',
  {
    postgres: `SELECT ${COLUMNS} FROM requester_token k JOIN requester r ON r.id = k.requester_id
      WHERE k.tokens @> CAST(:tokens AS bigint[]) AND ${withinScopeOfRequester('r')} AND ${NEWEST_FIRST}`,
    oracle: `SELECT ${COLUMNS} FROM requester r
      WHERE r.id IN (SELECT k.requester_id FROM requester_token k
          WHERE k.tokens IN (SELECT j.token FROM JSON_TABLE(:list, '$[*]' COLUMNS (token NUMBER PATH '$')) j)
          GROUP BY k.requester_id HAVING COUNT(*) = :tokenCount)
        AND ${withinScopeOfRequester('r')} AND ${NEWEST_FIRST}`,
  },
  { params: { tokens: 'tokens', list: 'clob', tokenCount: 'int', ...PAGE_PARAMS }, result: RESULT },
);

const CONVERSATIONS_OF = portable<
  { requesterId: string; limit: number } & ScopeParams,
  { id: string; state: string; openedAt: Date }
>(
  'requester.conversations',
  `SELECT c.id, c.state, c.opened_at FROM conversation c
    WHERE c.requester_id = :requesterId AND ${withinScope('c', 'assignee_id')}
    ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { requesterId: 'uuid', limit: 'int', ...SCOPE_PARAMS },
    result: { id: 'uuid', state: 'text', openedAt: 'instant' },
  },
);
const TICKETS_OF = portable<
  { requesterId: string; limit: number } & ScopeParams,
  { id: string; ticketNumber: number; state: string; subjectEnc: Buffer }
>(
  'requester.tickets',
  `SELECT t.id, t.ticket_number, t.state, t.subject_enc FROM ticket t
    WHERE t.requester_id = :requesterId AND ${withinScope('t', 'assignee_id')}
    ORDER BY t.opened_at DESC, t.id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { requesterId: 'uuid', limit: 'int', ...SCOPE_PARAMS },
    result: { id: 'uuid', ticketNumber: 'int', state: 'text', subjectEnc: 'sealed' },
  },
);

/** How candidates are found by one key, and what must hold after decryption. */
interface Plan {
  searches: readonly ((db: Db, page: PageParams) => Promise<ListRow[]>)[];
  /** The field that is looked at again. */
  field: PersonalField;
  isHit(value: string): boolean;
}

/** Which index answers the query. Throws `request.invalid`. */
function planOf(crypto: Crypto, query: RequesterQuery): Plan {
  const given = Object.entries(query).filter(([, value]) => value !== undefined) as [string, string][];
  const [key, value] = given[0] ?? [];
  if (given.length !== 1 || key === undefined || value === undefined)
    throw invalid('phone, phoneLast4, name, surname, namePart', 'oneOf');
  const byIndex = (index: keyof typeof BY_HASH, wanted: string): Plan['searches'] => {
    if (wanted === '') throw invalid(key, 'format');
    const hashes = crypto.blindIndexes(`requester.${index}`, wanted);
    return hashes.map((hash) => (db, page) => db.all(BY_HASH[index], { hash, ...page }));
  };
  const name = normaliseName(value);
  switch (key) {
    case 'phoneLast4':
      return {
        ...{ searches: byIndex('phone_last4', value), field: 'phone' },
        isHit: (phone) => lastFour(normalisePhone(phone)) === value,
      };
    case 'phone': {
      const phone = normalisePhone(value);
      const isHit = (found: string) => normalisePhone(found) === phone;
      return { searches: byIndex('phone', phone), field: 'phone', isHit };
    }
    case 'surname': {
      const first = firstOf(name) ?? '';
      const isHit = (found: string) => firstOf(normaliseName(found)) === first;
      return { searches: byIndex('name_prefix', first), field: 'name', isHit };
    }
    case 'namePart':
      return {
        searches: byWords(crypto, value),
        field: 'name',
        isHit: (found) => matchesSearch(found, value),
      };
    default: {
      const isHit = (found: string) => normaliseName(found) === name;
      return { searches: byIndex('name', name), field: 'name', isHit };
    }
  }
}

function byWords(crypto: Crypto, text: string): Plan['searches'] {
  const versions = crypto.searchTokens(NAME_WORDS, text).map((tokens) => tokens.slice(0, TERMS_MAX));
  if (versions.some((tokens) => tokens.length === 0)) throw invalid('namePart', 'format');
  return versions.map((tokens) => (db, page) => {
    return db.all(BY_TOKENS, { ...tokenParams(tokens), tokenCount: tokens.length, ...page });
  });
}

function invalid(at: string, problem: string): AppError {
  return new AppError('request.invalid', { details: { in: 'query', at, problem } });
}

/** Finds requesters by an index, and looks again after decryption. The caller records the search. */
export function searchRequesters(
  crypto: Crypto,
  db: Db,
  request: { query: RequesterQuery; scope: DataScope; cursor: string | undefined; limit: number },
): Promise<Page<RequesterItem>> {
  const { searches, field, isHit } = planOf(crypto, request.query);
  const scope = scopeParams(request.scope);
  const start = request.cursor === undefined ? undefined : beforeOf(request.cursor);
  return scanPage<ListRow, [number, string], RequesterItem>({
    limit: request.limit,
    candidatesMax: CANDIDATES_MAX,
    after: start && beforeKey(start.beforeAt, start.beforeId),
    fetch(after, limit) {
      const page = { limit, ...scope, ...(after ? fromKey(after) : beforeOf(undefined)) };
      const dateOf = ({ createdAt: at, id }: ListRow) => ({ at, id });
      return newestOf(searches, limit, (search) => search(db, page), dateOf);
    },
    async check(rows) {
      const values = await openTexts(
        crypto,
        rows.map((row) => sealedField(row, field)),
      );
      const isFound = values.map((value) => value !== null && isHit(value));
      // Only what is shown is opened whole.
      const profiles = await openProfiles(
        crypto,
        rows.filter((_row, position) => isFound[position]),
      );
      return rows.map((row, position) =>
        isFound[position] ? presentItem(row, profiles.shift() as Clear) : undefined,
      );
    },
    keyOf: ({ createdAt, id }) => beforeKey(createdAt, id),
  });
}

/** Opens the personal fields of rows, in their order. */
export async function openProfiles(
  crypto: Crypto,
  rows: readonly (Sealed & { id: string })[],
): Promise<Clear[]> {
  const texts = await openTexts(
    crypto,
    rows.flatMap((row) => PERSONAL_FIELDS.map((field) => sealedField(row, field))),
  );
  return rows.map((_row, index) => {
    const [name = null, phone = null, email = null, idNumber = null] = texts.slice(
      index * PERSONAL_FIELDS.length,
    );
    return { name, phone, email, idNumber };
  });
}

function sealedField(row: Sealed & { id: string }, field: PersonalField) {
  const cell = { table: 'requester', column: PROFILE_COLUMNS[field], rowId: row.id };
  return { cell, envelope: row[`${field}Enc`] };
}

function presentItem(row: ListRow, clear: Clear): RequesterItem {
  const masked = (field: PersonalField) => {
    const value = clear[field];
    return value === null ? {} : { [`${field}Masked`]: MASKS[field](value) };
  };
  return {
    id: row.id,
    nameMasked: null,
    ...masked('name'),
    ...masked('phone'),
    ...masked('email'),
    ...masked('idNumber'),
    isIdentified: row.isIdentified,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

/** A requester as the customer panel shows one: everything masked, with what else there is of this person. */
export async function presentRequester(
  crypto: Crypto,
  db: Db,
  { row, scope: reach }: { row: RequesterRow; scope: DataScope },
) {
  const requesterId = row.id;
  const scope = scopeParams(reach);
  const limit = RELATED_MAX;
  const conversations = await db.all(CONVERSATIONS_OF, { requesterId, limit, ...scope });
  const tickets = await db.all(TICKETS_OF, { requesterId, limit, ...scope });
  const [clear] = await openProfiles(crypto, [row]);
  const [external = null, ...subjects] = await openTexts(crypto, [
    {
      cell: { table: 'requester', column: PROFILE_COLUMNS.external, rowId: row.id },
      envelope: row.externalEnc,
    },
    ...tickets.map(({ id, subjectEnc }) => ({
      cell: { table: 'ticket', column: 'subject_enc', rowId: id },
      envelope: subjectEnc,
    })),
  ]);
  return {
    ...presentItem(row, clear as Clear),
    ...(external === null ? {} : { externalRef: maskText(external) }),
    conversations: conversations.map(({ id, state, openedAt }) => ({
      id,
      state,
      openedAt: openedAt.toISOString(),
    })),
    tickets: tickets.map(({ id, ticketNumber, state }, index) => ({
      id,
      number: ticketNumber,
      state,
      subject: maskText(subjects[index] ?? ''),
      ...unreadableMark(subjects[index]),
    })),
  };
}
