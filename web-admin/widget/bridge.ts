/**
 * What the launcher on the host page and the chat in its frame tell each other by `postMessage`. Both ends check
 * the origin and the window a message comes from; nothing the customer or an agent wrote crosses here.
 */
export type ToFrame =
  /** The first message; `identity` is the host application's signed statement who the customer is. */
  { vaultdesk: 'hello'; isOpen: boolean; identity?: string } | { vaultdesk: 'visibility'; isOpen: boolean };

/** What the chat tells the launcher. */
export type ToLauncher =
  { vaultdesk: 'ready' } | { vaultdesk: 'unread'; count: number } | { vaultdesk: 'minimise' };

/** Tells whether a message of another window is one of ours. */
export function isBridgeMessage(data: unknown): data is ToFrame | ToLauncher {
  return typeof data === 'object' && data !== null && typeof (data as ToFrame).vaultdesk === 'string';
}
