/** What is read of an entry, by every statement that gives entries. */
export const EVENT_COLUMNS = `id, node, epoch, lane, n, occurred_at AS at, actor_type, actor_id, action, class,
  target_type, target_id, customer_ref, outcome, body, leaf`;

/** Kinds of these columns. */
export const EVENT_RESULT = {
  id: 'uuid',
  node: 'text',
  epoch: 'int',
  lane: 'int',
  n: 'int',
  at: 'instant',
  actorType: 'text',
  actorId: 'text',
  action: 'text',
  class: 'text',
  targetType: 'text',
  targetId: 'text',
  customerRef: 'text',
  outcome: 'text',
  body: 'clob',
  leaf: 'bytes',
} as const;
