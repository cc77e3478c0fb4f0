import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { adoptionDetails } from './adopted-fork.ts';
import { findFork } from './adoption.ts';
import { createFolderAnchor, readAnchors } from './anchors.ts';
import type { AuditDraft } from './draft.ts';
import { epochStartDrafts } from './epoch.ts';
import { writeExport } from './export.ts';
import { createKeyFile, parseKeyFile } from './keys.ts';
import { createAuditLane, type AuditLane } from './lane.ts';
import { createNoteSigner, generateSealKey } from './note.ts';
import { adoptedLaneDetails, findOverrun } from './overrun.ts';
import { laneRangeText } from './place.ts';
import { createSealer, type Sealer, type SealerNotice } from './sealer.ts';
import { createMemoryStore, type MemoryStore } from './test/memory-store.ts';
import { startSecondVerifier } from './test/second-verifier.ts';
import { buildDraft, buildStamp, TEST_NOW } from './test/support.ts';
import { verifyDatabaseTrail } from './verify-database.ts';

const VERIFIER = fileURLToPath(new URL('./audit-verify.mjs', import.meta.url));
const signer = createNoteSigner('vaultdesk.example/fork', generateSealKey());
const keyFile = createKeyFile(signer);
const keys = parseKeyFile(keyFile);

const NOTHING_CLOSED: readonly AuditDraft[] = [
  {
    action: 'audit.epoch-start',
    outcome: 'ok',
    details: { closed: [], missing: [], part: 0, partCount: 1 },
  },
];

