import type { ConversationService, presentForAgent } from '../desk/index.ts';

/** Port: the conversations that are judged and shown. */
export type Conversations = Pick<ConversationService, 'get' | 'history'>;

/** Port: how a message is shown to people of the house. */
export type PresentMessage = typeof presentForAgent;

/** Port: display names of accounts by id; ids it does not know are absent. At most 500 ids. */
export type AccountNames = (accountIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
