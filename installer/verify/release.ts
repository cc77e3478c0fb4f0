/** Architectures there are bundles for, as Node names them. */
export const ARCHITECTURES = ['x64', 'arm64'] as const;
/** One of them. */
export type Architecture = (typeof ARCHITECTURES)[number];

/** Who holds the key a bundle was signed with: the makers by their ceremony, or whoever built it for a try. */
export type KeyKind = 'release' | 'development';

/** What `release.json` of a bundle and of an installed release says. */
export interface Release {
  /** Version of the product, `MAJOR.MINOR.PATCH`, with a suffix for what is no release. */
  version: string;
  /** The commit it was built from, 40 hex digits. */
  commit: string;
  /** Time of that commit, ISO 8601 in UTC: the same commit gives the same bytes. */
  builtAt: string;
  arch: Architecture;
  /** Version of the bundled Node. */
  node: string;
  /** Version of the bundled PostgreSQL. */
  postgres: string;
  /** How many migration steps it brings. */
  schemaSteps: number;
  keyKind: KeyKind;
  /** Fingerprint of the key it was signed with: to be compared, never to be believed. */
  keyFingerprint: string;
}

const VERSION = /^\d{1,5}\.\d{1,5}\.\d{1,5}(-[0-9A-Za-z.-]{1,40})?$/;

const FORMS: Record<keyof Release, (value: unknown) => boolean> = {
  version: (value) => typeof value === 'string' && VERSION.test(value),
  commit: (value) => typeof value === 'string' && /^[0-9a-f]{40}$/.test(value),
  builtAt: (value) => typeof value === 'string' && /Z$/.test(value) && !Number.isNaN(Date.parse(value)),
  arch: (value) => ARCHITECTURES.some((arch) => arch === value),
  node: (value) => typeof value === 'string' && VERSION.test(value),
  postgres: (value) => typeof value === 'string' && /^\d{2}\.\d{1,3}$/.test(value),
  schemaSteps: (value) => Number.isSafeInteger(value) && (value as number) > 0,
  keyKind: (value) => value === 'release' || value === 'development',
  keyFingerprint: (value) => typeof value === 'string' && /^SHA256:[0-9a-f]{64}$/.test(value),
};

/** Reads the text of a release.json; undefined for anything that is none, unknown keys included. */
export function parseRelease(text: string): Release | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Record<string, unknown>;
  const names = Object.keys(FORMS) as (keyof Release)[];
  const isForm = names.every((name) => FORMS[name](fields[name]));
  return isForm && Object.keys(fields).length === names.length ? (value as Release) : undefined;
}

/** The text of a release.json, its keys in one order. */
export function formatRelease(release: Release): string {
  const names = Object.keys(FORMS) as (keyof Release)[];
  return `${JSON.stringify(release, names, 2)}\n`;
}
