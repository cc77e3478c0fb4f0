import oracledb from 'oracledb';
import { lintStatement } from '../support/statement-lint.ts';
import { connectH2, H2Error, type Cell, type H2Connection, type Outcome } from './bridge.ts';
import { PREPARATION, toH2 } from './to-h2.ts';

/** Longest value bound as VARCHAR2, and as RAW, in bytes; beyond it the server says ORA-01461. */
const TEXT_BYTES_MAX = 4_000;
const RAW_BYTES_MAX = 2_000;

/** An error as node-oracledb throws it. */
class OracleError extends Error {
  readonly errorNum: number;
  constructor(errorNum: number, what: string) {
    super(`ORA-${String(errorNum).padStart(5, '0')}: ${what}`);
    this.errorNum = errorNum;
  }
}

/** H2's code → Oracle's number. */
const NUMBERS: Readonly<Record<number, number>> = {
  23505: 1,
  23506: 2291,
  23503: 2292,
  23502: 1400,
  23513: 2290,
  22001: 12_899,
  22003: 1438,
  40001: 60,
  50200: 54,
};

/** What only the real server refuses, by the words of our lint. */
const LINT_NUMBERS: readonly [RegExp, number][] = [
  [/ORA-01795/, 1795],
  [/ORA-02014/, 2014],
  [/ORA-00972/, 972],
  [/ORA-00923/, 923],
  [/./, 933],
];

interface TypedBind {
  val: unknown;
  type: unknown;
}

/** A bind as the bridge takes it; refuses what the real driver or server would. */
export function toCell(bind: unknown): Cell {
  const isTyped = bind !== null && typeof bind === 'object' && 'val' in bind;
  const { val, type } = isTyped ? (bind as TypedBind) : { val: bind, type: undefined };
  // Oracle knows no empty string.
  if (val === null || val === undefined || val === '') return null;
  if (typeof val === 'boolean') throw new OracleError(932, 'inconsistent datatypes: a boolean was bound');
  if (type === oracledb.DB_TYPE_VARCHAR && Buffer.byteLength(String(val)) > TEXT_BYTES_MAX) {
    throw new OracleError(1461, 'can bind a LONG value only for insert into a LONG column');
  }
  if (type === oracledb.DB_TYPE_RAW && (val as Buffer).length > RAW_BYTES_MAX) {
    throw new OracleError(1461, 'can bind a LONG value only for insert into a LONG column');
  }
  if (Buffer.isBuffer(val) && type === undefined) {
    throw new OracleError(1461, 'an untyped buffer goes out as text');
  }
  return val instanceof Date ? byWallClock(val) : (val as Cell);
}

/** The driver sends a TIMESTAMP as the process's own wall clock shows it. */
function byWallClock(at: Date): Date {
  return new Date(
    Date.UTC(
      at.getFullYear(),
      at.getMonth(),
      at.getDate(),
      at.getHours(),
      at.getMinutes(),
      at.getSeconds(),
      at.getMilliseconds(),
    ),
  );
}

/** And reads it back the same way. */
function fromWallClock(at: Date): Date {
  return new Date(
    ...([at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate(), at.getUTCHours()] as const),
    ...([at.getUTCMinutes(), at.getUTCSeconds(), at.getUTCMilliseconds()] as const),
  );
}

/** H2's code for a database that ended. */
const ALREADY_CLOSED = 90_121;

/** How H2 tells of a primary key: the name it made up, and the table. */
const PRIMARY_KEY = /PUBLIC\.PRIMARY_KEY_\w+ ON PUBLIC\.(?=(\w+))/;

function toOracleError(error: unknown): unknown {
  if (!(error instanceof H2Error)) return error;
  const number = NUMBERS[error.code];
  if (number === undefined) return new OracleError(900, `${error.code} ${error.message}`);
  // "PUBLIC.UX_SITE_NAME_INDEX_2 ON PUBLIC.SITE(…)", or "CK_SITE_STATE: …", or CONSTRAINT_INDEX names.
  const named = /"(?:PUBLIC\.)?"?([A-Z0-9_]+?)(?:_INDEX_[0-9A-F]+)?(?: ON PUBLIC\.|: )/.exec(
    error.message,
  )?.[1];
  return new OracleError(number, `constraint (VAULTDESK.${named ?? 'UNKNOWN'}) violated: ${error.message}`);
}

