import { AppError, beforeKey, decodeCursor, isUuid, LIMITS, toPage } from '../../kernel/index.ts';
import { defineRoute, type AnyRoute } from '../http/index.ts';
import type { NoticeRow } from './notice.entity.ts';
import {
  NOTICE_READ,
  NOTICES,
  NOTICES_READ_UNTIL,
  NOTICES_UNDELIVERED,
  NOTICES_UNREAD,
  UNREAD_COUNT,
} from './notice.repo.ts';
import { NOTIFY_LIMITS } from './notice.rules.ts';
import * as schemas from './notice.schema.ts';
import { renderNotice, type NoticeLang } from './templates.ts';

/** Undelivered alarms that the banner names. */
const BANNER_MAX = 3;
const OWN_NOTICES = 'Everybody reads the own notices only; the page asks once a minute.';

/** The bell: everybody's own notices. */
export function noticeRoutes(): AnyRoute[] {
  return [...readingRoutes(), ...markingRoutes()];
}

function readingRoutes(): AnyRoute[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/notices/summary',
      summary: 'How many own notices are unread (counted to 100), and alarms that no channel could carry.',
      permission: 'signed-in',
      audit: { none: OWN_NOTICES },
      response: schemas.noticeSummary,
      async handler(tx, _input, { actor, lang }) {
        const accountId = actor.id;
        const count = await tx.one(UNREAD_COUNT, { accountId, limit: NOTIFY_LIMITS.unreadShownMax });
        const rows = await tx.all(NOTICES_UNDELIVERED, { accountId, isRead: false, limit: BANNER_MAX });
        return { unread: count?.unread ?? 0, undelivered: rows.map((row) => present(row, lang)) };
      },
    }),
    defineRoute<unknown, { isUnread?: boolean; cursor?: string; limit?: number }>({
      method: 'GET',
      path: '/api/v1/notices',
      summary: 'Own notices, the newest first.',
      permission: 'signed-in',
      audit: { none: OWN_NOTICES },
      query: schemas.noticeQuery,
      response: schemas.noticePage,
      async handler(tx, { query }, { actor, lang }) {
        const limit = query.limit ?? LIMITS.pageItemsDefault;
        const page = { accountId: actor.id, limit: limit + 1, after: afterOf(query.cursor) };
        const rows =
          query.isUnread === true
            ? await tx.all(NOTICES_UNREAD, { ...page, isRead: false })
            : await tx.all(NOTICES, page);
        return toPage(
          rows,
          limit,
          (row) => beforeKey(row.updatedAt, row.id),
          (row) => present(row, lang),
        );
      },
    }),
  ];
}

function markingRoutes(): AnyRoute[] {
  return [
    defineRoute<{ id: string }>({
      method: 'POST',
      path: '/api/v1/notices/:id/read',
      summary: 'Marks an own notice as read.',
      permission: 'signed-in',
      audit: 'notice.read',
      response: schemas.noAnswer,
      status: 204,
      async handler(tx, { params }, { actor }) {
        await tx.run(NOTICE_READ, { accountId: actor.id, id: params.id });
        tx.record({ action: 'notice.read', outcome: 'ok', target: { type: 'notice', id: params.id } });
      },
    }),
    defineRoute<unknown, unknown, { until: string }>({
      method: 'POST',
      path: '/api/v1/notices/read',
      summary: 'Marks the own notices up to an instant as read.',
      permission: 'signed-in',
      audit: 'notice.read',
      body: schemas.readUntil,
      response: schemas.noAnswer,
      status: 204,
      async handler(tx, { body }, { actor }) {
        const count = await tx.run(NOTICES_READ_UNTIL, { accountId: actor.id, until: new Date(body.until) });
        tx.record({ action: 'notice.read', outcome: 'ok', details: { count } });
      },
    }),
  ];
}

function present(row: NoticeRow, lang: NoticeLang): Record<string, unknown> {
  const { id, kind, severity, link, occurrences, isRead, isUndelivered } = row;
  return {
    ...{ id, kind, severity, link, occurrences, isRead, isUndelivered },
    ...renderNotice(kind, row.params, lang),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}

/** Where a page goes on; throws `request.cursor_invalid`. */
export function afterOf(cursor: string | undefined): readonly unknown[] | undefined {
  if (cursor === undefined) return undefined;
  const [atMs, id] = decodeCursor(cursor, 2);
  const at = new Date(typeof atMs === 'number' ? atMs : NaN);
  if (Number.isNaN(at.getTime()) || !isUuid(id)) throw new AppError('request.cursor_invalid');
  return [at, id];
}
