import { AppError, SCOPE_KINDS } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import { findAccount, type Account } from '../account.repo.ts';
import type { AccountService } from '../account.service.ts';
import type { PlacementInput, PlacementService } from './placement.service.ts';
import { findUnits } from './unit.repo.ts';

/** What the routes of placements need. */
export interface PlacementRouteDeps {
  accounts: AccountService;
  placements: PlacementService;
}

type ById = { id: string };

const uuid: Schema = { type: 'string', format: 'uuid' };
const name: Schema = { type: 'string' };
const kind: Schema = { type: 'string', enum: SCOPE_KINDS };
const unit: Schema = object({ id: uuid, name });
const role: Schema = { type: 'string', minLength: 1, maxLength: 20 };
const asked: Schema = object({
  unitId: uuid,
  scopes: {
    type: 'array',
    maxItems: 10,
    items: object({ role, kind, unitId: { type: ['string', 'null'], format: 'uuid' } }),
  },
  reason: { type: 'string', minLength: 1, maxLength: 500 },
});
const placement: Schema = object({
  unit,
  scopes: { type: 'array', items: object({ role: name, kind, unit, followsAccount: { type: 'boolean' } }) },
  version: { type: 'integer' },
});

function object(properties: Record<string, Schema>): Schema {
  return { type: 'object', additionalProperties: false, required: Object.keys(properties), properties };
}

/** Where accounts work, and what their roles reach. */
export function placementRoutes({ accounts, placements }: PlacementRouteDeps): AnyRoute[] {
  return [
    defineRoute<ById>({
      method: 'GET',
      path: '/api/v1/accounts/:id/placement',
      summary: 'The unit of an account, and what of the organisation each of its roles reaches.',
      permission: 'account:read',
      audit: 'account.view',
      response: placement,
      async handler(tx, { params }) {
        const account = await findAccount(tx, params.id);
        if (account === undefined) throw new AppError('request.not_found');
        const units = await findUnits(tx, [account.unitId, ...account.grants.map(({ unitId }) => unitId)]);
        const unitOf = (id: string) => ({ id, name: units.find((row) => row.id === id)?.name ?? '' });
        return { unit: unitOf(account.unitId), scopes: scopesOf(account, unitOf), version: account.version };
      },
    }),
    defineRoute<ById, unknown, PlacementInput>({
      method: 'POST',
      path: '/api/v1/accounts/:id/placement',
      summary: 'Asks for another unit or other data scopes of an account; another person approves.',
      permission: 'account:create',
      audit: 'approval.request',
      body: asked,
      response: object({ approvalId: uuid }),
      status: 202,
      ifMatch: true,
      errors: ['account.self_refused', 'unit.unknown', 'unit.scopes_apart', 'approval.exists'],
      async handler(tx, { params, body, version }) {
        const account = await accounts.getForChange(tx, params.id, version);
        return { approvalId: (await placements.ask(tx, account, body)).id };
      },
    }),
  ];
}

function scopesOf({ grants }: Account, unitOf: (id: string) => { id: string; name: string }) {
  return grants.map((grant) => ({
    ...{ role: grant.role, kind: grant.kind, unit: unitOf(grant.unitId) },
    followsAccount: grant.ownUnitId === null,
  }));
}
