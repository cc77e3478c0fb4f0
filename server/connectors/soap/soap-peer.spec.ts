import { existsSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildHost, codeOf, PEER, type BuiltHost } from '../../test/support/connector-host.ts';
import {
  ARE_PEERS_REQUIRED,
  PEER_MODULES,
  startPeerProcess,
  type PeerProcess,
} from '../../test/support/peer-process.ts';
import { soapConnector } from './index.ts';
import type { SoapConfig, SoapOperation } from './soap.config.ts';

const PROGRAM = fileURLToPath(new URL('./test/soap-peer.cjs', import.meta.url));
const CALL = { timeoutMs: 10_000, correlationId: '01900000-0000-7000-8000-000000000001' };

describe('SOAP of another maker (soap)', function () {
  this.timeout(90_000);
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let peer: PeerProcess;
  let config: SoapConfig;

  before(async function () {
    if (!existsSync(join(PEER_MODULES, 'soap'))) {
      if (ARE_PEERS_REQUIRED) throw new Error(`There is no soap in ${PEER_MODULES}: .ci/peers installs it.`);
      process.stderr.write('SKIPPED: there is no package soap, so SOAP is not tested against it here.\n');
      return this.skip();
    }
    core = await buildCore({ clock });
    peer = await startPeerProcess([PROGRAM, PEER_MODULES, 'geheim'], /listening (\d+)/);
    const port = Number(peer.ready[1]);
    built = buildHost(core, clock, { ports: [port], protocols: ['http'] });
    const [preset] = soapConnector.presets;
    const [list] = preset?.config.operations ?? [];
    if (preset === undefined || list === undefined) throw new Error('The module ships no settings.');
    const register: SoapOperation = {
      ...{ name: 'ticket.create', title: { zh: '登记', en: 'Register' }, isReadOnly: false, isMany: false },
      ...{ idempotency: 'key', purposes: ['ticket'], output: {}, input: { subject: {} } },
      action: 'urn:bank:account:register',
      body: '<a:register xmlns:a="urn:bank:account"><a:serial>{key}</a:serial><a:subject>{subject}</a:subject></a:register>',
      reference: 'registerResponse.id',
    };
    config = {
      ...preset.config,
      baseUrl: `http://${PEER}:${port}/services/account`,
      operations: [{ ...list, faultPath: 'code', faults: { absent: ['E42'] } }, register],
    };
  });
  after(async () => {
    built?.close();
    peer?.stop();
    await core?.close();
  });
  const open = (password = 'geheim', more: Partial<SoapConfig> = {}) =>
    built.open(soapConnector, { ...config, ...more }, { password });

  it('knows our digest, and refuses a wrong one and none', async () => {
    await open().check(CALL);
    await open().check(CALL);
    expect(await codeOf(open('falsch').check(CALL))).to.equal('connector.auth_failed unauthorised');
    expect(await codeOf(open('geheim', { security: 'none' }).check(CALL))).to.equal(
      'connector.auth_failed unauthorised',
    );
  });

  it('gives accounts with every digit of their money, masked', async () => {
    const id = await built.add('soap', config, { secrets: { password: 'geheim' } });
    const { records } = await built.lookup(id, 'account.list', { customer: '<K&1>"' });
    expect(records).to.deep.equal([
      { number: '6222****1111', kind: '活期', balance: '****', state: '正常' },
      { number: '6222****2222', kind: '定期', balance: '****', state: '正常' },
    ]);
    const { items } = await open().run('account.list', { customer: 'one' }, CALL);
    expect(items).to.deep.equal([
      { number: '6222020200001111', kind: '1', balance: '12345678901234567890.10', state: '正常' },
    ]);
  });

  it('tells none, later, failed, and refused apart', async () => {
    const ask = (customer: string) => open().run('account.list', { customer }, CALL);
    expect((await ask('nobody')).items).to.deep.equal([]);
    expect((await ask('wrong')).items).to.deep.equal([]);
    expect(await codeOf(ask('later'))).to.equal('connector.overloaded code');
    expect(await codeOf(ask('fails'))).to.equal('connector.remote_error fault');
  });

  it('does a write once, whose first answer is lost', async () => {
    const call = { ...CALL, key: '01900000-0000-7000-8000-0000000000aa' };
    const write = (subject: string, key = call.key) =>
      open().run('ticket.create', { subject }, { ...call, key });
    expect(await codeOf(write('lost'))).to.match(/^egress\.unreachable/);
    expect((await write('lost')).reference).to.equal('R-1');
    expect((await write('a', '01900000-0000-7000-8000-0000000000ab')).reference).to.equal('R-2');
  });
});
