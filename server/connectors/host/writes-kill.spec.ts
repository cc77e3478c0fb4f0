import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { systemClock } from '../../kernel/index.ts';
import { DEK_INSERT } from '../../platform/persistence/index.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import {
  AGENT,
  buildHost,
  json,
  ordersConfig,
  PEER,
  startHttpPeer,
  type BuiltHost,
  type HttpPeer,
} from '../../test/support/connector-host.ts';

const PROGRAM = fileURLToPath(new URL('../../test/support/connector-write-process.ts', import.meta.url));
const KILLS = process.env['VAULTDESK_TEST_LONG'] === '1' ? 100 : 4;
const KILL_MS = 60_000;
const POLL_MS = 50;
const CREATE = {
  name: 'ticket.create',
  title: { zh: '登记', en: 'Create' },
  ...{ isReadOnly: false, idempotency: 'key', isMany: false, purposes: ['ticket'], output: {} },
  input: { subject: { isRequired: true, source: 'subject' } },
  ...{ method: 'POST', path: '/records', records: undefined, next: undefined, absentStatuses: undefined },
  ...{ body: '{"subject":"{subject}"}', keyHeader: 'Idempotency-Key', reference: '/id' },
};
/** May not be sent twice; the system can be asked what came of it. */
const PAY = {
  ...CREATE,
  ...{ idempotency: 'none', movesMoney: true },
  inquiry: { method: 'GET', path: '/records/{key}', donePath: '/id' },
};

describe('writes in flight when their process is killed', () => {
  let core: Core;
  let peer: HttpPeer;
  let built: BuiltHost;
  let child: ChildProcess | undefined;
  before(async () => {
    core = await buildCore({ clock: systemClock });
    peer = await startHttpPeer(true);
    built = buildHost(core, systemClock, { ports: [peer.port], protocols: ['http'] });
  });
  after(async () => {
    child?.kill('SIGKILL');
    built.close();
    await peer.stop();
    await core.close();
  });

  async function ask(connectorId: string): Promise<void> {
    const requesterId = core.ids.next();
    const { dek, row } = await core.crypto.newDek('requester', requesterId);
    const input = { connectorId, operation: 'ticket.create', purpose: 'ticket' as const };
    await core.uow.run({ actor: AGENT }, async (tx) => {
      await tx.run(DEK_INSERT, { ...row, writes: 0 });
      await built.writes.ask(tx, { ...input, input: { subject: 'x' }, requesterId, dekId: dek.id });
    });
  }

  it(`have exactly one effect in ${KILLS} of ${KILLS} kills, whether repeated by key or asked about`, async function () {
    this.timeout(KILLS * KILL_MS);
    const config = (operation: object) => ({
      ...ordersConfig(peer.port, {}, operation),
      baseUrl: `http://${PEER}:${peer.port}/api`,
    });
    const byKey = await built.add('rest', config(CREATE));
    const money = await built.add('rest', config(PAY));
    const effects = new Map<string, number>();
    let kills = 0;
    peer.answer = (got, response) => {
      if (got.method === 'GET') {
        const key = got.url.split('/').at(-1) ?? '';
        return effects.has(key) ? json(response, { id: key }) : json(response, {}, 404);
      }
      const key = String(got.headers['idempotency-key']);
      if (effects.has(key)) return json(response, { id: key });
      // The work is done, and whoever asked for it is gone before it hears so.
      effects.set(key, 1);
      kills += 1;
      child?.kill('SIGKILL');
    };
    for (let index = 0; index < KILLS; index += 1) await ask(index % 2 === 0 ? byKey : money);
    const endMs = performance.now() + KILLS * KILL_MS;
    const countOf = async (state: string) =>
      Number((await core.sql(`SELECT count(*) AS n FROM connector_write WHERE state ${state}`))[0]?.['n']);
    while ((await countOf('= 0')) > 0 && performance.now() < endMs) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
        const args = ['--import', 'tsx', PROGRAM, core.url, core.keysFolder, String(peer.port)];
        child = spawn(process.execPath, args, { stdio: 'ignore' });
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    expect(kills).to.equal(KILLS);
    expect(await countOf('= 1')).to.equal(KILLS);
    const sent = peer.received.filter(({ method }) => method === 'POST');
    const asked = peer.received.filter(({ method }) => method === 'GET');
    // By key each is sent again and done once; of money each is sent once and asked about.
    expect([effects.size, sent.length, asked.length]).to.deep.equal([KILLS, KILLS * 1.5, KILLS / 2]);
  });
});
