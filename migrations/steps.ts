import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MigrationError } from './errors.ts';
import type { Dialect } from './port.ts';

/**
 * What a step does to programs of the version before: `expand` adds what they ignore, `data` rewrites rows they can
 * still read, `contract` removes what only they used and so waits until none of them runs.
 */
export type StepKind = 'expand' | 'data' | 'contract';

/** One step of the schema: a number, a name, and hand-written SQL both ways for both databases. */
export interface Step {
  /** 1, 2, 3 …, without a gap. */
  position: number;
  /** Folder name, `0001-platform`. */
  name: string;
  kind: StepKind;
  /** One sentence: what it is for. */
  summary: string;
  sql: Readonly<Record<Dialect, StepSql>>;
}

/** SQL of one step for one database. */
export interface StepSql {
  up: string;
  undo: string;
  /** SHA-256 of `up`, lower-case hex; recorded when applied, so a later edit is noticed. */
  checksum: string;
}

const FOLDER_PATTERN = /^(\d{4})-[a-z0-9]+(-[a-z0-9]+)*$/;
const KINDS: readonly StepKind[] = ['expand', 'data', 'contract'];

/** The steps that belong to this program. */
export const STEPS_FOLDER = fileURLToPath(new URL('./steps/', import.meta.url));

/** Lower-case hex SHA-256 of a text in UTF-8. */
export function checksumOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** Reads every step of `folder`, in order. Throws `migration.step_invalid` for a gap, a bad name, or a missing file. */
export function readSteps(folder: string = STEPS_FOLDER): Step[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return names.map((name, index) => readStep(folder, name, index + 1));
}

function readStep(folder: string, name: string, position: number): Step {
  const number = FOLDER_PATTERN.exec(name)?.[1];
  if (number === undefined || Number(number) !== position) {
    throw invalid(
      name,
      `expected a folder ${String(position).padStart(4, '0')}-name, in small letters, without a gap`,
    );
  }
  const about = JSON.parse(read(folder, name, 'step.json')) as { kind?: unknown; summary?: unknown };
  const kind = KINDS.find((candidate) => candidate === about.kind);
  if (kind === undefined) throw invalid(name, `step.json must say kind: ${KINDS.join(' | ')}`);
  if (typeof about.summary !== 'string' || about.summary === '')
    throw invalid(name, 'step.json must say summary');
  const sqlOf = (dialect: Dialect): StepSql => {
    const up = read(folder, name, `${dialect}.sql`);
    return { up, undo: read(folder, name, `${dialect}.undo.sql`), checksum: checksumOf(up) };
  };
  return {
    position,
    name,
    kind,
    summary: about.summary,
    sql: { postgres: sqlOf('postgres'), oracle: sqlOf('oracle') },
  };
}

function read(folder: string, name: string, file: string): string {
  const path = join(folder, name, file);
  if (!existsSync(path)) throw invalid(name, `${file} is missing`);
  return readFileSync(path, 'utf8');
}

function invalid(name: string, why: string): MigrationError {
  return new MigrationError('migration.step_invalid', `Step ${name} is not valid: ${why}.`, { step: name });
}
