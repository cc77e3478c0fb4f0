import { expect } from 'chai';
import {
  openDatabase,
  copyOrder,
  FOREIGN_KEYS,
  NOT_COPIED,
  SEEDED,
  SELF_REFERENCES,
  TOKEN_TABLES,
} from '../platform/persistence/index.ts';
import { describeCopy, openedBy } from './support/copy-suite.ts';
import { buildDatabase } from './support/database.ts';
import { runRawSql } from './support/raw-sql.ts';

describeCopy(
  'from PostgreSQL to PostgreSQL',
  () => openedBy(buildDatabase),
  () => openedBy(buildDatabase),
);

describe('what a copy knows of the schema', () => {
  let drop: () => Promise<void>;
  let rows: (sql: string) => Promise<Record<string, unknown>[]>;
  before(async () => {
    const made = await buildDatabase();
    const database = await openDatabase({ url: made.url, poolSize: 2 });
    rows = (sql) => runRawSql(database, sql);
    drop = async () => {
      await database.close();
      await made.drop();
    };
  });
  after(() => drop());

  it('is every foreign key there is', async () => {
    const live =
      await rows(`SELECT DISTINCT conrelid::regclass::text AS child, confrelid::regclass::text AS parent
      FROM pg_constraint WHERE contype = 'f'`);
    const keys = live.map(({ child, parent }) => `${String(child)} → ${String(parent)}`).sort();
    const known = [
      ...FOREIGN_KEYS.map(([child, parent]) => `${child} → ${parent}`),
      ...Object.keys(SELF_REFERENCES).map((table) => `${table} → ${table}`),
    ];
    expect(known.sort()).to.deep.equal(keys);
  });

  it('is every table that a fresh schema has rows in', async () => {
    const filled: string[] = [];
    for (const { table } of copyOrder()) {
      const [row] = await rows(`SELECT COUNT(*) AS counted FROM ${table}`);
      if (Number(row?.counted) > 0) filled.push(table);
    }
    expect(filled.sort()).to.deep.equal([...SEEDED].sort());
  });

  it('leaves out no table with data', async () => {
    const live = await rows(`SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'
      AND NOT EXISTS (SELECT 1 FROM pg_inherits WHERE inhrelid = to_regclass(quote_ident(table_name)))`);
    const own = [...NOT_COPIED, 'schema_step'];
    const all = live.map(({ table_name: name }) => String(name)).filter((name) => !own.includes(name));
    const known = [...copyOrder().map(({ table }) => table), ...TOKEN_TABLES.map(([table]) => table)];
    expect(known.sort()).to.deep.equal(all.sort());
  });
});
