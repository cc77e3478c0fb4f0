import { AppError } from '../../kernel/index.ts';
import {
  defineRoute,
  sendDownload,
  type AnyRoute,
  type ByteRange,
  type RequestContext,
} from '../http/index.ts';
import type { Db, Tx } from '../persistence/index.ts';
import type { ByteSource } from './byte-source.ts';
import type { FileInfo, FileOwner, FileStore } from './file-store.ts';
import * as schemas from './file.schema.ts';
import type { Inspected } from './inspect.ts';
import { FILE_LIMITS } from './limits.ts';

/** Uploads and downloads at the same moment in one process; each holds some MiB. */
const TRANSFERS_MAX = 64;

const UPLOAD_ERRORS = ['file.empty', 'file.too_large', 'file.limit', 'file.id_reused'] as const;
const FINISH_ERRORS = [
  'file.incomplete',
  'file.hash_mismatch',
  'file.type_refused',
  'file.type_mismatch',
  'file.image_too_large',
  'file.archive_refused',
  'file.damaged',
  'file.state_refused',
] as const;

/** What one side of the product (visitors, staff) decides about its files. */
export interface FileRouteOptions {
  store: FileStore;
  /** Everything below it is made here: `/api/v1/visitor` or `/api/v1`. */
  base: string;
  permission: string;
  /** Throws `request.not_found` for whoever may not know the file. */
  assertMayRead(db: Db, info: FileInfo, context: RequestContext): Promise<void>;
  /** The name as this side may see it. */
  nameFor(info: FileInfo): string;
}

/** A file as the API shows it, with its name as the asking side may see it. */
export function presentFileItem(info: FileInfo, name: string) {
  const { id, sizeBytes, type, state, thumbnailId } = info;
  return { id, name, size: sizeBytes, type, state, hasThumbnail: thumbnailId !== null };
}

/** The route that begins an upload; `ownerOf` decides whether this one may add files there. */
export function beginRoute<P>(
  options: FileRouteOptions & {
    path: string;
    ownerOf(tx: Tx, params: P, context: RequestContext): Promise<FileOwner>;
  },
): AnyRoute {
  return defineRoute<P, unknown, schemas.UploadBody>({
    method: 'POST',
    path: options.path,
    summary: 'Begins an upload under an id of the sender; the same again gives the bytes received so far.',
    permission: options.permission,
    audit: 'file.begin',
    body: schemas.uploadBody,
    response: schemas.uploadState,
    status: 201,
    errors: UPLOAD_ERRORS,
    async handler(tx, { params, body }, context) {
      const owner = await options.ownerOf(tx, params, context);
      const { id, name, size } = body;
      const begun = await options.store.begin(tx, { ...owner, id, name, sizeBytes: size });
      return presentUpload(begun.info, begun.receivedBytes);
    },
  });
}

/** Routes of running uploads and of finished files. */
export function fileRoutes(options: FileRouteOptions): AnyRoute[] {
  const transfers = createTransfers();
  return [
    stateRoute(options),
    partRoute(options, transfers),
    finishRoute(options),
    cancelRoute(options),
    downloadRoute(options, transfers),
    thumbnailRoute(options, transfers),
  ];
}

function presentUpload(info: FileInfo, received: number) {
  const { id, sizeBytes, state } = info;
  return { id, received, size: sizeBytes, chunkBytes: FILE_LIMITS.chunkBytesMax, state };
}

/** A running upload is known to its sender alone. */
async function ownUpload(
  { store }: FileRouteOptions,
  db: Db,
  id: string,
  context: RequestContext,
): Promise<FileInfo> {
  const info = await store.info(db, id);
  if (info.creatorId !== context.actor.id) throw new AppError('request.not_found');
  return info;
}

function stateRoute(options: FileRouteOptions): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: `${options.base}/uploads/:id`,
    summary: 'How many bytes of an upload have been received; only for its sender.',
    permission: options.permission,
    audit: { none: 'the sender asks about the own upload' },
    response: schemas.uploadState,
    async handler(tx, { params }, context) {
      const info = await ownUpload(options, tx, params.id, context);
      return presentUpload(info, await options.store.received(tx, params.id));
    },
  });
}

function partRoute(options: FileRouteOptions, transfers: Transfers): AnyRoute {
  const { store } = options;
  return defineRoute<{ id: string }, { offset: number }, unknown, number>({
    method: 'PUT',
    path: `${options.base}/uploads/:id`,
    summary: 'Sends bytes from the place up to which they have been received; a cut part is kept.',
    permission: options.permission,
    audit: { none: 'bytes mean nothing before the upload is finished, which is recorded' },
    query: schemas.offsetQuery,
    rawBody: { bytesMax: FILE_LIMITS.fileBytesMax },
    response: schemas.receivedState,
    errors: ['file.offset_wrong', 'file.state_refused'],
    prepare: ({ params, query }, context, stream) =>
      transfers.during(() => store.write({ id: params.id, by: context.actor.id }, query.offset, stream)),
    handler: async (_tx, { prepared }) => ({ received: prepared }),
  });
}

