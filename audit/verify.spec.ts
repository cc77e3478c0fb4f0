import { expect } from 'chai';
import { rm } from 'node:fs/promises';
import { createAuditLane } from './lane.ts';
import { editAnchor, ENTRY_ATTACKS, expectedPlace, LEDGER_ATTACKS, leafOrder } from './test/attacks.ts';
import { buildLedger, createChance, type Ledger } from './test/ledger.ts';
import { rowOf } from './test/memory-store.ts';
import { buildDraft, buildStamp } from './test/support.ts';
import { exitCodeOf } from './verify-result.ts';

describe('verifying a trail in a database', () => {
  const ledgers: Ledger[] = [];
  const build = async (seed: number) => {
    const ledger = await buildLedger(seed);
    ledgers.push(ledger);
    return ledger;
  };
  afterEach(async () => {
    for (const ledger of ledgers.splice(0)) await ledger.remove();
  });

  it('finds 30 random trails whole, voids, holes, late entries and restarts included', async () => {
    for (let seed = 1; seed <= 30; seed += 1) {
      const ledger = await build(seed);
      const result = await ledger.verify();
      expect(result.findings, `seed ${seed}`).to.deep.equal([]);
      expect(result.status).to.equal('whole');
      expect(exitCodeOf(result)).to.equal(0);
      expect(result.size).to.equal(ledger.store.events.length);
      expect(result.events).to.equal(result.size);
      expect(result.root).to.equal(ledger.store.seals.at(-1)?.root.toString('hex'));
    }
  });

  for (const [name, attack] of ENTRY_ATTACKS) {
    it(`finds and locates: ${name}`, async () => {
      for (const seed of [1, 2, 3]) {
        const size = leafOrder(await build(seed)).length;
        for (const index of [0, createChance(seed).below(size), size - 1]) {
          const ledger = await build(seed);
          const order = leafOrder(ledger);
          const row = order[index]!;
          const { id } = row;
          const [from, to] = expectedPlace(name, ledger, { row, index, order });
          await attack(ledger, { row, index, order });
          const result = await ledger.verify();
          expect(exitCodeOf(result), `seed ${seed} index ${index}`).to.equal(1);
          expect(result.firstBad?.index, `seed ${seed}`).to.be.within(from, to);
          if (!/row|id column|recomputed|leaf/.test(name)) expect(result.firstBad?.id).to.equal(id);
        }
      }
    });
  }

  for (const [name, attack] of LEDGER_ATTACKS) {
    it(`finds and locates: ${name}`, async () => {
      for (const seed of [1, 2, 3]) {
        const ledger = await build(seed);
        const order = leafOrder(ledger);
        const index = createChance(seed + 100).below(order.length - 1);
        const place = { row: order[index]!, index, order };
        const [from, to] = expectedPlace(name, ledger, place);
        await attack(ledger, place);
        const result = await ledger.verify();
        expect(exitCodeOf(result), `seed ${seed} ${JSON.stringify(result)}`).to.equal(1);
        expect(result.firstBad).not.to.equal(null);
        // An anchor that cannot be read has no place.
        if (result.firstBad?.index === null) continue;
        // That the tree of their seal differs is said at its beginning.
        if (name.includes('exchanged')) expectInSeal(ledger, index, result.firstBad?.index);
        else expect(result.firstBad?.index, `seed ${seed}`).to.be.within(from, to);
      }
    });
  }

  it('proves nothing without an anchor', async () => {
    const ledger = await build(4);
    await rm(ledger.anchors, { recursive: true });
    const result = await ledger.verify();
    expect(result.status).to.equal('not-provable');
    expect(exitCodeOf(result)).to.equal(3);
    expect(result.warnings.join()).to.contain('no anchor');
  });

  it('takes entries that are not sealed yet, and says so', async () => {
    const ledger = await build(5);
    const last = Math.max(
      ...ledger.store.events.filter((row) => row.epoch === 3 && row.lane === 0).map((r) => r.n),
    );
    const lane = createAuditLane({ node: 'n1', epoch: 3, lane: 0, chained: false });
    for (let n = 0; n < last; n += 1) lane.draw(buildDraft(), buildStamp());
    const at = ledger.store.seals.at(-1)!.at;
    ledger.store.events.push(rowOf(lane.draw(buildDraft(), buildStamp({ at }))));
    lane.draw(buildDraft(), buildStamp({ at }));
    ledger.store.events.push(rowOf(lane.draw(buildDraft(), buildStamp({ at }))));
    const result = await ledger.verify();
    expect(result.status).to.equal('whole');
    expect(result.events).to.equal(result.size + 2);
    expect(result.warnings.join()).to.contain('entries not sealed yet: n1/3/0: 2');
  });

  it('warns when the newest seals are not anchored, and when an anchor record broke off', async () => {
    const ledger = await build(6);
    await editAnchor(ledger, (text) => text.slice(0, -20));
    const { status, warnings } = await ledger.verify();
    expect(status).to.equal('whole');
    expect(warnings.join()).to.contain('anchor record broken off').and.contain('newest seals not anchored');
  });

  it('stops at a bounded number of findings', async () => {
    const ledger = await buildLedger(7, 400);
    ledgers.push(ledger);
    for (const row of ledger.store.events) row.outcome = 'failed';
    const result = await ledger.verify();
    expect(result.findings).to.have.length(100);
    expect(result.firstBad?.index).to.equal(0);
  });

  function expectInSeal(ledger: Ledger, index: number, found: number | null | undefined): void {
    const seal = ledger.store.seals.find((one) => one.size > index)!;
    expect(found).to.be.within(seal.prevSize, index + seal.size);
  }
});
