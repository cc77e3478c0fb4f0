import { createFakeClock, ROOT_UNIT_ID, wholeScope, type FakeClock } from '../../../kernel/index.ts';
import type { ExportKind, ExportReader } from '../../../platform/documents/index.ts';
import { createFiles, type FileStore } from '../../../platform/files/index.ts';
import { createJobs, type Jobs } from '../../../platform/jobs/index.ts';
import { portable } from '../../../platform/persistence/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../../test/support/core.ts';
import { serveRoutes, type Caller, type ServedRoutes } from '../../../test/support/serve-routes.ts';
import { createExports, type Exports } from '../exports.ts';
import type { ExportApprovals, ExportFiles } from '../ports.ts';

const account = (last: string) => `01900000-0000-7000-8000-0000000000${last}`;
export const ANN = account('a1');
export const BOB = account('b1');
const MAY = ['spec:export'];
/** Two people who may export, one who may not, and a program. */
export const CALLERS: Record<'ann' | 'bob' | 'poor' | 'program', Caller> = {
  ann: { actor: { type: 'account', id: ANN }, permissions: MAY },
  bob: { actor: { type: 'account', id: BOB }, permissions: MAY },
  poor: { actor: { type: 'account', id: account('c1') }, permissions: [] },
  program: { actor: { type: 'token', id: account('d1') }, permissions: MAY },
};

/** Rows 1 to `count`; the text of each is what a table of the spec says, or `row N`. */
export interface SpecRows {
  count: number;
  texts: Map<number, string>;
  /** Called before each page, with the first number of it. */
  onPage?(first: number): void | Promise<void>;
}

