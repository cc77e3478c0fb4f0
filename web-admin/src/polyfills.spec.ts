import { expect } from 'chai';
import { fillGaps } from './polyfills.ts';

describe('polyfills', () => {
  it('leaves functions that exist alone', () => {
    const before = Array.prototype.at;
    fillGaps();
    expect(Array.prototype.at).to.equal(before);
  });

  it('adds a missing function that does not show in loops', () => {
    const target: Record<string, unknown> = {};
    fillGaps([{ target, name: 'double', value: (n: never) => Number(n) * 2 }]);
    expect((target['double'] as (n: number) => number)(2)).to.equal(4);
    expect(Object.keys(target)).to.deep.equal([]);
  });
});
