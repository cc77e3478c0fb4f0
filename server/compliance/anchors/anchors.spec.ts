import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createFolderAnchor,
  createNoteSigner,
  createSealer,
  generateSealKey,
  readAnchors,
  type SealRow,
  type Sealer,
} from '../../../audit/index.ts';
import { AppError, SYSTEM_ACTOR } from '../../kernel/index.ts';
import { createAuditStorage } from '../../platform/persistence/index.ts';
import { buildEgress, startPeer, type Peer } from '../../test/support/build-egress.ts';
import { createAuthority } from '../../test/support/certificates.ts';
import { buildCore, type Core } from '../../test/support/core.ts';
import { buildLedger } from '../../../audit/test/ledger.ts';
import { codeOf } from '../../test/support/lifecycle.ts';
import { createAnchoring } from './anchoring.ts';
import { createVolumeAnchor } from './folder-anchor.ts';
import { createForwarder } from './forwarder.ts';
import { createStampAnchor, createSyslogAnchor } from './outside.ts';

const SENDER = { hostname: 'bank-1', version: '0.1.0' };

describe('anchors outside', () => {
  const time = { ms: Date.parse('2026-03-02T08:00:00Z') };
  const clock = { now: () => new Date(time.ms) };
  const seal = (no: number) => ({ no, size: no * 10 }) as SealRow;

  it('get the newest head at their own pace, and are told when they stay away', async () => {
    const got: Record<string, number[]> = { quick: [], slow: [] };
    const told: string[] = [];
    let newest: SealRow | undefined;
    let isAway = false;
    const anchor = (name: string, everyMs: number) => ({
      ...{ name, everyMs },
      async deliver({ no }: SealRow) {
        if (isAway && name === 'quick') throw new AppError('egress.unreachable');
        got[name]!.push(no);
      },
    });
    const anchoring = createAnchoring({
      anchors: [anchor('quick', 10_000), anchor('slow', 60_000)],
      lastSeal: async () => newest,
      clock,
      onFailing: async (sink, code) => void told.push(`${sink} ${code}`),
    });
    await anchoring.look();
    newest = seal(1);
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i += 1) {
        time.ms += 1_000;
        newest = seal(newest!.no + 1);
        await anchoring.look();
      }
    };
    await pass(60);
    expect(got.quick).to.deep.equal([2, 12, 22, 32, 42, 52]);
    expect(got.slow).to.deep.equal([2]);
    isAway = true;
    await pass(100);
    expect(told).to.deep.equal(['quick egress.unreachable']);
    expect(anchoring.states()[0]).to.include({ sink: 'quick', failure: 'egress.unreachable', size: 520 });
    isAway = false;
    await pass(100);
    expect(anchoring.states()[0]).to.include({ failure: null });
    expect(told).to.have.length(1);
  });

  it('go to a folder of another host, every head, and fail in time while it hangs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vd-volume-'));
    const ledger = await buildLedger(7);
    try {
      const { store: trail } = ledger;
      const last = (await trail.lastSeal())!;
      const anchor = () => createVolumeAnchor({ folder, trail, everyMs: 1_000 });
      await anchor().deliver(last);
      // A second process, or a later run, goes on where the folder stands and doubles nothing.
      await anchor().deliver(last);
      const heads: number[] = [];
      for await (const { head } of readAnchors(folder)) heads.push(head!.sealNo);
      expect(heads).to.deep.equal(Array.from({ length: last.no }, (_, i) => i + 1));
      const hung = { ...trail, readSeals: () => new Promise<never>(() => undefined) };
      const slow = createVolumeAnchor({ folder, trail: hung as never, everyMs: 1_000, attemptMs: 5 });
      for (const code of ['egress.timeout', 'egress.timeout'])
        expect(await codeOf(slow.deliver(last))).to.equal(code);
      await writeFile(join(folder, 'file'), '');
      const wrong = createVolumeAnchor({ folder: join(folder, 'file'), trail, everyMs: 1_000 });
      expect(await codeOf(wrong.deliver(last))).to.equal('egress.unreachable');
    } finally {
      await ledger.remove();
      await rm(folder, { recursive: true });
    }
  });

  describe('over the network', () => {
    let core: Core;
    let sealer: Sealer;
    let folder: string;
    let peer: Peer;
    let received: Buffer[];
    const authority = createAuthority();

    before(async () => {
      core = await buildCore();
      folder = await mkdtemp(join(tmpdir(), 'vd-outside-'));
      const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
      const storage = createAuditStorage(core.database);
      const anchors = [createFolderAnchor(join(folder, 'anchors'))];
      sealer = createSealer({ storage, signer, anchors, clock: core.clock });
      received = [];
      peer = await startPeer((socket) => socket.on('data', (data) => received.push(data)), {
        ...authority.issue({ names: ['127.0.0.1'] }),
      });
    });
    after(async () => {
      await peer.stop();
      await sealer.stop();
      await core.close();
      await rm(folder, { recursive: true });
    });
    const place = () => ({ host: '127.0.0.1', port: peer.port, ca: authority.ca });
    const way = () => buildEgress(core, { allow: [`audit:syslog syslog 127.0.0.1:${peer.port}`] }).egress;
    const text = () => Buffer.concat(received.splice(0)).toString();

    it('a syslog server gets the head whole', async () => {
      const { checkpoint } = (await sealer.sealOnce())!;
      const storage = createAuditStorage(core.database);
      const anchor = createSyslogAnchor({ egress: way(), place: place(), sender: SENDER, everyMs: 60_000 });
      await anchor.deliver((await storage.lastSeal())!);
      const line = text();
      expect(line).to.match(/^\d+ <110>1 .* vaultdesk - audit\.head \[vaultdesk@32473 seal="1"/);
      expect(Buffer.from(line.split(' ').at(-1)!, 'base64').toString()).to.equal(checkpoint);
    });

    it('a syslog server gets every entry once it is sealed, and goes on after a cut where it stood', async () => {
      const source = createAuditStorage(core.database);
      const build = (egress = way()) =>
        createForwarder({ source, egress, place: place(), form: 'rfc5424', sender: SENDER, folder });
      await build().look();
      expect(text()).to.equal('');
      const record = (reason: string) =>
        core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
          tx.record({ action: 'access.refuse', outcome: 'refused', reason }),
        );
      await record('one');
      await build().look();
      await sealer.sealOnce();
      const closed = buildEgress(core, {}).egress;
      const code = await build(closed)
        .look()
        .catch((error: AppError) => error.code);
      expect(code).to.equal('egress.refused');
      await record('two');
      await sealer.sealOnce();
      await build().look();
      const lines = text();
      expect([...lines.matchAll(/reason="(\w+)"/g)].map(([, reason]) => reason)).to.include.members([
        'one',
        'two',
      ]);
      expect(lines.match(/reason="one"/g)).to.have.length(1);
      await build().look();
      expect(text()).to.equal('');
    });

    it('a time-stamp authority that does not answer as one is refused, and nothing is kept', async () => {
      const server: Server = createServer((_request, response) => response.end('hello'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const { egress } = buildEgress(core, { allow: [`audit:stamp http 127.0.0.1:${port}`] });
      const stamps = join(folder, 'stamps');
      const anchor = createStampAnchor({
        ...{ egress, url: `http://127.0.0.1:${port}/tsa`, trusted: [], folder: stamps },
        ...{ clock: core.clock, everyMs: 60_000 },
      });
      const storage = createAuditStorage(core.database);
      const code = await anchor.deliver((await storage.lastSeal())!).catch((error: AppError) => error.code);
      expect(code).to.equal('egress.invalid_answer');
      expect(await readdir(stamps).catch(() => [])).to.deep.equal([]);
      await new Promise((resolve) => void server.close(resolve));
    });
  });
});
