import { sha256 } from '../../crypto/index.ts';
import { AppError, createFakeClock, type FakeClock } from '../../../kernel/index.ts';
import { DEK_INSERT, type StorageGuard } from '../../persistence/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../../test/support/core.ts';
import { serveRoutes, type Caller, type ServedRoutes } from '../../../test/support/serve-routes.ts';
import type { CheckerTellings, Scanner, Thumbnailer } from '../file-checker.ts';
import type { FileStore } from '../file-store.ts';
import { createFiles, type Files } from '../files.ts';
import { beginRoute, fileRoutes, type FileRouteOptions } from '../file.routes.ts';

const OWNER = '01900000-0000-7000-8000-0000000000c1';
const REQUESTER = '01900000-0000-7000-8000-0000000000a1';

/** Two requesters and an agent; files of the spec belong to one conversation of the first. */
export const CALLERS: Record<'ann' | 'bob' | 'nobody', Caller> = {
  ann: { actor: { type: 'requester', id: REQUESTER }, permissions: ['file:use'] },
  bob: {
    actor: { type: 'requester', id: '01900000-0000-7000-8000-0000000000b1' },
    permissions: ['file:use'],
  },
  nobody: { actor: { type: 'token', id: 'n' }, permissions: [] },
};

/** Files behind real routes on a database of their own. */
export interface BuiltFiles extends Files {
  core: Core;
  clock: FakeClock;
  served: ServedRoutes<'ann' | 'bob' | 'nobody'>;
  requester: { id: string; dekId: number };
  /** Ids made for the spec. */
  newId(): string;
  begin(id: string, name: string, size: number): Promise<{ status: number; json: Record<string, unknown> }>;
  put(id: string, offset: number, bytes: Buffer): Promise<{ status: number; json: Record<string, unknown> }>;
  finish(id: string, bytes: Buffer): Promise<{ status: number; json: Record<string, unknown> }>;
  /** Begins, sends, and finishes; gives the answer to the last. */
  upload(name: string, bytes: Buffer): Promise<{ id: string; status: number; json: Record<string, unknown> }>;
  close(): Promise<void>;
}

/** Builds files with an optional scanner; `mayRead` decides like an owner's module. */
export async function buildFiles(
  options: {
    scanner?: Scanner;
    groups?: string[];
    guard?: StorageGuard;
    tell?: CheckerTellings;
    thumbnail?: (store: FileStore) => Thumbnailer;
    renewEveryMs?: number;
  } = {},
): Promise<BuiltFiles> {
  const clock = createFakeClock();
  const core = await buildCore({ clock });
  const { uow, database, crypto, ids } = core;
  const { dek, row } = await crypto.newDek('requester', REQUESTER);
  await uow.run({ actor: CALLERS.ann.actor }, async (tx) => {
    await tx.run(DEK_INSERT, { ...row, writes: 0 });
    tx.record({ action: 'requester.create', outcome: 'ok' });
  });
  const { groups = ['image', 'pdf', 'office', 'text', 'audio', 'video'], ...others } = options;
  const files = createFiles({ uow, database, crypto, clock, ids, log: QUIET_LOG, groups, ...others });
  const requester = { id: REQUESTER, dekId: dek.id };
  const sides: FileRouteOptions = {
    store: files.store,
    base: '/api/v1',
    permission: 'file:use',
    async assertMayRead(_db, info, context) {
      if (info.requesterId !== context.actor.id) throw new AppError('request.not_found');
    },
    nameFor: ({ name }) => name,
  };
  const begin = beginRoute({
    ...sides,
    path: '/api/v1/uploads',
    ownerOf: async () => ({ owner: { type: 'conversation', id: OWNER }, requester, recordClass: 'file' }),
  });
  const served = await serveRoutes(core, [begin, ...fileRoutes(sides)], CALLERS);
  const headers = { 'Content-Type': 'application/octet-stream' };
  const built = {
    ...{ core, clock, served, requester, ...files },
    newId: () => ids.next(),
    begin: (id: string, name: string, size: number) =>
      served.ask('ann', '/api/v1/uploads', { method: 'POST', body: { id, name, size } }),
    put: (id: string, offset: number, bytes: Buffer) =>
      served.ask('ann', `/api/v1/uploads/${id}?offset=${offset}`, { method: 'PUT', raw: bytes, headers }),
    finish: (id: string, bytes: Buffer) =>
      served.ask('ann', `/api/v1/uploads/${id}/finish`, {
        method: 'POST',
        body: { sha256: sha256(bytes).toString('hex') },
      }),
    async upload(name: string, bytes: Buffer) {
      const id = ids.next();
      const begun = await built.begin(id, name, bytes.length);
      if (begun.status !== 201) return { id, ...begun };
      const put = await built.put(id, 0, bytes);
      if (put.status !== 200) return { id, ...put };
      return { id, ...(await built.finish(id, bytes)) };
    },
    async close() {
      await files.checker.stop();
      await served.stop();
      await core.close();
    },
  };
  return built;
}
