import { expect } from 'chai';
import { AppError, createFakeClock, type Actor } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { portable } from '../persistence/index.ts';
import { defineSection, Settings, settingsFault, type ApprovalDesk, type PendingChange } from './index.ts';

interface Lamp {
  colour: string;
  isLit: boolean;
  rooms: { key: string; watts: number }[];
}

const LAMP = defineSection<Lamp>({
  name: 'lamp',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['colour', 'isLit', 'rooms'],
    properties: {
      colour: { type: 'string', maxLength: 20 },
      isLit: { type: 'boolean' },
      rooms: {
        type: 'array',
        maxItems: 3,
        items: {
          type: 'object',
          additionalProperties: false,
          required: ['key', 'watts'],
          properties: { key: { type: 'string' }, watts: { type: 'integer', maximum: 100 } },
        },
      },
    },
  },
  defaults: { colour: 'white', isLit: true, rooms: [] },
  assert({ colour }) {
    if (colour === 'infrared') throw settingsFault('/colour', 'unseen');
  },
  isDangerous: (before, after) => before.isLit && !after.isLit,
});
const ANNA: Actor = { type: 'account', id: 'anna' };
const REASON = '按巡检要求';
const ENTRY = portable<{ limit: number }, { action: string; body: string }>(
  'spec.settings_audit',
  'SELECT action, body FROM audit_event ORDER BY occurred_at DESC, id DESC FETCH FIRST :limit ROWS ONLY',
  { params: { limit: 'int' }, result: { action: 'text', body: 'text' } },
);

