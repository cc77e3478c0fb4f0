import type { ConversationOwners, Routing, SharedPresence } from './desk/index.ts';
import type { Foundation } from './foundation.ts';
import type { Cluster } from './platform/cluster/index.ts';
import { createAudience, type Audience } from './platform/realtime/index.ts';

/** How what one process holds in memory follows what the others do. Nothing here decides anything of the domain. */

/** Topics between the processes. */
export const UNIT_CLOSED = 'unit.closed';
export const CONVERSATIONS_GONE = 'conversation.gone';
export const VISITOR_TOLD = 'visitor.told';
/** An address has opened a conversation. */
export const VISITOR_OPENED = 'visitor.opened';
const PUBLISHED = 'audience.published';
const PRESENCE = 'routing.presence';

/** Connections of every process hear what is published everywhere. */
export function shareAudience(cluster: Cluster): Audience {
  const audience = createAudience((topic, frame) => cluster.broadcast(PUBLISHED, { topic, frame }));
  cluster.onEvent(PUBLISHED, ({ topic, frame }: { topic: string; frame: object }) =>
    audience.publish(topic, frame),
  );
  return audience;
}

/** Conversations and routing of this process follow the others. */
export function shareDesk(
  foundation: Foundation,
  { owners, routing }: { owners: ConversationOwners; routing: Routing },
): void {
  shareRouting(foundation.cluster, routing);
  shareOwners(foundation, owners);
}

/** Every process knows who is there, and where the queue stands. */
function shareRouting(cluster: Cluster, routing: Routing): void {
  routing.share({
    tell: (presence) => cluster.broadcast(PRESENCE, presence),
    onTold: (hear) => cluster.onEvent(PRESENCE, (presence: SharedPresence, nodeId) => hear(presence, nodeId)),
    onGone: (forget) => cluster.onGone(forget),
    onPeer: (greet) => cluster.onPeer((tell) => greet((presence) => tell(PRESENCE, presence))),
  });
  cluster.onGap(() => void routing.load().catch(() => undefined));
}

/** Owners let go of what was removed, and know the heirs of closed units, wherever that was done. */
function shareOwners({ bus }: Foundation, owners: ConversationOwners): void {
  bus.subscribe(CONVERSATIONS_GONE, (ids) => owners.forget(ids));
  bus.subscribe(UNIT_CLOSED, (pairs) => {
    for (const pair of pairs) {
      const [from = '', to = ''] = pair.split('>');
      owners.heirs.add(from, to);
    }
  });
  bus.onGap(() => owners.forgetIdle());
}
