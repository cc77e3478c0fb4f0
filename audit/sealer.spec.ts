import { expect } from 'chai';
import type { AnchoredHead, AnchorSink } from './anchor-sink.ts';
import { sha256 } from './hash.ts';
import { parseHead } from './head.ts';
import { createNoteSigner, generateSealKey } from './note.ts';
import { parseStatement, type SealStatement } from './seal.ts';
import { createSealer, type SealerNotice } from './sealer.ts';
import { epochStartDrafts } from './epoch.ts';
import { createAuditLane } from './lane.ts';
import { laneRangeText } from './place.ts';
import { createMemoryStore } from './test/memory-store.ts';
import { buildEntries } from './test/storage-contract.ts';
import { buildDraft, buildStamp, TEST_NOW } from './test/support.ts';
import { appendLeaf, emptyFrontier, frontierRoot } from './tree.ts';

const signer = createNoteSigner('bank-1', generateSealKey());

function buildAnchor(): AnchorSink & { heads: AnchoredHead[]; isBroken: boolean } {
  const heads: AnchoredHead[] = [];
  return {
    name: 'memory',
    heads,
    isBroken: false,
    async last() {
      const head = heads.at(-1);
      return head && { sealNo: head.sealNo, sealHash: parseHead(head.checkpoint)!.sealHash };
    },
    async append(more) {
      if (this.isBroken) throw new Error('no space');
      heads.push(...more);
    },
    close: async () => undefined,
  };
}

async function buildTrail() {
  const store = createMemoryStore();
  await store.insertEpoch({ node: 'n1', epoch: 1, laneCount: 2 });
  const anchor = buildAnchor();
  let nowMs = TEST_NOW.getTime();
  const notices: SealerNotice[] = [];
  const build = () =>
    createSealer({
      storage: store,
      signer,
      anchors: [anchor],
      clock: { now: () => new Date(nowMs) },
      report: (notice) => void notices.push(notice),
    });
  return { store, anchor, notices, build, sealer: build(), advance: (ms: number) => (nowMs += ms) };
}

const statements = (store: { seals: { statement: string }[] }): SealStatement[] =>
  store.seals.map((seal) => parseStatement(seal.statement)!);
const rangesOf = (statement: SealStatement | undefined) => statement?.ranges.map(laneRangeText);