/** Refuses what H2 would take and the real server would not. */
function assertOracle(sql: string): void {
  if (!/^\s*(SELECT|INSERT|UPDATE|DELETE|MERGE|WITH)\b/i.test(sql)) return;
  const [fault] = lintStatement(sql.replace(/\s+/g, ' '), 'oracle');
  if (fault === undefined) return;
  const number = LINT_NUMBERS.find(([pattern]) => pattern.test(fault))?.[1] ?? 933;
  throw new OracleError(number, fault);
}

/** The driver's connections, whose class its types do not name. */
export function driverConnection(): object {
  return (oracledb as unknown as { Connection: { prototype: object } }).Connection.prototype;
}

/** The real driver's own look at binds, before it would send them: it refuses types and sizes that do not fit (NJS-…). */
const DRIVER = Object.create(driverConnection()) as {
  _processExecuteBinds(binds: unknown): Promise<unknown>;
  _processExecuteManyBinds(rows: unknown, bindDefs: unknown): Promise<unknown>;
};

/** The part of node-oracledb's connection that TypeORM and the product use. */
class SimConnection {
  readonly #h2: H2Connection;
  readonly #release: (connection: SimConnection) => void;
  readonly oracleServerVersionString = 'H2 in Oracle mode';
  callTimeout = 0;

  constructor(h2: H2Connection, release: (connection: SimConnection) => void) {
    this.#h2 = h2;
    this.#release = release;
  }

  async execute(
    sql: string,
    binds: readonly unknown[] | object = [],
    options: { autoCommit?: boolean; outFormat?: number } = {},
  ) {
    const word = sql.trim().toUpperCase();
    if (word === 'COMMIT') return this.commit();
    if (word === 'ROLLBACK') return this.rollback();
    assertOracle(sql);
    await DRIVER._processExecuteBinds(binds);
    const cells = (Array.isArray(binds) ? binds : []).map(toCell);
    let outcome: Outcome = { changed: 0 };
    for (const text of toH2(sql)) outcome = await this.#run(() => this.#h2.execute(text, cells));
    if (options.autoCommit) await this.#h2.commit();
    return present(outcome, options.outFormat === oracledb.OUT_FORMAT_OBJECT);
  }

  async executeMany(sql: string, rows: readonly unknown[][], options: { bindDefs: { type: unknown }[] }) {
    assertOracle(sql);
    await DRIVER._processExecuteManyBinds(rows, options.bindDefs);
    const [text] = toH2(sql) as [string];
    const cells = rows.map((row) => row.map((val, at) => toCell({ val, type: options.bindDefs[at]?.type })));
    const outcome = await this.#run(() => this.#h2.executeMany(text, cells));
    return { rowsAffected: outcome.changed };
  }

  async commit(): Promise<Record<string, never>> {
    await this.#h2.commit();
    return {};
  }

  async rollback(): Promise<Record<string, never>> {
    await this.#h2.rollback();
    return {};
  }

  /** Gives it back to its pool; what was not committed is undone. */
  async close(): Promise<void> {
    await this.#h2.rollback();
    this.#release(this);
  }

  end(): Promise<void> {
    return this.#h2.close();
  }

  async #run(work: () => Promise<Outcome>): Promise<Outcome> {
    try {
      return await work();
    } catch (error) {
      throw toOracleError(await this.#withKeyName(error));
    }
  }

  /** H2 names a primary key by its index; Oracle by its constraint. */
  async #withKeyName(error: unknown): Promise<unknown> {
    const [key, table] = (error instanceof H2Error && PRIMARY_KEY.exec(error.message)) || [];
    if (key === undefined) return error;
    const { rows } = await this.#h2.execute(
      `SELECT constraint_name FROM information_schema.table_constraints
       WHERE table_name = ? AND constraint_type = 'PRIMARY KEY'`,
      [table as string],
    );
    const name = rows?.[0]?.[0];
    return new H2Error(
      (error as H2Error).code,
      (error as H2Error).message.replace(key, `PUBLIC.${String(name)} ON PUBLIC.`),
    );
  }
}

