import { expect } from 'chai';
import { serveIdentity, type Browser, type IdentityServer } from '../test/serve-identity.ts';

const HEAD = 'username,displayName,roles,unit\r\n';

describe('imports of accounts', () => {
  let server: IdentityServer;
  let system: Browser;
  let security: Browser;
  let hq: string;
  let count = 0;

  before(async () => {
    server = await serveIdentity();
    system = await server.browse(server.people['system-admin']);
    security = await server.browse(server.people['security-admin']);
    const [root] = await server.core.sql('SELECT code FROM org_unit WHERE parent_id IS NULL');
    hq = String(root?.['code']);
  });
  after(() => server.close());

  const upload = (raw: string, browser = system) =>
    browser.ask('/api/v1/account-imports', {
      method: 'POST',
      raw,
      headers: { 'Content-Type': 'application/octet-stream' },
    });
  const act = (id: string, verb: string, version: number, body: object) =>
    system.ask(`/api/v1/account-imports/${id}/${verb}`, {
      ...{ method: 'POST', body },
      headers: { 'If-Match': `"${version}"` },
    });
  const submit = (id: string, version = 1) => act(id, 'submit', version, { reason: '新员工入职' });
  const passwords = (id: string, version: number) => act(id, 'passwords', version, { offsetMinutes: 480 });
  const look = async (id: string) => (await system.ask(`/api/v1/account-imports/${id}`)).json;
  const approvalOf = async (id: string): Promise<string> => {
    const rows = await server.core.sql('SELECT id FROM approval WHERE open_key = $1', [
      `account.import:${id}`,
    ]);
    return String(rows[0]?.['id']);
  };
  const approve = async (id: string) =>
    security.ask(`/api/v1/approvals/${await approvalOf(id)}/approve`, {
      ...{ method: 'POST', body: {} },
      headers: { 'If-Match': '"1"' },
    });
  const name = () => `new${(count += 1)}`;
  const row = (username: string, roles = 'agent', displayName = '新人') =>
    `${username},${displayName},${roles},${hq}\r\n`;
  const accounts = async () =>
    (await system.ask('/api/v1/accounts?limit=500')).json.items as Record<string, unknown>[];
  const find = async (username: string) => (await accounts()).find((each) => each['username'] === username);
  /** A file as far as the accounts are made. */
  const imported = async (file: string) => {
    const { json } = await upload(HEAD + file);
    expect(json.faults).to.deep.equal([]);
    expect((await submit(json.id)).status).to.equal(202);
    const approved = await approve(json.id);
    expect(approved.status, approved.text).to.equal(200);
    return look(json.id);
  };

  it('are for who makes accounts, as bytes, and only the own ones are seen', async () => {
    const file = HEAD + row(name());
    const anonymous = await server.ask('/api/v1/account-imports', { method: 'POST', raw: file });
    expect(anonymous.status).to.equal(401);
    expect((await upload(file, security)).json.code).to.equal('access.refused');
    const asJson = await system.ask('/api/v1/account-imports', { method: 'POST', body: { file } });
    expect(asJson.json.code).to.equal('request.media_type');
    expect((await upload('x'.repeat(2 * 1024 * 1024 + 1))).json.code).to.equal('request.too_large');
    const { json } = await upload(file);
    await server.core.sql("UPDATE account_import SET created_by_id = 'somebody' WHERE id = $1", [json.id]);
    expect((await system.ask(`/api/v1/account-imports/${json.id}`)).status).to.equal(404);
    expect((await submit(json.id)).status).to.equal(404);
  });

  it('tell every fault with its line and column, and change nothing', async () => {
    const before = await accounts();
    const same = name();
    const files =
      row('x!') + // 2
      row(same) +
      row(same.toUpperCase()) +
      row(name(), 'boss') +
      row(name(), 'role-00000000dead') +
      row(name(), 'security-admin') +
      row(name(), '') +
      row(name(), 'agent', '=1+1') +
      row(name(), 'agent', '"Li\r\nWu"') + // 10 and 11
      `${name()},Li,agent,NOWHERE\r\n` +
      'too,few\r\n' +
      row('the.audit-admin') +
      row('the.agent', 'agent', 'Other');
    const { status, json } = await upload(HEAD + files);
    expect(status).to.equal(201);
    expect(json.faults.map((fault: object) => Object.values(fault).join(' '))).to.deep.equal([
      '2 username username_invalid',
      '4 username username_repeated',
      '5 roles role_unknown',
      '6 roles role_unknown',
      '7 roles role_administrator',
      '8 roles roles_missing',
      '9 displayName display_name_formula',
      '10 displayName display_name_invalid',
      '12 unit unit_unknown',
      '13  cells',
      '14 username account_administrator',
      '15 displayName account_differs',
    ]);
    expect(json).to.include({ state: 'checked', newCount: 1, faultyCount: 12, version: 1 });
    expect((await submit(json.id)).json.code).to.equal('import.has_faults');
    expect(await accounts()).to.deep.equal(before);
    expect(await approvalOf(json.id)).to.equal('undefined');
  });

  it('refuse files that cannot be read, with a code', async () => {
    const code = async (file: string) => (await upload(file)).json.code as string;
    expect(await code('a\0b')).to.equal('import.unreadable');
    expect(await code('a,b\r\n1,2')).to.equal('import.header');
    expect(await code(HEAD)).to.equal('import.empty');
    expect(await code('')).to.equal('import.empty');
    const many = Array.from({ length: 501 }, () => row(name())).join('');
    expect(await code(HEAD + many)).to.equal('import.too_many_rows');
  });

  it('make accounts when another person approves, who sees counts, roles, and names', async () => {
    const [one, two] = [name(), name()];
    const { json } = await upload(HEAD + row(one, 'agent;editor') + row(two));
    expect(json).to.include({ newCount: 2, changedCount: 0, unchangedCount: 0, faultyCount: 0 });
    expect((await submit(json.id, 7)).json.code).to.equal('request.version_stale');
    expect((await submit(json.id)).json).to.include({ state: 'submitted', version: 2 });
    expect((await submit(json.id, 2)).json.code).to.equal('import.state_refused');
    expect(await find(one)).to.equal(undefined);
    const { lines } = (await security.ask(`/api/v1/approvals/${await approvalOf(json.id)}`)).json;
    expect(lines).to.deep.include.members([
      { label: 'import.line.new', to: '2' },
      { label: 'role.agent', to: '2' },
      { label: 'role.editor', to: '1' },
      { label: 'import.line.new_names', to: `${one}, ${two}` },
    ]);
    expect((await approve(json.id)).status).to.equal(200);
    expect(await find(one)).to.deep.include({ state: 'active', roles: ['agent', 'editor'], version: 1 });
    expect(await look(json.id)).to.deep.include({ state: 'applied', passwordsLeft: 2, sample: [] });
    const trail = await server.trail();
    for (const entry of ['check', 'submit', 'apply']) expect(trail).to.include(`account-import.${entry} ok`);
  });

  it('give each password once, to be changed at the first sign-in', async () => {
    const username = name();
    const made = await imported(row(username));
    const tried = await server.ask('/api/v1/session', {
      method: 'POST',
      body: { username, password: 'none' },
    });
    expect(tried.json.code).to.equal('session.credentials_invalid');
    const file = await passwords(made.id, made.version);
    expect(file.status, file.text).to.equal(200);
    expect(file.headers['content-type']).to.equal('text/csv; charset=utf-8');
    const cells = file.text.split('\r\n')[1]?.split(',') ?? [];
    expect(cells[0]).to.equal(username);
    const signedIn = await server.signIn({ username, password: cells[1] as string });
    expect(signedIn.json).to.include({ mustChangePassword: true });
    expect((await passwords(made.id, made.version)).json.code).to.equal('request.version_stale');
    const again = await look(made.id);
    expect(again.passwordsLeft).to.equal(0);
    expect((await passwords(made.id, again.version)).json.code).to.equal('import.passwords_taken');
    expect(await server.trail()).to.include('account-import.passwords ok');
  });

  it('change roles of accounts that exist, and nothing when run again', async () => {
    const username = name();
    await imported(row(username));
    const again = (await upload(HEAD + row(username))).json;
    expect(again).to.include({ unchangedCount: 1, newCount: 0 });
    expect((await submit(again.id)).json.code).to.equal('import.nothing_to_do');
    const other = name();
    const changed = await imported(row(username, 'editor') + row(other));
    expect(changed).to.include({ changedCount: 1, newCount: 1, passwordsLeft: 1 });
    expect((await find(username))?.['roles']).to.deep.equal(['editor']);
  });

  it('refuse the whole file when a user name was taken meanwhile; it stays open', async () => {
    const [free, taken] = [name(), name()];
    const { json } = await upload(HEAD + row(free) + row(taken));
    await submit(json.id);
    const body = { username: taken, displayName: '别人', roles: ['agent'] };
    await system.ask('/api/v1/accounts', { method: 'POST', body });
    const refused = await approve(json.id);
    expect([refused.status, refused.json.code, refused.json.details]).to.deep.equal([
      409,
      'approval.not_applicable',
      { cause: 'account.username_taken' },
    ]);
    expect(await find(free)).to.equal(undefined);
    expect((await look(json.id)).state).to.equal('submitted');
    expect(await approvalOf(json.id)).not.to.equal('undefined');
  });

  it('are checked once more for what happened to accounts that exist', async () => {
    const username = name();
    await imported(row(username));
    const { json } = await upload(HEAD + row(username, 'editor'));
    await submit(json.id);
    const { id, version } = (await find(username)) as { id: string; version: number };
    await system.ask(`/api/v1/accounts/${id}/disable`, {
      ...{ method: 'POST', body: {} },
      headers: { 'If-Match': `"${version}"` },
    });
    expect((await approve(json.id)).json.details).to.deep.equal({ cause: 'import.outdated' });
  });

  it('happen once when two approve at once', async () => {
    const username = name();
    const { json } = await upload(HEAD + row(username));
    await submit(json.id);
    const id = await approvalOf(json.id);
    const send = () =>
      security.ask(`/api/v1/approvals/${id}/approve`, {
        ...{ method: 'POST', body: {} },
        headers: { 'If-Match': '"1"' },
      });
    const [first, second] = (await Promise.all([send(), send()])).map(({ status }) => status).sort();
    expect(first).to.equal(200);
    // Decided already, or stale: whichever the second one finds first.
    expect([409, 412]).to.include(second);
    expect((await accounts()).filter((each) => each['username'] === username)).to.have.length(1);
  });

  it('make as many as a file may hold in one act, and give passwords for a hundred at a time', async () => {
    const names = Array.from({ length: 500 }, name);
    const made = await imported(names.map((username) => row(username)).join(''));
    expect(made).to.include({ state: 'applied', passwordsLeft: 500 });
    const file = await passwords(made.id, made.version);
    expect(file.text.trim().split('\r\n')).to.have.length(101);
    expect((await look(made.id)).passwordsLeft).to.equal(400);
  }).timeout(120_000);

  it('can be asked for again after a refusal', async () => {
    const { json } = await upload(HEAD + row(name()));
    await submit(json.id);
    await security.ask(`/api/v1/approvals/${await approvalOf(json.id)}/reject`, {
      ...{ method: 'POST', body: { note: '名单有误' } },
      headers: { 'If-Match': '"1"' },
    });
    const { state, version } = await look(json.id);
    expect(state).to.equal('checked');
    expect((await submit(json.id, version)).status).to.equal(202);
  });

  it('keep what is waiting for passwords over a restart, and skip accounts that got one otherwise', async () => {
    const [one, two] = [name(), name()];
    const made = await imported(row(one) + row(two));
    const { id, version } = (await find(one)) as { id: string; version: number };
    const reset = await system.ask(`/api/v1/accounts/${id}/password-reset`, {
      method: 'POST',
      headers: { 'If-Match': `"${version}"` },
    });
    expect(reset.status).to.equal(200);
    server.restart();
    const all = await passwords(made.id, made.version);
    const names = all.text.split('\r\n').map((line) => line.split(',')[0]);
    expect(names.slice(1)).to.deep.equal([two, '']);
  });
});
