import { expect } from 'chai';
import type { CellValue, ExportKind, ExportPage } from '../platform/documents/index.ts';
import { transcriptExport } from './conversations/conversation.export.ts';
import { buildDesk, contextOf, GROUPS, type Desk, type Person } from './test/build-desk.ts';
import { ticketExport } from './tickets/ticket.export.ts';

const PHONE = '13812345678';

describe('exports of the desk', () => {
  let desk: Desk;
  let tickets: ExportKind;
  let transcript: ExportKind;
  before(async () => {
    desk = await buildDesk();
    const { staff, ticketView: view, service: conversations } = desk;
    tickets = ticketExport({ view, staff });
    transcript = transcriptExport({ conversations, staff });
  });
  after(() => desk.close());

  /** Every row, read in pages of `limit`, as the person sees them. */
  async function rowsOf(
    kind: ExportKind,
    person: Person,
    params: Record<string, string | string[]> = {},
    { limit = 2, isUnmasked = false, lang = 'zh-CN' as 'zh-CN' | 'en' } = {},
  ): Promise<CellValue[][]> {
    const reader = { ...contextOf(person), displayName: person };
    const rows: CellValue[][] = [];
    let cursor: string | null = null;
    do {
      const place: string | null = cursor;
      const page: ExportPage = await desk.core.uow.read((db) =>
        kind.page(db, { reader, params, cursor: place, limit, lang, isUnmasked }),
      );
      rows.push(...page.rows);
      cursor = page.next;
    } while (cursor !== null);
    return rows;
  }
  const open = (subject: string, conversationId?: string) =>
    desk.call('zhao', 'POST /tickets', {
      body: { subject, description: '…', ...(conversationId ? { conversationId } : {}) },
    }) as Promise<{ id: string; number: number }>;

  it('give every ticket once over many pages, masked, in the words of the language', async () => {
    const made = [];
    for (let index = 0; index < 5; index += 1) made.push(await open(`电话${PHONE} ${index}`));
    const rows = await rowsOf(tickets, 'zhao');
    expect(rows.map(([number]) => number)).to.deep.equal(made.map(({ number }) => number).reverse());
    expect(rows[0]?.slice(1, 4)).to.deep.equal(['电话138****5678 4', '新建', '普通']);
    expect(rows[0]?.[6]).to.equal('机构001');
    expect(rows[0]?.[7]).to.be.instanceOf(Date);
    const none = { unit: '01900000-0000-7000-8000-00000000e0ff' };
    expect((await rowsOf(tickets, 'zhao', none)).length).to.equal(0);
    expect((await rowsOf(tickets, 'zhao', { state: 'solved' })).length).to.equal(0);
    expect((await rowsOf(tickets, 'zhao', {}, { lang: 'en' }))[0]?.[2]).to.equal('New');
  });

  it('give plain values only when they were allowed', async () => {
    const rows = await rowsOf(tickets, 'zhao', {}, { isUnmasked: true });
    expect(String(rows[0]?.[1])).to.include(PHONE);
  });

  it('hold no ticket that the list would not show', async () => {
    const loans = await desk.buildConversation({ skillGroupId: GROUPS.loans.id });
    const { number } = await open('贷款', loans.id);
    const numbersOf = async (person: Person) => (await rowsOf(tickets, person)).map(([value]) => value);
    expect(await numbersOf('chen')).to.include(number);
    expect(await numbersOf('lin')).not.to.include(number);
  });

  it('leave the words of a search out of the notes', () => {
    expect(tickets.notes({ q: '王小明', state: 'open' }, 'zh-CN').join()).to.equal(
      '状态：处理中,按关键词搜索',
    );
  });

  it('give the messages of several conversations in order, masked, a section each', async () => {
    const first = await desk.buildConversation({ texts: [`我的电话${PHONE}`, '第二句', '第三句'] });
    const empty = await desk.buildConversation();
    const second = await desk.buildConversation({ texts: ['你好'] });
    const ids = [first.id, empty.id, second.id];
    const rows = await rowsOf(transcript, 'song', { ids });
    expect(rows.map(([conversation, seq]) => [conversation, seq])).to.deep.equal([
      ...[1, 2, 3].map((seq) => [first.id, seq]),
      [second.id, 1],
    ]);
    expect(rows[0]?.slice(3)).to.deep.equal(['客户', '我的电话138****5678']);
    const plain = await rowsOf(transcript, 'song', { ids }, { isUnmasked: true });
    expect(plain[0]?.[4]).to.equal(`我的电话${PHONE}`);
  });

  it('refuse conversations that the reader may not see, as if there were none', async () => {
    const hidden = await desk.buildConversation({ texts: ['秘密'] });
    for (const ids of [[hidden.id], [desk.core.ids.next()]]) {
      expect(await desk.codeOf(rowsOf(transcript, 'lin', { ids }))).to.equal('request.not_found');
    }
  });
});
