const MIB = 1024 * 1024;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Every limit of files by name. Sizes in bytes. */
export const FILE_LIMITS = {
  /** The contract's 20 MB, read generously. */
  fileBytesMax: 20 * MIB,
  /** A chunk is one sealed value; an envelope holds no more. */
  chunkBytesMax: MIB,
  /** An interrupted request keeps what came in whole steps of this; it bounds the number of chunks, too. */
  chunkStepBytes: 64 * 1024,
  nameCharactersMax: 255,
  /** An upload that nobody finished is thrown away after this. */
  uploadKeptMs: 24 * HOUR_MS,
  /** What the scanner found is kept this long for the people who look into it, then thrown away. */
  quarantineKeptMs: 30 * 24 * HOUR_MS,
  filesPerOwnerMax: 200,
  filesPerCreatorHourMax: 60,
  /** Pictures beyond this are decompression bombs, or useless to people who look at a screen. */
  imagePixelsMax: 50_000_000,
  /** Office files and archives: entries, what they unpack to, and how much more that is than the file itself. */
  archiveEntriesMax: 5_000,
  archiveDirectoryBytesMax: 2 * MIB,
  archiveUnpackedBytesMax: 256 * MIB,
  archiveRatioMax: 100,
  /** Below this, a high ratio is only a very regular table. */
  archiveRatioFreeBytes: 8 * MIB,
} as const;
