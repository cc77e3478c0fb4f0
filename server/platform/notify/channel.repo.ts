import { insert, insertIfFree, portable, remove, select, update } from '../persistence/index.ts';
import { noticeDeliveryEntity, notifyChannelEntity } from './notice.entity.ts';

export const CHANNEL_INSERT = insert(notifyChannelEntity);
export const CHANNELS = select(notifyChannelEntity, {
  name: 'notify_channel.all',
  orderBy: [
    ['createdAt', 'asc'],
    ['id', 'asc'],
  ],
  limit: true,
});
export const CHANNEL_BY_ID = select(notifyChannelEntity, { name: 'notify_channel.by_id', where: ['id'] });
export const CHANNEL_UPDATE = update(notifyChannelEntity, {
  name: 'notify_channel.update',
  set: [
    ...(['name', 'isEnabled', 'minSeverity', 'lang', 'settings', 'secretEnc'] as const),
    ...(['changedBy', 'version', 'failingAt', 'errorCode'] as const),
  ],
  where: ['id', 'version'],
});
export const CHANNEL_REMOVE = remove(notifyChannelEntity, {
  name: 'notify_channel.remove',
  where: ['id', 'version'],
});
/** How the channel stands; no person changed it, so its version stays. */
export const CHANNEL_STATE = update(notifyChannelEntity, {
  name: 'notify_channel.state',
  set: ['lastSentAt', 'failingAt', 'errorCode'],
  where: ['id'],
});

/** A delivery; nothing when the notice stands in the channel's queue already. */
export const DELIVERY_ADD = insertIfFree(noticeDeliveryEntity, 'notice_delivery.add', ['id']);
export const DELIVERIES_DUE = portable<{ channelId: string; now: Date; limit: number }, { id: string }>(
  'notice_delivery.due',
  `SELECT id FROM notice_delivery WHERE channel_id = :channelId AND state = 'queued' AND due_at <= :now
   ORDER BY due_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { channelId: 'uuid', now: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
export const DELIVERIES_BY_ID = select(noticeDeliveryEntity, {
  name: 'notice_delivery.by_ids',
  whereIn: 'id',
  orderBy: [
    ['dueAt', 'asc'],
    ['id', 'asc'],
  ],
});
export const DELIVERY_SET = update(noticeDeliveryEntity, {
  name: 'notice_delivery.set',
  set: ['state', 'attempts', 'dueAt', 'sentAt', 'errorCode'],
  where: ['id'],
});
export const DELIVERY_RETRY = portable<{ id: string; now: Date }>(
  'notice_delivery.retry',
  `UPDATE notice_delivery SET state = 'queued', attempts = 0, due_at = :now
   WHERE id = :id AND state = 'dead'`,
  { params: { id: 'uuid', now: 'instant' } },
);
export const QUEUED_COUNT = portable<{ channelId: string; limit: number }, { queued: number }>(
  'notice_delivery.queued_count',
  `SELECT COUNT(*) AS queued FROM (
     SELECT id FROM notice_delivery WHERE channel_id = :channelId AND state = 'queued'
     FETCH FIRST :limit ROWS ONLY) first_ones`,
  { params: { channelId: 'uuid', limit: 'int' }, result: { queued: 'int' } },
);
export const DELIVERY_COUNTS = portable<
  Record<never, never>,
  { channelId: string; state: string; deliveries: number }
>(
  'notice_delivery.counts',
  `SELECT channel_id, state, COUNT(*) AS deliveries FROM notice_delivery
   WHERE state IN ('queued', 'dead') GROUP BY channel_id, state`,
  { params: {}, result: { channelId: 'uuid', state: 'text', deliveries: 'int' } },
);
export const DELIVERIES_IN_STATE = select(noticeDeliveryEntity, {
  name: 'notice_delivery.list',
  where: ['state'],
  orderBy: [
    ['createdAt', 'desc'],
    ['id', 'desc'],
  ],
  keyset: true,
  limit: true,
});
export const DELIVERIES_OF_CHANNEL = portable<{ channelId: string; limit: number }, { id: string }>(
  'notice_delivery.of_channel',
  `SELECT id FROM notice_delivery WHERE channel_id = :channelId ORDER BY id FETCH FIRST :limit ROWS ONLY`,
  { params: { channelId: 'uuid', limit: 'int' }, result: { id: 'uuid' } },
);
export const DELIVERIES_BEFORE = portable<{ state: string; before: Date; limit: number }, { id: string }>(
  'notice_delivery.before',
  `SELECT id FROM notice_delivery WHERE state = :state AND created_at < :before
   ORDER BY created_at, id FETCH FIRST :limit ROWS ONLY`,
  { params: { state: 'text', before: 'instant', limit: 'int' }, result: { id: 'uuid' } },
);
export const DELIVERIES_REMOVE = portable<{ idList: string[] }>(
  'notice_delivery.remove',
  'DELETE FROM notice_delivery WHERE id IN (:idList...)',
  { params: { idList: 'uuid' } },
);
