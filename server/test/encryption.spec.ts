import { expect } from 'chai';
import '../compose.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { allEntities, toSnakeCase } from '../platform/persistence/index.ts';
import { MessageIndexer } from '../desk/search/message-indexer.ts';
import { IS_ORACLE_SIM, QUIET_LOG } from './support/core.ts';

/** Begins every planted phone number and every planted name; nothing else in a database holds it. */
const PHONE_MARK = '1997664';
const NAME_MARK = '甪骉';
const PEOPLE_COUNT = 500;

describe('sealed columns', function () {
  this.timeout(120_000);
  let desk: Desk;
  before(async function () {
    // Constraints and rows are looked at in the words of PostgreSQL.
    if (IS_ORACLE_SIM) return this.skip();
    desk = await buildDesk();
  });
  after(() => desk?.close());
  const sql = (text: string, values: unknown[] = []) => desk.core.sql(text, values);

  it('let nothing but an envelope in, every one of them', async () => {
    const checks = await sql(
      `SELECT c.conrelid::regclass::text AS name, pg_get_constraintdef(c.oid) AS definition
         FROM pg_constraint c WHERE c.contype = 'c'`,
    );
    const missing = allEntities().flatMap(({ table, columns }) =>
      Object.entries(columns)
        .filter(([, column]) => column.sealed !== undefined && !table.startsWith('spec_'))
        .map(([name]) => toSnakeCase(name))
        .filter((column) => {
          const wanted = `get_byte(${column}, 0) = 225`;
          return !checks.some(
            (check) => check['name'] === table && String(check['definition']).includes(wanted),
          );
        })
        .map((column) => `${table}.${column}`),
    );
    expect(missing).to.deep.equal([]);
  });

  it('refuse plain text that somebody writes by SQL', async () => {
    const { requesterId } = await desk.buildConversation({ profile: { name: '王小明' }, texts: ['您好'] });
    const body = { subject: '补卡', description: '客户要求补卡', requesterId };
    await desk.call('lin', 'POST /tickets', { body });
    const places = ['requester.name_enc', 'message.body_enc', 'ticket.subject_enc', 'ticket.description_enc'];
    for (const place of places) {
      const [table, column] = place.split('.');
      const work = sql(`UPDATE ${table} SET ${column} = convert_to('王小明', 'UTF8')`);
      const outcome = await work.then(
        () => 'written',
        (error: Error) => error.message,
      );
      expect(outcome, place).to.match(/violates check constraint/);
    }
  });

  it('show an unreadable value as such, and the other 49 of the list as they are', async () => {
    const rows = [];
    for (let i = 0; i < 50; i += 1) {
      rows.push(await desk.buildConversation({ profile: { name: `张三${i}` }, texts: [`第${i}条消息`] }));
    }
    const broken = rows[20];
    const flip = (column: string) => `set_byte(${column}, 10, get_byte(${column}, 10) # 1)`;
    await desk.tamper(`UPDATE requester SET name_enc = ${flip('name_enc')} WHERE id = $1`, [
      broken?.requesterId,
    ]);
    await desk.tamper(`UPDATE message SET body_enc = ${flip('body_enc')} WHERE conversation_id = $1`, [
      broken?.id,
    ]);
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
    await sql(`INSERT INTO search_mark (name, done_at) VALUES ($1, '2026-01-01')`, [control]);
    expect(await tablesWithMarks(desk)).to.deep.equal(['search_mark']);
  });
});

/** Tables in which a row, written out whole, holds a mark: as text, or as the bytes of one. */
async function tablesWithMarks({ core }: Desk): Promise<string[]> {
  const tables = await core.sql(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'`,
  );
  const hit: string[] = [];
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const marks = [PHONE_MARK, NAME_MARK, hex(PHONE_MARK), hex(NAME_MARK)].map((mark) => `%${mark}%`);
  for (const { name } of tables) {
    const [row] = await core.sql(
      `SELECT COUNT(*) AS n FROM "${name as string}" t WHERE t::text LIKE ANY ($1::text[])`,
      [marks],
    );
    if (Number(row?.['n']) > 0) hit.push(name as string);
  }
  return hit.sort();
}
