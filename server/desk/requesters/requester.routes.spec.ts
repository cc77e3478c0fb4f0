import { expect } from 'chai';
import { buildDesk, type Desk } from '../test/build-desk.ts';

const PROFILE = {
  name: '欧阳娜娜',
  phone: '+86 138-1234-5678',
  email: 'nana@example.com',
  idNumber: '11010519491231002X',
};

interface Shown {
  id: string;
  nameMasked: string | null;
  phoneMasked?: string;
  version: number;
}

describe('requesters over the route table', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());

  const view = (id: string) => desk.call('lin', 'GET /requesters/:id', { params: { id } }) as Promise<Shown>;
  const put = (id: string, version: number, body: object) =>
    desk.call('lin', 'PUT /requesters/:id', { params: { id }, version, body: { ...body } }) as Promise<Shown>;
  const find = async (query: object) =>
    (
      (await desk.call('lin', 'GET /requesters', { query: { ...query } })) as {
        items: Shown[];
        nextCursor?: string;
      }
    ).items.map(({ id }) => id);

  it('shows everything masked', async () => {
    const { row } = await desk.buildRequester({ ...PROFILE, external: '6222021234567890128' });
    const shown = await view(row.id);
    expect(shown).to.deep.include({
      nameMasked: '欧**娜',
      phoneMasked: '138****5678',
      emailMasked: 'n***@example.com',
      idNumberMasked: '110105********002X',
      isIdentified: true,
      conversations: [],
      tickets: [],
    });
    for (const clear of ['138-1234', '13812345678', '欧阳', '19491231', '6222021234567890128']) {
      expect(JSON.stringify(shown)).to.not.include(clear);
    }
  });

  it('shows a visitor of whom nothing is known', async () => {
    const { row } = await desk.buildRequester();
    const shown = await view(row.id);
    expect(shown.nameMasked).to.equal(null);
    expect(shown).to.not.have.any.keys('phoneMasked', 'emailMasked', 'idNumberMasked', 'externalRef');
  });

  it('finds by phone in any spelling, by its last four digits, and by name', async () => {
    const { row } = await desk.buildRequester({ name: '买买提·艾力', phone: '13955550001' });
    const other = await desk.buildRequester({ name: '买买提', phone: '13955550002' });
    expect(await find({ phone: '+86 139 5555 0001' })).to.deep.equal([row.id]);
    expect(await find({ phone: '１３９５５５５０００１' })).to.deep.equal([row.id]);
    expect(await find({ phoneLast4: '0002' })).to.deep.equal([other.row.id]);
    expect(await find({ name: '买买提•艾力' })).to.deep.equal([row.id]);
    expect(await find({ phone: '13955550003' })).to.deep.equal([]);
  });

  it('finds by surname, and by a part of the name, newest first', async () => {
    const { row: first } = await desk.buildRequester({ name: '鄂小明', phone: '13955550101' });
    const { row: second } = await desk.buildRequester({ name: '鄂大明', phone: '13955550102' });
    const { row: other } = await desk.buildRequester({ name: '小鄂明', phone: '13955550103' });
    expect(await find({ surname: '鄂' })).to.deep.equal([second.id, first.id]);
    expect(await find({ namePart: '小明' })).to.deep.equal([first.id]);
    expect(await find({ namePart: '鄂明' })).to.deep.equal([other.id]);
    const { version } = await view(first.id);
    await put(first.id, version, { name: '阎小亮' });
    expect(await find({ surname: '鄂' })).to.deep.equal([second.id]);
    expect(await find({ namePart: '小明' })).to.deep.equal([]);
    expect(await find({ namePart: '小亮' })).to.deep.equal([first.id]);
    await put(first.id, version + 1, { name: null });
    expect(await find({ namePart: '小亮' })).to.deep.equal([]);
    expect(await find({ surname: '阎' })).to.deep.equal([]);
  });

  it('records a search by its field, never by the value', async () => {
    await desk.buildRequester({ phone: '13955559999' });
    await find({ phone: '13955559999' });
    const [entry] = await desk.audit();
    expect(entry?.action).to.equal('requester.search');
    expect(entry?.body).to.include('"phone"');
    expect(entry?.body).to.not.include('13955559999');
  });

  for (const query of [{}, { phone: '1', name: 'x' }, { name: ' ' }, { phone: '电话' }, { namePart: '·' }]) {
    it(`refuses to search for ${JSON.stringify(query)}`, async () => {
      expect(await desk.codeOf(find(query))).to.equal('request.invalid');
    });
  }

  it('drops hits of the index that are no hits of the value', async () => {
    const { row } = await desk.buildRequester({ name: '甲', phone: '13911112222' });
    const { row: stranger } = await desk.buildRequester({ name: '乙', phone: '13933334444' });
    await desk.tamper(
      'UPDATE requester SET phone_bix = (SELECT phone_bix FROM requester WHERE id = $1) WHERE id = $2',
      [row.id, stranger.id],
    );
    expect(await find({ phone: '13911112222' })).to.deep.equal([row.id]);
  });

  it('seals and indexes a changed field anew, and leaves the others', async () => {
    const { row } = await desk.buildRequester({ ...PROFILE, phone: '13700000001' });
    const shown = await put(row.id, 1, { phone: '13700000002', email: null });
    expect(shown).to.include({ nameMasked: '欧**娜', phoneMasked: '137****0002', version: 2 });
    expect(shown).to.not.have.property('emailMasked');
    expect(await find({ phone: '13700000001' })).to.deep.equal([]);
    expect(await find({ phoneLast4: '0002', limit: 200 })).to.include(row.id);
  });

  it('refuses a stale version, and one of two changes at once', async () => {
    const { row } = await desk.buildRequester(PROFILE);
    expect(await desk.codeOf(put(row.id, 7, { name: '新' }))).to.equal('request.version_stale');
    const codes = await Promise.all(['甲乙', '丙丁'].map((name) => desk.codeOf(put(row.id, 1, { name }))));
    expect(codes.sort()).to.deep.equal(['none', 'request.version_stale']);
  });

  for (const body of [{ phone: '12' }, { email: 'nobody' }, { idNumber: '-' }, { name: '  ' }]) {
    it(`refuses to keep ${JSON.stringify(body)}`, async () => {
      const { row } = await desk.buildRequester(PROFILE);
      expect(await desk.codeOf(put(row.id, 1, body))).to.equal('request.invalid');
      expect((await view(row.id)).version).to.equal(1);
    });
  }

  it('refuses those without the right, and answers "not found" for strangers', async () => {
    const { row } = await desk.buildRequester(PROFILE);
    const params = { id: row.id };
    expect(await desk.codeOf(desk.call('song', 'GET /requesters/:id', { params }))).to.equal(
      'access.refused',
    );
    expect(await desk.codeOf(desk.call('song', 'POST /requesters/:id/reveal', { params }))).to.equal(
      'access.refused',
    );
    expect(await desk.codeOf(view(desk.core.ids.next()))).to.equal('request.not_found');
  });
});
