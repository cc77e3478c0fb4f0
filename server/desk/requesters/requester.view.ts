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
  lastFour,
  maskText,
  normaliseName,
  normalisePhone,
  type Crypto,
} from '../../platform/crypto/index.ts';
import {
  portable,
  SCOPE_PARAMS,
  scopeParams,
  withinScope,
  type Db,
  type ScopeParams,
} from '../../platform/persistence/index.ts';
import { scanPage } from '../scan.ts';
import { openTexts } from '../sealed-texts.ts';
import type { RequesterRow } from './requester.entity.ts';
import { withinScopeOfRequester } from './requester.scope.ts';
import { MASKS, PERSONAL_FIELDS, type PersonalField } from './requester.rules.ts';
import { PROFILE_COLUMNS } from './requester.service.ts';

/** Conversations and tickets shown beside a requester, newest first. */
const RELATED_MAX = 20;
/** Rows of one last-four or name bucket that are decrypted for a page. */
const CANDIDATES_MAX = 500;

type Sealed = Pick<RequesterRow, 'nameEnc' | 'phoneEnc' | 'emailEnc' | 'idNumberEnc'>;
type ListRow = Pick<RequesterRow, 'id' | 'isIdentified' | 'createdAt' | 'version'> & Sealed;
type Clear = Record<PersonalField, string | null>;

/** How a requester is found: exactly one of them. */
export interface RequesterQuery {
  phone?: string;
  phoneLast4?: string;
  name?: string;
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

function searchStatement(index: 'phone' | 'phone_last4' | 'name') {
  return portable<{ index: Buffer; limit: number } & Before & ScopeParams, ListRow>(
    `requester.by_${index}`,
    `SELECT r.id, r.is_identified, r.created_at, r.version, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc
      FROM requester r WHERE r.${index}_bix = :index AND ${withinScopeOfRequester('r')}
        AND r.created_at <= :beforeAt AND (r.created_at < :beforeAt OR r.id < :beforeId)
      ORDER BY r.created_at DESC, r.id DESC FETCH FIRST :limit ROWS ONLY`,
    {
      params: { index: 'bytes', limit: 'int', beforeAt: 'instant', beforeId: 'uuid', ...SCOPE_PARAMS },
      result: {
        id: 'uuid',
        isIdentified: 'flag',
        createdAt: 'instant',
        version: 'int',
        nameEnc: 'sealed',
        phoneEnc: 'sealed',
        emailEnc: 'sealed',
        idNumberEnc: 'sealed',
      },
    },
  );
}

const SEARCHES = {
  phone: searchStatement('phone'),
  phone_last4: searchStatement('phone_last4'),
  name: searchStatement('name'),
};

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

interface Plan {
  statement: (typeof SEARCHES)[keyof typeof SEARCHES];
  index: Buffer;
  isHit(clear: Clear): boolean;
}

/** Which index answers the query, and what must hold after decryption. Throws `request.invalid`. */
function planOf(crypto: Crypto, query: RequesterQuery): Plan {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const [key, value] = given[0] ?? [];
  if (given.length !== 1 || key === undefined) throw invalid('phone, phoneLast4, name', 'oneOf');
  if (key === 'phoneLast4') {
    const isHit = ({ phone }: Clear) => phone !== null && lastFour(normalisePhone(phone)) === value;
    const index = crypto.blindIndex('requester.phone_last4', value);
    return { statement: SEARCHES.phone_last4, index, isHit };
  }
  const field = key === 'name' ? 'name' : 'phone';
  const normalise = field === 'name' ? normaliseName : normalisePhone;
  const wanted = normalise(value);
  if (wanted === '') throw invalid(key, 'format');
  return {
    statement: SEARCHES[field],
    index: crypto.blindIndex(`requester.${field}`, wanted),
    isHit: (clear) => clear[field] !== null && normalise(clear[field]) === wanted,
  };
}

function invalid(at: string, problem: string): AppError {
  return new AppError('request.invalid', { details: { in: 'query', at, problem } });
}

/** Finds requesters by a blind index, and looks again after decryption. The caller records the search. */
export function searchRequesters(
  crypto: Crypto,
  db: Db,
  request: { query: RequesterQuery; scope: DataScope; cursor: string | undefined; limit: number },
): Promise<Page<RequesterItem>> {
  const { statement, index, isHit } = planOf(crypto, request.query);
  const scope = scopeParams(request.scope);
  const start = request.cursor === undefined ? undefined : beforeOf(request.cursor);
  return scanPage<ListRow, [number, string], RequesterItem>({
    limit: request.limit,
    candidatesMax: CANDIDATES_MAX,
    after: start && beforeKey(start.beforeAt, start.beforeId),
    fetch: (after, limit) =>
      db.all(statement, { index, limit, ...scope, ...(after ? fromKey(after) : beforeOf(undefined)) }),
    async check(rows) {
      const clear = await openProfiles(crypto, rows);
      return rows.map((row, position) => {
        const profile = clear[position];
        return profile && isHit(profile) ? presentItem(row, profile) : undefined;
      });
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
    rows.flatMap((row) =>
      PERSONAL_FIELDS.map((field) => ({
        cell: { table: 'requester', column: PROFILE_COLUMNS[field], rowId: row.id },
        envelope: row[`${field}Enc`],
      })),
    ),
  );
  return rows.map((_row, index) => {
    const [name = null, phone = null, email = null, idNumber = null] = texts.slice(
      index * PERSONAL_FIELDS.length,
    );
    return { name, phone, email, idNumber };
  });
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
    })),
  };
}
