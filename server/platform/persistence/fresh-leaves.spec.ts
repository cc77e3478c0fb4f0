import { expect } from 'chai';
import type { AuditEventRow } from './audit.entity.ts';
import { FRESH_LEAVES_MAX, FreshLeaves } from './fresh-leaves.ts';

const RUN = { node: 'spec', epoch: 3 };

function entries(lane: number, from: number, to: number): AuditEventRow[] {
  return Array.from({ length: to - from + 1 }, (_, index) => {
    const entry = { ...RUN, lane, n: from + index, leaf: Buffer.of(from + index), action: 'message.receive' };
    return entry as unknown as AuditEventRow;
  });
}

describe('leaves of fresh entries', () => {
  const numbers = (leaves: FreshLeaves, afterN: number, { lane = 1, limit = 100, ...run } = {}) =>
    leaves.after({ ...RUN, lane, ...run }, afterN, limit).map(({ n }) => n);

  it('are given behind what is sealed, each lane by itself', () => {
    const leaves = new FreshLeaves(RUN);
    leaves.add(entries(1, 5, 7));
    leaves.add(entries(2, 1, 2));
    leaves.add(entries(1, 8, 9));
    expect(numbers(leaves, 4, { limit: 2 })).to.deep.equal([5, 6]);
    expect(numbers(leaves, 6)).to.deep.equal([7, 8, 9]);
    // A seal that another process was faster with is made again from the same place.
    expect(numbers(leaves, 6)).to.deep.equal([7, 8, 9]);
    expect(numbers(leaves, 0, { lane: 2 })).to.deep.equal([1, 2]);
  });

  it('are left to the database where the next one is not among them', () => {
    const leaves = new FreshLeaves(RUN);
    expect(numbers(leaves, 0)).to.deep.equal([]);
    leaves.add([]);
    leaves.add(entries(1, 5, 7));
    expect(numbers(leaves, 3)).to.deep.equal([]);
    expect(numbers(leaves, 7)).to.deep.equal([]);
    const other = new FreshLeaves(RUN);
    other.add(entries(1, 1, 2));
    expect(other.after({ node: 'other', epoch: 3, lane: 1 }, 0, 10)).to.deep.equal([]);
    expect(other.after({ ...RUN, epoch: 2, lane: 1 }, 0, 10)).to.deep.equal([]);
  });

  it('begin anew behind a gap, and when there are too many', () => {
    const leaves = new FreshLeaves(RUN);
    leaves.add(entries(1, 1, 3));
    leaves.add(entries(1, 6, 7));
    expect(numbers(leaves, 0)).to.deep.equal([]);
    expect(numbers(leaves, 5)).to.deep.equal([6, 7]);
    leaves.add(entries(1, 8, FRESH_LEAVES_MAX + 6));
    expect(numbers(leaves, 7, { limit: 2 })).to.deep.equal([8, 9]);
    leaves.add(entries(1, FRESH_LEAVES_MAX + 7, FRESH_LEAVES_MAX + 8));
    expect(numbers(leaves, FRESH_LEAVES_MAX + 6)).to.deep.equal([FRESH_LEAVES_MAX + 7, FRESH_LEAVES_MAX + 8]);
  });
});
