import { expect } from 'chai';
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
