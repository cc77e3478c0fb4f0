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
import type { Hl7Config, Hl7Operation } from './hl7v2.config.ts';
import { hl7v2Connector } from './index.ts';

const PROGRAM = fileURLToPath(new URL('./test/hl7-peer.cjs', import.meta.url));
const CALL = { timeoutMs: 10_000, correlationId: '01900000-0000-7000-8000-000000000001' };

describe('HL7 v2 of another maker (node-hl7-server)', function () {
  this.timeout(90_000);
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let peer: PeerProcess;
  let config: Hl7Config;

  before(async function () {
    if (!existsSync(join(PEER_MODULES, 'node-hl7-server'))) {
      if (ARE_PEERS_REQUIRED)
        throw new Error(`There is no node-hl7-server in ${PEER_MODULES}: .ci/peers installs it.`);
      process.stderr.write(
        'SKIPPED: there is no node-hl7-server, so HL7 v2 is not tested against it here.\n',
      );
      return this.skip();
    }
    core = await buildCore({ clock });
    peer = await startPeerProcess([PROGRAM, PEER_MODULES], /listening (\d+)/);
    const port = Number(peer.ready[1]);
    built = buildHost(core, clock, { ports: [port], protocols: ['mllp'] });
    const [preset] = hl7v2Connector.presets;
    if (preset === undefined) throw new Error('The module ships no settings.');
    const find = preset.config.operations.find(({ name }) => name === 'customer.find');
    if (find === undefined) throw new Error('There is no customer.find.');
    const admit: Hl7Operation = {
      ...{ name: 'patient.create', title: { zh: '建档', en: 'Admit' }, isReadOnly: false, isMany: false },
      ...{ idempotency: 'key', purposes: ['ticket'], output: {}, input: { family: {}, given: {} } },
      message: 'ADT^A28^ADT_A05',
      segments: ['EVN||{now}', 'PID|1||NEW||{family}^{given}'],
      reference: 'PID.f3.c1',
    };
    config = {
      ...preset.config,
      ...{ host: PEER, port, isTls: false, charset: 'utf-8', isShortId: false },
      operations: [find, admit],
    };
  });
  after(async () => {
    built?.close();
    peer?.stop();
    await core?.close();
  });
  const open = () => built.open(hl7v2Connector, config);

  it('acknowledges the test of the connection', () => open().check(CALL));

  it('is asked for a patient, and its answers, whose MSH-10 is always ACK, are told apart by MSA-2', async () => {
    const id = await built.add('hl7v2', config);
    const { records } = await built.lookup(id, 'customer.find', { number: 'K1' });
    expect(records).to.deep.equal([{ number: 'K1', family: '*', given: '小*', phone: '138****5678' }]);
    expect((await built.lookup(id, 'customer.find', { number: 'nobody' })).records).to.deep.equal([]);
    const session = open();
    const asked = Array.from({ length: 10 }, (_, index) =>
      session.run('customer.find', { number: index % 2 === 0 ? 'K1' : 'nobody' }, CALL),
    );
    const counts = (await Promise.all(asked)).map(({ items }) => items.length);
    expect(counts).to.deep.equal([1, 0, 1, 0, 1, 0, 1, 0, 1, 0]);
  });

  it('makes a patient once, whose first answer is lost', async () => {
    const session = open();
    const call = { ...CALL, key: '01900000-0000-7000-8000-0000000000aa' };
    const input = { family: 'LOST', given: 'a|b^c' };
    expect(await codeOf(session.run('patient.create', input, call))).to.equal('egress.unreachable cut');
    expect((await session.run('patient.create', input, call)).reference).to.equal('P-1');
    const other = { ...call, key: '01900000-0000-7000-8000-0000000000ab' };
    expect((await session.run('patient.create', { family: '李', given: '雷' }, other)).reference).to.equal(
      'P-2',
    );
    const { items } = await session.run('customer.find', { number: 'P-1' }, CALL);
    expect(items).to.have.length(1);
  });

  it('rejects what it does not know, and that is told', async () => {
    const [find] = config.operations as [Hl7Operation];
    const operations = [{ ...find, message: 'SIU^S12^SIU_S12', segments: ['SCH|1'] }];
    const session = built.open(hl7v2Connector, { ...config, operations });
    expect(await codeOf(session.run('customer.find', { number: 'K1' }, CALL))).to.equal(
      'connector.remote_refused ar',
    );
  });
});
