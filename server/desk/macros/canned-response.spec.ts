import { expect } from 'chai';
import { buildDesk, type Desk } from '../test/build-desk.ts';

const BODY = { title: '问候', category: '通用', text: '您好，请问有什么可以帮您？' };

describe('canned responses', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());
  const create = (body = BODY) =>
    desk.call('zhao', 'POST /canned-responses', { body }) as Promise<{ id: string; version: number }>;
  const put = (id: string, version: number) =>
    desk.call('zhao', 'PUT /canned-responses/:id', {
      params: { id },
      version,
      body: { ...BODY, title: '再见' },
    });

  it('are kept by those who may write, and read by agents in order, page by page', async () => {
    expect(await desk.codeOf(desk.call('lin', 'POST /canned-responses', { body: BODY }))).to.equal(
      'access.refused',
    );
    for (const title of ['乙', '甲', '丙']) await create({ ...BODY, title });
    const titles: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: 2, ...(cursor ? { cursor } : {}) };
      const page = (await desk.call('lin', 'GET /canned-responses', { query })) as {
        items: { title: string }[];
        nextCursor?: string;
      };
      titles.push(...page.items.map(({ title }) => title));
      cursor = page.nextCursor;
    } while (cursor);
    expect(titles).to.have.members(['乙', '甲', '丙']).and.have.length(3);
  });

  it('change with the version that was read, once', async () => {
    const { id } = await create();
    const codes = await Promise.all([desk.codeOf(put(id, 1)), desk.codeOf(put(id, 1))]);
    expect(codes.sort()).to.deep.equal(['none', 'request.version_stale']);
  });

  it('are gone after they were deleted', async () => {
    const { id } = await create();
    const remove = () => desk.call('zhao', 'DELETE /canned-responses/:id', { params: { id } });
    await remove();
    expect(await desk.codeOf(remove())).to.equal('request.not_found');
    expect(await desk.codeOf(put(id, 1))).to.equal('request.not_found');
  });
});
