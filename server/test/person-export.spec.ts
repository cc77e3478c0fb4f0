import { expect } from 'chai';
import '../compose.ts';
import { personExport } from '../compliance/index.ts';
import { SHOWN_TABLES } from '../compliance/person/person.words.ts';
import { deskRecords } from '../desk/index.ts';
import { buildDesk, contextOf, type Desk } from '../desk/test/build-desk.ts';
import { webWidgetRecords } from '../channels/web-widget/index.ts';
import { fileRecords, listFilesOf } from '../platform/files/index.ts';
import {
  createHtml,
  createJson,
  type CellValue,
  type ExportKind,
  type ExportPage,
} from '../platform/documents/index.ts';
import { allEntities } from '../platform/persistence/index.ts';
import { qaRecords } from '../qa/index.ts';
import { robotRecords } from '../robot/index.ts';

const PROFILE = { name: '甪骉', phone: '13812345678', idNumber: '11010519491231002X', external: 'K-77' };

describe('a copy of everything of one person', () => {
  let desk: Desk;
  let kind: ExportKind;
  let requesterId: string;
  before(async () => {
    desk = await buildDesk();
    const { crypto } = desk.core;
    const stores = [
      ...deskRecords({ ids: desk.core.ids, forget: () => undefined }),
      ...[robotRecords(desk.core), webWidgetRecords(desk.core), qaRecords(desk.core)],
      ...fileRecords(),
    ];
    kind = personExport({ crypto, stores, filesOf: (db, ...query) => listFilesOf(crypto, db, ...query) });
    requesterId = await fill();
  });
  after(() => desk.close());

  async function rowsOf(
    id: string,
    { isUnmasked = true, limit = 20, lang = 'zh-CN' as 'zh-CN' | 'en' } = {},
  ): Promise<CellValue[][]> {
    const reader = { ...contextOf('song'), displayName: '宋合规' };
    const rows: CellValue[][] = [];
    let cursor: string | null = null;
    do {
      const place: string | null = cursor;
      const query = { reader, params: { requesterId: id }, cursor: place, limit, lang, isUnmasked };
      const page: ExportPage = await desk.core.uow.read((db) => kind.page(db, query));
      expect(page.ids).to.deep.equal([id]);
      rows.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null);
    return rows;
  }
  async function fill() {
    const texts = Array.from({ length: 30 }, (_, index) => `第${index}条，电话13812345678`);
    const conversation = await desk.buildConversation({ profile: PROFILE, texts });
    const { requesterId: id } = conversation;
    const body = { subject: '补卡', description: '客户甪骉要求补卡', requesterId: id };
    const ticket = (await desk.call('lin', 'POST /tickets', { body })) as { id: string };
    const comment = { text: '已寄出', isInternal: false };
    await desk.call('lin', 'POST /tickets/:id/comments', { params: { id: ticket.id }, body: comment });
    const owner = { type: 'conversation', id: conversation.id } as const;
    const requester = { id, dekId: conversation.dekId };
    const by = { actor: { type: 'requester' as const, id } };
    const file = await desk.fileStore.store.create(by, {
      ...{ owner, requester, recordClass: 'chat', name: '甪骉的身份证.png', type: 'image/png' },
    });
    await file.write(Buffer.from('content'));
    await file.close();
    return id;
  }
  const valuesOf = (rows: readonly CellValue[][]) => rows.map((row) => row.map(String).join('|'));

  it('holds every message, ticket, comment, and file name once, over many pages', async () => {
    await desk.buildConversation({ profile: { name: '别人' }, texts: ['不是我'] });
    const text = valuesOf(await rowsOf(requesterId)).join('\n');
    for (const wanted of ['姓名|甪骉', '电话|13812345678', '证件号码|11010519491231002X', '客户编号|K-77'])
      expect(text).to.include(wanted);
    for (let index = 0; index < 30; index += 1)
      expect(text.split(`第${index}条，电话13812345678`)).to.have.lengthOf(2);
    for (const wanted of ['主题|补卡', '描述|客户甪骉要求补卡', '内容|已寄出', '文件名|甪骉的身份证.png'])
      expect(text.split(wanted), wanted).to.have.lengthOf(2);
    expect(text).to.not.include('不是我');
    expect(text).to.not.include('别人');
  });

  it('is masked unless plain values were allowed, and speaks both languages', async () => {
    const masked = valuesOf(await rowsOf(requesterId, { isUnmasked: false })).join('\n');
    expect(masked).to.not.include('13812345678');
    const english = valuesOf(await rowsOf(requesterId, { lang: 'en' })).join('\n');
    expect(english).to.include('Profile|').and.include('Attachments|');
    expect(english).to.not.include('个人资料');
  });

  it('refuses a person there is not', async () => {
    expect(await desk.codeOf(rowsOf(desk.core.ids.next()))).to.equal('request.not_found');
  });

  it('leaves out no table in which something of a person is sealed', () => {
    // A write to a bank's system is kept for its outcome, and its input gone with the answer; see the connectors.
    const elsewhere = new Set(['stored_file', 'stored_file_chunk', 'connector_write']);
    const missing = allEntities().flatMap(({ table, columns }) =>
      Object.entries(columns)
        .filter(([, { sealed }]) => sealed?.scope === 'requester')
        .filter(([name]) => !elsewhere.has(table) && SHOWN_TABLES[table]?.fields[name] === undefined)
        .map(([name]) => `${table}.${name}`)
        .filter((name) => !name.startsWith('spec_')),
    );
    expect(missing).to.deep.equal([]);
  });

  it('becomes a page of HTML that stands alone and a JSON that programs read', async () => {
    const origin = { account: '<宋合规>', at: new Date('2026-11-21T08:00:00Z'), offsetMinutes: 480 };
    const columns = kind.columns.map(({ key, title, type, width }) => ({
      key,
      title: title.zh,
      type,
      width,
    }));
    const document = { title: kind.title.zh, lang: 'zh-CN' as const, origin, columns, notes: ['注'] };
    const rows = [
      ['消息', 'a', '内容', '<script>alert(1)</script>'],
      ['消息', 'a', '内容', '"引号" & 和号'],
      ['工单', 'b', '主题', '补卡'],
    ];
    const page = createHtml({ ...document, sectionColumn: 0 });
    const html = Buffer.concat([
      page.rows(rows.slice(0, 1)),
      page.rows(rows.slice(1)),
      page.close(),
    ]).toString();
    expect(html).to.include('&lt;script&gt;').and.include('&lt;宋合规&gt;');
    expect(html).to.not.match(/<script|https?:|<link|<img|url\(/);
    expect(html.match(/<h2>[^<]*/g)).to.deep.equal(['<h2>消息', '<h2>工单']);
    expect(html.match(/<table>/g)).to.have.lengthOf(2);
    const table = createJson(document);
    const json = Buffer.concat([table.rows(rows.slice(0, 2)), table.rows(rows.slice(2)), table.close()]);
    const parsed = JSON.parse(json.toString()) as { rows: object[]; columns: object };
    expect(parsed.rows).to.have.lengthOf(3);
    expect(parsed.rows[2]).to.deep.equal({ section: '工单', record: 'b', field: '主题', value: '补卡' });
    const none = createJson(document);
    expect((JSON.parse(none.close().toString()) as { rows: object[] }).rows).to.deep.equal([]);
  });
});
