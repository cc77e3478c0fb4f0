import { parseCanonical, type CanonicalValue } from './canonical.ts';

/** Names in an export; docs/compliance/audit-format.md §6. */
export const EXPORT_FILES = {
  manifest: 'manifest.json',
  events: 'events.jsonl',
  stubs: 'stubs.jsonl',
  leaves: 'leaves.bin',
  seals: 'seals.jsonl',
  checkpoint: 'checkpoint',
  keys: 'keys/audit-keys.json',
  consistency: 'consistency.json',
} as const;

/** Files for people; nothing in them is proven but by their digest in the manifest. */
export const EXPORT_REPORTS = { csv: 'report.csv', html: 'report.html' } as const;

/** Where an export takes the trail up, when that is not seal 1. */
export const EXPORT_START = 'start.json';

/** Folder of the anchors' heads in an export. */
export const EXPORT_ANCHORS = 'anchors';

/** Keys of the witnesses whose signatures lie beside the heads; absent when there are none. */
export const EXPORT_WITNESSES = 'keys/witnesses.txt';

/** What an export says of itself; canonical JSON and a line feed. */
export interface Manifest {
  origin: string;
  /** Seals `after` + 1 … `seals` are in it. */
  after: number;
  seals: number;
  size: number;
  /** Entries with their body; the other leaves are stubs. */
  events: number;
  /** How entries were chosen, in the words of the one who exported; empty for all. */
  filter: string;
  /** Size in bytes and SHA-256 (hex) of every other file. */
  files: Record<string, { bytes: number; sha256: string }>;
}

/** Version of the export's format. */
export const EXPORT_VERSION = 1;

/** Line limits in bytes: an event has at most 16 KiB, a statement grows with the holes of a seal. */
export const LINE_BYTES_MAX = { event: 16 * 1024, stub: 256, seal: 4 * 1024 * 1024 } as const;

/** Reads a manifest; undefined when it is malformed or of another version. What it says of files is not trusted. */
export function parseManifest(text: string): Manifest | undefined {
  let value: Record<string, CanonicalValue>;
  try {
    value = parseCanonical(text.endsWith('\n') ? text.slice(0, -1) : `${text} `) as typeof value;
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object' || value.v !== EXPORT_VERSION) return undefined;
  const { origin, after, seals, size, events, filter, files } = value;
  const counts = [after, seals, size, events];
  const isForm = typeof files === 'object' && files !== null && counts.every(isCount);
  if (!isForm) return undefined;
  return {
    origin: String(origin),
    after: Number(after),
    seals: Number(seals),
    size: Number(size),
    events: Number(events),
    filter: String(filter),
    files: files as unknown as Manifest['files'],
  };
}

function isCount(value: CanonicalValue | undefined): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
