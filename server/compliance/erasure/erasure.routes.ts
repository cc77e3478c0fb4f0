import { beforeKey, beforeOf, toPage } from '../../kernel/index.ts';
import { defineRoute, sendDownload, type AnyRoute, type Schema } from '../../platform/http/index.ts';
import type { AccountNames } from '../ports.ts';
import { peopleIn } from '../lifecycle/lifecycle.present.ts';
import { makeCertificate } from './certificate.ts';
import type { ErasureRow } from './erasure.entity.ts';
import { listErasures } from './erasure.repo.ts';
import { ERASURES_PAGE } from './erasure.rules.ts';
import type { ErasureService } from './erasure.service.ts';

/** What the routes of erasures need. */
export interface ErasureRouteDeps {
  erasures: ErasureService;
  accountNames: AccountNames;
  installationId: string;
}

const uuid: Schema = { type: 'string', format: 'uuid' };
const instant: Schema = { type: 'string', format: 'date-time' };
const string: Schema = { type: 'string' };
const integer: Schema = { type: 'integer' };

function object(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const person = object({ id: string, name: string });
const orNull = (schema: Schema): Schema => ({ anyOf: [schema, { type: 'null' }] });
const erasure = object({
  id: uuid,
  requesterId: uuid,
  state: { enum: ['destroying', 'done'] },
  askedBy: person,
  approvedBy: person,
  startedAt: instant,
  finishedAt: orNull(instant),
  keys: integer,
  rows: { type: 'object', additionalProperties: integer },
  acknowledged: { type: 'array', items: string },
});
const cover = object(
  {
    kind: { enum: ['hold', 'period', 'archive', 'too-many'] },
    holdId: uuid,
    placedAt: instant,
    recordClass: string,
    count: integer,
    until: orNull(instant),
  },
  ['holdId', 'placedAt', 'recordClass', 'count', 'until'],
);
const page: Schema = object({ items: { type: 'array', items: erasure }, nextCursor: string }, ['nextCursor']);
const query: Schema = object({ cursor: { type: 'string', minLength: 1, maxLength: 512 } }, ['cursor']);

/** Routes of the officer who erases people. */
export function erasureRoutes(deps: ErasureRouteDeps): AnyRoute[] {
  return [listRoute(deps), checkRoute(deps), askRoute(deps), certificateRoute(deps)];
}

function listRoute({ accountNames }: ErasureRouteDeps): AnyRoute {
  return defineRoute<unknown, { cursor?: string }>({
    method: 'GET',
    path: '/api/v1/erasures',
    summary: 'Erasures of persons, the newest first.',
    permission: 'record:read',
    audit: 'erasure.list',
    query,
    response: page,
    async handler(tx, { query: { cursor } }) {
      const rows = await listErasures(tx, { ...beforeOf(cursor), limit: ERASURES_PAGE + 1 });
      const cut = toPage(
        rows,
        ERASURES_PAGE,
        (row) => beforeKey(row.startedAt, row.id),
        (row) => row,
      );
      const nameOf = await peopleIn(
        accountNames,
        cut.items.flatMap(({ askedById, approvedById }) => [askedById, approvedById]),
      );
      tx.record({ action: 'erasure.list', outcome: 'ok', details: { ids: cut.items.map(({ id }) => id) } });
      return { ...cut, items: cut.items.map((row) => present(row, nameOf)) };
    },
  });
}

function checkRoute({ erasures }: ErasureRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { requesterId: string }>({
    method: 'POST',
    path: '/api/v1/erasures/check',
    summary: 'What keeps a person from being erased: holds, statutory periods, archives.',
    permission: 'record:manage',
    audit: 'erasure.check',
    body: object({ requesterId: uuid }),
    response: object({ covers: { type: 'array', items: cover } }),
    errors: ['erasure.person_unknown'],
    async handler(tx, { body: { requesterId } }) {
      const covers = await erasures.check(tx, requesterId);
      const details = { covers: covers.length };
      tx.record({ action: 'erasure.check', outcome: 'ok', customer: requesterId, details });
      return { covers };
    },
  });
}

function askRoute({ erasures }: ErasureRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { requesterId: string; reason: string }>({
    method: 'POST',
    path: '/api/v1/erasures',
    summary: 'Asks for the erasure of a person; another person approves, and then nothing brings it back.',
    permission: 'record:manage',
    audit: 'approval.request',
    body: object({ requesterId: uuid, reason: { type: 'string', minLength: 2, maxLength: 500 } }),
    response: object({ state: { enum: ['asked'] }, approvalId: uuid }),
    idempotent: true,
    errors: [
      'erasure.person_unknown',
      'erasure.covered',
      'approval.reason_invalid',
      'approval.exists',
      'approval.limit',
    ],
    async handler(tx, { body }) {
      const { id: approvalId } = await erasures.ask(tx, body.requesterId, body.reason);
      return { state: 'asked', approvalId };
    },
  });
}

function certificateRoute({ erasures, accountNames, installationId }: ErasureRouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/erasures/:id/certificate',
    summary: 'The certificate of an erasure that is done, as PDF.',
    permission: 'record:read',
    audit: 'erasure.certificate',
    response: {},
    streams: 'application/pdf',
    errors: ['erasure.not_done'],
    async handler(tx, { params }, context) {
      const row = await erasures.get(tx, params.id);
      const names = await accountNames([row.askedById, row.approvedById, context.actor.id]);
      const bytes = makeCertificate(row, {
        ...{ installationId, names },
        lang: context.lang === 'en' ? 'en' : 'zh-CN',
        takenBy: names.get(context.actor.id) ?? context.actor.id,
      });
      const target = { type: 'erasure', id: row.id };
      tx.record({ action: 'erasure.certificate', outcome: 'ok', target, customer: row.requesterId });
      return sendDownload(context, {
        ...{ tag: row.id, sizeBytes: bytes.length, type: 'application/pdf', name: `erasure-${row.id}.pdf` },
        async *read({ first, last }) {
          yield bytes.subarray(first, last + 1);
        },
      });
    },
  });
}

function present(row: ErasureRow, nameOf: (id: string) => { id: string; name: string }) {
  const { id, requesterId, state, startedAt, finishedAt, report } = row;
  return {
    ...{ id, requesterId, state, keys: report.keys, rows: report.rows, acknowledged: report.acknowledged },
    ...{ askedBy: nameOf(row.askedById), approvedBy: nameOf(row.approvedById) },
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt?.toISOString() ?? null,
  };
}
