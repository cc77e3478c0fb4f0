import { expect } from 'chai';
import { handoffShare, parsePeriod } from './report-data.ts';

describe('period of the reports', () => {
  it('is read from the address, and an unknown one becomes a week', () => {
    expect(parsePeriod(new URLSearchParams('days=30'))).to.equal(30);
    expect(parsePeriod(new URLSearchParams('days=31'))).to.equal(7);
    expect(parsePeriod(new URLSearchParams(''))).to.equal(7);
  });
});

describe('share handed over', () => {
  const day = (conversations: number, handedOff: number) =>
    handoffShare({ on: '2026-01-01', conversations, handedOff, ticketsOpened: 0 });

  it('is none on a day without conversations', () => {
    expect(day(0, 0)).to.equal(null);
  });

  it('is never above one', () => {
    expect(day(4, 1)).to.equal(0.25);
    expect(day(1, 2)).to.equal(1);
  });
});
