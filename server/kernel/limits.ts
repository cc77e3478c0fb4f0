/** Limits of the outside contract; every list, text, frame, and queue has one. Sizes in bytes unless named. */
export const LIMITS = {
  jsonBodyBytes: 512 * 1024,
  socketFrameBytes: 64 * 1024,
  messageTextCharacters: 8_000,
  textFieldCharacters: 64 * 1024,
  pageItemsDefault: 50,
  pageItemsMax: 500,
  helloTimeoutMs: 10_000,
  socketsBeforeHelloMax: 5_000,
  socketBufferedBytesMax: 1024 * 1024,
  longPollSecondsMax: 25,
  drainMs: 30_000,
  idempotencyKeptHours: 24,
  conversationsOpenPerRequesterMax: 20,
} as const;
