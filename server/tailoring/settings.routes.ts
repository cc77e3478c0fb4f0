import { decodeCursor, LIMITS, toPage } from '../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../platform/http/index.ts';
import type { Tx } from '../platform/persistence/index.ts';
import type { AnySection, Settings } from '../platform/settings/index.ts';
import * as schemas from './settings.schema.ts';

/** What the routes of settings need. */
export interface SettingsRouteDeps {
  settings: Settings;
  sections: readonly AnySection[];
  accountNames(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

type OfSection = { section: string };
const BASE = '/api/v1/settings';
const ANY_VERSION = Number.MAX_SAFE_INTEGER;
/** Refusals of a value by the rules of the sections. */
const VALUE_ERRORS = [
  'settings.invalid',
  'settings.unchanged',
  'brand.contrast',
  'brand.logo_refused',
  'text.placeholder_unknown',
  'text.label_required',
  'approval.exists',
  'approval.limit',
] as const;

/** Reading, changing, comparing, and restoring sections of the settings. */
export function settingsRoutes(deps: SettingsRouteDeps): AnyRoute[] {
  return [...readRoutes(deps), ...historyRoutes(deps), ...changeRoutes(deps)];
}

function readRoutes({ settings, sections }: SettingsRouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: BASE,
      summary: 'Sections of the settings, with the version of each.',
      permission: 'settings:read',
      audit: { none: 'names and numbers alone' },
      response: schemas.sectionList,
      handler: async () => ({ items: settings.list() }),
    }),
    defineRoute<OfSection>({
      method: 'GET',
      path: `${BASE}/:section`,
      summary: 'One section: its value, version, defaults, and schema.',
      permission: 'settings:read',
      audit: 'config.view',
      params: schemas.sectionParams,
      response: schemas.sectionView,
      async handler(tx, { params }) {
        const { version, value } = await settings.read(tx, params.section);
        const { defaults, schema } = sections.find(({ name }) => name === params.section) as AnySection;
        record(tx, params.section);
        return { section: params.section, version, value, defaults, schema };
      },
    }),
  ];
}

function historyRoutes({ settings, accountNames }: SettingsRouteDeps): AnyRoute[] {
  return [
    defineRoute<OfSection, { cursor?: string; limit?: number }>({
      method: 'GET',
      path: `${BASE}/:section/versions`,
      summary: 'Versions of a section, newest first: who, when, and why.',
      permission: 'settings:read',
      audit: 'config.view',
      params: schemas.sectionParams,
      query: schemas.historyQuery,
      response: schemas.historyPage,
      async handler(tx, { params, query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const beforeVersion = query.cursor ? Number(decodeCursor(query.cursor, 1)[0]) : ANY_VERSION;
        const rows = await settings.history(tx, params.section, { beforeVersion, limit: limit + 1 });
        const ids = rows.flatMap(({ changedBy, approvedBy }) => [
          changedBy,
          ...(approvedBy ? [approvedBy] : []),
        ]);
        const names = await accountNames([...new Set(ids)]);
        const person = (id: string) => ({ id, displayName: names.get(id) ?? id });
        record(tx, params.section);
        return toPage(
          rows,
          limit,
          ({ version }) => [version],
          (row) => ({
            id: row.version,
            version: row.version,
            changedAt: row.changedAt.toISOString(),
            changedBy: person(row.changedBy),
            ...(row.approvedBy === null ? {} : { approvedBy: person(row.approvedBy) }),
            reason: row.reason,
            ...(row.restoredVersion === null ? {} : { restoredVersion: row.restoredVersion }),
          }),
        );
      },
    }),
    defineRoute<OfSection, { from: number; to: number }>({
      method: 'GET',
      path: `${BASE}/:section/diff`,
      summary: 'What changed between two versions; 0 names the defaults.',
      permission: 'settings:read',
      audit: 'config.view',
      params: schemas.sectionParams,
      query: schemas.diffQuery,
      response: schemas.diffView,
      async handler(tx, { params, query }) {
        record(tx, params.section);
        return { lines: await settings.diff(tx, params.section, query.from, query.to) };
      },
    }),
  ];
}

function changeRoutes({ settings }: SettingsRouteDeps): AnyRoute[] {
  return [
    defineRoute<OfSection, unknown, { value: unknown; reason: string }>({
      method: 'PUT',
      path: `${BASE}/:section`,
      summary: 'Changes a section; what takes work or safety away waits for a second person.',
      permission: 'settings:write',
      audit: 'config.change',
      params: schemas.sectionParams,
      body: schemas.sectionChange,
      response: schemas.changeOutcome,
      ifMatch: true,
      errors: VALUE_ERRORS,
      handler: (tx, { params, body, version }) =>
        settings.change(tx, { section: params.section, version, ...body }),
    }),
    defineRoute<OfSection, unknown, { to: number; reason: string }>({
      method: 'POST',
      path: `${BASE}/:section/restore`,
      summary: 'Takes the values of an earlier version again, as a new one; 0 names the defaults.',
      permission: 'settings:write',
      audit: 'config.change',
      params: schemas.sectionParams,
      body: schemas.sectionRestore,
      response: schemas.changeOutcome,
      ifMatch: true,
      errors: [...VALUE_ERRORS, 'settings.version_invalid'],
      handler: (tx, { params, body, version }) =>
        settings.restore(tx, { section: params.section, version, ...body }),
    }),
  ];
}

function record(tx: Tx, section: string): void {
  tx.record({ action: 'config.view', outcome: 'ok', target: { type: 'settings', id: section } });
}
