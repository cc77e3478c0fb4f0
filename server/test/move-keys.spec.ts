import { expect } from 'chai';
// The composition root imports every module, and with them every table there is.
import '../compose.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { createFakeClock, SYSTEM_ACTOR } from '../kernel/index.ts';
import {
  createCrypto,
  createMovingKeyProvider,
  createTransitKeyProvider,
  type Crypto,
  type DekRow,
  type KeyProvider,
} from '../platform/crypto/index.ts';
import type { JobContext } from '../platform/jobs/index.ts';
import { createDekStore, insertDeks } from '../platform/persistence/index.ts';
import { countNeeding, REKEY_JOBS, REKEY_LIMITS, rekeyJobs } from '../platform/rekey/index.ts';
import { transitCall } from '../wiring-keys.ts';
import { buildEgress, type BuiltEgress } from './support/build-egress.ts';
import { openToken, type Token } from './support/soft-token.ts';
import { startTransitServer, type TransitServer } from './support/transit-server.ts';

/** Two pages of keys, so that a kill comes between them. */
const KEYS = REKEY_LIMITS.keysAtOnce + 100;

describe('moving master keys to another place', function () {
  this.timeout(60_000);
  let desk: Desk;
  let server: TransitServer;
  let built: BuiltEgress;
  let token: Token | undefined;
  const clock = createFakeClock();
  const opened: { close(): void }[] = [];

  beforeEach(async () => {
    desk = await buildDesk();
    server = await startTransitServer();
    built = buildEgress(desk.core, {
      allow: [`keys:transit http ${new URL(server.url).host} 127.0.0.1/32`],
      names: { '127.0.0.1': ['127.0.0.1'] },
    });
  });
  afterEach(async () => {
    for (const each of opened.splice(0)) each.close();
    built.egress.close();
    await server.stop();
    token?.remove();
    token = undefined;
    await desk.close();
  });

  const openTransit = () =>
    createTransitKeyProvider({
      call: transitCall(built.egress, { url: server.url, token: async () => server.token }),
      ...{ clock, mount: 'transit', key: 'vaultdesk' },
    });
  /** What a process with these keys reads and writes by. */
  async function cryptoOf(provider: KeyProvider): Promise<Crypto> {
    const { database, clock: wall, installationId } = desk.core;
    const deps = { provider, store: createDekStore(database), clock: wall, installationId };
    const crypto = await createCrypto({ ...deps, suite: 'intl' });
    // Providers are shared here, so that only the keys in memory are given back.
    return crypto;
  }
  /** Runs the job; killed at its first checkpoint when asked. Gives what the checkpoint held. */
  async function rewrap(provider: KeyProvider, options: { isKilled?: boolean; state?: unknown } = {}) {
    const { uow, crypto, installationId } = desk.core;
    const deps = { uow, crypto, provider, suite: 'intl' as const, installationId, indexes: [] };
    const jobs = rekeyJobs({ ...deps, settleMs: 0, announce: () => undefined });
    let kept: unknown;
    const context = {
      ...{ jobId: 'j', actor: SYSTEM_ACTOR, signal: new AbortController().signal, state: options.state },
      async checkpoint(state: unknown) {
        kept = state;
        if (options.isKilled) throw new Error('killed');
      },
      now: () => new Date(),
    } as unknown as JobContext;
    const job = jobs.find(({ kind }) => kind === REKEY_JOBS.rewrap);
    await job?.run(context, {}).catch((error: Error) => expect(error.message).to.equal('killed'));
    return kept;
  }
  async function fill() {
    const conversation = await desk.buildConversation({ profile: { name: '王小明' }, texts: ['我的卡丢了'] });
    const { crypto, uow } = desk.core;
    const rows: DekRow[] = [];
    for (let i = 0; i < KEYS; i += 1) rows.push((await crypto.newDek('requester', `r-${i}`)).row);
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      for (let i = 0; i < rows.length; i += 200) await insertDeks(tx, rows.slice(i, i + 200));
      tx.record({ action: 'key.create', outcome: 'ok', target: { type: 'data-keys', id: 'spec' } });
    });
    const [row] = await desk.core.sql('SELECT id, body_enc FROM message WHERE conversation_id = $1', [
      conversation.id,
    ]);
    return {
      cell: { table: 'message', column: 'body_enc', rowId: String(row?.['id']) },
      envelope: row?.['body_enc'] as Buffer,
    };
  }
  const needing = (kekId: string) => desk.core.uow.read((db) => countNeeding(db, kekId));

  /** There and back, with a kill on each way; both kinds of process read everything all the time. */
  async function expectMoves(first: KeyProvider, second: KeyProvider): Promise<void> {
    const message = await fill();
    const dataOf = () => desk.core.sql('SELECT id, name_enc, name_bix FROM requester ORDER BY id');
    const before = await dataOf();
    for (const [from, to] of [
      [first, second],
      [second, first],
    ] as const) {
      // A server that knows both already but still works by the old place, and one that works by the new one.
      const late = createMovingKeyProvider(from, to);
      const early = createMovingKeyProvider(to, from);
      expect(early.kekId).to.equal(to.kekId);
      expect(await early.list()).to.deep.equal([...(await from.list()), ...(await to.list())]);
      const state = await rewrap(early, { isKilled: true });
      const half = await needing(from.kekId);
      expect(half).to.be.greaterThan(0);
      expect(half).to.be.lessThan(KEYS);
      for (const provider of [late, early]) {
        expect(await (await cryptoOf(provider)).open(message.cell, message.envelope)).to.equal('我的卡丢了');
      }
      await rewrap(early, { state });
      expect(await needing(from.kekId)).to.equal(0);
      expect(await needing(to.kekId)).to.be.greaterThan(KEYS);
      // The place that was left is not needed any more; one alone that has nothing is told so at the start.
      expect(await (await cryptoOf(to)).open(message.cell, message.envelope)).to.equal('我的卡丢了');
      const refused = await cryptoOf(from).then(
        () => undefined,
        (error: { details?: { reason?: string } }) => error.details?.reason,
      );
      expect(refused).to.equal('wrong_key');
    }
    expect(await dataOf()).to.deep.equal(before);
  }

  it('goes from files to a key server and back, over a kill, without touching a row of data', async () => {
    await expectMoves(desk.core.keys, await openTransit());
  });

  it('goes from files to a hardware module and back', async function () {
    token = openToken(clock);
    if (token === undefined) return this.skip();
    const module = await token.open();
    opened.push(module);
    await expectMoves(desk.core.keys, module);
  });

  it('wraps new keys in the new place alone, and asks both for their health', async () => {
    const moving = createMovingKeyProvider(await openTransit(), desk.core.keys);
    const { row } = await (await cryptoOf(moving)).newDek('requester', 'r');
    expect(row.kekId).to.equal('transit:vaultdesk:v1');
    expect(await moving.newKek()).to.equal('transit:vaultdesk:v2');
    expect(await moving.health()).to.deep.equal({ ok: true });
    await server.stop();
    expect((await moving.health()).ok).to.equal(false);
    expect((await createMovingKeyProvider(desk.core.keys, moving).health()).ok).to.equal(false);
    await server.start();
  });
});
