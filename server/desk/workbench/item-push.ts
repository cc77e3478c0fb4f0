import type { Audience } from '../../platform/realtime/index.ts';
import type { ConversationItem } from '../conversations/conversation.view.ts';

/** Topics of the workbenches. Who joins which is decided at the hello, by permissions and skill groups. */
export const topics = {
  /** Every workbench. */
  everybody: 'desk',
  /** Those who see every conversation. */
  supervisors: 'desk:all',
  /** An agent's own workbenches. */
  agent: (agentId: string) => `agent:${agentId}`,
  /** Agents of a skill group. */
  group: (skillGroupId: string) => `group:${skillGroupId}`,
  /** Those who have the conversation open. */
  conversation: (conversationId: string) => `desk:${conversationId}`,
} as const;

/** Who may see a conversation as it stands: the same rule as `maySee`, in topics. */
export function itemTopics(item: ConversationItem): string[] {
  const found: string[] = [topics.supervisors];
  if (item.assignee) found.push(topics.agent(item.assignee.id));
  if (item.state === 'queued') {
    found.push(item.skillGroup ? topics.group(item.skillGroup.id) : topics.everybody);
  }
  return found;
}

/** What everybody may know, so that a row leaves the lists of those who lost it: where it stands, no words. */
export function withoutWords(item: ConversationItem): ConversationItem {
  return { ...item, requester: { ...item.requester, nameMasked: null }, lastText: null };
}

interface PushDeps {
  audience: Audience;
  presentItem(conversationId: string): Promise<ConversationItem | undefined>;
  onFault(error: unknown): void;
}

/** Tells every workbench where a conversation now stands, and those who may see it what it says. */
export function pushItem({ audience, presentItem, onFault }: PushDeps, conversationId: string): void {
  presentItem(conversationId)
    .then((item) => {
      if (item === undefined) return;
      const seen = itemTopics(item);
      if (!seen.includes(topics.everybody)) {
        audience.publish(topics.everybody, { t: 'conversation', conversation: withoutWords(item) });
      }
      for (const topic of seen) audience.publish(topic, { t: 'conversation', conversation: item });
    })
    .catch(onFault);
}
