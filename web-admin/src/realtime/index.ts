export type * from './frames.ts';
export { LIVE_KEYS, contiguousSeq, markRead, mergeMessages, type MessageLog } from './live-cache.ts';
export { compareConversations, type ConversationView } from './live-lists.ts';
export { useLive, type Live } from './live-context.ts';
export { LiveProvider } from './live-provider.tsx';
export type { PendingMessage } from './outbox.ts';
