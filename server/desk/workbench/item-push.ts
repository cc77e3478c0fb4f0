import type { DataScope } from '../../kernel/index.ts';
import type { Audience } from '../../platform/realtime/index.ts';
import type { ConversationItem } from '../conversations/conversation.view.ts';

/** Topics of the workbenches. Who joins which is decided at the hello, by permissions, skill groups, and scope. */
export const topics = {
  /** Every workbench: how long the queue is, and no more. */
  everybody: 'desk',
  /** An agent's own workbenches. */
  agent: (agentId: string) => `agent:${agentId}`,
  /** Workbenches whose scope reaches a place. */
  reach: (place: string) => `reach:${place}`,
  /** Those among them who see every conversation there. */
  supervisors: (place: string) => `all:${place}`,
  /** Those among them who work a skill group's queue there; everybody's queue for null. */
  queue: (skillGroupId: string | null, place: string) => `queue:${skillGroupId ?? 'all'}:${place}`,
  /** Those who have the conversation open. */
  conversation: (conversationId: string) => `desk:${conversationId}`,
} as const;

/**
 * Where a scope listens: a part of the tree, one unit, or one unit's rows that are its own or nobody's. A push goes to
 * the places of its unit (`placesOf`), so the two meet where the scope reaches the row.
 */
export function placeOf(scope: DataScope): string {
  if (scope.kind === 'all') return 'everywhere';
  return `${scope.kind === 'subtree' ? 'tree' : scope.kind}:${scope.unitId}`;
}

/** The places from which a row of a unit is seen; `ancestorIds` are the units it lies under, itself first. */
export function placesOf(ancestorIds: readonly string[], hasOwner: boolean): string[] {
  const [unitId] = ancestorIds;
  return [
    'everywhere',
    ...ancestorIds.map((id) => `tree:${id}`),
    `unit:${unitId}`,
    // Whoever sees the own work alone hears of the own rows as their assignee.
    ...(hasOwner ? [] : [`own:${unitId}`]),
  ];
}

/** Who may see a conversation as it stands: the same rule as `maySee`, in topics. */
export function itemTopics(item: ConversationItem, ancestorIds: readonly string[]): string[] {
  const places = placesOf(ancestorIds, item.assignee !== null);
  const found = places.map((place) => topics.supervisors(place));
  if (item.assignee) found.push(topics.agent(item.assignee.id));
  if (item.state === 'queued') {
    const groupId = item.skillGroup?.id ?? null;
    found.push(...places.map((place) => topics.queue(groupId, place)));
  }
  return found;
}

/** What whoever works there may know, so that a row leaves the lists of those who lost it: no words. */
export function withoutWords(item: ConversationItem): ConversationItem {
  return { ...item, requester: { ...item.requester, nameMasked: null }, lastText: null };
}

interface PushDeps {
  audience: Audience;
  presentItem(conversationId: string): Promise<ConversationItem | undefined>;
  ancestorsOf(unitId: string): Promise<string[]>;
  onFault(error: unknown): void;
}

/**
 * Tells the workbenches of its units where a conversation now stands, and those who may see it what it says. After a
 * transfer the units it left are told as well, by `fromUnitId`.
 */
export function pushItem(
  { audience, presentItem, ancestorsOf, onFault }: PushDeps,
  conversationId: string,
  fromUnitId?: string,
): void {
  const push = async () => {
    const item = await presentItem(conversationId);
    if (item === undefined) return;
    const ancestorIds = await ancestorsOf(item.unitId);
    const left = fromUnitId === undefined ? [] : await ancestorsOf(fromUnitId);
    const places = new Set([...placesOf(ancestorIds, false), ...placesOf(left, false)]);
    for (const place of places) {
      audience.publish(topics.reach(place), { t: 'conversation', conversation: withoutWords(item) });
    }
    for (const topic of itemTopics(item, ancestorIds)) {
      audience.publish(topic, { t: 'conversation', conversation: item });
    }
  };
  push().catch(onFault);
}