function finishRoute(options: FileRouteOptions): AnyRoute {
  const { store } = options;
  return defineRoute<{ id: string }, unknown, { sha256: string }, Inspected>({
    method: 'POST',
    path: `${options.base}/uploads/:id/finish`,
    summary:
      'Ends an upload: the content is verified, its type told by its bytes, then it waits for its check.',
    permission: options.permission,
    audit: 'file.upload',
    body: schemas.finishBody,
    response: schemas.fileItem,
    errors: FINISH_ERRORS,
    prepare: ({ params, body }, context) =>
      store.examine({ id: params.id, by: context.actor.id }, body.sha256),
    async handler(tx, { params, prepared }) {
      const info = await store.finish(tx, params.id, prepared);
      return presentFileItem(info, options.nameFor(info));
    },
  });
}

function cancelRoute(options: FileRouteOptions): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'DELETE',
    path: `${options.base}/uploads/:id`,
    summary: 'Throws an unfinished upload away.',
    permission: options.permission,
    audit: 'file.remove',
    response: { type: 'object' },
    status: 204,
    errors: ['file.state_refused'],
    async handler(tx, { params }, context) {
      const info = await ownUpload(options, tx, params.id, context);
      if (info.state !== 'receiving') throw new AppError('file.state_refused');
      await options.store.remove(tx, [info.id]);
      record(tx, 'file.remove', info);
    },
  });
}

function downloadRoute(options: FileRouteOptions, transfers: Transfers): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: `${options.base}/files/:id`,
    summary: 'The content of a checked file, whole or in part (Range); always as an attachment.',
    permission: options.permission,
    audit: 'file.download',
    response: { type: 'object' },
    streams: 'application/octet-stream',
    errors: ['file.waiting', 'file.quarantined'],
    async handler(tx, { params }, context) {
      const { info, source } = await readable(options, tx, params.id, context);
      record(tx, 'file.download', info);
      return sendContent(options, transfers, { info, source, context });
    },
  });
}

function thumbnailRoute(options: FileRouteOptions, transfers: Transfers): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: `${options.base}/files/:id/thumbnail`,
    summary: 'A small picture of a checked picture, made anew and without what the camera wrote into it.',
    permission: options.permission,
    audit: 'file.view',
    response: { type: 'object' },
    streams: 'image/jpeg',
    errors: ['file.waiting', 'file.quarantined'],
    async handler(tx, { params }, context) {
      const { info } = await readable(options, tx, params.id, context);
      if (info.thumbnailId === null) throw new AppError('request.not_found');
      const thumbnail = await options.store.content(tx, info.thumbnailId);
      record(tx, 'file.view', info);
      return sendContent(options, transfers, { ...thumbnail, context });
    },
  });
}

async function readable(options: FileRouteOptions, tx: Tx, id: string, context: RequestContext) {
  const info = await options.store.info(tx, id);
  // Thumbnails are reached through their picture, so that one rule decides about both.
  if (info.owner.type === 'file' || info.state === 'receiving') throw new AppError('request.not_found');
  await options.assertMayRead(tx, info, context);
  return options.store.content(tx, id);
}

function record(tx: Tx, action: 'file.download' | 'file.view' | 'file.remove', info: FileInfo): void {
  tx.record({
    action,
    outcome: 'ok',
    target: { type: 'file', id: info.id },
    ...(info.requesterId === null ? {} : { customer: info.requesterId }),
  });
}

function sendContent(
  options: FileRouteOptions,
  transfers: Transfers,
  { info, source, context }: { info: FileInfo; source: ByteSource; context: RequestContext },
) {
  return sendDownload(context, {
    tag: info.id,
    sizeBytes: info.sizeBytes,
    type: info.type ?? 'application/octet-stream',
    name: options.nameFor(info),
    read: (range: ByteRange) => transfers.through(source.pass(range)),
  });
}

type Transfers = ReturnType<typeof createTransfers>;

function createTransfers() {
  let count = 0;
  const enter = () => {
    if (count >= TRANSFERS_MAX) throw new AppError('server.busy');
    count += 1;
  };
  return {
    async during<T>(work: () => Promise<T>): Promise<T> {
      enter();
      try {
        return await work();
      } finally {
        count -= 1;
      }
    },
    async *through(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
      enter();
      try {
        yield* pieces;
      } finally {
        count -= 1;
      }
    },
  };
}
