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
import { fhirConnector } from './index.ts';

const PROGRAM = fileURLToPath(new URL('./test/medplum-peer.cjs', import.meta.url));
const PATIENTS = 45;
const CALL = { timeoutMs: 20_000, correlationId: '01900000-0000-7000-8000-000000000001' };

describe('FHIR of another maker (Medplum)', function () {
  this.timeout(90_000);
  const clock = createFakeClock(new Date('2026-06-01T08:00:00.000Z'));
  let core: Core;
  let built: BuiltHost;
  let peer: PeerProcess;
  let config: object;

  before(async function () {
    if (!existsSync(join(PEER_MODULES, '@medplum', 'fhir-router'))) {
      if (ARE_PEERS_REQUIRED)
        throw new Error(`There is no Medplum in ${PEER_MODULES}: .ci/peers installs it.`);
      process.stderr.write('SKIPPED: there is no Medplum, so FHIR is not tested against it here.\n');
      return this.skip();
    }
    core = await buildCore({ clock });
    peer = await startPeerProcess([PROGRAM, PEER_MODULES, 'geheim'], /listening (\d+)/);
    const port = Number(peer.ready[1]);
    built = buildHost(core, clock, { ports: [port], protocols: ['http'] });
    const [preset] = fhirConnector.presets;
    if (preset === undefined) throw new Error('The module ships no settings.');
    const find = preset.config.operations.find(({ name }) => name === 'customer.find');
    const patients = {
      ...find,
      name: 'order.list',
      isMany: true,
      input: {},
      search: { _sort: 'birthDate', _count: '20' },
    };
    const admit = {
      name: 'patient.create',
      title: { zh: '建档', en: 'Admit' },
      ...{ isReadOnly: false, idempotency: 'key', isMany: false, purposes: ['ticket'], output: {} },
      input: { number: {}, name: {} },
      ...{
        resource: 'Patient',
        method: 'POST',
        ifNoneExist: 'identifier=urn:hospital:patient-number|{number}&_tag={key}',
      },
      body: '{"resourceType":"Patient","meta":{"tag":[{"code":"{key}"}]},"identifier":[{"system":"urn:hospital:patient-number","value":"{number}"}],"name":[{"text":"{name}"}],"telecom":[{"system":"phone","value":"13800138000"}]}',
    };
    const book = preset.config.operations.find(({ name }) => name === 'appointment.book');
    const cancel = preset.config.operations.find(({ name }) => name === 'appointment.cancel');
    config = {
      ...{ baseUrl: `http://${PEER}:${port}/fhir/r4`, auth: { kind: 'bearer' } },
      operations: [find, patients, admit, book, cancel],
    };
  });
  after(async () => {
    built?.close();
    peer?.stop();
    await core?.close();
  });
  const open = (token = 'geheim') => built.open(fhirConnector, config, { token });

  it('tells its version, and refuses a wrong token', async () => {
    await open().check(CALL);
    expect(await codeOf(open('falsch').check(CALL))).to.equal('connector.auth_failed unauthorised');
  });

  it('makes a patient once, however often it is told to, and finds it masked', async () => {
    const input = { number: 'P-1', name: '王小明 "x"' };
    const first = await open().run('patient.create', input, { ...CALL, key: 'k-1' });
    const second = await open().run('patient.create', input, { ...CALL, key: 'k-1' });
    expect(first.reference).to.match(/^[0-9a-f-]{36}$/);
    expect(second.reference).to.equal(first.reference);
    expect(await open().inquire?.('patient.create', input, { ...CALL, key: 'k-1' })).to.equal('done');
    expect(await open().inquire?.('patient.create', input, { ...CALL, key: 'k-2' })).to.equal('absent');
    const id = await built.add('fhir', config, { secrets: { token: 'geheim' } });
    const { records } = await built.lookup(id, 'customer.find', { number: 'P-1' });
    expect(records).to.deep.equal([
      { id: first.reference, name: records[0]?.['name'], phone: '138****8000', birth: null },
    ]);
    expect(records[0]?.['name']).to.include('*').and.not.include('小明');
    // It takes an escaped comma for one, so a value with a comma is not sent.
    const two = built.lookup(id, 'customer.find', { number: 'P-2,P-1' });
    expect(await codeOf(two)).to.equal('connector.remote_refused value');
  });

  it('goes through the pages of a search', async () => {
    const opened = open();
    for (let n = 0; n < PATIENTS; n += 1)
      await opened.run('patient.create', { number: `Q-${n}`, name: 'n' }, { ...CALL, key: `q-${n}` });
    const { items } = await opened.run('order.list', {}, CALL);
    expect(items.length).to.be.at.least(20);
  });

  it('books an appointment with one effect, and cancels it at the version it read', async () => {
    const opened = open();
    const patient = await opened.run('patient.create', { number: 'P-9', name: 'n' }, { ...CALL, key: 'p-9' });
    const input = { patient: patient.reference ?? '', slot: 's-1' };
    const made = await opened.run('appointment.book', input, { ...CALL, key: 'b-1' });
    const again = await opened.run('appointment.book', input, { ...CALL, key: 'b-1' });
    expect(again.reference).to.equal(made.reference);
    const { items } = await opened.run('appointment.cancel', { id: made.reference ?? '' }, CALL);
    expect(items[0]).to.include({ status: 'cancelled' });
    expect(await codeOf(opened.run('appointment.cancel', { id: 'nobody' }, CALL))).to.match(
      /^connector\.remote_refused/,
    );
  });
});
