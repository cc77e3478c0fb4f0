import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { portable } from '../../platform/persistence/index.ts';
import { buildDesk, type Desk, type Person } from '../test/build-desk.ts';
import { parseValue, type FieldValues } from './field.rules.ts';
import { FIELDS, type Field, type Fields } from './field.section.ts';

const label = { zh: '字段', en: 'Field' };
const field = (key: string, type: Field['type'], over: Partial<Field> = {}): Field => ({
  ...{ key, type, label, class: 'C1', mask: null, isRequired: false, isArchived: false, isInList: false },
  ...{ choices: [], pattern: null, min: null, max: null },
  ...over,
});
const choices = (...keys: string[]) => keys.map((key) => ({ key, label, isArchived: false }));
const C2 = (mask: Field['mask']) => ({ class: 'C2' as const, mask });

const TICKET = [
  field('branch', 'choice', { choices: choices('east', 'west'), isInList: true }),
  field('products', 'choices', { choices: choices('card', 'loan', 'fund') }),
  field('amount', 'number', { min: 0, max: 1_000_000 }),
  field('due_on', 'date'),
  field('is_urgent', 'yes-no'),
  field('remark', 'long-text'),
  field('contract', 'text', { ...C2('card'), pattern: '[0-9 ]{8,24}' }),
  field('born_on', 'date', C2('all')),
  field('health', 'choice', { ...C2('all'), choices: choices('good', 'bad') }),
  field('old', 'text', { isArchived: true }),
];
const ALL: Fields = {
  ticket: TICKET,
  requester: [field('segment', 'choice', { choices: choices('vip', 'mass') })],
  conversation: [field('topic', 'text')],
};
const CARD = '6222 0212 3456 7890';

const RAW = portable<
  { recordId: string },
  { fieldKey: string; valueEnc: Buffer | null; choiceValue: string | null }
>(
  'spec.custom_values',
  'SELECT field_key, value_enc, choice_value FROM custom_value WHERE record_id = :recordId ORDER BY field_key, ordinal',
  {
    params: { recordId: 'uuid' },
    result: { fieldKey: 'text', valueEnc: 'sealed', choiceValue: 'text' },
  },
);

interface RecordFields {
  version: number;
  values: Record<string, unknown>;
}

