import type { MessageKey } from '../../i18n/index.ts';

/** Facts a part of the server tells of itself. */
export type Facts = Readonly<Record<string, unknown>>;

/** How the running system is doing. */
export interface SystemStatus {
  version: string;
  uptimeSeconds: number;
  database: Facts;
  robot: Facts;
  audit: Facts;
  outbox: { pending: number; dead: number };
  files: Facts;
  sockets: number;
}

export type Health = 'good' | 'attention' | 'bad';

/** Health of a part with the sentence that says why; none when all is well. */
export interface Verdict {
  health: Health;
  hint?: MessageKey;
}

/** Above this many waiting events people notice that live updates are late. */
export const PENDING_MANY = 1_000;

/** Dead letters are lost unless somebody acts; waiting ones only need time. */
export function judgeOutbox({ pending, dead }: SystemStatus['outbox']): Verdict {
  if (dead > 0) return { health: 'bad', hint: 'system.dead_hint' };
  return pending > PENDING_MANY ? { health: 'attention', hint: 'system.pending_hint' } : { health: 'good' };
}

/** A robot that learns still answers. */
export function judgeRobot(robot: Facts): Verdict {
  return robot['state'] === 'training'
    ? { health: 'attention', hint: 'system.training_hint' }
    : { health: 'good' };
}

/** Without a scanner files are checked by form alone, which people must know; one that does not answer keeps files waiting. */
export function judgeFiles(files: Facts): Verdict {
  if (files['scanner'] === 'none') return { health: 'attention', hint: 'system.no_scanner_hint' };
  return typeof files['noVerdictSince'] === 'string'
    ? { health: 'bad', hint: 'system.scanner_away_hint' }
    : { health: 'good' };
}

/** Nothing works without the database; the page then hardly comes at all. */
export function judgeDatabase(database: Facts): Verdict {
  return { health: database['isReachable'] === false ? 'bad' : 'good' };
}

/** Facts of the robot with one line for each language's model, which has a state of its own. */
export function robotFacts({ locale: _locale, models, ...facts }: Facts): Facts {
  const list = Array.isArray(models) ? (models as { locale?: unknown; state?: unknown }[]) : [];
  return {
    ...facts,
    ...Object.fromEntries(list.map(({ locale, state }) => [`model-${String(locale)}`, state])),
  };
}

/** Two heads of one size mean that somebody continued the trail from a copy. */
export function judgeAudit(audit: Facts): Verdict {
  return audit['isForked'] === true ? { health: 'bad', hint: 'system.forked_hint' } : { health: 'good' };
}

/** A fact as people read it. */
export type ShownFact =
  | { kind: 'number'; value: number }
  | { kind: 'duration'; ms: number }
  | { kind: 'bytes'; bytes: number }
  | { kind: 'instant'; at: string }
  | { kind: 'flag'; value: boolean }
  | { kind: 'hash'; text: string }
  | { kind: 'text'; text: string };

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;
const HASH = /^[0-9a-f]{32,}$/;

/** How to show a fact by its value and the unit at the end of its name; undefined for lists and nested facts. */
export function readFact(name: string, value: unknown): ShownFact | undefined {
  if (typeof value === 'boolean') return { kind: 'flag', value };
  if (typeof value === 'number') {
    if (name.endsWith('Ms')) return { kind: 'duration', ms: value };
    return name.endsWith('Bytes') ? { kind: 'bytes', bytes: value } : { kind: 'number', value };
  }
  if (typeof value !== 'string' || value === '') return undefined;
  if (INSTANT.test(value)) return { kind: 'instant', at: value };
  return HASH.test(value) ? { kind: 'hash', text: value } : { kind: 'text', text: value };
}
