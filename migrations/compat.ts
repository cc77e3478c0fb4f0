import type { SchemaPort } from './port.ts';

/** Something of PostgreSQL that the product stands on. */
interface Feature {
  id: string;
  /** What would not work without it. */
  neededFor: string;
  /** Statements that fail where it is missing; the last must give `rows` rows when that is said. */
  probe: readonly string[];
  rows?: number;
}

/** Outcome of one probe; `fault` is what the server said. */
export interface FeatureState {
  id: string;
  neededFor: string;
  isThere: boolean;
  fault?: string;
}

const TABLE = `CREATE TEMPORARY TABLE probe (id uuid NOT NULL, n bigint NOT NULL, words bigint[], body_enc bytea,
  at timestamp(3), CONSTRAINT pk_probe PRIMARY KEY (id))`;
const ROW = `INSERT INTO probe (id, n, words, at)
  VALUES ('00000000-0000-7000-8000-000000000001', 1, '{1,2}', '2026-01-01 00:00:00.123')`;
const REFUSER = `CREATE FUNCTION pg_temp.refuse_probe() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'refused'; END $$`;
const TRIGGER = `CREATE TRIGGER tr_probe BEFORE UPDATE OR DELETE OR TRUNCATE ON probe
  FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.refuse_probe()`;

/** Each stands for statements of the product; a database of the PostgreSQL family has to have them all. */
const FEATURES: readonly Feature[] = [
  { id: 'types', neededFor: 'every table: uuid, bigint[], bytea, timestamp(3)', probe: [TABLE, ROW] },
  {
    id: 'fetch-first',
    neededFor: 'pages of every list',
    probe: [TABLE, ROW, 'SELECT id FROM probe WHERE n < 2 ORDER BY n FETCH FIRST 1 ROWS ONLY'],
    rows: 1,
  },
  {
    id: 'any-array',
    neededFor: 'lists of ids as one bound value',
    probe: [TABLE, ROW, `SELECT id FROM probe WHERE n = ANY('{1,5}'::bigint[])`],
    rows: 1,
  },
  {
    id: 'unnest-columns',
    neededFor: 'a batch of messages as one statement',
    probe: [`SELECT a, b FROM unnest('{1,2}'::bigint[], '{x,y}'::text[]) AS pairs (a, b)`],
    rows: 2,
  },
  {
    id: 'writing-with',
    neededFor: 'message, counters, trail, and event in one statement',
    probe: [
      TABLE,
      ROW,
      `WITH merged AS (UPDATE probe SET n = fresh.n
          FROM unnest('{00000000-0000-7000-8000-000000000001}'::uuid[], '{7}'::bigint[]) AS fresh (id, n)
          WHERE probe.id = fresh.id)
        INSERT INTO probe (id, n) VALUES ('00000000-0000-7000-8000-000000000002', 2)`,
      'SELECT id FROM probe WHERE n = 7',
    ],
    rows: 1,
  },
  {
    id: 'on-conflict',
    neededFor: 'writing something once however often it is sent',
    probe: [TABLE, ROW, `${ROW} ON CONFLICT DO NOTHING`],
  },
  {
    id: 'array-index',
    neededFor: 'finding words in sealed texts',
    probe: [
      TABLE,
      ROW,
      'CREATE INDEX ix_probe_words ON probe USING gin (words)',
      `SELECT id FROM probe WHERE words @> '{2}'::bigint[]`,
    ],
    rows: 1,
  },
  {
    id: 'partial-index',
    neededFor: 'queues that stay small',
    probe: [TABLE, 'CREATE INDEX ix_probe_open ON probe (n) WHERE at IS NULL'],
  },
  {
    id: 'month-parts',
    neededFor: 'messages and the trail in monthly parts',
    probe: [
      'CREATE TEMPORARY TABLE probe_whole (n bigint NOT NULL) PARTITION BY RANGE (n)',
      'CREATE TEMPORARY TABLE probe_rest PARTITION OF probe_whole DEFAULT',
      'CREATE TEMPORARY TABLE probe_part (LIKE probe_whole)',
      'ALTER TABLE probe_whole ATTACH PARTITION probe_part FOR VALUES FROM (MINVALUE) TO (5)',
    ],
  },
  {
    id: 'byte-check',
    neededFor: 'columns that take nothing but sealed values',
    probe: [TABLE, 'ALTER TABLE probe ADD CONSTRAINT ck_probe CHECK (get_byte(body_enc, 0) = 225)'],
  },
  {
    id: 'lateral',
    neededFor: 'data scope in lists',
    probe: [TABLE, ROW, 'SELECT p.id FROM probe p CROSS JOIN LATERAL (SELECT p.n AS m) x WHERE x.m = 1'],
    rows: 1,
  },
  {
    id: 'medians',
    neededFor: 'reports',
    probe: [TABLE, ROW, 'SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM probe'],
    rows: 1,
  },
  {
    id: 'windows',
    neededFor: 'finding gaps in the audit trail',
    probe: [TABLE, ROW, 'SELECT n, LEAD(n) OVER (ORDER BY n) FROM probe'],
    rows: 1,
  },
  {
    id: 'refusing-triggers',
    neededFor: 'the audit trail that nobody can change',
    probe: [TABLE, REFUSER, TRIGGER, 'ALTER TABLE probe ENABLE ALWAYS TRIGGER tr_probe'],
  },
  {
    id: 'advisory-lock',
    neededFor: 'one schema change at a time',
    probe: ['SELECT pg_advisory_unlock(1), pg_try_advisory_lock(1), pg_advisory_unlock(1)'],
    rows: 1,
  },
  {
    id: 'durability-settings',
    neededFor: 'refusing a server that may forget what it confirmed',
    probe: [`SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')`],
    rows: 3,
  },
  {
    id: 'notices',
    neededFor: 'several servers on one database',
    probe: ['LISTEN probe', "NOTIFY probe, 'x'"],
  },
];

