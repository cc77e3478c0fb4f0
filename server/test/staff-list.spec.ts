import { expect } from 'chai';
import { AlertService, alertRoutes, createStaffList } from '../compliance/index.ts';
import { createStaffMatching } from '../desk/index.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { openTimeZone, type Actor } from '../kernel/index.ts';
import { serveRoutes, type ServedRoutes } from './support/serve-routes.ts';

const account = (n: number): Actor => ({ type: 'account', id: `01900000-0000-7000-8000-0000000000e${n}` });
const CALLERS = {
  security: { actor: account(1), permissions: ['staff:write'] },
  officer: { actor: account(2), permissions: ['audit:review'] },
  system: { actor: account(3), permissions: ['account:create', 'settings:write'] },
};
const [LIN, WU] = [account(8), account(9)];
const USERS = new Map([
  ['lin', LIN.id],
  ['wu', WU.id],
]);
const PHONE = '13812345678';
const OTHER_PHONE = '13912345678';
const ID_NUMBER = '11010519491231002X';
const PATH = '/api/v1/staff-list';

describe('customers who are on the staff', () => {
  let desk: Desk;
  let alerts: AlertService;
  let http: ServedRoutes<keyof typeof CALLERS>;
  let lin: string;
  let wu: string;
  let stranger: string;

  before(async () => {
    desk = await buildDesk();
    const { core } = desk;
    const { uow, clock, ids, crypto } = core;
    const matching = createStaffMatching({ crypto });
    const accountNames = async () =>
      new Map([
        [LIN.id, '林坐席'],
        [WU.id, '吴坐席'],
      ]);
    const accountsByUsername = async (_db: unknown, names: readonly string[]) =>
      new Map(
        names.flatMap((name) => {
          const id = USERS.get(name.toLowerCase());
          return id === undefined ? [] : [[name, id] as const];
        }),
      );
    alerts = new AlertService({
      ...{ uow, clock, ids, crypto, staff: matching, zone: openTimeZone('Asia/Shanghai') },
      notifier: { send: async () => undefined },
    });
    const list = createStaffList({ clock, ids, matching, accountNames, accountsByUsername });
    http = await serveRoutes(core, [...list.routes, ...alertRoutes({ alerts, accountNames })], CALLERS);
    lin = (await desk.buildConversation({ profile: { name: '林一', phone: PHONE } })).requesterId;
    wu = (await desk.buildConversation({ profile: { name: '吴二', idNumber: ID_NUMBER } })).requesterId;
    stranger = (await desk.buildConversation({ profile: { name: '张三', phone: OTHER_PHONE } })).requesterId;
  });
  after(async () => {
    await http.stop();
    await desk.close();
  });

  const send = (act: 'check' | 'import', text: string, who: keyof typeof CALLERS = 'security') =>
    http.ask(who, `${PATH}/${act}`, {
      ...{ method: 'POST', raw: text },
      headers: { 'content-type': 'application/octet-stream' },
    });
  const look = (actor: Actor, customer: string, count = 1) =>
    desk.core.uow.run({ actor }, async (tx) => {
      for (let i = 0; i < count; i += 1) tx.record({ action: 'requester.view', outcome: 'ok', customer });
    });
  const rows = () => desk.core.sql('SELECT kind, token_bix, account_id FROM staff_token');
  const open = async () => (await http.ask('officer', '/api/v1/audit/alerts')).json.items;

  it('are entered by the security administrator alone', async () => {
    const file = `username,phone\nlin,${PHONE}\n`;
    for (const who of ['officer', 'system'] as const)
      expect((await send('import', file, who)).status, who).to.equal(403);
    expect((await http.ask(undefined, PATH)).status).to.equal(401);
    expect(await rows()).to.deep.equal([]);
  });

  it('are checked row by row in a dry run that changes nothing', async () => {
    const { status, json } = await send(
      'check',
      [
        'username,phone,idNumber,customerNumber',
        `lin,${PHONE};+86 ${PHONE},,`,
        'nobody,13812345678,,',
        'wu,12,1,',
        'wu,,,',
        'wu,13812345678',
        `LIN,${PHONE},,`,
      ].join('\r\n'),
    );
    expect(status).to.equal(200);
    const codes = json.faults.map(({ line, code }: { line: number; code: string }) => `${line} ${code}`);
    expect(codes).to.deep.equal([
      ...['3 username_unknown', '4 phone_invalid', '4 id_number_invalid', '5 no_number', '6 cells'],
      '7 username_repeated',
    ]);
    expect(json).to.include({ accountCount: 1, numberCount: 1, faultCount: 6, isApplied: false });
    expect(await rows()).to.deep.equal([]);
  });

  it('are refused whole when a row is faulty, or the file is no list', async () => {
    const faulty = await send('import', `username,phone\nlin,${PHONE}\nnobody,${PHONE}\n`);
    expect([faulty.status, faulty.json.code]).to.deep.equal([409, 'import.has_faults']);
    for (const [text, code] of [
      ['', 'import.empty'],
      ['username\nlin\n', 'staff.header'],
      ['username,salary\nlin,1\n', 'staff.header'],
      ['username,phone\n', 'import.empty'],
      ['username,phone\n"lin,1', 'import.unreadable'],
      [`username,phone\n${'lin,1\n'.repeat(501)}`, 'import.too_many_rows'],
      [`username,phone\nlin,${Array.from({ length: 21 }, (_, i) => 13_800_000_000 + i).join(';')}`, ''],
    ] as const) {
      const { status, json } = await send('import', text);
      expect(json.code, text.slice(0, 30)).to.equal(code || 'import.has_faults');
      expect(status).to.be.within(400, 422);
    }
    expect(await rows()).to.deep.equal([]);
  });

  it('are kept as hashes alone, which nobody can read again', async () => {
    const { json } = await send('import', `username,phone,idNumber\nlin,+86 ${PHONE},\nwu,,${ID_NUMBER}\n`);
    expect(json).to.include({ accountCount: 2, numberCount: 2, isApplied: true });
    const kept = await rows();
    expect(kept.map(({ kind }) => kind).sort()).to.deep.equal(['id-number', 'phone']);
    for (const { token_bix: token } of kept) expect((token as Buffer).length).to.equal(8);
    const list = await http.ask('security', PATH);
    expect(list.json.totals).to.deep.equal({ accountCount: 2, numberCount: 2, staleCount: 0 });
    expect(JSON.stringify(list.json)).not.to.match(/1381234|11010519/);
    const trail = await desk.core.sql("SELECT body FROM audit_event WHERE action LIKE 'staff-list.%'");
    expect(trail.length).to.be.at.least(2);
    expect(JSON.stringify(trail)).not.to.match(/1381234|11010519/);
  });

  it('raise an alert with both accounts when somebody opens the own record or a colleague’s', async () => {
    await look(LIN, lin, 2);
    await look(LIN, wu);
    await look(WU, stranger, 3);
    expect(await alerts.look()).to.equal(2);
    expect(await alerts.look()).to.equal(0);
    const items: Record<string, unknown>[] = await open();
    const own = items.find(({ rule }) => rule === 'own-record');
    expect(own).to.deep.include({ count: 2, actor: { id: LIN.id, name: '林坐席' } });
    const colleague = items.find(({ rule }) => rule === 'colleague-record');
    expect(colleague).to.deep.include({ count: 1, actor: { id: LIN.id, name: '林坐席' } });
    expect(colleague?.subjects).to.deep.equal([{ id: WU.id, name: '吴坐席' }]);
    const [entry] = await desk.core.sql(
      "SELECT body FROM audit_event WHERE action = 'audit.alert' AND body LIKE '%colleague-record%'",
    );
    expect(JSON.parse(String(entry!.body)).details).to.deep.include({ actor: LIN.id, subjects: [WU.id] });
  });

  it('let the alert of the day grow, and find a customer who came later', async () => {
    await look(LIN, wu, 2);
    const later = await desk.buildConversation({ profile: { name: '吴二', phone: '13700000001' } });
    await send('import', `username,phone,idNumber\nwu,13700000001,${ID_NUMBER}\n`);
    await look(LIN, later.requesterId);
    expect(await alerts.look()).to.equal(0);
    const grown = (await open()).find(({ rule }: { rule: string }) => rule === 'colleague-record');
    expect(grown).to.deep.include({ count: 4, version: 2 });
  });

  it('find nobody any more once they are removed, or hashed with a key that is no longer in use', async () => {
    const remove = () => http.ask('security', `${PATH}/${LIN.id}`, { method: 'DELETE' });
    expect((await remove()).status).to.equal(200);
    expect((await remove()).status).to.equal(404);
    await desk.core.sql('UPDATE staff_token SET index_version = 77');
    expect((await http.ask('security', PATH)).json.totals).to.deep.equal({
      ...{ accountCount: 1, numberCount: 2, staleCount: 2 },
    });
    await look(WU, wu);
    await look(WU, lin);
    expect(await alerts.look()).to.equal(0);
  });
});
