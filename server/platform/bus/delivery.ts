import type { Bus, BusLog, FeedListener } from './types.ts';
import { parseNotice } from './notice.ts';

/** Who in this process hears what. */
export interface Delivery extends FeedListener {
  subscribe: Bus['subscribe'];
  onGap: Bus['onGap'];
  deliver(topic: string, ids: readonly string[]): void;
}

/** Nobody hears anything yet. A handler that throws is told to the log and hinders no other. */
export function createDelivery(deps: { nodeId: string; log: BusLog }): Delivery {
  const handlers = new Map<string, Set<(ids: readonly string[]) => void>>();
  const onGaps = new Set<() => void>();
  const guarded = (topic: string, call: () => void) => {
    try {
      call();
    } catch (error) {
      deps.log.warn('bus handler failed', { topic }, error);
    }
  };
  const deliver = (topic: string, ids: readonly string[]) => {
    for (const handler of handlers.get(topic) ?? []) guarded(topic, () => handler(ids));
  };
  return {
    subscribe(topic, handler) {
      const known = handlers.get(topic) ?? new Set();
      handlers.set(topic, known.add(handler));
      return () => void known.delete(handler);
    },
    onGap(handler) {
      onGaps.add(handler);
      return () => void onGaps.delete(handler);
    },
    deliver,
    hear(text) {
      const notice = parseNotice(text);
      if (notice === undefined) {
        deps.log.warn('bus notice not understood', { bytes: Buffer.byteLength(text) });
        return;
      }
      // What this process said it has heard already.
      if (notice.node === deps.nodeId) return;
      for (const [topic, ids] of notice.topics) deliver(topic, ids);
    },
    gap() {
      for (const handler of onGaps) guarded('gap', handler);
    },
  };
}
