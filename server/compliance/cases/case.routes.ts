import { beforeKey, beforeOf, toPage } from '../../kernel/index.ts';
import { defineRoute, sendDownload, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { AccountNames } from '../ports.ts';
import type { CaseFileRow } from './case.entity.ts';
import { listCases } from './case.repo.ts';
import { CASE_LIMITS, CASE_STATES } from './case.rules.ts';
import type { CaseService } from './case.service.ts';
import { CASE_KEYS, type CaseKey, type CasePerson, type CaseRecords, type CaseStore } from './ports.ts';

const CASES_PAGE = 50;

const text: Schema = { type: 'string' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const integer: Schema = { type: 'integer' };
const instant: Schema = { type: 'string', format: 'date-time' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const typed = (maxLength: number): Schema => ({ type: 'string', minLength: 2, maxLength, pattern: '\\S' });

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const lookUpBody = object({ key: { enum: CASE_KEYS }, value: typed(CASE_LIMITS.lookUpCharactersMax) });
const person = object({
  ...{ id: uuid, nameMasked: orNull(text), phoneMasked: orNull(text), idNumberMasked: orNull(text) },
  createdAt: instant,
});
const caseInput = object(
  {
    requesterId: uuid,
    caseNumber: typed(CASE_LIMITS.textCharactersMax),
    authority: typed(CASE_LIMITS.textCharactersMax),
    reason: typed(CASE_LIMITS.textCharactersMax),
    ...{ from: instant, to: instant, unmasked: { type: 'boolean' } },
    keptDays: { type: 'integer', minimum: 1, maximum: CASE_LIMITS.keptDaysMax },
  },
  ['from', 'to', 'unmasked', 'keptDays'],
);
const somebody = orNull(object({ id: text, name: text, at: text }));
const caseItem = object({
  ...{ id: uuid, requesterId: uuid, caseNumber: text, authority: text, reason: text },
  ...{ from: orNull(text), to: orNull(text), isUnmasked: { type: 'boolean' }, keptDays: integer },
  ...{ state: { enum: CASE_STATES }, askedBy: somebody, firstBy: somebody, secondBy: somebody },
  ...{ sizeBytes: orNull(integer), sha256: orNull(text), errorCode: orNull(text) },
  ...{ expiresAt: orNull(text), downloadCount: integer },
});
const casePage = object({ items: { type: 'array', items: caseItem }, nextCursor: text }, ['nextCursor']);
const caseQuery = object({ cursor: { type: 'string', minLength: 1, maxLength: 512 } }, ['cursor']);

interface CaseBody {
  requesterId: string;
  caseNumber: string;
  authority: string;
  reason: string;
  from?: string;
  to?: string;
  unmasked?: boolean;
  keptDays?: number;
}

/** What the routes need. */
export interface CaseRouteDeps {
  cases: CaseService;
  records: CaseRecords;
  store: CaseStore;
  accountNames: AccountNames;
}

/** Routes of case files: who looks a person up, asks, and fetches. Agreeing is done on the page of approvals. */
export function caseRoutes(deps: CaseRouteDeps): AnyRoute[] {
  return [lookUpRoute(deps), listRoute(deps), askRoute(deps), fileRoute(deps)];
}

function lookUpRoute({ records }: CaseRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { key: CaseKey; value: string }>({
    method: 'POST',
    path: '/api/v1/case-files/look-ups',
    summary:
      'Finds people by exact phone, ID number, or customer number; gives references and masks, nothing else.',
    permission: 'case:ask',
    audit: 'case.look-up',
    body: lookUpBody,
    response: object({ items: { type: 'array', items: person } }),
    async handler(tx, { body: { key, value } }) {
      const found = await records.lookUp(tx, key, value);
      // What was typed is personal data itself, so the entry names the field and whom it found.
      tx.record({
        ...{ action: 'case.look-up', outcome: 'ok', fields: [key] },
        details: { ids: found.map(({ id }) => id) },
      });
      return { items: found.map(presentPerson) };
    },
  });
}

function presentPerson({ createdAt, ...masks }: CasePerson) {
  return { ...masks, createdAt: createdAt.toISOString() };
}

function listRoute({ cases, accountNames }: CaseRouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string }>({
    method: 'GET',
    path: '/api/v1/case-files',
    summary: 'Case files for regulators, the newest first.',
    permission: 'case:ask',
    audit: 'case.list',
    query: caseQuery,
    response: casePage,
    async handler(tx, { query: { cursor } }) {
      const rows = await listCases(tx, { ...beforeOf(cursor), limit: CASES_PAGE + 1 });
      const cut = toPage(
        rows,
        CASES_PAGE,
        ({ askedAt, id }) => beforeKey(askedAt, id),
        (row) => row,
      );
      tx.record({ action: 'case.list', outcome: 'ok', details: { ids: cut.items.map(({ id }) => id) } });
      return { ...cut, items: await present({ cases, accountNames }, cut.items) };
    },
  });
}

function askRoute({ cases, accountNames }: CaseRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, CaseBody>({
    method: 'POST',
    path: '/api/v1/case-files',
    summary: 'Asks for a case file; two other people agree one after the other, then it is made.',
    permission: 'case:ask',
    audit: 'case.ask',
    body: caseInput,
    response: caseItem,
    status: 202,
    idempotent: true,
    errors: [
      ...(['case.person_unknown', 'case.period_invalid', 'case.limit'] as const),
      ...(['approval.reason_invalid', 'approval.exists', 'approval.limit'] as const),
    ],
    async handler(tx, { body }) {
      const { from, to, unmasked = false, keptDays = CASE_LIMITS.keptDaysDefault, ...facts } = body;
      const row = await cases.ask(tx, {
        ...{ ...facts, isUnmasked: unmasked, keptDays },
        fromAt: from === undefined ? null : new Date(from),
        toAt: to === undefined ? null : new Date(to),
      });
      return (await present({ cases, accountNames }, [row]))[0];
    },
  });
}

function fileRoute({ cases, store }: CaseRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/case-files/:id/file',
    summary: 'The signed folder of a case as one archive, while its days last.',
    permission: 'case:ask',
    audit: 'case.download',
    response: {},
    streams: 'application/zip',
    errors: ['case.expired', 'case.not_ready'],
    async handler(tx, { params }, context) {
      const row = await cases.download(tx, params.id);
      const { source, info } = await store.content(tx, row.fileId);
      return sendDownload(context, {
        ...{
          tag: row.fileId,
          sizeBytes: info.sizeBytes,
          type: 'application/zip',
          name: `case-${row.id}.zip`,
        },
        read: (range) => source.pass(range),
      });
    },
  });
}