describe('a fork of the trail', () => {
  let folder: string;
  let anchors: string;
  let store: MemoryStore;
  let nowMs: number;
  const notices: SealerNotice[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vaultdesk-fork-'));
    anchors = join(folder, 'anchors');
    store = createMemoryStore();
    nowMs = TEST_NOW.getTime();
    notices.length = 0;
  });
  afterEach(() => rm(folder, { recursive: true }));

  const stamp = () => buildStamp({ at: new Date(nowMs) });

  /** A start of the server: an epoch of its own, and a sealer that knows nothing yet. */
  async function start(
    on: MemoryStore,
    epoch: number,
    drafts: readonly AuditDraft[] = NOTHING_CLOSED,
  ): Promise<{ sealer: Sealer; lane: AuditLane }> {
    await on.insertEpoch({ node: 'n1', epoch, laneCount: 1 });
    const lane = createAuditLane({
      node: 'n1',
      epoch,
      lane: 0,
      chained: false,
      clock: { now: () => new Date(nowMs) },
    });
    for (const draft of drafts) await act(on, lane, draft);
    const sealer = createSealer({
      ...{
        storage: on,
        signer,
        anchors: [createFolderAnchor(anchors)],
        clock: { now: () => new Date(nowMs) },
      },
      report: (notice) => void notices.push(notice),
    });
    return { sealer, lane };
  }

  async function act(
    on: MemoryStore,
    lane: AuditLane,
    draft: Parameters<typeof buildDraft>[0] = {},
  ): Promise<void> {
    nowMs += 1_000;
    await on.insertEvents([lane.draw(buildDraft({ target: undefined, ...draft }), stamp())]);
  }

  async function grow({ sealer, lane }: { sealer: Sealer; lane: AuditLane }, on: MemoryStore, seals: number) {
    for (let i = 0; i < seals; i += 1) {
      await act(on, lane);
      await sealer.sealOnce();
    }
  }

  function copyOf(from: MemoryStore): MemoryStore {
    const copy = createMemoryStore();
    copy.events.push(...from.events);
    copy.seals.push(...from.seals);
    copy.epochs.push(...from.epochs);
    return copy;
  }

  const fork = async () =>
    findFork(store, readAnchors(anchors), { keys, known: await store.listAdoptions() });
  const verify = () => verifyDatabaseTrail(store, () => ({ keys, anchors: [readAnchors(anchors)] }));

  async function adopt(lane: AuditLane): Promise<void> {
    const found = (await fork())!;
    await act(store, lane, { action: 'audit.adopt', reason: '恢复备份', details: adoptionDetails(found) });
  }

  async function verifyOutside(name: string): Promise<string[]> {
    const out = join(folder, name);
    await writeExport(out, { source: store, keyFile, anchors: readAnchors(anchors) });
    const file = await new Promise<string>((resolve) => {
      execFile(process.execPath, [VERIFIER, out, '--anchors', anchors, '--json'], (_error, stdout) =>
        resolve((JSON.parse(stdout) as { status: string }).status),
      );
    });
    const python = startSecondVerifier();
    const second = await python?.verify(out);
    python?.stop();
    return [file, ...(second === undefined ? [] : [String(second.status)])];
  }

  it('by a restored backup stops sealing until it is explained, and every verifier follows the explanation', async () => {
    const first = await start(store, 1);
    await grow(first, store, 5);
    const backup = copyOf(store);
    await grow(first, store, 4);
    await first.sealer.stop();
    store = backup;
    const again = await start(store, 2);
    let refusal = '';
    await again.sealer.sealOnce().catch((error: Error) => void (refusal = error.message));
    expect(refusal).to.contain('explain the fork first');
    expect(notices.at(-1)).to.include({ kind: 'fork' });
    expect(again.sealer.status().isForked).to.equal(true);
    expect((await verify()).firstBad).to.include({ kind: 'tail-cut' });
    expect(await fork()).to.include({ after: 5, to: 9 });

    await adopt(again.lane);
    expect(await fork()).to.equal(undefined);
    await again.sealer.sealOnce();
    expect(again.sealer.status().isForked).to.equal(false);
    await grow(again, store, 2);
    const short = await verify();
    expect(short).to.include({ status: 'whole', firstBad: null });
    expect(short.warnings.join()).to.contain('heads of an abandoned history');
    expect(await verifyOutside('short')).to.satisfy((all: string[]) => all.every((one) => one === 'whole'));
    await grow(again, store, 6);
    await again.sealer.stop();
    expect(await verify()).to.include({ status: 'whole', firstBad: null, size: store.events.length });
    expect(await verifyOutside('long')).to.satisfy((all: string[]) => all.every((one) => one === 'whole'));
    const restarted = await start(store, 3);
    await restarted.sealer.sealOnce();
    expect(restarted.sealer.status().isForked).to.equal(false);
  });

  it('by two processes under one name stops sealing until it is explained, and all is sealed then', async () => {
    const first = await start(store, 1);
    await grow(first, store, 3);
    await first.sealer.stop();
    const again = await start(store, 2, await epochStartDrafts(store, 'n1', 2));
    await grow(again, store, 2);
    expect(again.sealer.status().isForked).to.equal(false);

    for (let i = 0; i < 2; i += 1) await act(store, first.lane, {});
    await act(store, again.lane, {});
    nowMs += 5_000;
    let refusal = '';
    await again.sealer.sealOnce().catch((error: Error) => void (refusal = error.message));
    expect(refusal).to.contain('explain the fork first');
    expect(notices.at(-1)).to.deep.equal({ kind: 'fork', sink: 'lane:n1/1/0/5-6' });
    expect(again.sealer.status().isForked).to.equal(true);
    expect((await verify()).firstBad).to.include({ kind: 'extra' });

    const range = (await findOverrun(store))!;
    await act(store, again.lane, { action: 'audit.adopt', details: adoptedLaneDetails(range) });
    expect(await findOverrun(store)).to.equal(undefined);
    nowMs += 5_000;
    while ((await again.sealer.sealOnce()) !== undefined) continue;
    expect(again.sealer.status().isForked).to.equal(false);
    const whole = await verify();
    expect(whole).to.include({ status: 'whole', firstBad: null, size: store.events.length });
    expect(await verifyOutside('overrun')).to.satisfy((all: string[]) => all.every((one) => one === 'whole'));

    await act(store, first.lane, {});
    nowMs += 5_000;
    await again.sealer.sealOnce().catch((error: Error) => void (refusal = error.message));
    expect(again.sealer.status().isForked).to.equal(true);
    expect(laneRangeText((await findOverrun(store))!)).to.equal('n1/1/0/7');
  });

  it('by a copy of the machine that went its own way is found in both, and only what was explained is passed over', async () => {
    const first = await start(store, 1);
    await grow(first, store, 3);
    const copy = copyOf(store);
    await grow(first, store, 3);
    await first.sealer.stop();
    const other = await start(copy, 2);
    // The copy writes to the same folder without having looked at it: as if both had started at once.
    const foreign = createFolderAnchor(anchors);
    const alone = createSealer({ storage: copy, signer, anchors: [], clock: { now: () => new Date(nowMs) } });
    await act(copy, other.lane);
    await alone.sealOnce();
    const [seal] = await copy.readSeals(3, 1);
    await foreign.append([{ sealNo: 4, size: seal!.size, at: seal!.at, checkpoint: seal!.checkpoint }]);
    await foreign.close();
    expect((await verify()).firstBad).to.include({ kind: 'anchor-mismatch' });
    const restarted = await start(store, 3);
    await restarted.sealer.sealOnce().catch(() => undefined);
    expect(restarted.sealer.status().isForked).to.equal(true);
    expect(await fork()).to.include({ after: 3, to: 4 });
    await adopt(restarted.lane);
    await restarted.sealer.sealOnce();
    await grow(restarted, store, 2);
    await restarted.sealer.stop();
    expect(await verify()).to.include({ status: 'whole' });
    expect(await verifyOutside('copy')).to.satisfy((all: string[]) => all.every((one) => one === 'whole'));
  });

  it('that nothing explains stays a finding, and so does a cut tail behind an explained one', async () => {
    const first = await start(store, 1);
    await grow(first, store, 5);
    const backup = copyOf(store);
    await grow(first, store, 2);
    await first.sealer.stop();
    store = backup;
    const again = await start(store, 2);
    await adopt(again.lane);
    await grow(again, store, 6);
    await again.sealer.stop();
    expect((await verify()).status).to.equal('whole');
    store.seals.splice(-2);
    store.events.splice(-2);
    expect((await verify()).firstBad).to.include({ kind: 'tail-cut' });
    expect(await verifyOutside('cut')).to.satisfy((all: string[]) => all[0] === 'tampered');
  });
});
