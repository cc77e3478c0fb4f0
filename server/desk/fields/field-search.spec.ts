import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { eraseDeskRows } from '../records/requester.erasure.ts';
import { buildDesk, type Desk } from '../test/build-desk.ts';
import type { FieldValues } from './field.rules.ts';
import type { Field } from './field.section.ts';

const field = (key: string, type: Field['type'], mask: Field['mask']): Field => ({
  ...{
    key,
    type,
    mask,
    label: { zh: '字段', en: 'Field' },
    class: 'C2',
    isRequired: false,
    isArchived: false,
  },
  ...{ isInList: false, choices: [], pattern: null, min: null, max: null },
});
const CARD = '6222 0212 3456 7890';

describe('own fields with numbers', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
    const ticket = [field('contract', 'text', 'card'), field('born_on', 'date', 'all')];
    desk.own.fields = { ticket, requester: [], conversation: [] };
  });
  after(() => desk.close());

  const create = (customFields: FieldValues) =>
    desk.call('lin', 'POST /tickets', {
      body: { subject: '争议交易', description: '见附件', customFields },
    }) as Promise<{ id: string }>;
  const idsOf = async (query: object) => {
    const { items } = (await desk.call('lin', 'GET /tickets', { query: { ...query } })) as {
      items: { id: string }[];
    };
    return items.map(({ id }) => id);
  };

  it('are found by the last four digits of a card, as everybody sees them, and of nothing else', async () => {
    const { id } = await create({ contract: CARD, born_on: '1990-07-08' });
    const other = await create({ contract: '6222 0212 3456 1111' });
    expect(await idsOf({ field: 'contract', value: '7890' }))
      .to.include(id)
      .and.not.include(other.id);
    expect(await idsOf({ field: 'contract', value: '1111' })).to.deep.equal([other.id]);
    expect(await idsOf({ field: 'contract', value: '2222' })).to.deep.equal([]);
    expect(await idsOf({ field: 'contract', value: CARD })).to.include(id);
    // A stranger with the same hash does not show.
    const [row] = await desk.core.sql(
      'SELECT value_last4_bix AS hash FROM custom_value WHERE record_id = $1 AND value_last4_bix IS NOT NULL',
      [id],
    );
    await desk.core.sql('UPDATE custom_value SET value_last4_bix = $1 WHERE record_id = $2', [
      row?.['hash'],
      other.id,
    ]);
    expect(await idsOf({ field: 'contract', value: '7890' })).to.not.include(other.id);
    const [born] = await desk.core.sql(
      `SELECT COUNT(*) AS n FROM custom_value WHERE field_key <> 'contract' AND value_last4_bix IS NOT NULL`,
    );
    expect(Number(born?.['n'])).to.equal(0);
  });
});