describe('own fields over the route table', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  beforeEach(() => {
    desk.own.fields = ALL;
  });
  after(() => desk.close());

  const create = (customFields: FieldValues = {}) =>
    desk.call('lin', 'POST /tickets', {
      body: { subject: '争议交易', description: '见附件', customFields },
    }) as Promise<{ id: string }>;
  const read = (id: string, records = 'tickets', person: Person = 'lin') =>
    desk.call(person, `GET /${records}/:id/fields`, { params: { id } }) as Promise<RecordFields>;
  const put = (id: string, version: number, values: FieldValues, records = 'tickets') =>
    desk.call('lin', `PUT /${records}/:id/fields`, {
      params: { id },
      version,
      body: { values },
    }) as Promise<RecordFields>;
  const list = async (query: object) =>
    (
      (await desk.call('lin', 'GET /tickets', { query: { ...query } })) as {
        items: { id: string; columnValues?: object }[];
      }
    ).items;
  const idsOf = async (query: object) => (await list(query)).map(({ id }) => id);
  const rawOf = (recordId: string) => desk.core.uow.read((db) => db.all(RAW, { recordId }));

  it('are kept with a new ticket and shown on its page, personal ones masked', async () => {
    const given = {
      branch: 'east',
      products: ['fund', 'card'],
      amount: 1250.5,
      due_on: '2026-02-28',
      is_urgent: true,
      remark: '请回电 13812345678 😀',
      contract: CARD,
    };
    const { id } = await create(given);
    const shown = (await desk.call('lin', 'GET /tickets/:id', { params: { id } })) as {
      customFields: RecordFields;
    };
    expect(shown.customFields).to.deep.equal({
      version: 1,
      values: {
        ...given,
        products: ['card', 'fund'],
        remark: '请回电 138****5678 😀',
        contract: '6222****7890',
      },
    });
    const raw = await rawOf(id);
    expect(raw.find(({ fieldKey }) => fieldKey === 'contract')?.valueEnc?.[0]).to.equal(0xe1);
    expect(
      raw.find(({ fieldKey }) => fieldKey === 'remark')?.valueEnc?.[0],
      'free text is sealed too',
    ).to.equal(0xe1);
    expect(raw.filter(({ fieldKey }) => fieldKey === 'products')).to.have.length(2);
  });

  it('change with the version that was read, one of two at once; empty and null take a value away', async () => {
    const { id } = await create({ branch: 'east', contract: CARD, amount: 3 });
    const codes = await Promise.all(['a', 'b'].map(() => desk.codeOf(put(id, 1, { branch: 'west' }))));
    expect(codes.sort()).to.deep.equal(['none', 'request.version_stale']);
    const shown = await put(id, 2, { contract: '', amount: null });
    expect(shown).to.deep.equal({ version: 3, values: { branch: 'west' } });
    const [entry] = await desk.audit();
    // Ids are random digits, in which the number's may stand by chance.
    expect(entry?.body?.replaceAll(/[0-9a-f-]{20,}/g, '')).to.not.include('6222');
  });

  it('belong to requesters and conversations as well, under the requester’s key', async () => {
    const row = await desk.buildConversation({ profile: { name: '王小明' } });
    await desk.service.requestHandover(
      { actor: { type: 'requester', id: row.requesterId } },
      row.id,
      'requested',
    );
    expect(await read(row.requesterId, 'requesters')).to.deep.equal({ version: 0, values: {} });
    expect((await put(row.requesterId, 0, { segment: 'vip' }, 'requesters')).values).to.deep.equal({
      segment: 'vip',
    });
    expect((await put(row.id, 0, { topic: '挂失' }, 'conversations')).values).to.deep.equal({
      topic: '挂失',
    });
    expect(await desk.codeOf(put(desk.core.ids.next(), 0, { segment: 'vip' }, 'requesters'))).to.equal(
      'request.not_found',
    );
  });

  it('narrow the list by choice, number, day, yes and no, and by a sealed text in any spelling', async () => {
    const one = (
      await create({
        branch: 'west',
        products: ['loan'],
        amount: 700,
        due_on: '2031-05-01',
        is_urgent: true,
        contract: '6222 0000 1111 2222',
      })
    ).id;
    const two = (
      await create({ branch: 'west', products: ['card', 'loan'], amount: 800, due_on: '2031-05-09' })
    ).id;
    const both = [two, one];
    expect(await idsOf({ field: 'products', value: 'loan' })).to.deep.equal(both);
    expect(await idsOf({ field: 'products', value: 'fund', limit: 1 })).to.not.include(one);
    expect(await idsOf({ field: 'amount', from: '700', to: '800' })).to.deep.equal(both);
    expect(await idsOf({ field: 'amount', from: '700.0001', to: '800' })).to.deep.equal([two]);
    expect(await idsOf({ field: 'due_on', value: '2031-05-01' })).to.deep.equal([one]);
    expect(await idsOf({ field: 'is_urgent', value: 'true', limit: 1 })).to.deep.equal([one]);
    expect(await idsOf({ field: 'contract', value: '6222-0000-1111-2222' })).to.deep.equal([one]);
    expect(await idsOf({ field: 'contract', value: '6222 0000 1111 2223' })).to.deep.equal([]);
    const [listed] = await list({ field: 'contract', value: '6222000011112222' });
    expect(listed?.columnValues).to.deep.equal({ branch: 'west' });
    const entry = (await desk.audit()).at(0);
    expect(entry?.body).to.include('fields.contract').and.not.include('6222000011112222');
  });

  it('drop hits of the index that are no hits of the value', async () => {
    const one = (await create({ contract: '6222 1111 1111 1111' })).id;
    const two = (await create({ contract: '6222 3333 3333 3333' })).id;
    await desk.tamper(
      `UPDATE custom_value SET value_bix = (SELECT value_bix FROM custom_value WHERE record_id = $1) WHERE record_id = $2`,
      [one, two],
    );
    expect(await idsOf({ field: 'contract', value: '6222111111111111' })).to.deep.equal([one]);
  });

  for (const [query, code] of [
    [{ field: 'nothing', value: 'x' }, 'field.unknown'],
    [{ field: 'health', value: 'good' }, 'field.not_filterable'],
    [{ field: 'remark', value: 'x' }, 'field.not_filterable'],
    [{ field: 'branch', from: 'a' }, 'field.not_filterable'],
    [{ field: 'contract', from: '1' }, 'field.not_filterable'],
    [{ field: 'amount', value: 'ten' }, 'field.value_invalid'],
    [{ field: 'due_on', value: '2026-02-30' }, 'field.value_invalid'],
    [{ field: 'amount' }, 'request.invalid'],
    [{ value: '3' }, 'request.invalid'],
    [{ field: 'amount', value: '3', to: '4' }, 'request.invalid'],
    [{ field: 'amount', value: '3', q: '卡' }, 'request.invalid'],
  ] as const) {
    it(`refuse to narrow the list by ${JSON.stringify(query)}`, async () => {
      expect(await desk.codeOf(list(query))).to.equal(code);
    });
  }

  for (const [values, problem] of [
    [{ branch: 'north' }, 'choice'],
    [{ products: ['card', 'north'] }, 'choice'],
    [{ products: 'card' }, 'type'],
    [{ amount: 1_000_001 }, 'maximum'],
    [{ amount: -1 }, 'minimum'],
    [{ amount: 0.00001 }, 'decimals'],
    [{ amount: '5' }, 'type'],
    [{ due_on: '2026-02-30' }, 'date'],
    [{ due_on: 20260228 }, 'date'],
    [{ is_urgent: 'yes' }, 'type'],
    [{ contract: 'abc' }, 'pattern'],
    [{ remark: '字'.repeat(4_001) }, 'maxLength'],
  ] as [FieldValues, string][]) {
    it(`refuse ${JSON.stringify(values).slice(0, 40)}: ${problem}`, async () => {
      const error: unknown = await create(values).catch((caught: unknown) => caught);
      expect((error as AppError).code).to.equal('field.value_invalid');
      expect((error as AppError).details).to.deep.equal({ field: Object.keys(values)[0], problem });
    });
  }

  it('refuse unknown and archived fields, and a missing required one, and then make no ticket', async () => {
    expect(await desk.codeOf(create({ nothing: 1 }))).to.equal('field.unknown');
    expect(await desk.codeOf(create({ old: 'x' }))).to.equal('field.unknown');
    const { id } = await create({ branch: 'east' });
    desk.own.fields = {
      ...ALL,
      ticket: [field('branch', 'choice', { choices: choices('east'), isRequired: true })],
    };
    const count = (await list({})).length;
    const empty: FieldValues[] = [{}, { branch: null }, { branch: '' }];
    for (const given of empty) expect(await desk.codeOf(create(given))).to.equal('field.required');
    expect(await list({})).to.have.length(count);
    expect(await desk.codeOf(put(id, 1, { branch: null }))).to.equal('field.required');
  });

  it('keep what an archived field and an archived choice hold, and take neither anew', async () => {
    const { id } = await create({ branch: 'east', amount: 5 });
    const [branch, ...rest] = TICKET;
    const archived = {
      ...branch!,
      choices: branch!.choices.map((one) => ({ ...one, isArchived: one.key === 'east' })),
    };
    desk.own.fields = {
      ...ALL,
      ticket: [archived, ...rest.map((one) => ({ ...one, isArchived: one.key === 'amount' }))],
    };
    expect((await read(id)).values).to.deep.equal({ branch: 'east', amount: 5 });
    expect(await desk.codeOf(put(id, 1, { branch: 'east' }))).to.equal('field.value_invalid');
    expect(await desk.codeOf(put(id, 1, { amount: 6 }))).to.equal('field.unknown');
  });

  it('show clear values for a stated purpose alone, with an entry that holds none', async () => {
    const { id } = await create({ contract: CARD, born_on: '1990-01-02' });
    expect((await read(id)).values).to.deep.equal({ contract: '6222****7890', born_on: '****' });
    const reveal = (body: object) =>
      desk.call('lin', 'POST /tickets/:id/fields/reveal', { params: { id }, body: { ...body } }) as Promise<{
        values: FieldValues;
      }>;
    expect(await desk.codeOf(reveal({ fields: ['contract'], purpose: ' ' }))).to.equal(
      'requester.reveal_purpose',
    );
    const { values } = await reveal({ fields: ['contract', 'born_on', 'amount'], purpose: '核对合同' });
    expect(values).to.deep.equal({ contract: CARD, born_on: '1990-01-02', amount: null });
    const [entry] = await desk.audit();
    expect(entry?.action).to.equal('requester.reveal');
    expect(entry?.body).to.include('核对合同');
    expect(entry?.body?.replaceAll(/[0-9a-f-]{20,}/g, '')).to.not.include('7890');
  });

  describe('in the settings', () => {
    const check = async (after: Partial<Fields>, before: Fields = ALL) => {
      const value = { ...before, ...after };
      const error: unknown = await desk.core.uow
        .read(async (db) => FIELDS.assert?.(value, { db, before }))
        .catch((caught: unknown) => caught);
      return error instanceof AppError ? { code: error.code, ...error.details } : error;
    };
    const ticket = (change: (one: Field) => Field) => ({ ticket: TICKET.map(change) });

    it('may be added, reworded, reordered, and archived', async () => {
      const reordered = [...TICKET]
        .reverse()
        .map((one) => ({ ...one, isArchived: true, label: { zh: '新', en: 'New' } }));
      expect(await check({ ticket: [...reordered, field('fresh', 'number', { min: 1, max: 2 })] })).to.equal(
        undefined,
      );
    });

    for (const [name, after, fault] of [
      [
        'another type',
        ticket((one) =>
          one.key === 'amount' ? { ...one, type: 'date' as const, min: null, max: null } : one,
        ),
        { code: 'field.type_fixed', at: '/ticket', field: 'amount' },
      ],
      [
        'another class',
        ticket((one) => (one.key === 'contract' ? { ...one, class: 'C1' as const, mask: null } : one)),
        { code: 'field.type_fixed', at: '/ticket', field: 'contract' },
      ],
      [
        'a field less',
        { ticket: TICKET.slice(1) },
        { code: 'field.archive_only', at: '/ticket', field: 'branch' },
      ],
      [
        'a key twice',
        { ticket: [...TICKET, TICKET[0]!] },
        { code: 'settings.invalid', at: '/ticket/10/key', problem: 'uniqueItems' },
      ],
      [
        'a choice without choices',
        { requester: [...ALL.requester, field('x', 'choice')] },
        { code: 'settings.invalid', at: '/requester/1/choices', problem: 'minItems' },
      ],
      [
        'a text with choices',
        { requester: [...ALL.requester, field('x', 'text', { choices: choices('a') })] },
        { code: 'settings.invalid', at: '/requester/1/choices', problem: 'maxItems' },
      ],
      [
        'C2 without a mask',
        { requester: [...ALL.requester, field('x', 'text', { class: 'C2' })] },
        { code: 'settings.invalid', at: '/requester/1/mask', problem: 'class' },
      ],
      [
        'a phone mask on a number',
        { requester: [...ALL.requester, field('x', 'number', C2('phone'))] },
        { code: 'settings.invalid', at: '/requester/1/mask', problem: 'type' },
      ],
      [
        'bounds the wrong way round',
        { requester: [...ALL.requester, field('x', 'number', { min: 2, max: 1 })] },
        { code: 'settings.invalid', at: '/requester/1/min', problem: 'maximum' },
      ],
    ] as [string, Partial<Fields>, object][]) {
      it(`refuse ${name}`, async () => {
        expect(await check(after)).to.deep.equal(fault);
      });
    }

    it('refuse to lose a choice some record has, and let an unused one go', async () => {
      await create({ branch: 'east', products: ['card'] });
      await create({ health: 'good' });
      const without = (key: string, choice: string) =>
        ticket((one) =>
          one.key === key ? { ...one, choices: one.choices.filter((each) => each.key !== choice) } : one,
        );
      expect(await check(without('products', 'card'))).to.deep.include({
        code: 'field.choice_in_use',
        field: 'products',
      });
      expect(await check(without('health', 'bad'))).to.deep.include({
        code: 'field.choice_in_use',
        field: 'health',
      });
      const unused = {
        ...ALL,
        ticket: TICKET.map((one) =>
          one.key === 'branch' ? { ...one, choices: choices('east', 'west', 'south') } : one,
        ),
      };
      expect(await check(without('branch', 'south'), unused)).to.equal(undefined);
    });

    for (const pattern of [
      '(a',
      '(a)\\1',
      '(?=a)b',
      '((a{900}){900}){900}',
      '((x{50}){50}){50}',
      '(?:(?:a{99}b){99}c)*',
    ]) {
      it(`refuse the pattern ${pattern}`, async () => {
        const after = { requester: [...ALL.requester, field('x', 'text', { pattern })] };
        expect(await check(after)).to.deep.equal({
          code: 'field.pattern_refused',
          at: '/requester/1/pattern',
        });
      });
    }

    it('match a pattern that stops other engines in linear time', () => {
      const slow = field('x', 'text', { pattern: '(a+)+b' });
      expect(() => parseValue(slow, 'a'.repeat(200))).to.throw(AppError);
    });
  });
});
