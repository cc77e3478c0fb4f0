import { beforeKey, beforeOf, LIMITS, SYSTEM_ACTOR, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { AccountNames } from '../ports.ts';
import type { AuditAlertRow } from './alert.entity.ts';
import { listAlerts, type AlertState } from './alert.repo.ts';
import { ALERT_RULES } from './alert.rules.ts';
import type { AlertService } from './alert.service.ts';

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const instant: Schema = { type: 'string', format: 'date-time' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const person = object({ id: text, name: text });
const alert = object({
  ...{ id: { type: 'string', format: 'uuid' }, rule: { enum: [...ALERT_RULES] }, day: text, actor: person },
  subjects: { type: 'array', items: person },
  ...{ count: integer, firstAt: instant, lastAt: instant, raisedAt: instant },
  ...{ signedBy: orNull(person), signedAt: orNull(instant), remark: orNull(text), version: integer },
  ...{ escalatedAt: orNull(instant), expiredAt: orNull(instant) },
});
const alertPage = object({ items: { type: 'array', items: alert }, nextCursor: text }, ['nextCursor']);
const alertQuery = object(
  {
    state: { enum: ['open', 'signed', 'expired'] },
    cursor: { type: 'string', minLength: 1, maxLength: 512 },
    limit: { type: 'integer', minimum: 1, maximum: 100 },
  },
  ['state', 'cursor', 'limit'],
);
const signBody = object({ remark: { type: 'string', minLength: 2, maxLength: 500 } });

/** Colleagues an alert shows, and names one page asks for. */
const SUBJECTS_SHOWN = 3;
const NAMES_MAX = 500;

interface RouteDeps {
  alerts: AlertService;
  accountNames: AccountNames;
}

/** Routes of the daily review: what rules found, and signing it off. */
export function alertRoutes(deps: RouteDeps): AnyRoute[] {
  return [listRoute(deps), signRoute(deps)];
}

function listRoute(deps: RouteDeps): AnyRoute {
  return defineRoute<unknown, { state?: AlertState; cursor?: string; limit?: number }>({
    method: 'GET',
    path: '/api/v1/audit/alerts',
    summary:
      'What rules found in the trail: waiting for an officer, signed off, or expired unreviewed; newest first.',
    permission: 'audit:review',
    audit: 'audit.read',
    query: alertQuery,
    response: alertPage,
    async handler(tx, { query }) {
      const limit = query.limit ?? LIMITS.pageItemsDefault;
      const state = query.state ?? 'open';
      const rows = await listAlerts(tx, { state, before: beforeOf(query.cursor), limit: limit + 1 });
      const page = toPage(
        rows,
        limit,
        (row) => beforeKey(row.raisedAt, row.id),
        (row) => row,
      );
      return { ...page, items: await present(deps, page.items) };
    },
  });
}

function signRoute(deps: RouteDeps): AnyRoute {
  return defineRoute<{ id: string }, unknown, { remark: string }>({
    method: 'POST',
    path: '/api/v1/audit/alerts/:id/sign',
    summary: 'Signs an alert off with a remark; nobody signs what is about the own account.',
    permission: 'audit:review',
    audit: 'audit.review',
    body: signBody,
    response: alert,
    ifMatch: true,
    errors: ['audit.own_alert'],
    async handler(tx, { params, body, version }) {
      const row = await deps.alerts.sign(tx, { id: params.id, version }, body.remark);
      return (await present(deps, [row]))[0];
    },
  });
}

async function present({ alerts, accountNames }: RouteDeps, rows: readonly AuditAlertRow[]) {
  const ids = new Set(
    rows.flatMap(({ actorId, signedBy, subjectIds }) => [
      ...[actorId, ...(signedBy === null ? [] : [signedBy])],
      ...(subjectIds ?? []).slice(0, SUBJECTS_SHOWN),
    ]),
  );
  // The system has no account and no name.
  ids.delete(SYSTEM_ACTOR.id);
  const names = ids.size === 0 ? new Map<string, string>() : await accountNames([...ids].slice(0, NAMES_MAX));
  const personOf = (id: string) => ({ id, name: names.get(id) ?? id });
  return Promise.all(
    rows.map(async (row) => ({
      ...{ id: row.id, rule: row.rule, day: row.day, actor: personOf(row.actorId), count: row.entryCount },
      subjects: (row.subjectIds ?? []).slice(0, SUBJECTS_SHOWN).map(personOf),
      firstAt: row.firstAt.toISOString(),
      lastAt: row.lastAt.toISOString(),
      raisedAt: row.raisedAt.toISOString(),
      signedBy: row.signedBy === null ? null : personOf(row.signedBy),
      signedAt: row.signedAt?.toISOString() ?? null,
      escalatedAt: row.escalatedAt?.toISOString() ?? null,
      expiredAt: row.expiredAt?.toISOString() ?? null,
      remark: await alerts.remarkOf(row),
      version: row.version,
    })),
  );
}
