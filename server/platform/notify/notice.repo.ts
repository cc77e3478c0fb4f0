import { insert, insertIfFree, portable, remove, select } from '../persistence/index.ts';
import { noticeEntity, noticePostEntity, type NoticeRow } from './notice.entity.ts';

export const POST_INSERT = insert(noticePostEntity);
export const POSTS = select(noticePostEntity, {
  name: 'notice_post.oldest',
  orderBy: [
    ['createdAt', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
export const POST_REMOVE = remove(noticePostEntity, { name: 'notice_post.remove', where: ['id'] });

/** A notice of an account; nothing when this account was given it before. */
export const NOTICE_ADD = insertIfFree(noticeEntity, 'notice.add', ['id', 'openKey']);
/** Unread notices with these keys. */
export const NOTICES_OPEN = select(noticeEntity, { name: 'notice.open', whereIn: 'openKey' });
/** Counts a repetition on an unread notice, once for each post. */
export const NOTICE_REPEAT = portable<{
  openKey: string;
  postId: string;
  params: Record<string, string | number>;
  now: Date;
}>(
  'notice.repeat',
  `UPDATE notice SET occurrences = occurrences + 1, params = :params, updated_at = :now, last_post_id = :postId
   WHERE open_key = :openKey AND last_post_id <> :postId`,
  { params: { openKey: 'text', postId: 'uuid', params: 'json', now: 'instant' } },
);
export const NOTICE_UNDELIVERED = portable<{ postId: string }>(
  'notice.undelivered',
  'UPDATE notice SET is_undelivered = 1 WHERE post_id = :postId OR last_post_id = :postId',
  { params: { postId: 'uuid' } },
);
export const NOTICE_READ = portable<{ accountId: string; id: string }>(
  'notice.read',
  'UPDATE notice SET is_read = 1, open_key = NULL WHERE id = :id AND account_id = :accountId AND is_read = 0',
  { params: { accountId: 'uuid', id: 'uuid' } },
);
/** Only what the reader has seen: what came after that stays unread. */
export const NOTICES_READ_UNTIL = portable<{ accountId: string; until: Date }>(
  'notice.read_until',
  `UPDATE notice SET is_read = 1, open_key = NULL
   WHERE account_id = :accountId AND is_read = 0 AND updated_at <= :until`,
  { params: { accountId: 'uuid', until: 'instant' } },
);
export const UNREAD_COUNT = portable<{ accountId: string; limit: number }, { unread: number }>(
  'notice.unread_count',
  `SELECT COUNT(*) AS unread FROM (
     SELECT id FROM notice WHERE account_id = :accountId AND is_read = 0 FETCH FIRST :limit ROWS ONLY) first_ones`,
  { params: { accountId: 'uuid', limit: 'int' }, result: { unread: 'int' } },
);
const newestFirst = [
  ['updatedAt', 'desc'],
  ['id', 'desc'],
] as const;
export const NOTICES = select(noticeEntity, {
  name: 'notice.list',
  where: ['accountId'],
  orderBy: newestFirst,
  keyset: true,
  limit: true,
});
export const NOTICES_UNREAD = select(noticeEntity, {
  name: 'notice.list_unread',
  where: ['accountId', 'isRead'],
  orderBy: newestFirst,
  keyset: true,
  limit: true,
});
/** Alarms that no channel carried, for the banner. */
export const NOTICES_UNDELIVERED = select(noticeEntity, {
  name: 'notice.list_undelivered',
  where: ['accountId', 'isRead'],
  and: 'is_undelivered = 1',
  orderBy: newestFirst,
  limit: true,
});
/** Old notices, read or unread, to forget. */
export const NOTICES_BEFORE = portable<{ isRead: boolean; before: Date; limit: number }, { id: string }>(
  'notice.before',
  `SELECT id FROM notice WHERE is_read = :isRead AND updated_at < :before
   ORDER BY updated_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { isRead: 'flag', before: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
export const NOTICES_REMOVE = portable<{ idList: string[] }>(
  'notice.remove',
  'DELETE FROM notice WHERE id IN (:idList...)',
  { params: { idList: 'uuid' } },
);

/** The value of `open_key`: one unread notice a key and account. */
export function openKeyOf(accountId: string, key: string | null): string | null {
  return key === null ? null : `${accountId}/${key}`;
}

/** A row nobody has read. */
export function newNotice(row: Omit<NoticeRow, 'occurrences' | 'isRead' | 'isUndelivered'>): NoticeRow {
  return { ...row, occurrences: 1, isRead: false, isUndelivered: false };
}
