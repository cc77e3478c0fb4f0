import { AppError, beforeKey, LIMITS, toPage, type Clock, type Ids } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../http/index.ts';
import type { UnitOfWork } from '../persistence/index.ts';
import { DELIVERIES_IN_STATE, DELIVERY_COUNTS, DELIVERY_RETRY } from './channel.repo.ts';
import type { ChannelInput, ChannelService } from './channel.service.ts';
import type { OutgoingMessage } from './channels/message.ts';
import type { NoticeDeliveryRow, NotifyChannelRow } from './notice.entity.ts';
import { afterOf } from './notice.routes.ts';
import * as schemas from './notice.schema.ts';
import { registerTemplates, renderNotice, type NoticeLang } from './templates.ts';

registerTemplates({
  'notify.test': {
    zh: { title: '测试通知', body: '这是一条测试通知。收到它说明该渠道可用。' },
    en: { title: 'Test notice', body: 'This is a test. The channel works when you can read it.' },
  },
});

/** What the routes of channels need. */
export interface ChannelRouteDeps {
  channels: ChannelService;
  clock: Clock;
  ids: Ids;
  uow: UnitOfWork;
  publicBaseUrl: string;
  nudge(): void;
}

const FORM_ERRORS = ['notify.setting_invalid', 'notify.recipients_empty'] as const;

/** Channels, their test, and what they could not carry. */
export function channelRoutes(deps: ChannelRouteDeps): AnyRoute[] {
  return [...settingRoutes(deps), testRoute(deps), ...deliveryRoutes(deps)];
}

function settingRoutes({ channels }: ChannelRouteDeps): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/notify-channels',
      summary: 'Channels of notices with their queues, never their secrets.',
      permission: 'notify:read',
      audit: { none: 'The page asks every few seconds how the channels stand.' },
      response: schemas.channelList,
      async handler(tx) {
        const counts = await tx.all(DELIVERY_COUNTS, {});
        const rows = await channels.list(tx);
        return { items: rows.map((row) => present(row, counts)) };
      },
    }),
    defineRoute<unknown, unknown, ChannelInput>({
      method: 'POST',
      path: '/api/v1/notify-channels',
      summary: 'Makes a channel.',
      permission: 'notify:write',
      audit: 'notify.channel-create',
      body: schemas.channelInput,
      response: schemas.channel,
      status: 201,
      errors: [...FORM_ERRORS, 'notify.channels_limit'],
      handler: async (tx, { body }) => present(await channels.create(tx, body), []),
    }),
    defineRoute<{ id: string }, unknown, ChannelInput>({
      method: 'PUT',
      path: '/api/v1/notify-channels/:id',
      summary: 'Changes a channel; without a secret in the body the old one stays.',
      permission: 'notify:write',
      audit: 'notify.channel-update',
      body: schemas.channelInput,
      response: schemas.channel,
      ifMatch: true,
      errors: [...FORM_ERRORS],
      async handler(tx, { params, body, version }) {
        const row = await channels.update(tx, params.id, version, body);
        return present(row, await tx.all(DELIVERY_COUNTS, {}));
      },
    }),
    defineRoute<{ id: string }>({
      method: 'DELETE',
      path: '/api/v1/notify-channels/:id',
      summary: 'Removes a channel and what waits for it.',
      permission: 'notify:write',
      audit: 'notify.channel-remove',
      response: schemas.noAnswer,
      status: 204,
      ifMatch: true,
      handler: (tx, { params, version }) => channels.remove(tx, params.id, version),
    }),
  ];
}

