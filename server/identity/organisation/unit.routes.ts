import { AppError, decodeCursor, LIMITS, ROOT_UNIT_ID, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../../platform/http/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { nameKeyOf, ORGANISATION_LIMITS, type UnitKind } from './unit.rules.ts';
import * as schemas from './unit.schema.ts';
import type { UnitInput, UnitService } from './unit.service.ts';
import { listChildren, listClosing, readUnit, searchUnits, type UnitItem } from './unit.view.ts';

/** What the routes of the organisation need. */
export interface UnitRouteDeps {
  units: UnitService;
  /** Records of a closed unit wait to be handed over. */
  startHandOver(): void;
}

type ById = { id: string };
interface UnitQuery {
  parent?: string;
  state?: 'closing';
  q?: string;
  cursor?: string;
  limit?: number;
}

const NAMES = { none: 'Names of units, read with every screen that places people and work.' };
const SHAPE_ERRORS = [
  'unit.unknown',
  'unit.kind_refused',
  'unit.too_deep',
  'unit.name_taken',
  'unit.code_taken',
] as const;

/** The organisation: everybody who is signed in reads it, the system administrator shapes it. */
export function unitRoutes(deps: UnitRouteDeps): AnyRoute[] {
  return [
    listRoute(),
    readRoute(),
    workRoute(deps),
    createRoute(deps),
    renameRoute(deps),
    moveRoute(deps),
    closeRoute(deps),
  ];
}

function listRoute(): AnyRoute {
  return defineRoute<unknown, UnitQuery>({
    method: 'GET',
    path: '/api/v1/units',
    summary:
      'Units directly under one (the head office when none is named) by name, or found by name or code, or being handed over.',
    permission: 'signed-in',
    audit: NAMES,
    query: schemas.unitQuery,
    response: schemas.unitPage,
    async handler(tx, { query }) {
      const { limit = LIMITS.pageItemsDefault, q, parent = ROOT_UNIT_ID } = query;
      const after = query.cursor === undefined ? undefined : String(decodeCursor(query.cursor, 1)[0]);
      if (query.state === 'closing') {
        return page(await listClosing(tx, { afterId: after, limit: limit + 1 }), limit, ({ id }) => id);
      }
      if (q !== undefined) {
        const found = await searchUnits(tx, { text: q, afterCode: after, limit: limit + 1 });
        return page(found, limit, ({ code }) => code);
      }
      const rows = await listChildren(tx, { parentId: parent, afterKey: after, limit: limit + 1 });
      return page(rows, limit, ({ name }) => nameKeyOf(name));
    },
  });
}

function page(rows: UnitItem[], limit: number, key: (item: UnitItem) => string) {
  return toPage(
    rows,
    limit,
    (item) => [key(item)],
    (item) => item,
  );
}

function readRoute(): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/units/:id',
    summary: 'One unit, with the units above it.',
    permission: 'signed-in',
    audit: NAMES,
    response: schemas.unit,
    handler: (tx, { params }) => show(tx, params.id),
  });
}

function workRoute({ units }: UnitRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/units/:id/work',
    summary:
      'What a unit would hand over when it is closed: people, and records by kind, counted up to `countedMax`.',
    permission: 'unit:write',
    audit: { none: 'Counts before a unit is closed; no record is named.' },
    response: schemas.unitWork,
    async handler(tx, { params }) {
      const { people, records } = await units.workOf(tx, params.id);
      return { people, records, countedMax: ORGANISATION_LIMITS.countedMax };
    },
  });
}

async function show(tx: Tx, id: string) {
  const unit = await readUnit(tx, id);
  if (unit === undefined) throw new AppError('request.not_found');
  return unit;
}

function createRoute({ units }: UnitRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, UnitInput>({
    method: 'POST',
    path: '/api/v1/units',
    summary: 'Makes a unit under another.',
    permission: 'unit:write',
    audit: 'unit.create',
    body: schemas.unitCreate,
    response: schemas.unit,
    status: 201,
    idempotent: true,
    errors: [...SHAPE_ERRORS, 'unit.too_many'],
    handler: async (tx, { body }) => show(tx, (await units.create(tx, body)).id),
  });
}

function renameRoute({ units }: UnitRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { name?: string; code?: string; kind?: UnitKind }>({
    method: 'PATCH',
    path: '/api/v1/units/:id',
    summary: 'Changes name, code, or kind of a unit.',
    permission: 'unit:write',
    audit: 'unit.update',
    body: schemas.unitRename,
    response: schemas.unit,
    ifMatch: true,
    errors: [...SHAPE_ERRORS, 'unit.root_fixed', 'unit.has_units'],
    async handler(tx, { params, body, version }) {
      await units.rename(tx, { id: params.id, version }, body);
      return show(tx, params.id);
    },
  });
}

function moveRoute({ units }: UnitRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { parentId: string }>({
    method: 'POST',
    path: '/api/v1/units/:id/move',
    summary: 'Puts a unit with everything under it below another.',
    permission: 'unit:write',
    audit: 'unit.move',
    body: schemas.unitMove,
    response: schemas.unit,
    ifMatch: true,
    errors: [...SHAPE_ERRORS, 'unit.cycle', 'unit.root_fixed'],
    async handler(tx, { params, body, version }) {
      await units.move(tx, { id: params.id, version }, body.parentId);
      return show(tx, params.id);
    },
  });
}

function closeRoute({ units, startHandOver }: UnitRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { successorId?: string }>({
    method: 'POST',
    path: '/api/v1/units/:id/close',
    summary: 'Closes a unit; its people and its work go to the successor.',
    permission: 'unit:write',
    audit: 'unit.close',
    body: schemas.unitClose,
    response: schemas.unitClosed,
    ifMatch: true,
    errors: ['unit.unknown', 'unit.successor_needed', 'unit.has_units', 'unit.root_fixed', 'unit.cycle'],
    async handler(tx, { params, body, version }) {
      const { people, left } = await units.close(tx, { id: params.id, version }, body.successorId);
      if (left) tx.afterCommit(startHandOver);
      return { people, left };
    },
  });
}
