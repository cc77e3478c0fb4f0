import { portable, type ColumnKind } from '../../platform/persistence/index.ts';
import type { IndexWalk } from '../../platform/rekey/index.ts';
import type { RecordType } from '../fields/field.section.ts';
import { NO_HASHES, type ValueHashes } from '../fields/field-index.ts';
import { replaceValueTokens } from '../fields/field-value.repo.ts';
import { hashProfile, putNameTokens, type HashColumns } from '../requesters/requester.hashes.ts';
import { PROFILE_COLUMNS } from '../requesters/requester.service.ts';
import { openTexts, type SealedText } from '../sealed-texts.ts';
import { replaceTokens } from '../tickets/ticket.repo.ts';
import { ticketWords } from '../tickets/ticket.rules.ts';
import { TICKET_WORDS } from '../tickets/ticket.service.ts';
import { messageWalk } from './message-walk.ts';
import {
  PAGE_KINDS,
  pageSql,
  readPage,
  record,
  spansOf,
  walked,
  type PageOf,
  type WalkDeps,
} from './walk.ts';

const SPANS = {
  requester: spansOf('requester'),
  ticket: spansOf('ticket'),
  customValue: spansOf('custom_value'),
};

/** Requesters, tickets, own fields, and messages: everything of the desk that is found by a keyed hash. */
export function deskIndexWalks(deps: WalkDeps): IndexWalk[] {
  return [requesterWalk(deps), ticketWalk(deps), fieldWalk(deps), messageWalk(deps)];
}

const SEALED = {
  externalEnc: 'sealed',
  nameEnc: 'sealed',
  phoneEnc: 'sealed',
  emailEnc: 'sealed',
  idNumberEnc: 'sealed',
} as const;
type SealedProfile = Record<keyof typeof SEALED, Buffer | null>;
const REQUESTERS = portable<PageOf, SealedProfile & { id: string; version: number }>(
  'requester.hash_page',
  pageSql('requester', 'id version external_enc name_enc phone_enc email_enc id_number_enc'),
  { params: PAGE_KINDS, result: { id: 'uuid', version: 'int', ...SEALED } },
);
const HASHES =
  `external_bix name_bix name_prefix_bix phone_bix phone_last4_bix email_bix id_number_bix`.split(' ');
const HASH_KINDS: Record<keyof HashColumns, ColumnKind> = {
  ...{ externalBix: 'bytes', nameBix: 'bytes', namePrefixBix: 'bytes', phoneBix: 'bytes' },
  ...{ phoneLast4Bix: 'bytes', emailBix: 'bytes', idNumberBix: 'bytes', indexVersion: 'int' },
};
const SET_HASHES = `external_bix = :externalBix, name_bix = :nameBix, name_prefix_bix = :namePrefixBix,
  phone_bix = :phoneBix, phone_last4_bix = :phoneLast4Bix, email_bix = :emailBix, id_number_bix = :idNumberBix,
  index_version = :indexVersion`;
const ONE_REQUESTER = `UPDATE requester SET ${SET_HASHES} WHERE id = :id AND version = :version`;
const REQUESTER_HASH = portable<HashColumns & { id: string; version: number }>(
  'requester.hash',
  {
    postgres: ONE_REQUESTER,
    postgresMany: `UPDATE requester SET ${HASHES.map((name) => `${name} = f.${name}`).join(', ')},
        index_version = f.index_version
      FROM unnest(CAST(:externalBix AS bytea[]), CAST(:nameBix AS bytea[]), CAST(:namePrefixBix AS bytea[]),
        CAST(:phoneBix AS bytea[]), CAST(:phoneLast4Bix AS bytea[]), CAST(:emailBix AS bytea[]),
        CAST(:idNumberBix AS bytea[]), CAST(:indexVersion AS bigint[]), CAST(:id AS uuid[]),
        CAST(:version AS bigint[])) AS f (${HASHES.join(', ')}, index_version, id, version)
      WHERE requester.id = f.id AND requester.version = f.version`,
    oracle: ONE_REQUESTER,
  },
  { params: { ...HASH_KINDS, id: 'uuid', version: 'int' } },
);

function requesterWalk({ uow, crypto }: WalkDeps): IndexWalk {
  const fields = Object.entries(PROFILE_COLUMNS) as [keyof typeof PROFILE_COLUMNS, string][];
  return {
    name: 'requester',
    countSpan: SPANS.requester.countSpan,
    async page(after, limit) {
      const place = { spans: SPANS.requester, after, limit };
      const { rows, end } = await readPage({ uow, crypto }, REQUESTERS, place);
      const sealed = rows.flatMap((row) =>
        fields.map(([field, column]): SealedText => {
          return { cell: { table: 'requester', column, rowId: row.id }, envelope: row[`${field}Enc`] };
        }),
      );
      const texts = await openTexts(crypto, sealed);
      const names = new Map<string, string>();
      const changes = rows.flatMap(({ id, version }, index) => {
        const at = index * fields.length;
        const isLost = fields.some(
          (_, offset) => sealed[at + offset]?.envelope && texts[at + offset] === null,
        );
        if (isLost) return [];
        const profile = Object.fromEntries(fields.map(([field], offset) => [field, texts[at + offset]]));
        names.set(id, profile['name'] ?? '');
        return [{ id, version, ...hashProfile(crypto, profile) }];
      });
      await record(uow, 'requester', changes.length, async (tx) => {
        await tx.runMany(REQUESTER_HASH, changes);
        await putNameTokens(tx, crypto, names);
      });
      return walked(rows, changes.length, end);
    },
  };
}

