import { SCOPE_ALL, type Before } from '../../kernel/index.ts';
import { maskText, normaliseIdNumber, normalisePhone, type Crypto } from '../../platform/crypto/index.ts';
import { portable, type Db } from '../../platform/persistence/index.ts';
import { findConversationWithin } from '../conversations/conversation.repo.ts';
import type { ConversationService } from '../conversations/conversation.service.ts';
import { MASKS } from '../requesters/requester.rules.ts';
import { PROFILE_COLUMNS } from '../requesters/requester.service.ts';
import { openProfiles } from '../requesters/requester.view.ts';
import { openTexts } from '../sealed-texts.ts';

/** By what a regulator names a person. */
export type CaseKey = 'phone' | 'idNumber' | 'customerNumber';

/** A person as officers see one: a reference, and masks to tell people apart. */
export interface CasePerson {
  id: string;
  nameMasked: string | null;
  phoneMasked: string | null;
  idNumberMasked: string | null;
  createdAt: Date;
}

/** A message as it goes into a case file. */
export interface CaseMessage {
  seq: number;
  at: Date;
  from: string;
  /** Id of the account, requester, or program. */
  senderId: string;
  kind: string;
  text: string;
  fileName: string | null;
}

/** What the desk hands to the officer's case files. */
export interface CaseRecords {
  /** People whose value is exactly this one, at most 20; nothing else is found. */
  lookUp(db: Db, key: CaseKey, value: string): Promise<CasePerson[]>;
  /** One person by the reference. */
  person(db: Db, id: string): Promise<CasePerson | undefined>;
  /** Conversations of a person, the newest first. */
  conversationsOf(
    db: Db,
    requesterId: string,
    page: Before & { limit: number },
  ): Promise<{ id: string; state: string; openedAt: Date; closedAt: Date | null }[]>;
  /** Messages of a conversation behind a number; masked as agents see them, unless plain ones were approved. */
  messagesOf(
    db: Db,
    conversationId: string,
    page: { afterSeq: number; limit: number; isUnmasked: boolean },
  ): Promise<CaseMessage[]>;
}

const PEOPLE_MAX = 20;

interface PersonRow {
  id: string;
  createdAt: Date;
  nameEnc: Buffer | null;
  phoneEnc: Buffer | null;
  emailEnc: Buffer | null;
  idNumberEnc: Buffer | null;
  externalEnc: Buffer | null;
}
const COLUMNS = 'r.id, r.created_at, r.name_enc, r.phone_enc, r.email_enc, r.id_number_enc, r.external_enc';
const RESULT = {
  id: 'uuid',
  createdAt: 'instant',
  nameEnc: 'sealed',
  phoneEnc: 'sealed',
  emailEnc: 'sealed',
  idNumberEnc: 'sealed',
  externalEnc: 'sealed',
} as const;

function byIndex(name: string, column: string) {
  return portable<{ index: Buffer; limit: number }, PersonRow>(
    `requester.case_${name}`,
    `SELECT ${COLUMNS} FROM requester r WHERE r.${column} = :index
      ORDER BY r.created_at DESC, r.id DESC FETCH FIRST :limit ROWS ONLY`,
    { params: { index: 'bytes', limit: 'int' }, result: RESULT },
  );
}
const BY_KEY = {
  phone: byIndex('phone', 'phone_bix'),
  idNumber: byIndex('id_number', 'id_number_bix'),
  customerNumber: byIndex('external', 'external_bix'),
};
const BY_ID = portable<{ id: string }, PersonRow>(
  'requester.case_id',
  `SELECT ${COLUMNS} FROM requester r WHERE r.id = :id`,
  { params: { id: 'uuid' }, result: RESULT },
);
const CONVERSATIONS = portable<
  Before & { requesterId: string; limit: number },
  { id: string; state: string; openedAt: Date; closedAt: Date | null }
>(
  'conversation.case_page',
  `SELECT c.id, c.state, c.opened_at, c.closed_at FROM conversation c
    WHERE c.requester_id = :requesterId
      AND c.opened_at <= :beforeAt AND (c.opened_at < :beforeAt OR c.id < :beforeId)
    ORDER BY c.opened_at DESC, c.id DESC FETCH FIRST :limit ROWS ONLY`,
  {
    params: { requesterId: 'uuid', beforeAt: 'instant', beforeId: 'uuid', limit: 'int' },
    result: { id: 'uuid', state: 'text', openedAt: 'instant', closedAt: 'instant' },
  },
);

/** Name of each key's blind index, and how its values are written alike. */
const INDEXES: Record<CaseKey, { name: string; normalise: (value: string) => string }> = {
  phone: { name: 'requester.phone', normalise: normalisePhone },
  idNumber: { name: 'requester.id_number', normalise: normaliseIdNumber },
  customerNumber: { name: 'requester.external', normalise: (value) => value.trim() },
};

/** Builds what case files need of the desk. Whoever calls it records the look-up. */
export function createCaseRecords(deps: {
  crypto: Crypto;
  conversations: Pick<ConversationService, 'history'>;
}): CaseRecords {
  const { crypto, conversations } = deps;
  const openAll = async (rows: readonly PersonRow[]) => {
    const profiles = await openProfiles(crypto, rows);
    const cellOf = (rowId: string) => ({ table: 'requester', column: PROFILE_COLUMNS.external, rowId });
    const numbers = await openTexts(
      crypto,
      rows.map(({ id, externalEnc }) => ({ cell: cellOf(id), envelope: externalEnc })),
    );
    return rows.map((row, index) => {
      const { name = null, phone = null, idNumber = null } = profiles[index] ?? {};
      const clear = { phone, idNumber, customerNumber: numbers[index] ?? null };
      const person: CasePerson = {
        ...{ id: row.id, createdAt: row.createdAt },
        nameMasked: name && MASKS.name(name),
        phoneMasked: phone && MASKS.phone(phone),
        idNumberMasked: idNumber && MASKS.idNumber(idNumber),
      };
      return { person, clear };
    });
  };
  return {
    async lookUp(db, key, value) {
      const { name, normalise } = INDEXES[key];
      const wanted = normalise(value);
      if (wanted === '') return [];
      const rows = new Map<string, PersonRow>();
      for (const index of crypto.blindIndexes(name, wanted))
        for (const row of await db.all(BY_KEY[key], { index, limit: PEOPLE_MAX })) rows.set(row.id, row);
      // A keyed hash is short: what it found is compared again.
      const opened = await openAll([...rows.values()]);
      return opened
        .filter(({ clear }) => clear[key] !== null && normalise(clear[key]) === wanted)
        .map(({ person }) => person);
    },
    async person(db, id) {
      const row = await db.one(BY_ID, { id });
      return row && (await openAll([row]))[0]?.person;
    },
    conversationsOf: (db, requesterId, page) => db.all(CONVERSATIONS, { requesterId, ...page }),
    async messagesOf(db, conversationId, { afterSeq, limit, isUnmasked }) {
      const row = await findConversationWithin(db, conversationId, SCOPE_ALL);
      if (row === undefined) return [];
      const mask = isUnmasked ? (text: string) => text : maskText;
      return (await conversations.history(db, row, afterSeq, limit)).map((message) => ({
        ...{ seq: message.seq, at: message.at, from: message.from, senderId: message.senderId },
        ...{ kind: message.kind, text: mask(message.text) },
        fileName: message.file ? mask(message.file.name) : null,
      }));
    },
  };
}
