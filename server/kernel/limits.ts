/** Limits of the outside contract; every list, text, frame, and queue has one. Sizes in bytes unless named. */
export const LIMITS = {
  jsonBodyBytes: 512 * 1024,
  socketFrameBytes: 64 * 1024,
  messageTextCharacters: 8_000,
  textFieldCharacters: 64 * 1024,
  pageItemsDefault: 50,
  pageItemsMax: 500,
  /** Counts of what may be any number go so far and one further, which means more: "10,000+". */
  countedMax: 10_000,
  longPollSecondsMax: 25,
  drainMs: 30_000,
  idempotencyKeptHours: 24,
} as const;
