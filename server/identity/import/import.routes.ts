import type { Clock } from '../../kernel/index.ts';
import { createCsv } from '../../platform/documents/index.ts';
import {
  defineRoute,
  dispositionOf,
  Streamed,
  type AnyRoute,
  type RequestContext,
} from '../../platform/http/index.ts';
import { readImportFile } from './csv-reader.ts';
import type { ImportRecord } from './import.entity.ts';
import { listImports } from './import.repo.ts';
import { IMPORT_RULES } from './import.rules.ts';
import * as schemas from './import.schema.ts';
import { hashOf, type ImportService, type MadePasswords, type ReadFile } from './import.service.ts';

/** What the routes of imports need. */
export interface ImportRouteDeps {
  clock: Clock;
  imports: ImportService;
}

interface ById {
  id: string;
}

/** Imports of accounts; everybody sees only the own ones, since passwords belong to them. */
export function importRoutes(deps: ImportRouteDeps): AnyRoute[] {
  return [checkRoute(deps), listRoute(), oneRoute(deps), submitRoute(deps), passwordsRoute(deps)];
}

function present(row: ImportRecord): Record<string, unknown> {
  const { id, state, encoding, fileHash, newCount, changedCount, unchangedCount, faultyCount, faults } = row;
  return {
    ...{ id, state, encoding, fileHash, newCount, changedCount, unchangedCount, faultyCount, faults },
    sample: row.rowLines
      .slice(0, IMPORT_RULES.sampleRowsMax)
      .map(({ line, username, displayName, roles, unit, outcome }) => ({
        ...{ line, username, displayName, roles, unit, outcome },
      })),
    passwordsLeft: row.waitingIds.length,
    createdAt: row.createdAt.toISOString(),
    version: row.version,
  };
}

function checkRoute({ imports }: ImportRouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, unknown, ReadFile>({
    method: 'POST',
    path: '/api/v1/account-imports',
    summary: 'Checks a CSV file of accounts row by row; changes no account.',
    permission: 'account:create',
    audit: 'account-import.check',
    rawBody: { bytesMax: IMPORT_RULES.bytesMax },
    response: schemas.accountImport,
    status: 201,
    errors: ['import.unreadable', 'import.header', 'import.empty', 'import.too_many_rows'],
    async prepare(_input, _context, stream) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      return { ...readImportFile(bytes), fileHash: hashOf(bytes) };
    },
    async handler(tx, { prepared }) {
      return present(await imports.check(tx, prepared));
    },
  });
}

function listRoute(): AnyRoute {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/account-imports',
    summary: 'The newest twenty imports of the own account.',
    permission: 'account:create',
    audit: 'account-import.view',
    response: schemas.importList,
    async handler(tx, _input, { actor }) {
      return { items: (await listImports(tx, actor.id)).map(present) };
    },
  });
}

function oneRoute({ imports }: ImportRouteDeps): AnyRoute {
  return defineRoute<ById>({
    method: 'GET',
    path: '/api/v1/account-imports/:id',
    summary: 'One import of the own account.',
    permission: 'account:create',
    audit: 'account-import.view',
    params: schemas.importId,
    response: schemas.accountImport,
    async handler(tx, { params }, { actor }) {
      return present(await imports.get(tx, params.id, actor.id));
    },
  });
}

function submitRoute({ imports }: ImportRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { reason: string }>({
    method: 'POST',
    path: '/api/v1/account-imports/:id/submit',
    summary: 'Asks for all accounts of a checked file at once; another person approves.',
    permission: 'account:create',
    audit: 'account-import.submit',
    params: schemas.importId,
    body: schemas.submit,
    response: schemas.accountImport,
    status: 202,
    ifMatch: true,
    errors: [
      'import.has_faults',
      'import.nothing_to_do',
      'import.state_refused',
      'import.outdated',
      'account.username_taken',
      'approval.exists',
      'approval.limit',
      'approval.reason_invalid',
    ],
    async handler(tx, { params, body, version }) {
      return present(await imports.submit(tx, params.id, { version, reason: body.reason }));
    },
  });
}

function passwordsRoute({ clock, imports }: ImportRouteDeps): AnyRoute {
  return defineRoute<ById, unknown, { offsetMinutes: number }, MadePasswords>({
    method: 'POST',
    path: '/api/v1/account-imports/:id/passwords',
    summary: 'Makes passwords for the next hundred accounts and gives them as CSV, this once.',
    permission: 'account:create',
    audit: 'account-import.passwords',
    params: schemas.importId,
    body: schemas.passwords,
    response: {},
    streams: 'text/csv',
    ifMatch: true,
    errors: ['import.state_refused', 'import.passwords_taken', 'server.busy'],
    prepare: ({ params, version }, { actor }) => imports.makePasswords(params.id, actor.id, version),
    async handler(tx, { params, body, version, prepared }, context) {
      await imports.setPasswords(tx, params.id, { version, made: prepared });
      return passwordFile(prepared, context, { at: clock.now(), offsetMinutes: body.offsetMinutes });
    },
  });
}

function passwordFile(
  made: MadePasswords,
  { lang, actor }: RequestContext,
  when: { at: Date; offsetMinutes: number },
): Streamed {
  const isZh = lang === 'zh-CN';
  const title = (zh: string, en: string) => ({ title: isZh ? zh : en, type: 'text', width: 30 }) as const;
  const csv = createCsv({
    title: 'passwords',
    lang,
    origin: { account: actor.name ?? actor.id, ...when },
    columns: [title('用户名', 'User name'), title('临时密码', 'Temporary password')],
    notes: [],
  });
  const rows = csv.rows(made.map(({ account, temporary }) => [account.username, temporary.password]));
  const bytes = Buffer.concat([rows, csv.close()]);
  return new Streamed({
    status: 200,
    contentBytes: bytes.length,
    headers: {
      'Content-Disposition': dispositionOf('passwords.csv'),
      'Content-Type': 'text/csv; charset=utf-8',
    },
    async *body() {
      yield bytes;
    },
  });
}
