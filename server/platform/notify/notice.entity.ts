import { col, defineEntity, type RowOf } from '../persistence/index.ts';

type Params = Record<string, string | number>;

/** Notices that are not handed out yet. */
export const noticePostEntity = defineEntity(
  'notice_post',
  {
    id: col.uuid(),
    kind: col.text(64),
    severity: col.text(10),
    accountIds: col.json<string[]>(),
    permission: col.text(64).optional(),
    params: col.json<Params>(),
    link: col.text(300).optional(),
    noticeKey: col.text(128).optional(),
    createdAt: col.instant(),
  },
  { primaryKey: ['id'] },
);
/** Row of `notice_post`. */
export type NoticePostRow = RowOf<typeof noticePostEntity>;

/** What each account is shown. */
export const noticeEntity = defineEntity(
  'notice',
  {
    id: col.uuid(),
    postId: col.uuid(),
    lastPostId: col.uuid(),
    accountId: col.uuid(),
    kind: col.text(64),
    severity: col.text(10),
    params: col.json<Params>(),
    link: col.text(300).optional(),
    openKey: col.text(200).optional(),
    occurrences: col.int(),
    createdAt: col.instant(),
    updatedAt: col.instant(),
    isRead: col.flag(),
    isUndelivered: col.flag(),
  },
  { primaryKey: ['id'] },
);
/** Row of `notice`. */
export type NoticeRow = RowOf<typeof noticeEntity>;

/** Ways to people outside the console. */
export const notifyChannelEntity = defineEntity(
  'notify_channel',
  {
    id: col.uuid(),
    type: col.text(16),
    name: col.text(100),
    isEnabled: col.flag(),
    minSeverity: col.text(10),
    lang: col.text(5),
    settings: col.json(),
    secretEnc: col.sealed({ class: 'C2', scope: 'installation' }).optional(),
    createdAt: col.instant(),
    changedBy: col.text(64),
    version: col.int(),
    lastSentAt: col.instant().optional(),
    failingAt: col.instant().optional(),
    errorCode: col.text(60).optional(),
  },
  { primaryKey: ['id'] },
);
/** Row of `notify_channel`. */
export type NotifyChannelRow = RowOf<typeof notifyChannelEntity>;

/** What each channel has to carry. */
export const noticeDeliveryEntity = defineEntity(
  'notice_delivery',
  {
    id: col.uuid(),
    postId: col.uuid(),
    channelId: col.uuid(),
    kind: col.text(64),
    severity: col.text(10),
    params: col.json<Params>(),
    link: col.text(300).optional(),
    state: col.text(10),
    attempts: col.int(),
    dueAt: col.instant(),
    createdAt: col.instant(),
    sentAt: col.instant().optional(),
    errorCode: col.text(60).optional(),
  },
  { primaryKey: ['id'] },
);
/** Row of `notice_delivery`. */
export type NoticeDeliveryRow = RowOf<typeof noticeDeliveryEntity>;