describe('settings', () => {
  let core: Core;
  let settings: Settings;
  let asked: PendingChange[];
  let faults: unknown[];
  const clock = createFakeClock();
  const approvals: ApprovalDesk = {
    async ask(tx, _kind, params) {
      tx.record({ action: 'approval.request', outcome: 'ok', target: { type: 'approval', id: 'a1' } });
      asked.push(params as unknown as PendingChange);
      return { id: 'a1' };
    },
  };
  const build = () =>
    new Settings({
      uow: core.uow,
      clock,
      sections: [LAMP],
      approvals,
      onFault: (error) => faults.push(error),
    });
  const asAnna = <T>(work: Parameters<Core['uow']['run']>[1]) =>
    core.uow.run({ actor: ANNA }, work) as Promise<T>;
  const change = (version: number, value: unknown, reason = REASON) =>
    asAnna((tx) => settings.change(tx, { section: 'lamp', version, value, reason }));
  const faultOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.catch((caught: unknown) => caught);
    return error instanceof AppError ? { code: error.code, ...error.details } : error;
  };
  const value = (over: Partial<Lamp> = {}): Lamp => ({ ...LAMP.defaults, ...over });

  beforeEach(async () => {
    core = await buildCore({ clock });
    asked = [];
    faults = [];
    settings = build();
  });
  afterEach(() => core.close());

  it('have their defaults as version 0, and each change as the next version', async () => {
    expect(settings.get(LAMP)).to.deep.equal(LAMP.defaults);
    expect(await change(0, value({ colour: 'red' }))).to.deep.equal({ state: 'applied', version: 1 });
    expect(settings.get(LAMP).colour).to.equal('red');
    expect(await change(1, value({ colour: 'blue' }))).to.deep.equal({ state: 'applied', version: 2 });
    const rows = await core.uow.read((db) => settings.history(db, 'lamp', { beforeVersion: 99, limit: 9 }));
    expect(rows.map(({ version, changedBy, reason }) => [version, changedBy, reason])).to.deep.equal([
      [2, 'anna', REASON],
      [1, 'anna', REASON],
    ]);
  });

  it('reach another process by its poll', async () => {
    const other = build();
    await change(0, value({ colour: 'green' }));
    expect(other.get(LAMP).colour).to.equal('white');
    await other.refresh();
    expect(other.get(LAMP).colour).to.equal('green');
    expect(other.tagOf([LAMP])).to.equal('1');
  });

  it('let one of two who save at once win, at the first version and later', async () => {
    for (const version of [0, 1]) {
      const results = await Promise.all(
        ['a', 'b', 'c'].map((colour) => faultOf(change(version, value({ colour: `${colour}${version}` })))),
      );
      const stale = results.filter(
        (result) => (result as { code?: string }).code === 'request.version_stale',
      );
      expect(stale).to.have.length(2);
    }
    expect(settings.list()).to.deep.equal([{ section: 'lamp', version: 2 }]);
  });

  for (const [name, given, fault] of [
    ['an unknown key', { ...value(), size: 3 }, { at: '/size', problem: 'additionalProperties' }],
    ['a missing key', { colour: 'red', isLit: true }, { at: '/rooms', problem: 'required' }],
    ['a wrong type', { ...value(), colour: null }, { at: '/colour', problem: 'type' }],
    ['a text over its limit', value({ colour: '😀'.repeat(21) }), { at: '/colour', problem: 'maxLength' }],
    ['what its own rule refuses', value({ colour: 'infrared' }), { at: '/colour', problem: 'unseen' }],
    [
      'a number over its limit',
      value({ rooms: [{ key: 'a', watts: 101 }] }),
      { at: '/rooms/0/watts', problem: 'maximum' },
    ],
  ] as const) {
    it(`refuse ${name} and stay as they are`, async () => {
      expect(await faultOf(change(0, given))).to.deep.equal({ code: 'settings.invalid', ...fault });
      expect(settings.list()).to.deep.equal([{ section: 'lamp', version: 0 }]);
    });
  }

  it('count a letter of four bytes once', async () => {
    await change(0, value({ colour: '😀'.repeat(20) }));
    await settings.refresh();
    expect(settings.get(LAMP).colour).to.equal('😀'.repeat(20));
  });

  for (const [reason, problem] of [
    [' ', 'minLength'],
    ['因客户 13812345678 投诉', 'personal'],
  ]) {
    it(`refuse the reason "${reason}"`, async () => {
      const fault = { code: 'settings.invalid', at: '/reason', problem };
      expect(await faultOf(change(0, value({ colour: 'red' }), reason))).to.deep.equal(fault);
    });
  }

  it('refuse a change that changes nothing, a stale version, and an unknown section', async () => {
    expect(await faultOf(change(0, value()))).to.deep.equal({ code: 'settings.unchanged' });
    expect(await faultOf(change(3, value({ colour: 'red' })))).to.deep.equal({
      code: 'request.version_stale',
    });
    const unknown = asAnna((tx) =>
      settings.change(tx, { section: 'nowhere', version: 0, value: {}, reason: REASON }),
    );
    expect(await faultOf(unknown)).to.deep.equal({ code: 'request.not_found' });
  });

  it('record the names of what changed, never a value', async () => {
    await change(0, value({ colour: 'ultramarine', rooms: [{ key: 'hall', watts: 60 }] }));
    const [entry] = await core.uow.read((db) => db.all(ENTRY, { limit: 1 }));
    expect(entry?.action).to.equal('config.change');
    expect(entry?.body).to.include('"colour"').and.include('rooms/hall').and.not.include('ultramarine');
  });

  it('show what differs between two versions, by path', async () => {
    await change(
      0,
      value({
        colour: 'red',
        rooms: [
          { key: 'hall', watts: 60 },
          { key: 'den', watts: 5 },
        ],
      }),
    );
    await change(
      1,
      value({
        colour: 'red',
        rooms: [
          { key: 'den', watts: 5 },
          { key: 'hall', watts: 40 },
        ],
      }),
    );
    const diff = (from: number, to: number) => core.uow.read((db) => settings.diff(db, 'lamp', from, to));
    expect(await diff(1, 2)).to.deep.equal([
      { path: 'rooms', from: 'hall, den', to: 'den, hall' },
      { path: 'rooms/hall/watts', from: '60', to: '40' },
    ]);
    expect(await diff(0, 1)).to.deep.include({ path: 'colour', from: 'white', to: 'red' });
    expect(await faultOf(diff(1, 9))).to.deep.equal({ code: 'request.not_found' });
  });

  it('take an earlier version again as a new one', async () => {
    await change(0, value({ colour: 'red' }));
    await change(1, value({ colour: 'blue' }));
    const restore = (version: number, to: number) =>
      asAnna((tx) => settings.restore(tx, { section: 'lamp', version, to, reason: REASON }));
    expect(await restore(2, 1)).to.deep.equal({ state: 'applied', version: 3 });
    expect(settings.get(LAMP).colour).to.equal('red');
    await restore(3, 0);
    expect(settings.get(LAMP)).to.deep.equal(LAMP.defaults);
    const [row] = await core.uow.read((db) => settings.history(db, 'lamp', { beforeVersion: 99, limit: 1 }));
    expect(row).to.include({ version: 4, restoredVersion: 0 });
  });

  it('refuse to restore a version that no longer fits', async () => {
    await change(0, value({ colour: 'red' }));
    await change(1, value({ colour: 'blue' }));
    await spoil(core, `{"colour":"${'x'.repeat(30)}","isLit":true,"rooms":[]}`, 1);
    const restore = asAnna((tx) =>
      settings.restore(tx, { section: 'lamp', version: 2, to: 1, reason: REASON }),
    );
    expect(await faultOf(restore)).to.include({ code: 'settings.version_invalid', at: '/colour' });
    expect(settings.list()[0]?.version).to.equal(2);
  });

  it('stay at the defaults, and say so, when what is stored fits no longer', async () => {
    await change(0, value({ colour: 'red' }));
    await spoil(core, '{"colour":7}', 1);
    const other = build();
    await other.refresh();
    expect(other.get(LAMP)).to.deep.equal(LAMP.defaults);
    expect(faults).to.have.length(1);
  });

  it('wait for a second person before a dangerous change, and look at it again then', async () => {
    const outcome = await change(0, value({ isLit: false }));
    expect(outcome).to.deep.equal({ state: 'waiting', approvalId: 'a1' });
    expect(settings.get(LAMP).isLit).to.equal(true);
    const pending = asked[0] as PendingChange;
    expect(await core.uow.read((db) => settings.describePending(db, pending))).to.deep.equal([
      { path: 'isLit', from: 'true', to: 'false' },
    ]);
    const who = { requestedById: 'anna', approvedById: 'bo' };
    await asAnna((tx) => settings.applyPending(tx, pending, who));
    expect(settings.get(LAMP).isLit).to.equal(false);
    const again = asAnna((tx) => settings.applyPending(tx, pending, who));
    expect(await faultOf(again)).to.deep.equal({ code: 'request.version_stale' });
  });

  it('are declared with a closed schema and defaults that fit it', () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    expect(() => defineSection({ name: 'open', schema: open, defaults: {} })).to.throw(/unknown properties/);
    const closed = { ...open, additionalProperties: false };
    expect(() => defineSection({ name: 'bad', schema: closed, defaults: { a: 1 } })).to.throw(/defaults/);
  });
});

const SPOIL = portable<{ body: string; version: number }>(
  'spec.setting_spoil',
  'UPDATE setting_version SET body = :body WHERE version = :version',
  { params: { body: 'text', version: 'int' } },
);

/** Changes a stored version behind the back of the product. */
async function spoil(core: Core, body: string, version: number): Promise<void> {
  await core.database.read((session) => session.run(SPOIL, { body, version }));
}
