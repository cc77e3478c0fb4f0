import { expect } from 'chai';
import '../compose.ts';
import { StartError } from '../kernel/index.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { PLAIN_BYTES_MAX } from '../platform/crypto/index.ts';
import {
  allEntities,
  assertSealedColumns,
  col,
  toSnakeCase,
  type Entity,
} from '../platform/persistence/index.ts';
import { MessageIndexer } from '../desk/search/message-indexer.ts';
import { readSteps, splitStatements } from '../../migrations/index.ts';
import { QUIET_LOG, skipOnStandIn } from './support/core.ts';

/** Begins every planted phone number and every planted name; nothing else in a database holds it. */
const PHONE_MARK = '1997664';
const NAME_MARK = '甪骉';
const PEOPLE_COUNT = 500;

describe('sealed columns', function () {
  this.timeout(120_000);
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());
  const sql = (text: string, values: unknown[] = []) => desk.core.sql(text, values);

  it('let nothing but an envelope in, every one of them', async () => {
    const guarded = desk.core.database.dialect.name === 'oracle' ? byTriggers() : await byChecks(desk);
    const missing = allEntities().flatMap(({ table, columns }) =>
      Object.entries(columns)
        .filter(([, column]) => column.sealed !== undefined && !table.startsWith('spec_'))
        .map(([name]) => toSnakeCase(name))
        .filter((column) => !guarded(table, column))
        .map((column) => `${table}.${column}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('refuse plain text that somebody writes by SQL', async function () {
    skipOnStandIn(this);
    const { requesterId } = await desk.buildConversation({ profile: { name: '王小明' }, texts: ['您好'] });
    const body = { subject: '补卡', description: '客户要求补卡', requesterId };
    await desk.call('lin', 'POST /tickets', { body });
    const places = ['requester.name_enc', 'message.body_enc', 'ticket.subject_enc', 'ticket.description_enc'];
    for (const place of places) {
      const [table, column] = place.split('.');
      const work = sql(`UPDATE ${table} SET ${column} = $1`, [Buffer.from('王小明')]);
      const outcome = await work.then(
        () => 'written',
        (error: Error) => error.message,
      );
      expect(outcome, place).to.match(/violates check constraint|only an envelope fits here/);
    }
  });

  it('stop the start when somebody took the check of one away, or never made it', async () => {
    const faultOf = (entities?: Parameters<typeof assertSealedColumns>[1]) =>
      assertSealedColumns(desk.core.database, entities).then(
        () => 'fits',
        (error: unknown) => (error instanceof StartError ? `${error.code} ${error.message}` : String(error)),
      );
    expect(await faultOf()).to.equal('fits');
    // Its triggers are compared with the steps above.
    if (desk.core.database.dialect.name === 'oracle') return;
    const nameEnc = col.sealed({ class: 'C2', scope: 'requester' });
    const plain = { table: 'site', columns: { nameEnc }, primaryKey: ['nameEnc'] } as unknown as Entity;
    expect(await faultOf([plain])).to.match(/^database\.unsealed .*site\.name_enc/);
    await sql('ALTER TABLE requester DROP CONSTRAINT ck_requester_phone');
    try {
      expect(await faultOf()).to.match(/^database\.unsealed .*requester\.phone_enc/);
    } finally {
      await sql(`ALTER TABLE requester ADD CONSTRAINT ck_requester_phone
        CHECK (phone_enc IS NULL OR get_byte(phone_enc, 0) = 225)`);
    }
  });

  it('show an unreadable value as such, and the other 49 of the list as they are', async () => {
    const rows = [];
    for (let i = 0; i < 50; i += 1) {
      rows.push(await desk.buildConversation({ profile: { name: `张三${i}` }, texts: [`第${i}条消息`] }));
    }
    const broken = rows[20];
    const flip = async (table: string, column: string, key: string, id: unknown) => {
      const [row] = await sql(`SELECT ${column} AS sealed FROM ${table} WHERE ${key} = $1`, [id]);
      const bytes = row?.['sealed'] as Buffer;
      bytes.writeUInt8(bytes.readUInt8(10) ^ 1, 10);
      await desk.tamper(`UPDATE ${table} SET ${column} = $1 WHERE ${key} = $2`, [bytes, id]);
    };
    await flip('requester', 'name_enc', 'id', broken?.requesterId);
    await flip('message', 'body_enc', 'conversation_id', broken?.id);
    const told = new Set<string>();
    desk.core.crypto.onUnreadable(({ table, column }) => told.add(`${table}.${column}`));
    const { items } = (await desk.call('zhao', 'GET /conversations', {
      query: { view: 'all', limit: 50 },
    })) as { items: { id: string; lastText: string | null; requester: { nameMasked: string | null } }[] };
    expect(items).to.have.lengthOf(50);
    const bad = items.filter(({ lastText, requester }) => lastText === null || requester.nameMasked === null);
    expect(bad.map(({ id }) => id)).to.deep.equal([broken?.id]);
    const shown = (await desk.call('zhao', 'GET /conversations/:id/messages', {
      params: { id: broken?.id },
    })) as { items: { kind: string; text: string }[] };
    expect(shown.items.map(({ kind, text }) => ({ kind, text }))).to.deep.equal([
      { kind: 'unreadable', text: '' },
    ]);
    expect([...told].sort()).to.deep.equal(['message.body_enc', 'requester.name_enc']);
  });

  it('mark a ticket and a comment that cannot be read, and nothing beside them', async () => {
    const ids: string[] = [];
    for (const subject of ['补卡', '挂失', '退款']) {
      const body = { subject, description: '客户来电' };
      const { id } = (await desk.call('lin', 'POST /tickets', { body })) as { id: string };
      ids.push(id);
      for (const text of ['已联系', '已寄出'])
        await desk.call('lin', 'POST /tickets/:id/comments', {
          params: { id },
          body: { text, isInternal: true },
        });
    }
    const [broken = ''] = ids;
    const damage = async (table: string, column: string, where: string) => {
      const [row] = await sql(
        `SELECT id, ${column} AS sealed FROM ${table} WHERE ${where} = $1 ORDER BY id`,
        [broken],
      );
      const bytes = row?.['sealed'] as Buffer;
      bytes.writeUInt8(bytes.readUInt8(10) ^ 1, 10);
      await desk.tamper(`UPDATE ${table} SET ${column} = $1 WHERE id = $2`, [bytes, row?.['id']]);
    };
    await damage('ticket', 'subject_enc', 'id');
    await damage('ticket_comment', 'body_enc', 'ticket_id');
    const { items } = (await desk.call('lin', 'GET /tickets', {})) as {
      items: { id: string; subject: string; isUnreadable?: true }[];
    };
    const marked = items.filter(({ isUnreadable }) => isUnreadable);
    expect(marked.map(({ id, subject }) => [id, subject])).to.deep.equal([[broken, '']]);
    expect(items.map(({ subject }) => subject)).to.include.members(['挂失', '退款']);
    const shown = (await desk.call('lin', 'GET /tickets/:id', { params: { id: broken } })) as {
      description: string;
      comments: { text: string; isUnreadable?: true }[];
    };
    expect(shown.description).to.equal('客户来电');
    expect(shown.comments.map(({ text, isUnreadable }) => [text, isUnreadable])).to.deep.equal([
      ['', true],
      ['已寄出', undefined],
    ]);
  });

  it('keep nothing apart from empty, letters of four bytes, and texts up to a mebibyte', async () => {
    const { dek, row } = await desk.buildRequester({ name: '王小明' });
    const cell = { table: 'requester', column: 'email_enc', rowId: row.id };
    for (const text of ['', '𠮷😀é', '长'.repeat(700), '信'.repeat(21_845), 'x'.repeat(PLAIN_BYTES_MAX)]) {
      await desk.tamper('UPDATE requester SET email_enc = $1 WHERE id = $2', [dek.seal(cell, text), row.id]);
      const [read] = await sql('SELECT email_enc FROM requester WHERE id = $1', [row.id]);
      expect(
        (await desk.core.crypto.open(cell, read?.['email_enc'] as Buffer)) === text,
        text.slice(0, 9),
      ).to.equal(true);
    }
    expect(() => dek.seal(cell, 'x'.repeat(PLAIN_BYTES_MAX + 1))).to.throw('large');
    await desk.tamper('UPDATE requester SET email_enc = NULL WHERE id = $1', [row.id]);
    const [none] = await sql('SELECT email_enc FROM requester WHERE id = $1', [row.id]);
    expect(none?.['email_enc']).to.equal(null);
  });

  it('leave none of 1,000 planted names and numbers in any row of any table, the trail and the jobs included', async () => {
    const { clock, crypto, database } = desk.core;
    const withDb = database.read.bind(database);
    const indexer = new MessageIndexer({ owners: desk.owners, crypto, clock, withDb, log: QUIET_LOG });
    for (let i = 0; i < PEOPLE_COUNT; i += 1) {
      const phone = `${PHONE_MARK}${String(i).padStart(4, '0')}`;
      const name = `${NAME_MARK}${String.fromCodePoint(0x4e00 + i)}`;
      const { row } = await desk.buildRequester({ name, phone });
      if (i % 10 === 0) {
        const body = { subject: `${name}来电`, description: `电话 ${phone}`, requesterId: row.id };
        await desk.call('lin', 'POST /tickets', { body });
        await desk.buildConversation({ profile: { name, phone }, texts: [`我是${name}，电话${phone}`] });
      }
    }
    await indexer.drain();
    // A control: what is not sealed is found by the same look.
    const control = '甪骉control';
    await sql('INSERT INTO search_mark (name, done_at) VALUES ($1, $2)', [control, new Date()]);
    expect(await tablesWithMarks(desk)).to.deep.equal(['search_mark']);
  });
});

type Guarded = (table: string, column: string) => boolean;

/** What the live constraints of PostgreSQL guard. */
async function byChecks({ core }: Desk): Promise<Guarded> {
  const checks = await core.sql(
    `SELECT c.conrelid::regclass::text AS name, pg_get_constraintdef(c.oid) AS definition
       FROM pg_constraint c WHERE c.contype = 'c'`,
  );
  return (table, column) =>
    checks.some(
      (check) =>
        check['name'] === table && String(check['definition']).includes(`get_byte(${column}, 0) = 225`),
    );
}

/** What the triggers guard that the steps make on Oracle, where a check may not look into a BLOB. */
function byTriggers(): Guarded {
  const triggers = readSteps().flatMap(({ sql }) =>
    splitStatements(sql.oracle.up, 'oracle').filter((text) => /^CREATE (OR REPLACE )?TRIGGER\b/i.test(text)),
  );
  return (table, column) =>
    triggers.some((text) => {
      const [head = '', body = ''] = text.split(/\bBEGIN\b/i);
      return (
        new RegExp(`\\bON\\s+${table}\\b`, 'i').test(head) &&
        new RegExp(`SUBSTR\\(:NEW\\.${column}, 1, 1\\)`, 'i').test(body) &&
        body.includes("'E1'")
      );
    });
}

/** Tables in which a row holds a mark: as text, or as the bytes of one. */
async function tablesWithMarks({ core }: Desk): Promise<string[]> {
  const isOracle = core.database.dialect.name === 'oracle';
  const tables = await core.sql(
    isOracle
      ? 'SELECT table_name AS name FROM user_tables'
      : `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const holds = (value: unknown) =>
    [PHONE_MARK, NAME_MARK].some((mark) =>
      Buffer.isBuffer(value) ? value.includes(mark) : typeof value === 'string' && value.includes(mark),
    );
  const hit: string[] = [];
  for (const { name } of tables) {
    const rows = await core.sql(`SELECT * FROM ${name as string}`);
    if (rows.some((row) => Object.values(row).some(holds))) hit.push((name as string).toLowerCase());
  }
  return hit.sort();
}