function specKind(source: SpecRows): ExportKind {
  return {
    kind: 'spec.rows',
    title: { zh: '测试清单', en: 'Spec rows' },
    permission: 'spec:export',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: true,
    columns: [
      { key: 'n', title: { zh: '编号', en: 'Number' }, type: 'integer', width: 8 },
      { key: 'text', title: { zh: '内容', en: 'Text' }, type: 'text', width: 30 },
      { key: 'at', title: { zh: '时间', en: 'Time' }, type: 'instant', width: 20 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      properties: { upTo: { type: 'integer', minimum: 0, maximum: 10_000_000 } },
    },
    notes: (params) => (params['upTo'] === undefined ? [] : [`≤ ${Number(params['upTo'])}`]),
    async page(_db, { reader, cursor, limit, params, isUnmasked }) {
      reader.scopeFor('spec:export');
      const first = cursor === null ? 1 : Number(cursor);
      await source.onPage?.(first);
      const end = Math.min(Number(params['upTo'] ?? source.count), first + limit - 1);
      const numbers = Array.from({ length: Math.max(0, end - first + 1) }, (_, index) => first + index);
      return {
        rows: numbers.map((n) => [
          n,
          source.texts.get(n) ?? `${isUnmasked ? 'plain' : 'row'} ${n}`,
          new Date(n),
        ]),
        ids: numbers.map(String),
        next: end - first + 1 < limit ? null : String(end + 1),
      };
    },
  };
}

/** What the trail says of exports, oldest first. */
const TRAIL = portable<{ limit: number }, { action: string; outcome: string; actorId: string; body: string }>(
  'spec.export_trail',
  `SELECT action, outcome, actor_id, body FROM audit_event WHERE action LIKE 'export.%'
    ORDER BY occurred_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { limit: 'int' }, result: { action: 'text', outcome: 'text', actorId: 'text', body: 'clob' } },
);
const LEFT = portable<Record<never, never>, { parts: number; files: number; chunks: number }>(
  'spec.export_left',
  `SELECT COUNT(*) AS parts, (SELECT COUNT(*) FROM stored_file) AS files,
    (SELECT COUNT(*) FROM stored_file_chunk) AS chunks FROM export_part`,
  { params: {}, result: { parts: 'int', files: 'int', chunks: 'int' } },
);

/** One export as the list shows it. */
export interface Item {
  id: string;
  state: string;
  rowCount: number;
  errorCode: string | null;
  expiresAt: string | null;
  downloadCount: number;
}

/** Exports behind real routes, jobs, and files. */
export interface BuiltExports {
  core: Core;
  clock: FakeClock;
  rows: SpecRows;
  exports: Exports;
  jobs: Jobs;
  store: FileStore;
  /** Replaces what exports see of the files, for faults at a chosen place. */
  wrapFiles(wrap: (files: ExportFiles) => ExportFiles): void;
  /** What is known of accounts; a missing one is disabled. */
  people: Map<string, ExportReader>;
  /** Approvals that were asked for, and the kind that decides them. */
  asked: { id: string; params: { exportId: string }; reason: string }[];
  /** Keys of approvals that were ended because their export was. */
  withdrawn: string[];
  approval: Parameters<ExportApprovals['register']>[0];
  told: string[];
  served: ServedRoutes<keyof typeof CALLERS>;
  ask(body?: object, who?: keyof typeof CALLERS): ReturnType<ServedRoutes<'ann'>['ask']>;
  list(who?: keyof typeof CALLERS): Promise<Item[]>;
  one(id: string): Promise<Item>;
  file(id: string, who?: keyof typeof CALLERS): ReturnType<ServedRoutes<'ann'>['ask']>;
  trail(): Promise<{ action: string; outcome: string; actorId: string; body: string }[]>;
  left(): Promise<{ parts: number; files: number; chunks: number } | undefined>;
  close(): Promise<void>;
}

/** A year back, because the trail takes no entry from the future. */
function start(): Date {
  return new Date(Date.now() - 365 * 86_400_000);
}

/** All callers as accounts that reach the whole bank. */
function readers(): Map<string, ExportReader> {
  return new Map<string, ExportReader>(
    Object.values(CALLERS).map(({ actor, permissions }) => [
      actor.id,
      {
        actor: { type: 'account', id: actor.id },
        displayName: '安娜',
        permissions: new Set(permissions),
        scopeFor: () => wholeScope(actor.id),
      },
    ]),
  );
}

/** Builds exports with one kind; nothing is made before `jobs.drain()`. */
export async function buildExports(): Promise<BuiltExports> {
  const clock = createFakeClock(start());
  const core = await buildCore({ clock });
  const { uow, crypto, ids, database } = core;
  const { store } = createFiles({ uow, database, crypto, clock, ids, log: QUIET_LOG, groups: ['text'] });
  const jobs = createJobs({
    ...{ uow, clock, ids, log: QUIET_LOG, timeZone: 'Asia/Shanghai' },
    withDb: (work) => database.read(work),
  });
  const people = readers();
  const rows: SpecRows = { count: 450, texts: new Map() };
  const asked: BuiltExports['asked'] = [];
  const told: string[] = [];
  const withdrawn: string[] = [];
  const kept: { files: ExportFiles; approval?: BuiltExports['approval'] } = { files: store };
  const exports = createExports({
    ...{ uow, clock, ids, crypto },
    kinds: [specKind(rows)],
    accounts: {
      readerOf: async (id) => people.get(id),
      ancestorsOf: async (unitId) => [unitId, ROOT_UNIT_ID],
    },
    files: {
      create: (context, file) => kept.files.create(context, file),
      content: (db, id) => kept.files.content(db, id),
      ofOwner: (db, owner) => kept.files.ofOwner(db, owner),
      remove: (tx, list) => kept.files.remove(tx, list),
    },
    queue: jobs.queue,
    approvals: {
      register: (kind) => void (kept.approval = kind),
      async withdraw(_tx, _kind, key) {
        withdrawn.push(key);
      },
      async ask(_tx, _kind, params, { reason }) {
        const id = ids.next();
        asked.push({ id, params: params as { exportId: string }, reason });
        return { id };
      },
    },
    tellEnd: async (_tx, { outcome }) => void told.push(outcome),
  });
  jobs.add(exports.jobKinds);
  const served = await serveRoutes(core, exports.routes, CALLERS);
  const list = async (who: keyof typeof CALLERS = 'ann') =>
    ((await served.ask(who, '/api/v1/exports')).json as { items: Item[] }).items;
  return {
    ...{ core, clock, rows, exports, jobs, store, people, asked, withdrawn, told, served, list },
    approval: kept.approval as BuiltExports['approval'],
    wrapFiles: (wrap) => void (kept.files = wrap(store)),
    ask: (body = {}, who = 'ann') =>
      served.ask(who, '/api/v1/exports', {
        method: 'POST',
        body: { kind: 'spec.rows', format: 'csv', lang: 'zh-CN', offsetMinutes: 480, params: {}, ...body },
      }),
    one: async (id) => (await list()).find((item) => item.id === id) as Item,
    file: (id, who = 'ann') => served.ask(who, `/api/v1/exports/${id}/file`),
    trail: () => uow.read((db) => db.all(TRAIL, { limit: 500 })),
    left: () => uow.read((db) => db.one(LEFT, {})),
    async close() {
      await jobs.stop();
      await served.stop();
      await core.close();
    },
  };
}