async function present(
  { cases, accountNames }: Pick<CaseRouteDeps, 'cases' | 'accountNames'>,
  rows: readonly CaseFileRow[],
) {
  const ids = rows.flatMap(({ askedBy, firstBy, secondBy }) => [askedBy, firstBy, secondBy]);
  const known = [...new Set(ids)].filter((id) => id !== null);
  const names = known.length === 0 ? new Map<string, string>() : await accountNames(known);
  const somebodyAt = (id: string | null, at: Date | null) =>
    id === null || at === null ? null : { id, name: names.get(id) ?? id, at: at.toISOString() };
  return Promise.all(
    rows.map(async (row) => ({
      ...{ id: row.id, requesterId: row.requesterId, ...(await cases.open(row)) },
      ...{ from: row.fromAt?.toISOString() ?? null, to: row.toAt?.toISOString() ?? null },
      ...{ isUnmasked: row.isUnmasked, keptDays: row.keptDays, state: row.state },
      askedBy: somebodyAt(row.askedBy, row.askedAt),
      firstBy: somebodyAt(row.firstBy, row.firstAt),
      secondBy: somebodyAt(row.secondBy, row.secondAt),
      ...{ sizeBytes: row.sizeBytes, sha256: row.digestHex, errorCode: row.errorCode },
      ...{ expiresAt: row.expiresAt?.toISOString() ?? null, downloadCount: row.downloadCount },
    })),
  );
}
