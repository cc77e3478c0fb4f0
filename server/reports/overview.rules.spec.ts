import { expect } from 'chai';
import fc from 'fast-check';
import { meanOf, ratioOf, windowOf } from './overview.rules.ts';

describe('the window of a report', () => {
  const at = (text: string) => new Date(text);
  it('is whole days up to the end of today', () => {
    expect(windowOf(at('2026-01-05T12:00:00Z'), 3, 0)).to.deep.equal({
      from: at('2026-01-03T00:00:00Z'),
      to: at('2026-01-06T00:00:00Z'),
      days: ['2026-01-03', '2026-01-04', '2026-01-05'],
    });
  });
  it('follows the reader’s day, not that of UTC', () => {
    const china = windowOf(at('2026-01-05T16:30:00Z'), 1, 480);
    expect(china).to.deep.equal({
      from: at('2026-01-05T16:00:00Z'),
      to: at('2026-01-06T16:00:00Z'),
      days: ['2026-01-06'],
    });
    expect(windowOf(at('2026-01-05T03:00:00Z'), 1, -300).days).to.deep.equal(['2026-01-04']);
  });
  it('begins a day at its first millisecond', () => {
    expect(windowOf(at('2026-01-05T00:00:00.000Z'), 1, 0).days).to.deep.equal(['2026-01-05']);
    expect(windowOf(at('2026-01-04T23:59:59.999Z'), 1, 0).days).to.deep.equal(['2026-01-04']);
  });
  it('crosses years and leap days', () => {
    expect(windowOf(at('2028-03-01T00:00:00Z'), 2, 0).days).to.deep.equal(['2028-02-29', '2028-03-01']);
    expect(windowOf(at('2026-01-01T00:00:00Z'), 2, 0).days[0]).to.equal('2025-12-31');
  });
  it('always holds now, has as many days as asked, and lasts that long', () => {
    const now = fc.date({
      min: at('2020-01-01T00:00:00Z'),
      max: at('2090-01-01T00:00:00Z'),
      noInvalidDate: true,
    });
    const offset = fc.integer({ min: -720, max: 840 });
    fc.assert(
      fc.property(now, fc.integer({ min: 1, max: 366 }), offset, (moment, days, offsetMinutes) => {
        const { from, to, days: names } = windowOf(moment, days, offsetMinutes);
        const lasts = to.getTime() - from.getTime() === days * 86_400_000;
        return from <= moment && moment < to && lasts && new Set(names).size === days;
      }),
    );
  });
});

describe('figures', () => {
  it('are null when nothing was counted', () => {
    expect(ratioOf(0, 0)).to.equal(null);
    expect(meanOf(null, 0)).to.equal(null);
  });
  it('are rounded once', () => {
    expect(ratioOf(1, 3)).to.equal(0.3333);
    expect(ratioOf(3, 3)).to.equal(1);
    expect(meanOf(200, 3)).to.equal(66.67);
    expect(meanOf(0, 2)).to.equal(0);
  });
});
