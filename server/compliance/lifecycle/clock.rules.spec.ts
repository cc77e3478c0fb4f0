import { expect } from 'chai';
import { CLOCK_STEP_MAX_MS, readClock } from './clock.rules.ts';

const SEEN = new Date('2026-03-01T00:00:00.000Z');
const later = (ms: number) => new Date(SEEN.getTime() + ms);

describe('the clock of retention', () => {
  for (const [name, now, expected] of [
    ['the same instant', later(0), { state: 'plausible', asOf: SEEN }],
    ['an hour on', later(3_600_000), { state: 'plausible', asOf: later(3_600_000) }],
    ['a day on', later(CLOCK_STEP_MAX_MS), { state: 'plausible', asOf: later(CLOCK_STEP_MAX_MS) }],
    [
      'a day and a millisecond on',
      later(CLOCK_STEP_MAX_MS + 1),
      { state: 'jumped', asOf: SEEN, seenAt: later(CLOCK_STEP_MAX_MS + 1) },
    ],
    ['a minute back', later(-60_000), { state: 'plausible', asOf: SEEN }],
    ['more than a minute back', later(-60_001), { state: 'back', asOf: SEEN }],
    ['years back', new Date(0), { state: 'back', asOf: SEEN }],
  ] as const) {
    it(`reads ${name}`, () => expect(readClock(now, SEEN)).to.deep.equal(expected));
  }

  it('believes the first look', () => expect(readClock(SEEN, null).asOf).to.equal(SEEN));
});
