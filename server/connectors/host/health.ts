import type { AppError } from '../../kernel/index.ts';
import type { Operation, Raw } from '../connector.ts';
import type { CallOutcome, ConnectorRow } from './connector.entity.ts';
import type { ConnectorHealth } from './connector.repo.ts';
import { namesOf, type Shaped } from './records.ts';

/** Faults that say nothing about the system. */
const OWN_FAULTS: ReadonlySet<string> = new Set(['connector.broken', 'connector.busy', 'egress.busy']);
/** Names of fields kept of a drift. */
const DRIFT_MAX = 50;

/**
 * How a connector fares after a call; undefined when nothing changed. Names that are new or gone at the top of its
 * records, and values without their form, make it `degraded` until somebody accepts the new form.
 */
export function changeOfHealth(
  row: ConnectorRow,
  call: {
    outcome: CallOutcome;
    error?: AppError;
    shaped?: Shaped;
    items?: readonly Raw[];
    operation: Operation | undefined;
    at: Date;
  },
): ConnectorHealth | undefined {
  const { outcome, error, operation, at } = call;
  if (outcome === 'failed' && error !== undefined) {
    if (OWN_FAULTS.has(error.code) || row.healthCode === error.code) return undefined;
    const { drift, shapes } = row;
    return { health: 'down', healthCode: error.code, drift, shapes, checkedAt: at };
  }
  if (outcome !== 'ok') return undefined;
  if (operation === undefined || call.items === undefined || call.shaped === undefined) {
    return row.health === 'down' || row.health === 'unknown' ? fine(row, at) : undefined;
  }
  const { shapes, drift } = compareShape(row, operation, { items: call.items, shaped: call.shaped });
  const others = row.drift.filter((name) => !name.startsWith(`${operation.name}: `));
  const all = [...others, ...drift.map((name) => `${operation.name}: ${name}`)].slice(0, DRIFT_MAX);
  const health = all.length > 0 ? 'degraded' : 'ok';
  const isSame = health === row.health && all.join('\n') === row.drift.join('\n') && shapes === row.shapes;
  return isSame ? undefined : { health, healthCode: null, drift: all, shapes, checkedAt: at };
}

function fine(row: ConnectorRow, checkedAt: Date): ConnectorHealth {
  const { drift, shapes } = row;
  return { health: drift.length > 0 ? 'degraded' : 'ok', healthCode: null, drift, shapes, checkedAt };
}

function compareShape(
  { shapes }: ConnectorRow,
  { name, isReadOnly }: Operation,
  { items, shaped }: { items: readonly Raw[]; shaped: Shaped },
): { shapes: Record<string, string[]>; drift: string[] } {
  if (items.length === 0 || !isReadOnly) return { shapes, drift: shaped.drift };
  const names = namesOf(items);
  const known = shapes[name];
  // The first answer sets the form; afterwards a person accepts another one.
  if (known === undefined) return { shapes: { ...shapes, [name]: names }, drift: shaped.drift };
  const added = names.filter((one) => !known.includes(one)).map((one) => `+${one}`);
  return { shapes, drift: [...shaped.drift, ...added] };
}