const REFUSED = 'a change that a trigger forbids went through';
const KEPT = 'a table stayed after the transaction that made it was undone';

/**
 * Tries every feature the product needs on a server of the PostgreSQL family, each in a transaction that is undone. Changes
 * nothing.
 */
export async function probeFeatures(port: SchemaPort): Promise<FeatureState[]> {
  const states: FeatureState[] = [];
  for (const feature of FEATURES) states.push(await probe(port, feature));
  states.push(await probeRefusal(port), await probeUndo(port));
  return states;
}

async function probe(port: SchemaPort, feature: Feature): Promise<FeatureState> {
  const { id, neededFor } = feature;
  const fault = await faultOf(port, async () => {
    let rowCount = 0;
    for (const sql of feature.probe) rowCount = (await port.query(sql)).rows.length;
    if (feature.rows !== undefined && rowCount !== feature.rows) {
      throw new Error(`gave ${rowCount} rows instead of ${feature.rows}`);
    }
  });
  return stateOf(id, neededFor, fault);
}

/** The trigger is not only taken: it refuses. */
async function probeRefusal(port: SchemaPort): Promise<FeatureState> {
  const fault = await faultOf(port, async () => {
    for (const sql of [TABLE, REFUSER, TRIGGER]) await port.query(sql);
    const said = await port.query('TRUNCATE probe').then(
      () => REFUSED,
      (error: unknown) => messageOf(error),
    );
    if (!said.includes('refused')) throw new Error(said);
  });
  return stateOf('triggers-refuse', 'the audit trail that nobody can change', fault);
}

/** A schema step that fails must leave nothing behind. */
async function probeUndo(port: SchemaPort): Promise<FeatureState> {
  const fault = await faultOf(port, async () => void (await port.query(TABLE)));
  const isKept = await faultOf(port, async () => void (await port.query('SELECT id FROM probe')));
  return stateOf(
    'undoable-schema',
    'schema steps that fail leave nothing behind',
    fault ?? (isKept ? undefined : KEPT),
  );
}

async function faultOf(port: SchemaPort, work: () => Promise<void>): Promise<string | undefined> {
  await port.begin();
  try {
    await work();
    return undefined;
  } catch (error) {
    return messageOf(error);
  } finally {
    await port.rollback();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function stateOf(id: string, neededFor: string, fault: string | undefined): FeatureState {
  return fault === undefined ? { id, neededFor, isThere: true } : { id, neededFor, isThere: false, fault };
}