describe('the sealer', () => {
  it('seals what is new in the order of lanes and numbers', async () => {
    const { store, sealer } = await buildTrail();
    const [a, b] = [buildEntries(3), buildEntries(2, { lane: 1 })];
    await store.insertEvents([...b, ...a]);
    const seal = await sealer.sealOnce();
    const tree = emptyFrontier();
    for (const entry of [...a, ...b]) appendLeaf(tree, entry.leaf);
    expect(seal?.size).to.equal(5);
    expect(seal?.root.equals(frontierRoot(tree))).to.equal(true);
    expect(rangesOf(statements(store)[0])).to.deep.equal(['n1/1/0/1-3', 'n1/1/1/1-2']);
  });

  it('says nothing while nothing is new, and gives a sign of life each minute', async () => {
    const { store, sealer, advance } = await buildTrail();
    expect(await sealer.sealOnce()).to.include({ no: 1, size: 0 });
    advance(59_999);
    expect(await sealer.sealOnce()).to.equal(undefined);
    advance(1);
    expect(await sealer.sealOnce()).to.include({ no: 2, size: 0, prevSize: 0 });
    expect(store.seals).to.have.length(2);
  });

  it('chains seals by the hash of the statement, which the signed head names', async () => {
    const { store, sealer } = await buildTrail();
    const entries = buildEntries(4);
    for (const entry of entries) {
      await store.insertEvents([entry]);
      await sealer.sealOnce();
    }
    statements(store).forEach((statement, i) => {
      const before = store.seals[i - 1];
      expect(statement.prev.equals(before ? sha256(before.statement) : Buffer.alloc(32))).to.equal(true);
      const head = parseHead(store.seals[i]!.checkpoint)!;
      expect(head.sealHash.equals(sha256(store.seals[i]!.statement))).to.equal(true);
      expect(head).to.include({ sealNo: i + 1, size: statement.size });
    });
  });

  it('waits five seconds for a hole, then names it and alarms', async () => {
    const { store, sealer, advance, notices } = await buildTrail();
    await store.insertEvents(buildEntries(6, { except: [3] }));
    expect((await sealer.sealOnce())?.size).to.equal(2);
    advance(4_999);
    expect(await sealer.sealOnce()).to.equal(undefined);
    expect(sealer.status().waitingLaneCount).to.equal(1);
    advance(1);
    expect((await sealer.sealOnce())?.size).to.equal(5);
    expect(statements(store)[1]).to.deep.include({
      pending: [{ node: 'n1', epoch: 1, lane: 0, from: 3, to: 3 }],
    });
    expect(notices).to.deep.include({ kind: 'hole', ranges: ['n1/1/0/3'] });
  });

  it('waits for many old holes only once', async () => {
    const { store, sealer, advance } = await buildTrail();
    await store.insertEvents(buildEntries(30, { except: [2, 5, 9, 14, 20, 28] }));
    await sealer.sealOnce();
    advance(5_000);
    expect((await sealer.sealOnce())?.size).to.equal(24);
  });

  it('seals a late entry in its hole', async () => {
    const { store, sealer, advance } = await buildTrail();
    const entries = buildEntries(5);
    await store.insertEvents(entries.filter((entry) => entry.n !== 2));
    await sealer.sealOnce();
    advance(5_000);
    await sealer.sealOnce();
    await store.insertEvents([entries[1]!]);
    advance(1_000);
    expect((await sealer.sealOnce())?.size).to.equal(5);
    const last = statements(store).at(-1);
    expect(rangesOf(last)).to.deep.equal(['n1/1/0/2']);
    expect(last?.open).to.deep.equal([]);
  });

  it('does not wait for a number that a void entry names', async () => {
    const { store, sealer } = await buildTrail();
    const lane = createAuditLane({ node: 'n1', epoch: 1, lane: 0, chained: false });
    const entries = Array.from({ length: 4 }, () => lane.draw(buildDraft(), buildStamp()));
    lane.abandon(entries[1]!);
    const voids = lane.takeVoids(buildStamp())!;
    await store.insertEvents([...entries.filter((entry) => entry.n !== 2), voids]);
    expect((await sealer.sealOnce())?.size).to.equal(4);
    expect(statements(store)[0]).to.deep.include({ pending: [], open: [] });
  });

  it('continues from the last seal after a restart', async () => {
    const { store, sealer, build } = await buildTrail();
    const entries = buildEntries(9);
    await store.insertEvents(entries.slice(0, 4));
    await sealer.sealOnce();
    await store.insertEvents(entries.slice(4));
    const seal = await build().sealOnce();
    const tree = emptyFrontier();
    for (const entry of entries) appendLeaf(tree, entry.leaf);
    expect(seal).to.include({ no: 2, size: 9, prevSize: 4 });
    expect(seal?.root.equals(frontierRoot(tree))).to.equal(true);
  });

  it('retires the lanes of an old epoch once the new one has stated their ends', async () => {
    const { store, sealer, build, advance } = await buildTrail();
    await store.insertEvents(buildEntries(4, { except: [2] }));
    await sealer.sealOnce();
    await store.insertEpoch({ node: 'n1', epoch: 2, laneCount: 2 });
    const drafts = await epochStartDrafts(store, 'n1', 2);
    expect(drafts).to.have.length(1);
    expect(drafts[0]?.details).to.deep.include({ closed: ['n1/1/0/4'], missing: ['n1/1/0/2'] });
    const lane = createAuditLane({ node: 'n1', epoch: 2, lane: 0, chained: false });
    await store.insertEvents([lane.draw(drafts[0]!, buildStamp())]);
    advance(5_000);
    await sealer.sealOnce();
    const last = statements(store).at(-1);
    expect(last?.size).to.equal(4);
    expect(last?.lanes.map(({ epoch, lane: l, to }) => [epoch, l, to])).to.deep.equal([
      [2, 0, 1],
      [2, 1, 0],
    ]);
    const restarted = build();
    advance(60_000);
    expect(await restarted.sealOnce()).to.include({ size: 4 });
  });

  it('lets another sealer be first and goes on from its seal', async () => {
    const { store, sealer, build, advance } = await buildTrail();
    const other = build();
    await sealer.sealOnce();
    await other.sealOnce();
    await store.insertEvents(buildEntries(2));
    await sealer.sealOnce();
    advance(1_000);
    await store.insertEvents(buildEntries(3).slice(2));
    expect(await other.sealOnce()).to.equal(undefined);
    expect(await other.sealOnce()).to.include({ no: 3, size: 3 });
  });

  it('anchors every head, and catches up after an anchor was away', async () => {
    const { store, sealer, anchor, notices, build } = await buildTrail();
    const entries = buildEntries(3);
    anchor.isBroken = true;
    for (const entry of entries) {
      await store.insertEvents([entry]);
      await sealer.sealOnce();
    }
    expect(notices.filter(({ kind }) => kind === 'anchor-failed').length).to.be.at.least(3);
    anchor.isBroken = false;
    await build().sealOnce();
    expect(anchor.heads.map((head) => head.sealNo)).to.deep.equal([1, 2, 3]);
  });

  it('refuses to seal on a database that lacks an anchored head', async () => {
    const { store, sealer, build, notices } = await buildTrail();
    await sealer.sealOnce();
    store.seals.pop();
    let message = '';
    await build()
      .sealOnce()
      .catch((error: Error) => (message = error.message));
    expect(message).to.contain('fork');
    expect(notices.at(-1)).to.deep.equal({ kind: 'fork', sink: 'memory' });
  });

  it('refuses to continue from a last seal whose frontier is another tree', async () => {
    const { store, sealer, build } = await buildTrail();
    await store.insertEvents(buildEntries(3));
    await sealer.sealOnce();
    store.seals[0]!.frontier[0]! ^= 1;
    let message = '';
    await build()
      .sealOnce()
      .catch((error: Error) => (message = error.message));
    expect(message).to.contain('contradicts itself');
  });

  it('seals by itself until it is stopped, and seals the rest then', async () => {
    const store = createMemoryStore();
    await store.insertEpoch({ node: 'n1', epoch: 1, laneCount: 1 });
    const anchor = buildAnchor();
    const sealer = createSealer({
      storage: store,
      signer,
      anchors: [anchor],
      clock: { now: () => new Date() },
    });
    sealer.start();
    await store.insertEvents(buildEntries(2));
    await sealer.stop();
    expect(store.seals.at(-1)?.size).to.equal(2);
    expect(anchor.heads.at(-1)?.size).to.equal(2);
  });
});
