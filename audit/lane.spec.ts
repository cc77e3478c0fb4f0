import { expect } from 'chai';
import { createAuditLane } from './lane.ts';
import { leafHash } from './hash.ts';
import { buildDraft, buildStamp, TEST_CLOCK } from './test/support.ts';

const build = (chained: boolean) =>
  createAuditLane({ node: 'n1', epoch: 1, lane: chained ? 1 : 0, chained, clock: TEST_CLOCK });

describe('an audit lane', () => {
  it('numbers entries from 1 without a gap', () => {
    const lane = build(false);
    const numbers = Array.from({ length: 5 }, () => lane.draw(buildDraft(), buildStamp()).n);
    expect(numbers).to.deep.equal([1, 2, 3, 4, 5]);
    expect(lane.lastN).to.equal(5);
  });

  it('hashes the very body it gives out', () => {
    const entry = build(false).draw(buildDraft(), buildStamp());
    expect(entry.leaf.equals(leafHash(entry.body))).to.equal(true);
    expect(entry.prev).to.equal(undefined);
    expect(JSON.parse(entry.body)).not.to.have.property('prev');
  });

  it('chains each entry to the one before, the first to zeros', () => {
    const lane = build(true);
    const first = lane.draw(buildDraft(), buildStamp());
    const second = lane.draw(buildDraft(), buildStamp());
    expect(JSON.parse(first.body).prev).to.equal('00'.repeat(32));
    expect(JSON.parse(second.body).prev).to.equal(first.leaf.toString('hex'));
  });

  it('goes back to a mark as if the batch had never been', () => {
    const lane = build(true);
    lane.draw(buildDraft(), buildStamp());
    const mark = lane.mark();
    const stamp = buildStamp();
    const lost = [lane.draw(buildDraft(), stamp), lane.draw(buildDraft(), buildStamp())];
    lane.rewind(mark);
    const again = lane.draw(buildDraft(), stamp);
    expect(again.body).to.equal(lost[0]?.body);
    expect(lane.lastN).to.equal(2);
  });

  it('draws no number for an entry it refuses', () => {
    const lane = build(false);
    expect(() => lane.draw(buildDraft({ reason: '\ud800' }), buildStamp())).to.throw('text_malformed');
    expect(lane.draw(buildDraft(), buildStamp()).n).to.equal(1);
  });

  it('writes abandoned numbers as one void entry at the next flush', () => {
    const lane = build(false);
    const entries = Array.from({ length: 6 }, () => lane.draw(buildDraft(), buildStamp()));
    for (const index of [4, 1, 2]) lane.abandon(entries[index]!);
    const entry = lane.takeVoids(buildStamp())!;
    expect(entry.n).to.equal(7);
    expect(JSON.parse(entry.body)).to.deep.include({
      action: 'audit.void',
      details: { numbers: ['2-3', '5'], count: 3 },
    });
    expect(lane.takeVoids(buildStamp())).to.equal(undefined);
  });

  it('voids again what a rolled-back void entry had named', () => {
    const lane = build(false);
    lane.abandon(lane.draw(buildDraft(), buildStamp()));
    lane.abandon(lane.takeVoids(buildStamp())!);
    expect(lane.takeVoids(buildStamp())?.voids).to.deep.equal([1, 2]);
  });

  it('keeps a void entry within its size and leaves the rest for the next', () => {
    const lane = build(false);
    for (let i = 0; i < 2_400; i += 1) {
      const entry = lane.draw(buildDraft(), buildStamp());
      if (i % 2 === 0) lane.abandon(entry);
    }
    expect(lane.takeVoids(buildStamp())?.voids).to.have.length(1_000);
    expect(lane.takeVoids(buildStamp())?.voids).to.have.length(200);
  });

  it('marks a clock that went back, but not stamps that merely crossed', () => {
    const lane = build(false);
    const clockOf = (ms: number) =>
      JSON.parse(lane.draw(buildDraft(), buildStamp({ at: new Date(ms) })).body).clock;
    const startMs = TEST_CLOCK.now().getTime() - 600_000;
    expect(clockOf(startMs)).to.equal(undefined);
    expect(clockOf(startMs - 5_000)).to.equal(undefined);
    expect(clockOf(startMs - 5_001)).to.deep.equal({ back: 5_001 });
    expect(clockOf(startMs - 5_000)).to.equal(undefined);
  });

  it('refuses a name, epoch, or lane that is none', () => {
    for (const wrong of [{ node: '' }, { node: 'a/b' }, { epoch: 0 }, { epoch: 1.5 }, { lane: -1 }]) {
      const options = { node: 'n1', epoch: 1, lane: 0, chained: false, ...wrong };
      expect(() => createAuditLane(options)).to.throw('a lane needs');
    }
  });

  it('keeps voids and rewinds apart by kind of lane', () => {
    expect(() => build(true).abandon({ n: 1 })).to.throw('rewound');
    expect(() => build(false).rewind(build(false).mark())).to.throw('chained');
  });
});
