import { expect } from 'chai';
import { knownParam, withParam } from './address-filters.ts';

describe('filters in the address', () => {
  it('are changed one at a time and leave the others', () => {
    const search = new URLSearchParams('state=open&q=card');
    expect(withParam(search, 'state', undefined).toString()).to.equal('q=card');
    expect(withParam(search, 'locale', 'en').toString()).to.equal('state=open&q=card&locale=en');
    expect(search.toString()).to.equal('state=open&q=card');
  });

  it('are left out when their value is not a known one', () => {
    const search = new URLSearchParams('state=gone&locale=en');
    expect(knownParam(search, 'state', ['draft', 'review'])).to.equal(undefined);
    expect(knownParam(search, 'locale', ['zh-CN', 'en'])).to.equal('en');
    expect(knownParam(search, 'missing', ['a'])).to.equal(undefined);
  });
});
