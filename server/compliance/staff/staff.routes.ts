import { LIMITS } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { AccountNames } from '../ports.ts';
import { countTokens, listEntries, type StaffEntry } from './staff.repo.ts';
import { readStaffFile, STAFF_FAULTS, STAFF_RULES, type StaffFile } from './staff.rules.ts';
import type { CheckedStaff, StaffDeps, StaffService } from './staff.service.ts';

interface RouteDeps {
  matching: StaffDeps['matching'];
  accountNames: AccountNames;
  staff: StaffService;
}

const text: Schema = { type: 'string' };
const uuid: Schema = { type: 'string', format: 'uuid' };
const integer: Schema = { type: 'integer' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}
const entry = object({
  ...{ id: uuid, name: text },
  ...{ phoneCount: integer, idNumberCount: integer, customerNumberCount: integer, staleCount: integer },
  changedAt: { type: 'string', format: 'date-time' },
});
const totals = object({ accountCount: integer, numberCount: integer, staleCount: integer });
const page = object({ totals, items: { type: 'array', items: entry }, nextCursor: text }, ['nextCursor']);
const pageQuery = object({ cursor: uuid, limit: { type: 'integer', minimum: 1, maximum: 200 } }, [
  'cursor',
  'limit',
]);
const answer = object({
  encoding: { enum: ['utf-8', 'gb18030'] },
  ...{ accountCount: integer, numberCount: integer, faultCount: integer, isApplied: { type: 'boolean' } },
  faults: {
    type: 'array',
    items: object({ line: integer, column: orNull(text), code: { enum: [...STAFF_FAULTS] } }),
  },
});
const params = object({ accountId: uuid });
const READ_ERRORS = ['import.unreadable', 'import.empty', 'import.too_many_rows', 'staff.header'] as const;

/** Routes of the staff list. Answers say how many numbers there are, and never which. */
export function staffRoutes(deps: RouteDeps): AnyRoute[] {
  return [listRoute(deps), fileRoute(deps, 'check'), fileRoute(deps, 'import'), removeRoute(deps)];
}

function listRoute({ matching, accountNames }: RouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/staff-list',
    summary: 'Accounts whose owners are customers too, with how many numbers of each are known.',
    permission: 'staff:write',
    audit: 'staff-list.view',
    query: pageQuery,
    response: page,
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const version = matching.indexVersion;
      const rows = await listEntries(tx, { after: query.cursor, version, limit: limit + 1 });
      const items = rows.slice(0, limit);
      const names =
        items.length === 0
          ? new Map<string, string>()
          : await accountNames(items.map((row) => row.accountId));
      return {
        totals: await countTokens(tx, version),
        items: items.map((row) => present(row, names)),
        ...(rows.length > limit ? { nextCursor: items.at(-1)?.accountId ?? '' } : {}),
      };
    },
  });
}

function present({ accountId, changedAt, ...counts }: StaffEntry, names: ReadonlyMap<string, string>) {
  return {
    ...{ id: accountId, name: names.get(accountId) ?? accountId, ...counts },
    changedAt: changedAt.toISOString(),
  };
}

function fileRoute({ staff }: RouteDeps, name: 'check' | 'import'): AnyRoute {
  const isApplied = name === 'import';
  return defineRoute<unknown, unknown, unknown, StaffFile>({
    method: 'POST',
    path: `/api/v1/staff-list/${name}`,
    summary: isApplied
      ? 'Takes a CSV file over: the numbers of the accounts it names become those of the file.'
      : 'Checks a CSV file of staff row by row; changes nothing, and tells nothing of customers.',
    permission: 'staff:write',
    audit: isApplied ? 'staff-list.import' : 'staff-list.check',
    rawBody: { bytesMax: STAFF_RULES.bytesMax },
    response: answer,
    errors: isApplied ? [...READ_ERRORS, 'import.has_faults', 'staff.limit'] : READ_ERRORS,
    async prepare(_input, _context, stream) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      return readStaffFile(Buffer.concat(chunks));
    },
    async handler(tx, { prepared }) {
      const checked = await staff.check(tx, prepared);
      if (isApplied) await staff.apply(tx, checked);
      else tx.record({ action: 'staff-list.check', outcome: 'ok', details: countsOf(checked) });
      return {
        ...{ encoding: checked.encoding, ...countsOf(checked), isApplied },
        faults: checked.faults.slice(0, STAFF_RULES.faultsShownMax),
      };
    },
  });
}

function countsOf({ accountIds, tokens, faults }: CheckedStaff) {
  return { accountCount: accountIds.length, numberCount: tokens.length, faultCount: faults.length };
}

function removeRoute({ staff }: RouteDeps): AnyRoute {
  return defineRoute<{ accountId: string }>({
    method: 'DELETE',
    path: '/api/v1/staff-list/:accountId',
    summary: 'Takes an account and its numbers from the list.',
    permission: 'staff:write',
    audit: 'staff-list.remove',
    params,
    response: object({ isRemoved: { type: 'boolean' } }),
    async handler(tx, { params: { accountId } }) {
      await staff.remove(tx, accountId);
      return { isRemoved: true };
    },
  });
}
