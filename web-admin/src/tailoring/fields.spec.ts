import { expect } from 'chai';
import { changedValues, filledValues } from './fields.ts';

describe('values of own fields', () => {
  it('leave empty ones of a new record out', () => {
    expect(filledValues({ a: '', b: null, c: [], d: 0, e: false, f: 'x' })).to.deep.equal({
      d: 0,
      e: false,
      f: 'x',
    });
    expect(filledValues(undefined)).to.deep.equal({});
  });

  it('send what changed, null for what was emptied, and no masked value back', () => {
    const before = { phone: '138****5678', note: 'a', list: ['x'], count: 1 };
    const after = { phone: '138****5678', note: '', list: ['x', 'y'], count: 1, fresh: '' };
    expect(changedValues(before, after)).to.deep.equal({ note: null, list: ['x', 'y'] });
  });
});
