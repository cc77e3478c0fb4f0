import { AppError, beforeKey, decodeCursor, isUuid, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../http/index.ts';
import { isNetworkText } from './address.rules.ts';
import * as schemas from './egress.schema.ts';
import type { EgressRuleRow } from './egress-rule.entity.ts';
import { listRules } from './egress-rule.repo.ts';
import type { EgressRuleInput, EgressRuleService } from './egress-rule.service.ts';

function present(row: EgressRuleRow): Record<string, unknown> {
  return {
    ...row,
    askedAt: row.askedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}

function afterOf(cursor: string): readonly unknown[] {
  const [atMs, id] = decodeCursor(cursor, 2);
  if (typeof atMs !== 'number' || !isUuid(id)) throw new AppError('request.cursor_invalid');
  return [new Date(atMs), id];
}

/** Rules of the way out: one administrator asks, another decides among the approvals, either closes. */
export function egressRoutes(rules: EgressRuleService): AnyRoute[] {
  const remove = (permission: string, path: string, summary: string) =>
    defineRoute<{ id: string }>({
      ...{ method: 'DELETE', path, summary, permission },
      audit: 'egress.rule-remove',
      params: schemas.idParams,
      response: { type: 'null' },
      status: 204,
      handler: (tx, { params }) => rules.remove(tx, params.id),
    });
  return [
    defineRoute<unknown, { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/egress-rules',
      summary: 'Places the server may call, the last asked for first, and those of config.yaml.',
      permission: 'egress:read',
      audit: 'egress.rule-list',
      query: schemas.pageQuery,
      response: schemas.rulePage,
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const after = query.cursor === undefined ? undefined : afterOf(query.cursor);
        const rows = await listRules(tx, { limit: limit + 1, after });
        const page = toPage(rows, limit, ({ askedAt, id }) => beforeKey(askedAt, id), present);
        return { ...page, configured: query.cursor === undefined ? rules.configured : [] };
      },
    }),
    defineRoute<unknown, unknown, EgressRuleInput>({
      method: 'POST',
      path: '/api/v1/egress-rules',
      summary: 'Asks for a place the server may call; another administrator decides.',
      permission: 'egress:ask',
      audit: 'egress.rule-ask',
      body: schemas.ruleInput,
      response: schemas.ruleAnswer,
      status: 201,
      errors: ['egress.host_invalid', 'egress.rule_exists', 'approval.limit', 'approval.reason_invalid'],
      async handler(tx, { body }) {
        if (!(body.addresses ?? []).every(isNetworkText)) throw new AppError('egress.host_invalid');
        return present(await rules.ask(tx, body));
      },
    }),
    remove('egress:ask', '/api/v1/egress-rules/:id', 'Closes a place, or takes a request back.'),
    remove('egress:approve', '/api/v1/egress-rules/:id/approval', 'Closes a place that was opened.'),
  ];
}