describe('own fields with names and words', () => {
  let desk: Desk;
  const TICKET = [
    field('holder', 'text', 'name'),
    field('second_phone', 'text', 'phone'),
    field('passport', 'text', 'id-number'),
    field('mail', 'text', 'email'),
    field('employer', 'text', 'all'),
    { ...field('place', 'text', null), class: 'C1' as const },
    field('born_on', 'date', 'all'),
  ];
  before(async () => {
    desk = await buildDesk();
    desk.own.fields = { ticket: TICKET, requester: [], conversation: [] };
  });
  after(() => desk.close());

  const create = async (customFields: FieldValues, requesterId?: string) => {
    const body = {
      subject: '争议交易',
      description: '见附件',
      customFields,
      ...(requesterId && { requesterId }),
    };
    return ((await desk.call('lin', 'POST /tickets', { body })) as { id: string }).id;
  };
  const idsOf = async (name: string, match: string, value: string, more: object = {}) => {
    const query = { field: name, match, value, ...more };
    const page = (await desk.call('lin', 'GET /tickets', { query })) as {
      items: { id: string }[];
      nextCursor?: string;
    };
    return page.items.map(({ id }) => id);
  };
  const countTokens = async (valueOf: string) => {
    const [row] = await desk.core.sql(
      `SELECT COUNT(DISTINCT k.value_id) AS n FROM custom_value_token k
        WHERE k.value_id IN (SELECT v.id FROM custom_value v WHERE v.record_id = $1)`,
      [valueOf],
    );
    return Number(row?.['n']);
  };

  it('are found by their beginning in any spelling, as far as the mask shows it', async () => {
    const id = await create({
      holder: '欧阳 小明',
      second_phone: '+86 138-1234-5678',
      passport: '11010519491231002x',
    });
    const other = await create({
      holder: '欧文',
      second_phone: '138 0000 0000',
      passport: '110105194912310038',
    });
    expect(await idsOf('holder', 'start', '欧')).to.deep.equal([other, id]);
    expect(await idsOf('holder', 'start', '欧阳')).to.deep.equal([id]);
    expect(await idsOf('holder', 'start', '阳')).to.deep.equal([]);
    expect(await idsOf('second_phone', 'start', '１３８')).to.deep.equal([other, id]);
    expect(await idsOf('second_phone', 'start', '1381')).to.deep.equal([id]);
    expect(await idsOf('passport', 'start', '110105')).to.deep.equal([other, id]);
    expect(await idsOf('passport', 'start', '11010519491231002X')).to.deep.equal([id]);
  });

  it('drop strangers with the hash or the tokens of another value', async () => {
    const one = await create({ holder: '诸葛亮' });
    const two = await create({ holder: '上官云' });
    await desk.tamper(
      `UPDATE custom_value SET value_prefix_bix = (SELECT value_prefix_bix FROM custom_value WHERE record_id = $1)
        WHERE record_id = $2`,
      [one, two],
    );
    expect(await idsOf('holder', 'start', '诸')).to.deep.equal([one]);
    const idOf = `(SELECT id FROM custom_value WHERE record_id = $`;
    await desk.core.sql(`DELETE FROM custom_value_token WHERE value_id = ${idOf}1)`, [two]);
    await desk.core.sql(
      `INSERT INTO custom_value_token (value_id, tokens)
        SELECT v.id, k.tokens FROM custom_value_token k, custom_value v
        WHERE k.value_id = ${idOf}1) AND v.record_id = $2`,
      [one, two],
    );
    expect(await idsOf('holder', 'words', '诸葛')).to.deep.equal([one]);
  });

  it('are found by words and by characters that stand together, traditional as simplified', async () => {
    const id = await create({
      holder: '爱新觉罗启明',
      employer: '上海華東电器有限公司 ACME',
      place: '浦东支行',
    });
    const other = await create({ holder: '爱德华', employer: '上海华西药业', place: '浦西支行' });
    expect(await idsOf('holder', 'words', '觉罗')).to.deep.equal([id]);
    expect(await idsOf('employer', 'words', '上海')).to.deep.equal([other, id]);
    expect(await idsOf('employer', 'words', '华东')).to.deep.equal([id]);
    expect(await idsOf('employer', 'words', 'acme 上海')).to.deep.equal([id]);
    expect(await idsOf('place', 'words', '支行')).to.deep.equal([other, id]);
    // The tokens of one field are not those of another.
    expect(await idsOf('holder', 'words', '上海')).to.deep.equal([]);
    expect(await idsOf('employer', 'words', '上海', { limit: 1 })).to.deep.equal([other]);
    expect(await idsOf('employer', 'words', '上海', { state: 'closed' })).to.deep.equal([]);
    expect(await idsOf('employer', 'words', '上海', { assignee: 'none' })).to.deep.equal([other, id]);
  });

  it('take their tokens with them when they change', async () => {
    const id = await create({ holder: '司马光', employer: '资治书局' });
    expect(await countTokens(id)).to.equal(2);
    const put = (version: number, values: FieldValues) =>
      desk.call('lin', 'PUT /tickets/:id/fields', { params: { id }, version, body: { values } });
    await put(1, { employer: '涑水书院' });
    expect(await idsOf('employer', 'words', '书局')).to.deep.equal([]);
    expect(await idsOf('employer', 'words', '书院')).to.deep.equal([id]);
    await put(2, { employer: null, holder: '' });
    const [row] = await desk.core.sql(
      'SELECT COUNT(*) AS n FROM custom_value_token WHERE value_id NOT IN (SELECT id FROM custom_value)',
    );
    expect([await countTokens(id), Number(row?.['n'])]).to.deep.equal([0, 0]);
  });

  it('leave nothing to find them by when their person is erased', async () => {
    const { requesterId } = await desk.buildConversation({ profile: { name: '王小明' } });
    const id = await create({ holder: '慕容复', employer: '姑苏织造' }, requesterId);
    expect(await countTokens(id)).to.equal(2);
    const rows = await desk.core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      tx.record({ action: 'requester.erase', outcome: 'ok', target: { type: 'requester', id: requesterId } });
      return eraseDeskRows(tx, requesterId);
    });
    expect(rows['custom_value']).to.equal(2);
    expect(await countTokens(id)).to.equal(0);
    expect(await idsOf('employer', 'words', '姑苏')).to.deep.equal([]);
    const [left] = await desk.core.sql(
      'SELECT COUNT(*) AS n FROM custom_value_token WHERE value_id NOT IN (SELECT id FROM custom_value)',
    );
    expect(Number(left?.['n'])).to.equal(0);
  });

  it('say which questions they answer', async () => {
    const { ticket } = (await desk.call('lin', 'GET /fields', {})) as {
      ticket: { key: string; matches: string[] }[];
    };
    expect(Object.fromEntries(ticket.map(({ key, matches }) => [key, matches]))).to.deep.equal({
      holder: ['whole', 'start', 'words'],
      second_phone: ['whole', 'start'],
      passport: ['whole', 'start'],
      mail: ['whole'],
      employer: ['whole', 'words'],
      place: ['whole', 'words'],
      born_on: ['whole'],
    });
  });

  for (const [name, match, value, code] of [
    ['mail', 'start', 'a', 'field.not_filterable'],
    ['second_phone', 'words', '138', 'field.not_filterable'],
    ['born_on', 'start', '1990', 'field.not_filterable'],
    ['employer', 'start', '上', 'field.not_filterable'],
    ['second_phone', 'start', '13', 'field.value_invalid'],
    ['passport', 'start', '11010', 'field.value_invalid'],
    ['holder', 'words', '——', 'field.value_invalid'],
    ['holder', 'words', ' ', 'field.value_invalid'],
  ] as const) {
    it(`refuse ${name} by ${match} of “${value}”`, async () => {
      expect(await desk.codeOf(idsOf(name, match, value))).to.equal(code);
    });
  }

  it('refuse a way of matching without a field, and beside bounds', async () => {
    const call = (query: object) => desk.codeOf(desk.call('lin', 'GET /tickets', { query: { ...query } }));
    expect(await call({ match: 'words' })).to.equal('request.invalid');
    expect(await call({ field: 'holder', match: 'words', from: 'a' })).to.equal('request.invalid');
  });
});

