import { AppError, decodeCursor, isUuid, LIMITS, toPage, type Clock, type Ids } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute, type RequestContext } from '../../platform/http/index.ts';
import { DatabaseConflict, type UnitOfWork } from '../../platform/persistence/index.ts';
import {
  presentForRequester,
  type ConversationService,
  type DeskFiles,
  type RequesterService,
} from '../../desk/index.ts';
import { insertRating } from './rating.repo.ts';
import * as schemas from './schemas.ts';
import type { SiteRow } from './site.entity.ts';
import type { SiteInput, SiteService } from './site.service.ts';
import type { VisitorSockets } from './visitor-sockets.ts';
import { visitorFileRoutes } from './visitor-file.routes.ts';
import { actorOf, type Visitor, type VisitorService, type VisitorStart } from './visitor.service.ts';

interface RouteDeps {
  sites: SiteService;
  visitors: VisitorService;
  conversations: ConversationService;
  requesters: RequesterService;
  sockets: VisitorSockets;
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  publicBaseUrl: string;
  files: DeskFiles;
  look: LookPort;
}

/** Port: colour, labels, and switches of the widget as the installation set them, with the tag they are kept under. */
export type LookPort = () => { look: { primary: string }; tag: string };

/** Colour the launcher is drawn in by itself. */
const LAUNCHER_COLOUR = '#0958d9';

/** Routes of sites (for administrators) and of visitors. */
export function webWidgetRoutes(deps: RouteDeps): AnyRoute[] {
  return [...siteRoutes(deps), ...visitorRoutes(deps)];
}

function presentSite(row: SiteRow, { publicBaseUrl, look }: RouteDeps): Record<string, unknown> {
  const { createdAt, ...rest } = row;
  const { primary } = look().look;
  const colour = primary === LAUNCHER_COLOUR ? '' : ` data-colour="${primary}"`;
  const scriptTag = `<script src="${publicBaseUrl}/widget.js" data-site="${row.id}"${colour} async></script>`;
  return { ...rest, createdAt: createdAt.toISOString(), scriptTag };
}

function siteRoutes(deps: RouteDeps): AnyRoute[] {
  const { sites } = deps;
  const present = (row: SiteRow) => presentSite(row, deps);
  return [
    defineRoute<unknown, { cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/sites',
      summary: 'Sites the widget stands on.',
      permission: 'site:write',
      audit: 'site.view',
      query: schemas.pageQuery,
      response: schemas.pageOf(schemas.site),
      async handler(tx, { query }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const after = query.cursor ? decodeCursor(query.cursor, 1) : undefined;
        return toPage(await sites.list(tx, limit + 1, after), limit, (row) => [row.id], present);
      },
    }),
    defineRoute<unknown, unknown, SiteInput & { id: string }>({
      method: 'POST',
      path: '/api/v1/sites',
      summary: 'Makes a site.',
      permission: 'site:write',
      audit: 'site.create',
      body: schemas.siteCreate,
      response: schemas.site,
      status: 201,
      errors: ['site.exists'],
      handler: async (tx, { body: { id, ...input } }) => present(await sites.create(tx, id, input)),
    }),
    defineRoute<{ id: string }>({
      method: 'GET',
      path: '/api/v1/sites/:id',
      summary: 'One site, with the script tag to copy.',
      permission: 'site:write',
      audit: 'site.view',
      params: schemas.siteIdParams,
      response: schemas.site,
      errors: ['site.unknown'],
      async handler(_tx, { params }) {
        const row = await sites.find(params.id);
        if (!row) throw new AppError('site.unknown');
        return present(row);
      },
    }),
    defineRoute<{ id: string }, unknown, SiteInput>({
      method: 'PUT',
      path: '/api/v1/sites/:id',
      summary: 'Changes a site.',
      permission: 'site:write',
      audit: 'site.update',
      params: schemas.siteIdParams,
      body: schemas.siteInput,
      response: schemas.site,
      ifMatch: true,
      errors: ['site.unknown'],
      handler: async (tx, { params, body, version }) =>
        present(await sites.update(tx, params.id, version, body)),
    }),
  ];
}

function visitorOf(context: RequestContext): Visitor {
  if (!context.visitor) throw new AppError('visitor.token_invalid');
  return context.visitor;
}

function visitorRoutes(deps: RouteDeps): AnyRoute[] {
  return [
    startRoute(deps),
    siteTextsRoute(deps),
    pollRoute(deps),
    sendRoute(deps),
    handoverRoute(deps),
    rateRoute(deps),
    ...visitorFileRoutes(deps),
  ];
}

function startRoute({ visitors }: RouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, VisitorStart>({
    method: 'POST',
    path: '/api/v1/visitor/session',
    summary: 'Begins a conversation on a site, or comes back to the last one.',
    permission: 'public',
    audit: 'conversation.open',
    body: schemas.visitorStart,
    response: schemas.visitorTokens,
    errors: ['site.unknown', 'site.identity_invalid', 'visitor.conversations_limit'],
    handler: (tx, { body }, context) => visitors.start(tx, body, context.ip),
  });
}

function siteTextsRoute({ sites, look: lookNow }: RouteDeps): AnyRoute {
  return defineRoute<{ id: string }>({
    method: 'GET',
    path: '/api/v1/visitor/site/:id',
    summary: 'What the widget shows before a conversation begins.',
    permission: 'public',
    audit: { none: 'public texts of the site itself' },
    params: schemas.siteIdParams,
    response: { type: 'object' },
    errors: ['site.unknown'],
    async handler(_tx, { params }, context) {
      const { id, texts, locale, version } = await sites.active(params.id);
      const { look, tag } = lookNow();
      context.setHeader('Cache-Control', 'no-cache');
      context.setHeader('ETag', `"${version}-${tag}"`);
      return { id, ...texts, locale, look };
    },
  });
}