/** Rows come as lists, as from the driver, unless somebody asks for objects. */
function present(
  { columns, rows, changed }: Outcome,
  asObjects: boolean,
): { rows?: unknown[]; rowsAffected?: number } {
  if (columns === undefined || rows === undefined) return { rowsAffected: changed };
  const lists = rows.map((row) => row.map((cell) => (cell instanceof Date ? fromWallClock(cell) : cell)));
  if (!asObjects) return { rows: lists };
  return { rows: lists.map((row) => Object.fromEntries(columns.map((name, at) => [name, row[at]]))) };
}

/** The database a connect string names; words H2 reserves and Oracle does not stay usable as names. */
function jdbcUrl(connectString: string): string {
  const name = connectString.split('/').at(-1);
  return (
    `jdbc:h2:mem:${name};MODE=Oracle;DB_CLOSE_DELAY=-1;DEFAULT_NULL_ORDERING=HIGH;LOCK_TIMEOUT=10000;` +
    'NON_KEYWORDS=KEY,VALUE,MONTH,DAY,YEAR,HOUR,MINUTE,SECOND'
  );
}

type SessionCallback = (connection: SimConnection, tag: string, done: (error?: Error) => void) => void;

interface PoolOptions {
  poolMax?: number;
  /** Called with each new session before it is handed out. */
  sessionCallback?: SessionCallback;
}

/** Connections are kept and handed out again; at most `poolMax` at once, the others wait in line. */
class SimPool {
  readonly #url: string;
  readonly #max: number;
  readonly #open: SessionCallback | undefined;
  readonly #idle: SimConnection[] = [];
  readonly #waiting: ((connection: SimConnection) => void)[] = [];
  #count = 0;

  constructor(url: string, { poolMax = 4, sessionCallback }: PoolOptions) {
    this.#url = url;
    this.#max = poolMax;
    this.#open = sessionCallback;
  }

  getConnection(callback: (error: unknown, connection?: SimConnection) => void): void {
    this.#take().then((connection) => callback(null, connection), callback);
  }

  close(...args: unknown[]): void {
    const callback = args.at(-1) as (error: unknown) => void;
    Promise.all(this.#idle.map((connection) => connection.end())).then(() => callback(null), callback);
  }

  async #take(): Promise<SimConnection> {
    const idle = this.#idle.pop();
    if (idle !== undefined) return idle;
    if (this.#count >= this.#max) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#count += 1;
    const made = new SimConnection(await connectH2(this.#url), (connection) => this.#giveBack(connection));
    await new Promise<void>((resolve, reject) => {
      if (this.#open === undefined) return resolve();
      this.#open(made, '', (error) => (error === undefined ? resolve() : reject(error)));
    });
    return made;
  }

  #giveBack(connection: SimConnection): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#idle.push(connection);
    else next(connection);
  }
}

/** Ends a database and gives its memory back; whoever is still connected is not any more. */
export async function dropSim(connectString: string): Promise<void> {
  const h2 = await connectH2(jdbcUrl(connectString));
  // It ends under the statement that asks for it, which says so.
  const passOver = (error: unknown) => {
    if (!(error instanceof H2Error) || error.code !== ALREADY_CLOSED) throw error;
  };
  await h2.execute('SHUTDOWN IMMEDIATELY', []).then(() => undefined, passOver);
  await h2.close().catch(passOver);
}

/** Opens a connection outside any pool, and makes the database ready when it is new. */
export async function connectSim(connectString: string): Promise<SimConnection> {
  const h2 = await connectH2(jdbcUrl(connectString));
  for (const sql of PREPARATION) await h2.execute(sql, []);
  return new SimConnection(h2, () => void h2.close());
}

/** Stands in for the module `oracledb`: the driver's constants, and pools over H2. */
export const oracledbSim = {
  ...(oracledb as unknown as Record<string, unknown>),
  createPool(
    options: PoolOptions & { connectString: string },
    callback: (error: unknown, pool: SimPool) => void,
  ): void {
    callback(null, new SimPool(jdbcUrl(options.connectString), options));
  },
};