/** The attempt is made before the unit of work opens; its result is the answer, whatever it was. */
function testRoute({ channels, clock, ids, uow, publicBaseUrl }: ChannelRouteDeps): AnyRoute {
  return defineRoute<{ id: string }, unknown, unknown, string | null>({
    method: 'POST',
    path: '/api/v1/notify-channels/:id/test',
    summary: 'Sends a test notice over a channel at once, and says how it went.',
    permission: 'notify:write',
    audit: 'notify.test',
    response: schemas.testResult,
    limit: { max: 10, perMs: 60_000, counts: 'all' },
    async prepare({ params }) {
      const row = await uow.read((db) => channels.find(db, params.id));
      const { title, body } = renderNotice('notify.test', {}, row.lang as NoticeLang);
      const message: OutgoingMessage = {
        ...{ id: ids.next(), kind: 'notify.test', severity: 'info', at: clock.now(), title, body },
        ...{ link: new URL('/notifications', publicBaseUrl).href, params: {} },
      };
      try {
        const sender = await channels.senderOf(row);
        await sender.send(message).finally(() => sender.close?.());
        return null;
      } catch (error) {
        return error instanceof AppError ? error.code : 'server.internal';
      }
    },
    async handler(tx, { params, prepared }) {
      tx.record({
        ...{ action: 'notify.test', target: { type: 'notify-channel', id: params.id } },
        ...(prepared === null ? { outcome: 'ok' } : { outcome: 'failed', reason: prepared }),
      });
      return { errorCode: prepared };
    },
  });
}

function deliveryRoutes({ clock, nudge }: ChannelRouteDeps): AnyRoute[] {
  return [
    defineRoute<unknown, { state: string; cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/notice-deliveries',
      summary: 'Notices that wait for a channel, were sent, or were given up, the newest first.',
      permission: 'notify:read',
      audit: { none: 'Codes and counts of the machine; the texts are of the program.' },
      query: schemas.deliveryQuery,
      response: schemas.deliveryPage,
      async handler(tx, { query }, { lang }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const page = { state: query.state, limit: limit + 1, after: afterOf(query.cursor) };
        const rows = await tx.all(DELIVERIES_IN_STATE, page);
        const keyOf = (row: NoticeDeliveryRow) => beforeKey(row.createdAt, row.id);
        return toPage(rows, limit, keyOf, (row) => presentDelivery(row, lang));
      },
    }),
    defineRoute<{ id: string }>({
      method: 'POST',
      path: '/api/v1/notice-deliveries/:id/retry',
      summary: 'Carries a given-up notice again.',
      permission: 'notify:write',
      audit: 'notify.retry',
      response: schemas.noAnswer,
      status: 204,
      errors: ['notify.state_refused'],
      async handler(tx, { params }) {
        const changed = await tx.run(DELIVERY_RETRY, { id: params.id, now: clock.now() });
        if (changed === 0) throw new AppError('notify.state_refused');
        const target = { type: 'notice-delivery', id: params.id };
        tx.record({ action: 'notify.retry', outcome: 'ok', target });
        tx.afterCommit(nudge);
      },
    }),
  ];
}

type Counts = readonly { channelId: string; state: string; deliveries: number }[];

function present(row: NotifyChannelRow, counts: Counts): Record<string, unknown> {
  const { id, type, name, isEnabled, minSeverity, lang, settings, version, errorCode } = row;
  const countOf = (state: string) =>
    counts.find((count) => count.channelId === id && count.state === state)?.deliveries ?? 0;
  return {
    ...{ id, type, name, isEnabled, minSeverity, lang, settings, version, errorCode },
    hasSecret: row.secretEnc !== null,
    file: type === 'file' ? `notices/${id}.jsonl` : null,
    queued: countOf('queued'),
    dead: countOf('dead'),
    lastSentAt: row.lastSentAt?.toISOString() ?? null,
    failingAt: row.failingAt?.toISOString() ?? null,
  };
}

function presentDelivery(row: NoticeDeliveryRow, lang: NoticeLang): Record<string, unknown> {
  const { id, channelId, kind, severity, state, attempts, errorCode } = row;
  return {
    ...{ id, channelId, kind, severity, state, attempts, errorCode },
    title: renderNotice(kind, row.params, lang).title,
    createdAt: row.createdAt.toISOString(),
    dueAt: row.dueAt.toISOString(),
  };
}
