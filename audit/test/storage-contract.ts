/* eslint-disable max-lines-per-function -- a suite of short tests */
import { expect } from 'chai';
import type { SequencedEntry } from '../lane.ts';
import { createAuditLane } from '../lane.ts';
import type { ProofSource } from '../proof.ts';
import type { AuditStorage, EpochRow, SealRow } from '../storage.ts';
import { buildDraft, buildStamp, TEST_CLOCK, TEST_NOW } from './support.ts';

/** A storage under test, with the writes that are not part of the port. */
export interface StorageUnderTest {
  storage: AuditStorage & ProofSource;
  insertEpoch(row: EpochRow): Promise<void>;
  insertEvents(entries: readonly SequencedEntry[]): Promise<void>;
}

/** Entries 1 … count of a lane, without the numbers in `except`. */
export function buildEntries(
  count: number,
  options: { lane?: number; except?: number[] } = {},
): SequencedEntry[] {
  const lane = createAuditLane({
    node: 'n1',
    epoch: 1,
    lane: options.lane ?? 0,
    chained: options.lane !== undefined && options.lane > 0,
    clock: TEST_CLOCK,
  });
  const entries = Array.from({ length: count }, () =>
    lane.draw(buildDraft({ customer: 'q-1', reason: '款 \u0000 \u202e' }), buildStamp()),
  );
  return entries.filter((entry) => !options.except?.includes(entry.n));
}

/** A seal row with a number; its content is not checked by a storage. */
export function buildSealRow(no: number): SealRow {
  return {
    no,
    size: no * 10,
    prevSize: (no - 1) * 10,
    root: Buffer.alloc(32, no),
    frontier: Buffer.alloc(64, no),
    statement: `{"no":${no}}`,
    checkpoint: `bank\n${no}\n\n\u2014 bank AAAA\n`,
    at: new Date(TEST_NOW.getTime() + no),
  };
}

/** The suite every storage of the trail obeys; `build` gives an empty one. */

export function describeAuditStorage(name: string, build: () => Promise<StorageUnderTest>): void {
  const LANE = { node: 'n1', epoch: 1, lane: 0 };
  const OTHER = { node: 'n1', epoch: 1, lane: 1 };

  describe(`audit storage: ${name}`, () => {
    it('is empty at first', async () => {
      const { storage } = await build();
      expect(await storage.listEpochs()).to.deep.equal([]);
      expect(await storage.readLeaves(LANE, 0, 10)).to.deep.equal([]);
      expect(await storage.readBody(LANE, 1)).to.equal(undefined);
      expect(await storage.lastNumber(LANE)).to.equal(0);
      expect(await storage.listGaps(LANE, 0)).to.deep.equal([]);
      expect(await storage.lastSeal()).to.equal(undefined);
      expect(await storage.readSeals(0, 10)).to.deep.equal([]);
      expect(await storage.listLanes()).to.deep.equal([]);
    });

    it('pages through a lane by number, apart from other lanes', async () => {
      const { storage, insertEvents } = await build();
      const entries = buildEntries(7);
      await insertEvents([...entries].reverse());
      await insertEvents(buildEntries(3, { lane: 1 }));
      const page = await storage.readLeaves(LANE, 2, 3);
      expect(page.map((row) => row.n)).to.deep.equal([3, 4, 5]);
      expect(page[0]).to.deep.equal({ n: 3, leaf: entries[2]?.leaf, action: 'ticket.view' });
      expect((await storage.readLeaves(LANE, 5, 10)).map((row) => row.n)).to.deep.equal([6, 7]);
      expect(await storage.lastNumber(OTHER)).to.equal(3);
    });

    it('gives an event back exactly, absent values as null', async () => {
      const { storage, insertEvents } = await build();
      const [entry] = buildEntries(1);
      await insertEvents([entry!]);
      const { node, epoch, lane, n, id, at, body, leaf, columns } = entry!;
      const [row] = await storage.readEvents(LANE, 0, 1);
      expect(row).to.deep.equal({ node, epoch, lane, n, id, at, body, leaf, ...columns });
      expect(await storage.readBody(LANE, 1)).to.equal(body);
    });

    it('names the gaps of a lane above a number', async () => {
      const { storage, insertEvents } = await build();
      await insertEvents(buildEntries(12, { except: [1, 4, 5, 9, 12] }));
      expect(await storage.listGaps(LANE, 0)).to.deep.equal([
        [1, 1],
        [4, 5],
        [9, 9],
      ]);
      expect(await storage.listGaps(LANE, 4)).to.deep.equal([
        [5, 5],
        [9, 9],
      ]);
      expect(await storage.lastNumber(LANE)).to.equal(11);
    });

    it('lists lanes with their last number and count, and epochs', async () => {
      const { storage, insertEvents, insertEpoch } = await build();
      await insertEpoch({ node: 'n1', epoch: 1, laneCount: 2 });
      await insertEvents(buildEntries(5, { except: [2] }));
      expect(await storage.listLanes()).to.deep.equal([{ ...LANE, last: 5, count: 4 }]);
      const [epoch, ...others] = await storage.listEpochs();
      expect(epoch).to.include({ node: 'n1', epoch: 1, laneCount: 2 });
      expect(others).to.deep.equal([]);
    });

    it('inserts a seal once and gives it back exactly', async () => {
      const { storage } = await build();
      expect(await storage.insertSeal(buildSealRow(1))).to.equal(true);
      expect(await storage.insertSeal(buildSealRow(2))).to.equal(true);
      expect(await storage.insertSeal({ ...buildSealRow(2), size: 99 })).to.equal(false);
      expect(await storage.lastSeal()).to.deep.equal(buildSealRow(2));
      expect(await storage.readSeals(1, 5)).to.deep.equal([buildSealRow(2)]);
      expect(await storage.readSeals(0, 1)).to.deep.equal([buildSealRow(1)]);
    });

    it('finds an entry by its id, and the first seal since an instant', async () => {
      const { storage, insertEvents } = await build();
      const entries = buildEntries(2);
      await insertEvents(entries);
      for (const no of [1, 2, 3]) await storage.insertSeal(buildSealRow(no));
      expect((await storage.findEvent(entries[1]!.id))?.n).to.equal(2);
      expect(await storage.findEvent('01950000-0000-7000-8000-ffffffffffff')).to.equal(undefined);
      expect(await storage.firstSealSince(buildSealRow(2).at)).to.equal(2);
      expect(await storage.firstSealSince(buildSealRow(4).at)).to.equal(undefined);
    });
  });
}