const TICKETS = portable<PageOf, { id: string; version: number; subjectEnc: Buffer; descriptionEnc: Buffer }>(
  'ticket.hash_page',
  pageSql('ticket', 'id version subject_enc description_enc'),
  {
    params: PAGE_KINDS,
    result: { id: 'uuid', version: 'int', subjectEnc: 'sealed', descriptionEnc: 'sealed' },
  },
);
const TICKET_HASHED = portable<{ id: string; version: number; indexVersion: number }>(
  'ticket.hash',
  'UPDATE ticket SET index_version = :indexVersion WHERE id = :id AND version = :version',
  { params: { id: 'uuid', version: 'int', indexVersion: 'int' } },
);

function ticketWalk({ uow, crypto }: WalkDeps): IndexWalk {
  return {
    name: 'ticket',
    countSpan: SPANS.ticket.countSpan,
    async page(after, limit) {
      const { rows, end } = await readPage({ uow, crypto }, TICKETS, { spans: SPANS.ticket, after, limit });
      const cell = (column: string, rowId: string) => ({ table: 'ticket', column, rowId });
      const texts = await openTexts(
        crypto,
        rows.flatMap(({ id, subjectEnc, descriptionEnc }) => [
          { cell: cell('subject_enc', id), envelope: subjectEnc },
          { cell: cell('description_enc', id), envelope: descriptionEnc },
        ]),
      );
      const changes = rows.flatMap(({ id, version }, index) => {
        const [subject = null, description = null] = texts.slice(index * 2, index * 2 + 2);
        if (subject === null || description === null) return [];
        const { indexVersion } = crypto;
        const tokens = crypto.wordTokens(TICKET_WORDS, ticketWords(subject, description));
        return [{ id, version, indexVersion, tokens }];
      });
      await record(uow, 'ticket', changes.length, async (tx) => {
        // The row is held by its version first, so that nobody changes its words meanwhile.
        for (const { tokens, ...row } of changes)
          if ((await tx.run(TICKET_HASHED, row)) === 1) await replaceTokens(tx, row.id, tokens);
      });
      return walked(rows, changes.length, end);
    },
  };
}

const VALUES = portable<
  PageOf,
  { id: string; recordType: string; fieldKey: string; valueEnc: Buffer | null }
>('custom_value.hash_page', pageSql('custom_value', 'id record_type field_key value_enc'), {
  params: PAGE_KINDS,
  result: { id: 'uuid', recordType: 'text', fieldKey: 'text', valueEnc: 'sealed' },
});
const VALUE_HASH = portable<ValueHashes & { id: string; indexVersion: number }>(
  'custom_value.hash',
  `UPDATE custom_value SET value_bix = :valueBix, value_last4_bix = :valueLast4Bix,
      value_prefix_bix = :valuePrefixBix, index_version = :indexVersion
    WHERE id = :id`,
  {
    params: {
      ...{ id: 'uuid', valueBix: 'bytes', valueLast4Bix: 'bytes', valuePrefixBix: 'bytes' },
      indexVersion: 'int',
    },
  },
);

/** A changed value is another row, so a row is what it was when it was read. */
function fieldWalk({ uow, crypto, fields }: WalkDeps): IndexWalk {
  return {
    name: 'custom_value',
    countSpan: SPANS.customValue.countSpan,
    async page(after, limit) {
      const place = { spans: SPANS.customValue, after, limit };
      const { rows, end } = await readPage({ uow, crypto }, VALUES, place);
      const texts = await openTexts(
        crypto,
        rows.map(({ id, valueEnc }) => ({
          cell: { table: 'custom_value', column: 'value_enc', rowId: id },
          envelope: valueEnc,
        })),
      );
      const changes = rows.flatMap(({ id, recordType, fieldKey, valueEnc }, index) => {
        const [text = null, { indexVersion }] = [texts[index], crypto];
        if (valueEnc === null) return [{ row: { id, ...NO_HASHES, indexVersion }, tokens: [] }];
        if (text === null) return [];
        const { hashes, tokens } = fields.indexAgain(recordType as RecordType, fieldKey, text);
        return [{ row: { id, ...hashes, indexVersion }, tokens }];
      });
      await record(uow, 'custom_value', changes.length, async (tx) => {
        // The row is held first: tokens of a value that somebody has just replaced would belong to nothing.
        for (const { row, tokens } of changes)
          if ((await tx.run(VALUE_HASH, row)) === 1) await replaceValueTokens(tx, row.id, tokens);
      });
      return walked(rows, changes.length, end);
    },
  };
}
