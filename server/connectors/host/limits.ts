/** Bounds of everything a connector does; milliseconds unless named. */
export const CONNECTOR_LIMITS = {
  connectMs: 2_000,
  interactiveMs: 5_000,
  batchMs: 30_000,
  /** Kept back of the caller's time for the entry in the trail, which is written before the answer: at most this much. */
  endingMs: 300,
  endingRatio: 0.1,
  bodyBytesMax: 5 * 1024 * 1024,
  pagesMax: 200,
  recordsMax: 200,
  /** Calls of one connector at once, and what its bucket holds and gains a second. */
  atOnceMax: 10,
  bucketSize: 60,
  bucketPerSecond: 20,
  /** The breaker opens when half of at least ten calls in this window failed; then one probe after the pause. */
  breakerWindowMs: 30_000,
  breakerCallsMin: 10,
  breakerFailureRatio: 0.5,
  breakerPauseMs: 30_000,
  triesMax: 3,
  retryPauseMs: 200,
  cacheEntriesMax: 500,
  /** How much longer an answer may stand in when the system fails. */
  staleMs: 60 * 60_000,
  connectorsMax: 100,
  samplesPerOperationMax: 20,
  configBytesMax: 128 * 1024,
  secretCharactersMax: 16_000,
  /** How long the version before a new secret is tried as well. */
  secretOverlapMs: 24 * 60 * 60_000,
  certificateNoticeMs: 30 * 24 * 60 * 60_000,
  callsKeptMs: 90 * 24 * 60 * 60_000,
  writeGiveUpMs: 24 * 60 * 60_000,
  writePauseMaxMs: 10 * 60_000,
  writesWaitingMax: 10_000,
} as const;