function pollRoute({ conversations, sockets, uow }: RouteDeps): AnyRoute {
  return defineRoute<unknown, { after?: number; wait?: number }>({
    method: 'GET',
    path: '/api/v1/visitor/messages',
    summary: 'Messages after a number; waits for one when there is none (long polling).',
    permission: 'visitor',
    audit: { none: 'visitors read their own conversation' },
    query: {
      type: 'object',
      additionalProperties: false,
      properties: {
        after: { type: 'integer', minimum: 0 },
        wait: { type: 'integer', minimum: 0, maximum: LIMITS.longPollSecondsMax },
      },
    },
    response: {
      type: 'object',
      required: ['items', 'last'],
      properties: { items: { type: 'array', items: schemas.messageFrame }, last: { type: 'integer' } },
    },
    async handler(_tx, { query }, context) {
      const { conversationId } = visitorOf(context);
      const after = query.after ?? 0;
      const waited = sockets.waitFor(conversationId, (query.wait ?? 0) * 1_000);
      const read = async () => {
        const row = await conversations.get(conversationId);
        return { row, messages: await uow.read((db) => conversations.history(db, row, after)) };
      };
      let { row, messages } = await read();
      if (messages.length === 0 && query.wait) {
        await waited;
        ({ row, messages } = await read());
      }
      const items = messages.map((message) => ({ t: 'message', ...presentForRequester(message) }));
      return { items, last: row.lastSeq };
    },
  });
}

/** A message of long polling: words, or a file that was uploaded before. */
interface SentMessage {
  id: string;
  kind?: 'text' | 'file';
  text?: string;
  fileId?: string;
}

function sendRoute({ conversations, files }: RouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, SentMessage>({
    method: 'POST',
    path: '/api/v1/visitor/messages',
    summary: "A visitor's message; the same id again is the same message.",
    permission: 'visitor',
    audit: { none: 'the message itself is audited with its commit' },
    body: {
      type: 'object',
      additionalProperties: false,
      required: ['id'],
      properties: {
        id: { type: 'string' },
        kind: { enum: ['text', 'file'] },
        text: { type: 'string' },
        fileId: { type: 'string', format: 'uuid' },
      },
    },
    response: {
      type: 'object',
      required: ['id', 'seq', 'at'],
      properties: { id: { type: 'string' }, seq: { type: 'integer' }, at: { type: 'string' } },
    },
    errors: ['message.id_invalid', 'message.id_reused', 'message.text_invalid', 'message.text_empty'],
    async handler(_tx, { body }, context) {
      const visitor = visitorOf(context);
      if (!isUuid(body.id)) throw new AppError('message.id_invalid');
      const by = { actor: actorOf(visitor, context.ip), requestId: context.requestId };
      const { conversationId, requesterId: senderId } = visitor;
      const { id, fileId, kind, text = '' } = body;
      const file = kind === 'file' && (await files.forMessage({ conversationId, fileId, senderId }));
      const content = file ? { text: file.name, file } : { text };
      const { seq, at } = await conversations.receive(by, { conversationId, id, ...content });
      return { id: body.id, seq, at: at.toISOString() };
    },
  });
}

function handoverRoute({ conversations }: RouteDeps): AnyRoute {
  return defineRoute({
    method: 'POST',
    path: '/api/v1/visitor/handover',
    summary: 'Asks for a person.',
    permission: 'visitor',
    audit: { none: 'the move itself is audited with its commit' },
    response: { type: 'object' },
    status: 202,
    async handler(_tx, _input, context) {
      const visitor = visitorOf(context);
      const by = { actor: actorOf(visitor, context.ip), requestId: context.requestId };
      await conversations.requestHandover(by, visitor.conversationId, 'requested');
      return {};
    },
  });
}

function rateRoute({ conversations, requesters, clock, ids }: RouteDeps): AnyRoute {
  return defineRoute<unknown, unknown, { score: number; comment?: string }>({
    method: 'POST',
    path: '/api/v1/visitor/csat',
    summary: 'Rates the conversation, once.',
    permission: 'visitor',
    audit: 'conversation.rate',
    body: {
      type: 'object',
      additionalProperties: false,
      required: ['score'],
      properties: {
        score: { type: 'integer', minimum: 1, maximum: 5 },
        comment: { type: 'string', maxLength: 2_000 },
      },
    },
    response: { type: 'object' },
    status: 204,
    errors: ['conversation.rated'],
    async handler(tx, { body }, context) {
      const { conversationId, requesterId } = visitorOf(context);
      const row = await conversations.get(conversationId);
      const dek = await requesters.dekOf(tx, row.requesterId);
      const cell = { table: 'conversation_rating', column: 'comment_enc', rowId: conversationId };
      const commentEnc = body.comment ? dek.seal(cell, body.comment) : null;
      try {
        const rating = { conversationId, score: body.score, commentEnc, at: clock.now() };
        await insertRating(tx, ids, { row: rating, conversation: row });
      } catch (cause) {
        if (!(cause instanceof DatabaseConflict)) throw cause;
        throw new AppError('conversation.rated', { cause });
      }
      tx.record({
        action: 'conversation.rate',
        outcome: 'ok',
        target: { type: 'conversation', id: conversationId },
        customer: requesterId,
        details: { score: body.score },
      });
    },
  });
}
