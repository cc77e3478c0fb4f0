import oracledb from 'oracledb';
import pg from 'pg';
import { DataSource, EntitySchema, type DataSourceOptions, type EntitySchemaColumnOptions } from 'typeorm';
import { pinTimeZone } from '../config/index.ts';
import { toSnakeCase } from './columns.ts';
import { allEntities, type Entity } from './entity.ts';
import type { Dialect } from './dialect/dialect.ts';
import { oracle } from './dialect/oracle.ts';
import { postgres } from './dialect/postgres.ts';
import { Session } from './session.ts';

/** An open database: TypeORM's pool and metadata, and the dialect that speaks to it. */
export interface Database {
  readonly dialect: Dialect;
  readonly source: DataSource;
  readonly url: string;
  /**
   * Runs `work` on a connection of the pool for reads, without a transaction; safe inside an open unit, never inside another
   * read: as many of those as there are connections would each wait for a second one.
   */
  read<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** The same with the few connections of the keys, which whoever opens a value in a read or a unit waits for. */
  readKeys<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

const STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Connections that keys are read with; a statement of theirs takes a fraction of a millisecond. */
const KEY_CONNECTIONS = 2;

/**
 * Of every session on Oracle: whatever the server's language is, texts are ordered as they are compared, without which pages
 * by key would lose rows.
 */
export const ORACLE_SESSION = `ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY TIME_ZONE = 'UTC'`;

/** The dialect a database URL asks for; `oracle://…` or `postgres://…`. */
export function dialectOf(url: string): Dialect {
  return url.startsWith('oracle:') ? oracle : postgres;
}

/** TypeORM's description of a table, from our logical columns; used for the pool, and to compare schemas. */
export function toEntitySchema(entity: Entity, dialect: Dialect): EntitySchema {
  const columns: Record<string, EntitySchemaColumnOptions> = {};
  for (const [property, column] of Object.entries(entity.columns)) {
    const { type, length, precision, isArray } = dialect.columnType(column);
    columns[property] = {
      type: type as never,
      name: toSnakeCase(property),
      primary: entity.primaryKey.includes(property),
      nullable: column.isOptional,
      ...(length ? { length } : {}),
      ...(precision ? { precision } : {}),
      ...(isArray ? { array: true } : {}),
    };
  }
  return new EntitySchema({ name: entity.table, tableName: entity.table, columns });
}

/** Where the database is. */
export interface DatabaseOptions {
  url: string;
  /** Connections of each of the two pools for units of work and reads; the keys have two of their own. */
  poolSize: number;
  /** Module that speaks to Oracle instead of node-oracledb; tests hand a stand-in over. */
  oracleDriver?: unknown;
}

/** Opens the pool; throws `storage.unavailable` when the database does not answer. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const dialect = dialectOf(options.url);
  if (dialect.name === 'oracle') pinTimeZone();
  const entities = allEntities().map((entity) => toEntitySchema(entity, dialect));
  const source = new DataSource(sourceOptions(options, dialect, entities));
  // Reads outside a unit have connections of their own. With one pool for both, as many units as it has connections
  // would each hold one and wait for a second for ever.
  const reads = new DataSource(sourceOptions(options, dialect, []));
  const keys = new DataSource(sourceOptions({ ...options, poolSize: KEY_CONNECTIONS }, dialect, []));
  const pools = [source, reads, keys];
  const close = async () => {
    for (const pool of pools) if (pool.isInitialized) await pool.destroy();
  };
  try {
    for (const pool of pools) await pool.initialize();
  } catch (error) {
    await close();
    throw dialect.translateError(error);
  }
  const readFrom =
    (pool: DataSource): Database['read'] =>
    async (work) => {
      const runner = pool.createQueryRunner();
      try {
        return await work(new Session(runner, dialect));
      } finally {
        await runner.release();
      }
    };
  const { url } = options;
  return { dialect, source, url, read: readFrom(reads), readKeys: readFrom(keys), close };
}

function sourceOptions(
  options: DatabaseOptions,
  dialect: Dialect,
  entities: EntitySchema[],
): DataSourceOptions {
  if (dialect.name === 'oracle') {
    const { user, password, connectString } = oracleCredentials(options.url);
    return {
      type: 'oracle',
      driver: options.oracleDriver ?? oracledb,
      entities,
      synchronize: false,
      username: user,
      password,
      connectString,
      extra: {
        poolMax: options.poolSize,
        queueTimeout: CONNECT_TIMEOUT_MS,
        connectTimeout: CONNECT_TIMEOUT_MS / 1_000,
        transportConnectTimeout: CONNECT_TIMEOUT_MS / 1_000,
        sessionCallback: openSession,
      },
    };
  }
  return {
    type: 'postgres',
    driver: pg,
    entities,
    synchronize: false,
    extra: {
      connectionString: options.url,
      max: options.poolSize,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
    },
    // A pooled connection that dies while idle is replaced by the pool; nobody waits for it.
    poolErrorHandler: () => undefined,
  };
}

/** A new session of the pool; no statement of it takes longer than on PostgreSQL. */
function openSession(connection: oracledb.Connection, _tag: string, done: (error?: Error) => void): void {
  connection.callTimeout = STATEMENT_TIMEOUT_MS;
  connection.execute(ORACLE_SESSION).then(() => done(), done);
}

/** What `oracle://user:password@host:port/service` says, in the driver's words. */
export function oracleCredentials(url: string): { user: string; password: string; connectString: string } {
  const { username, password, host, pathname } = new URL(url);
  return {
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    connectString: `${host}${pathname}`,
  };
}
