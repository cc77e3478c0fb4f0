import { AppError } from '../../kernel/index.ts';
import type {
  CallBounds,
  CallContext,
  ConnectorIo,
  ConnectorModule,
  DatabaseQuery,
  Discovered,
  JsonSchema,
  Raw,
  RawResult,
  Session,
} from '../connector.ts';
import {
  assertDeclared,
  connectorFault,
  operationsSchema,
  toOperation,
  type DeclaredOperation,
} from '../kit/index.ts';
import { parseSelect } from './dbview.sql.ts';

/** Rows one question may bring; more are a fault, so that nobody takes a part for the whole. */
const ROWS_MAX = 200;
const COLUMNS_LISTED_MAX = 2_000;

/** One operation: a single SELECT over views, with parameters `:name`. */
type ViewOperation = DeclaredOperation & { sql: string };

/** Settings of a database that is read through its views. */
export interface DbviewConfig {
  host: string;
  port: number;
  database: string;
  user: string;
  isTls: boolean;
  operations: ViewOperation[];
}

const title = (zh: string, en: string, schema: JsonSchema): JsonSchema => ({
  ...schema,
  'x-title': { zh, en },
});
const short = (maxLength: number): JsonSchema => ({ type: 'string', minLength: 1, maxLength });

const CONFIG_SCHEMA: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    host: title('主机', 'Host', { type: 'string', pattern: '^[A-Za-z0-9.-]{1,253}$' }),
    port: title('端口', 'Port', { type: 'integer', minimum: 1, maximum: 65_535 }),
    database: title('数据库', 'Database', short(63)),
    user: title('账号（只读）', 'Account (read only)', short(63)),
    isTls: title('加密连接（TLS）', 'TLS', { type: 'boolean' }),
    operations: title('操作', 'Operations', operationsSchema({ sql: short(8_000) }, ['sql'])),
  },
  required: ['host', 'port', 'database', 'user', 'isTls', 'operations'],
};

class DbviewSession implements Session {
  readonly #config: DbviewConfig;
  readonly #io: ConnectorIo;

  constructor(config: DbviewConfig, io: ConnectorIo) {
    this.#config = config;
    this.#io = io;
  }

  async check(bounds: CallBounds): Promise<void> {
    await this.#ask('SELECT 1 AS one', [], bounds);
  }

  /** Views and tables the account may read, without the database's own. */
  async discover(bounds: CallBounds): Promise<Discovered[]> {
    const rows = await this.#ask(
      `SELECT c.table_schema, c.table_name, c.column_name FROM information_schema.columns c
        WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2, c.ordinal_position`,
      [],
      { ...bounds, rowsMax: COLUMNS_LISTED_MAX },
    );
    const found = new Map<string, string[]>();
    for (const row of rows as { table_schema: string; table_name: string; column_name: string }[]) {
      const name = `${row.table_schema}.${row.table_name}`;
      found.set(name, [...(found.get(name) ?? []), row.column_name]);
    }
    return [...found].map(([name, fields]) => ({ name, fields }));
  }

  async run(name: string, input: Readonly<Record<string, string>>, call: CallContext): Promise<RawResult> {
    const operation = this.#config.operations.find((known) => known.name === name);
    if (operation === undefined) throw new AppError('connector.operation_unknown');
    const { sql, names } = parseSelect(operation.sql, new Set(Object.keys(operation.input)));
    const rows = await this.#ask(
      sql,
      names.map((one) => input[one] ?? ''),
      call,
    );
    return { items: operation.isMany ? rows : rows.slice(0, 1) };
  }

  async #ask(
    sql: string,
    values: readonly string[],
    bounds: CallBounds & { rowsMax?: number },
  ): Promise<Raw[]> {
    const password = this.#io.secret('password');
    if (password === undefined) throw connectorFault('connector.auth_failed', 'secret_missing');
    const { host, port, database, user, isTls } = this.#config;
    const { rowsMax = ROWS_MAX } = bounds;
    const query: DatabaseQuery = { host, port, database, user, password, isTls, sql, values, rowsMax };
    try {
      return await this.#io.select(query, bounds);
    } catch (error) {
      throw translate(error);
    }
  }
}

/** What a database refuses, in the words every connector uses. */
function translate(error: unknown): unknown {
  if (!(error instanceof AppError) || error.code !== 'egress.invalid_answer') return error;
  switch (error.details?.['reason']) {
    case 'credentials':
      return connectorFault('connector.auth_failed', 'credentials', { cause: error });
    case 'rights':
      return connectorFault('connector.forbidden', 'rights', { cause: error });
    case 'sql':
      return connectorFault('connector.schema', 'sql', { cause: error });
    default:
      return error;
  }
}

/** PostgreSQL databases of other systems, read through the views their owners give. */
export const dbviewConnector: ConnectorModule<DbviewConfig> = {
  manifest: {
    id: 'dbview',
    version: '1.0.0',
    vendor: 'Vaultdesk',
    kinds: ['his', 'erp', 'core', 'view'],
    title: { zh: '数据库视图（只读）', en: 'Database views (read only)' },
    about: {
      zh: '每项操作一条带参数的 SELECT，在只读事务中执行，限时限行。支持 PostgreSQL。',
      en: 'One SELECT with parameters for each operation, in a read-only transaction, bounded in time and rows. PostgreSQL.',
    },
  },
  configSchema: CONFIG_SCHEMA,
  secretSchema: {
    type: 'object',
    additionalProperties: false,
    properties: { password: { type: 'string', 'x-secret': true, 'x-title': { zh: '口令', en: 'Password' } } },
  },
  presets: [
    {
      id: 'visits',
      title: { zh: '就诊记录（示例）', en: 'Visits (example)' },
      config: {
        ...{ host: 'his.hospital.example', port: 5432, database: 'his', user: 'vaultdesk_read', isTls: true },
        operations: [
          {
            name: 'visit.list',
            title: { zh: '就诊记录', en: 'Visits' },
            ...{ isReadOnly: true, idempotency: 'natural', isMany: true, cacheMs: 60_000 },
            purposes: ['service', 'verify'],
            input: { card: { title: { zh: '就诊卡号', en: 'Card' }, isRequired: true, source: 'external' } },
            sql: 'SELECT v.visit_no, v.visited_at, v.department, v.fee FROM v_visit v WHERE v.card_no = :card ORDER BY v.visited_at DESC',
            output: {
              number: {
                path: '/visit_no',
                type: 'text',
                class: 'C1',
                isRequired: true,
                title: { zh: '就诊号', en: 'Visit' },
              },
              at: { path: '/visited_at', type: 'instant', class: 'C1', title: { zh: '时间', en: 'Time' } },
              department: {
                path: '/department',
                type: 'text',
                class: 'C1',
                title: { zh: '科室', en: 'Department' },
              },
              fee: { path: '/fee', type: 'money', class: 'C1', title: { zh: '费用', en: 'Fee' } },
            },
          },
        ],
      },
    },
  ],
  assertConfig(config) {
    assertDeclared(config.operations);
    for (const { sql, input, isReadOnly } of config.operations) {
      if (!isReadOnly) throw connectorFault('connector.config_invalid', 'sql');
      parseSelect(sql, new Set(Object.keys(input)));
    }
  },
  places: ({ host, port }) => [{ protocol: 'database', host: host.toLowerCase(), port }],
  operations: (config) => config.operations.map(toOperation),
  open: (config, io) => new DbviewSession(config, io),
};
