import type { Permission } from '../../auth/session.ts';
import type { Conversation, ConversationView } from '../../realtime/index.ts';

/** The lists an account may see: the queue and the own ones for agents, all of them for supervisors. */
export function viewsFor(can: (permission: Permission) => boolean): ConversationView[] {
  const isAgent = can('conversation:work');
  const seesAll = can('conversation:supervise') || can('conversation:read-any');
  return [
    ...(isAgent ? (['mine', 'queue'] as const) : []),
    ...(seesAll ? (['all'] as const) : []),
    'closed' as const,
  ];
}

/** The row before or after the open one; the first one when none is open. */
export function neighbourId(
  rows: readonly Conversation[],
  activeId: string | undefined,
  step: 1 | -1,
): string | undefined {
  const at = rows.findIndex((row) => row.id === activeId);
  if (at < 0) return rows[0]?.id;
  return rows[at + step]?.id;
}
