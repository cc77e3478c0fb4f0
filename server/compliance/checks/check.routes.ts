import { parseKeyFile } from '../../../audit/index.ts';
import { AppError, beforeKey, beforeOf, toPage } from '../../kernel/index.ts';
import { defineRoute, sendDownload, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { AccountNames } from '../ports.ts';
import { signPdf, type SignNote } from '../signing/signed-pdf.ts';
import { makeCheckCertificate } from './certificate.ts';
import type { AuditCheckRow } from './check.entity.ts';
import { findCheck, listChecks } from './check.repo.ts';
import type { CheckService } from './check.service.ts';

const CHECKS_PAGE = 20;

const text: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const result = object({
  status: { enum: ['whole', 'tampered', 'not-provable'] },
  ...{ size: integer, root: text, events: integer, anchors: integer },
  firstBad: orNull(object({ index: orNull(integer), id: orNull(text), kind: text })),
  warnings: { type: 'array', items: text },
  ...{ exportMs: integer, verifyMs: integer, verifierSha256: text },
});
const check = object({
  id: { type: 'string', format: 'uuid' },
  state: { enum: ['queued', 'exporting', 'verifying', 'done', 'failed'] },
  askedBy: object({ id: text, name: text }),
  ...{ askedAt: text, endedAt: orNull(text), errorCode: orNull(text), result: orNull(result) },
});
const page = object({ items: { type: 'array', items: check }, nextCursor: text }, ['nextCursor']);
const query = object({ cursor: { type: 'string', minLength: 1, maxLength: 512 } }, ['cursor']);

type ById = { id: string };

/** What the routes need. */
export interface CheckRouteDeps {
  checks: CheckService;
  accountNames: AccountNames;
  auditKeys: string;
  signNote: SignNote;
}

/** Routes of independent verifications and their certificates. */
export function checkRoutes(deps: CheckRouteDeps): AnyRoute[] {
  return [askRoute(deps), listRoute(deps), oneRoute(deps), certificateRoute(deps)];
}

function askRoute({ checks, accountNames }: CheckRouteDeps): AnyRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/audit/checks',
    summary:
      'Has the trail exported and verified by the independent verifier, in the background; one at a time.',
    permission: 'audit:verify',
    audit: 'audit.verify',
    response: check,
    status: 202,
    errors: ['server.busy'],
    handler: async (tx) => (await present(accountNames, [await checks.ask(tx)]))[0],
  });
}

function listRoute({ accountNames }: CheckRouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string }>({
    method: 'GET',
    path: '/api/v1/audit/checks',
    summary: 'Independent verifications, the newest first.',
    permission: 'audit:verify',
    audit: 'audit.read',
    query,
    response: page,
    async handler(tx, { query: { cursor } }) {
      const rows = await listChecks(tx, { ...beforeOf(cursor), limit: CHECKS_PAGE + 1 });
      const cut = toPage(
        rows,
        CHECKS_PAGE,
        ({ askedAt, id }) => beforeKey(askedAt, id),
        (row) => row,
      );
      tx.record({ action: 'audit.read', outcome: 'ok', details: { checks: cut.items.map(({ id }) => id) } });
      return { ...cut, items: await present(accountNames, cut.items) };
    },
  });
}

function oneRoute({ accountNames }: CheckRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/audit/checks/:id',
    summary: 'How far an independent verification is, and what it came to.',
    permission: 'audit:verify',
    audit: { none: 'asked again and again while it runs; asking for it and its end are recorded' },
    response: check,
    handler: async (tx, { params }) => (await present(accountNames, [await get(tx, params.id)]))[0],
  });
}

function certificateRoute({ accountNames, auditKeys, signNote }: CheckRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/audit/checks/:id/certificate',
    summary: 'The signed certificate of a verification that has a result, as PDF.',
    permission: 'audit:verify',
    audit: 'audit.certificate',
    response: {},
    streams: 'application/pdf',
    errors: ['audit.check_not_done'],
    async handler(tx, { params }, context) {
      const row = await get(tx, params.id);
      const { result: found, note, endedAt } = row;
      if (found === null || note === null || endedAt === null) throw new AppError('audit.check_not_done');
      const names = await accountNames([row.accountId, context.actor.id]);
      const { origin, keys } = parseKeyFile(auditKeys);
      const bytes = makeCheckCertificate(
        { ...row, result: found, note, endedAt },
        {
          ...{ origin, fingerprint: keys.at(-1)?.fingerprint ?? '' },
          askedBy: names.get(row.accountId) ?? row.accountId,
          lang: context.lang === 'en' ? 'en' : 'zh-CN',
          takenBy: names.get(context.actor.id) ?? context.actor.id,
        },
      );
      const signed = signPdf(bytes, signNote);
      tx.record({ action: 'audit.certificate', outcome: 'ok', target: { type: 'audit-check', id: row.id } });
      return sendDownload(context, {
        ...{
          tag: row.id,
          sizeBytes: signed.length,
          type: 'application/pdf',
          name: `verification-${row.id}.pdf`,
        },
        async *read({ first, last }) {
          yield signed.subarray(first, last + 1);
        },
      });
    },
  });
}

async function get(tx: Parameters<typeof findCheck>[0], id: string): Promise<AuditCheckRow> {
  const row = await findCheck(tx, id);
  if (row === undefined) throw new AppError('request.not_found');
  return row;
}

async function present(accountNames: AccountNames, rows: readonly AuditCheckRow[]) {
  const ids = [...new Set(rows.map(({ accountId }) => accountId))];
  const names = ids.length === 0 ? new Map<string, string>() : await accountNames(ids);
  return rows.map(({ id, state, accountId, askedAt, endedAt, errorCode, result: found }) => ({
    ...{ id, state, askedBy: { id: accountId, name: names.get(accountId) ?? accountId } },
    ...{ askedAt: askedAt.toISOString(), endedAt: endedAt?.toISOString() ?? null, errorCode, result: found },
  }));
}
