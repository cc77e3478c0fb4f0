import { AppError, LIMITS, type Clock } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { findAccount, namesOfActors, permissionsOfAccount, type Account } from '../account.repo.ts';
import { findUnits } from '../organisation/unit.repo.ts';
import { grantsOf } from '../roles/role.repo.ts';
import { COMPOSABLE_PERMISSIONS } from '../roles/role.rules.ts';
import { explainRight, permissionSources, type RecordPlace } from './rights.rules.ts';

/** A record of the desk somebody asks about. */
export interface RecordName {
  type: 'conversation' | 'ticket';
  id: string;
}

/** What identity asks of the desk, which lies above it: where a record lies, and what the desk's own rules say. */
export type RecordLook = (
  db: Db,
  record: RecordName,
  viewer: { accountId: string; permissions: ReadonlySet<string> },
) => Promise<Omit<RecordPlace, 'ancestorIds'> | undefined>;

/** What the explanation of rights needs. */
export interface RightsRouteDeps {
  clock: Clock;
  lookAt: RecordLook;
  ancestorsOf(unitId: string): Promise<string[]>;
}

interface ById {
  id: string;
}

const text: Schema = { type: 'string' };
const nullableText: Schema = { type: ['string', 'null'] };
const grant: Schema = {
  type: 'object',
  required: ['role', 'scope', 'unitId', 'unitName', 'requestedBy', 'approvedBy', 'grantedAt', 'permissions'],
  properties: {
    role: text,
    scope: text,
    unitId: text,
    unitName: text,
    requestedBy: nullableText,
    approvedBy: nullableText,
    grantedAt: nullableText,
    permissions: { type: 'array', items: text },
  },
};
const rights: Schema = {
  type: 'object',
  required: ['grants', 'permissions'],
  properties: {
    grants: { type: 'array', items: grant },
    permissions: {
      type: 'array',
      items: {
        type: 'object',
        required: ['permission', 'roles'],
        properties: { permission: text, roles: { type: 'array', items: text } },
      },
    },
  },
};
const question: Schema = {
  type: 'object',
  additionalProperties: false,
  required: ['permission'],
  properties: {
    permission: { type: 'string', enum: COMPOSABLE_PERMISSIONS },
    record: {
      type: 'object',
      additionalProperties: false,
      required: ['type', 'id'],
      properties: {
        type: { type: 'string', enum: ['conversation', 'ticket'] },
        id: { type: 'string', format: 'uuid' },
      },
    },
  },
};
const answer: Schema = {
  type: 'object',
  required: ['answer', 'reasons'],
  properties: {
    answer: { type: 'boolean' },
    reasons: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'isFor'],
        properties: {
          code: text,
          isFor: { type: 'boolean' },
          role: text,
          scope: text,
          unitId: text,
          unitName: text,
          rule: text,
        },
      },
    },
  },
};

/** Why an account may see or do something: grants, who gave them, how far they reach. Nothing of any customer. */
export function rightsRoutes(deps: RightsRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/accounts/:id/rights',
      summary: 'What an account may do, by which grants, and who asked for and approved them.',
      permission: 'account:read',
      audit: 'account.rights',
      response: rights,
      async handler(tx, { params }) {
        const account = await accountOf(tx, params.id);
        return { grants: await presentGrants(tx, account), permissions: permissionSources(account) };
      },
    }),
    defineRoute<ById, unknown, { permission: string; record?: RecordName }>({
      method: 'POST',
      path: '/api/v1/accounts/:id/rights/question',
      summary:
        'Whether an account may do something, to one conversation or ticket where one is named, and why.',
      permission: 'account:read',
      audit: 'account.rights',
      body: question,
      response: answer,
      async handler(tx, { params, body }) {
        const account = await accountOf(tx, params.id);
        const record = body.record && ((await placeOf(deps, tx, account, body.record)) ?? null);
        const found = explainRight(account, { permission: body.permission, record, now: deps.clock.now() });
        const names = await unitNames(
          tx,
          found.reasons.flatMap(({ unitId }) => unitId ?? []),
        );
        const reasons = found.reasons.map((reason) => ({
          ...reason,
          ...(reason.unitId === undefined ? {} : { unitName: names.get(reason.unitId) ?? reason.unitId }),
        }));
        return { answer: found.answer, reasons };
      },
    }),
  ];
}

async function accountOf(db: Db, id: string): Promise<Account> {
  const account = await findAccount(db, id);
  if (account === undefined) throw new AppError('request.not_found');
  return account;
}

async function placeOf(
  { lookAt, ancestorsOf }: RightsRouteDeps,
  db: Db,
  account: Account,
  record: RecordName,
): Promise<RecordPlace | undefined> {
  const viewer = { accountId: account.id, permissions: permissionsOfAccount(account) };
  const place = await lookAt(db, record, viewer);
  return place && { ...place, ancestorIds: await ancestorsOf(place.unitId) };
}

async function unitNames(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  const units = await findUnits(db, ids.slice(0, LIMITS.pageItemsMax));
  return new Map(units.map(({ id, name }) => [id, name]));
}

/** Roles of the first accounts, and those granted before grants were kept, name nobody. */
async function presentGrants(db: Db, account: Account): Promise<Record<string, unknown>[]> {
  const noted = new Map((await grantsOf(db, account.id)).map((each) => [each.role, each]));
  const people = await namesOfActors(
    db,
    [...noted.values()].flatMap(({ requestedById, approvedById }) => [requestedById, approvedById]),
  );
  const units = await unitNames(
    db,
    account.grants.map(({ unitId }) => unitId),
  );
  const personOf = (id: string | undefined) => (id === undefined ? null : (people.get(id) ?? id));
  return account.grants.map(({ role, kind, unitId }) => ({
    ...{ role, scope: kind, unitId, unitName: units.get(unitId) ?? unitId },
    requestedBy: personOf(noted.get(role)?.requestedById),
    approvedBy: personOf(noted.get(role)?.approvedById),
    grantedAt: noted.get(role)?.grantedAt.toISOString() ?? null,
    permissions: permissionSources({ ...account, roles: [role] }).map(({ permission }) => permission),
  }));
}