describe('own fields that cannot be read', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
    const shown = { isInList: true };
    const ticket = [{ ...field('contract', 'text', 'card'), ...shown }, field('holder', 'text', 'name')];
    desk.own.fields = { ticket, requester: [], conversation: [] };
  });
  after(() => desk.close());

  it('are said to be there, and the others of the record and of the list are shown', async () => {
    const create = async () => {
      const customFields = { contract: CARD, holder: '王小明' };
      const body = { subject: '争议交易', description: '见附件', customFields };
      return ((await desk.call('lin', 'POST /tickets', { body })) as { id: string }).id;
    };
    const [id, other] = [await create(), await create()];
    await desk.tamper(
      `UPDATE custom_value SET value_enc =
          (SELECT o.value_enc FROM custom_value o WHERE o.record_id = $1 AND o.field_key = 'contract')
        WHERE record_id = $2 AND field_key = 'contract'`,
      [other, id],
    );
    const read = (of: string) => desk.call('lin', 'GET /tickets/:id/fields', { params: { id: of } });
    const lost = { version: 1, values: { holder: '王*明' }, unreadable: ['contract'] };
    expect(await read(id)).to.deep.equal(lost);
    const kept = { version: 1, values: { holder: '王*明', contract: '6222****7890' } };
    expect(await read(other)).to.deep.equal(kept);
    const { items } = (await desk.call('lin', 'GET /tickets', { query: { limit: 2 } })) as {
      items: object[];
    };
    expect(items[1]).to.deep.include({ id, columnValues: {}, unreadableColumns: ['contract'] });
    expect(items[0]).to.deep.include({ id: other, columnValues: { contract: '6222****7890' } });
    expect(items[0]).to.not.have.property('unreadableColumns');
    // A new value puts it right.
    const mended = await desk.call('lin', 'PUT /tickets/:id/fields', {
      ...{ params: { id }, version: 1, body: { values: { contract: CARD } } },
    });
    expect(mended).to.deep.equal({ ...kept, version: 2 });
  });
});
