import pg from 'pg';
import { AppError } from '../../kernel/index.ts';
import { batchColumns, type BatchPlan } from './batch-plan.ts';
import type { Batch, BatchConnection } from './batch-writer.ts';
import type { Database } from './data-source.ts';
import { BindMessage, runBind } from './dialect/postgres-bind.ts';
import { postgres } from './dialect/postgres.ts';
import { FIGURE_INSERT } from './figure-count.ts';
import { Session } from './session.ts';
import { AUDIT_INSERT, NUMBER_EXISTS } from './trail.ts';
import { OUTBOX_INSERT } from './unit-of-work.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** A commit that takes longer counts as lost; the lane then asks whether it arrived. */
const COMMIT_TIMEOUT_MS = 15_000;

/** One lane's own `pg` connection: the whole batch is one prepared statement, which is one transaction. */
export class PostgresBatchConnection implements BatchConnection {
  readonly #url: string;
  readonly #plan: BatchPlan;
  readonly #columns: ReturnType<typeof batchColumns>;
  #message = new BindMessage();
  #client: pg.Client | undefined;
  /** The connection that has the statement prepared. */
  #preparedOn: pg.Client | undefined;

  constructor(url: string, plan: BatchPlan) {
    this.#url = url;
    this.#plan = plan;
    this.#columns = batchColumns(plan);
  }

  async commit(batch: Batch): Promise<void> {
    const statement = { name: this.#plan.name, text: this.#plan.postgresSql };
    const bytes = this.#messageOf(batch);
    await this.#run(async (client) => {
      const isPrepared = this.#preparedOn === client;
      this.#preparedOn = undefined;
      await runBind(client, statement, { bytes, isPrepared });
      this.#preparedOn = client;
    });
  }

  async hasNumber(key: { node: string; epoch: number; lane: number; n: number }): Promise<boolean> {
    const text = 'SELECT n FROM audit_event WHERE node = $1 AND epoch = $2 AND lane = $3 AND n = $4';
    const values = [key.node, key.epoch, key.lane, key.n];
    const result = await this.#run((client) => client.query(text, values));
    return (result.rowCount ?? 0) > 0;
  }

  async close(): Promise<void> {
    await this.#client?.end().catch(() => undefined);
    this.#client = undefined;
  }

  #messageOf(batch: Batch): Buffer {
    const message = this.#message;
    message.open(this.#plan.name, this.#columns.length);
    for (const { source, property, column, isOnce } of this.#columns) {
      const rows = batch[source] as Record<string, unknown>[];
      if (isOnce) message.addValue(column.kind as 'text' | 'int', rows[0]?.[property]);
      else message.addArray(column.kind, rows, property);
    }
    return message.close();
  }

  async #run<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    try {
      const client = (this.#client ??= await this.#connect());
      return await work(client);
    } catch (error) {
      const translated = postgres.translateError(error);
      if (translated instanceof AppError && translated.code === 'storage.unavailable') await this.#drop();
      throw translated;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({
      connectionString: this.#url,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: COMMIT_TIMEOUT_MS,
      application_name: `vaultdesk ${this.#plan.name}`,
    });
    // Without a listener a connection that dies between batches would stop the process.
    client.on('error', () => void this.#drop());
    await client.connect();
    return client;
  }

  async #drop(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    // What is left of a message may still be on its way out of its memory: the next one must not be written over it.
    this.#message = new BindMessage();
    await client?.end().catch(() => undefined);
  }
}

/** The same promise through one transaction of array binds, for databases without `unnest`. */
export class TransactionBatchConnection implements BatchConnection {
  readonly #database: Database;
  readonly #plan: BatchPlan;

  constructor(database: Database, plan: BatchPlan) {
    this.#database = database;
    this.#plan = plan;
  }

  async commit(batch: Batch): Promise<void> {
    const { key } = this.#plan.merge;
    const whereKey = `where${key.charAt(0).toUpperCase()}${key.slice(1)}`;
    const runner = this.#database.source.createQueryRunner();
    const session = new Session(runner, this.#database.dialect);
    try {
      await session.begin();
      await session.runMany(this.#plan.insertStatement, batch.inserts as Record<string, unknown>[]);
      const merges = [...batch.merges, ...batch.touches] as Record<string, unknown>[];
      await session.runMany(
        this.#plan.mergeStatement,
        merges.map(({ [key]: keyValue, ...set }) => ({ ...set, [whereKey]: keyValue })),
      );
      await session.runMany(AUDIT_INSERT, batch.entries);
      await session.runMany(FIGURE_INSERT, batch.counts);
      await session.runMany(OUTBOX_INSERT, batch.events);
      await session.commit([]);
    } catch (error) {
      await session.rollback();
      throw this.#database.dialect.translateError(error);
    } finally {
      await runner.release();
    }
  }

  async hasNumber(key: { node: string; epoch: number; lane: number; n: number }): Promise<boolean> {
    return (await this.#database.read((session) => session.one(NUMBER_EXISTS, key))) !== undefined;
  }

  async close(): Promise<void> {
    // The pool owns the connections.
  }
}

/** One connection for each lane, of the kind the database takes. */
export function openBatchConnections(database: Database, plan: BatchPlan, lanes: number): BatchConnection[] {
  return Array.from({ length: lanes }, () =>
    database.dialect.name === 'postgres'
      ? new PostgresBatchConnection(database.url, plan)
      : new TransactionBatchConnection(database, plan),
  );
}
