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
import { iso8583Connector } from './index.ts';
import type { IsoConfig } from './iso8583.config.ts';

const PROGRAM = fileURLToPath(new URL('./test/iso-peer.cjs', import.meta.url));
const CALL = { timeoutMs: 10_000, correlationId: '01900000-0000-7000-8000-000000000001' };

describe('ISO 8583 of another maker (iso_8583)', function () {
  this.timeout(90_000);
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let peer: PeerProcess;
  let config: IsoConfig;

  before(async function () {
    if (!existsSync(join(PEER_MODULES, 'iso_8583'))) {
      if (ARE_PEERS_REQUIRED)
        throw new Error(`There is no iso_8583 in ${PEER_MODULES}: .ci/peers installs it.`);
      process.stderr.write(
        'SKIPPED: there is no package iso_8583, so ISO 8583 is not tested against it here.\n',
      );
      return this.skip();
    }
    core = await buildCore({ clock });
    peer = await startPeerProcess([PROGRAM, PEER_MODULES], /listening (\d+)/);
    const port = Number(peer.ready[1]);
    built = buildHost(core, clock, { ports: [port], protocols: ['tcp'] });
    const [preset] = iso8583Connector.presets;
    if (preset === undefined) throw new Error('The module ships no settings.');
    config = { ...preset.config, host: PEER, port, isTls: false };
  });
  after(async () => {
    built?.close();
    peer?.stop();
    await core?.close();
  });
  const ask = (card: string) => built.open(iso8583Connector, config).run('account.list', { card }, CALL);

  it('answers the echo test of the line', () => built.open(iso8583Connector, config).check(CALL));

  it('tells a balance to the last digit, past another terminal’s answer, and it leaves masked', async () => {
    const { items } = await ask('6222020200001111');
    expect(items[0]).to.deep.include({
      f2: '6222020200001111',
      balances: [
        { account: '10', kind: '02', currency: '156', amount: '1234.56' },
        { account: '10', kind: '01', currency: '156', amount: '-0.37' },
      ],
    });
    const id = await built.add('iso8583', config);
    const { records } = await built.lookup(id, 'account.list', { card: '6222020200001111' });
    expect(records).to.deep.equal([{ number: '6222****1111', balance: '****', code: '00' }]);
  });

  it('tells none and failed apart', async () => {
    expect((await ask('6222020200002222')).items).to.deep.equal([]);
    expect(await codeOf(ask('6222020200009999'))).to.equal('connector.remote_error code');
  });
});
