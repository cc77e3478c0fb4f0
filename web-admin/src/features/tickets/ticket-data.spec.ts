import { expect } from 'chai';
import { parseFilters, withFilter } from './ticket-data.ts';

describe('filters of the ticket list', () => {
  it('are read from the address and unknown states are left out', () => {
    expect(parseFilters(new URLSearchParams('state=open&assignee=me&unit=u-1&q=%20卡%20'))).to.deep.equal({
      state: 'open',
      assignee: 'me',
      unit: 'u-1',
      q: '卡',
      field: undefined,
      value: undefined,
      match: undefined,
    });
    expect(parseFilters(new URLSearchParams('field=holder&value=明&match=words')).match).to.equal('words');
    expect(parseFilters(new URLSearchParams('field=holder&value=明&match=like')).match).to.equal(undefined);
    expect(parseFilters(new URLSearchParams('state=gone&q=')).state).to.equal(undefined);
  });

  it('are written one at a time and leave the others', () => {
    const search = new URLSearchParams('state=open&q=card');
    expect(withFilter(search, 'state', undefined).toString()).to.equal('q=card');
    expect(withFilter(search, 'assignee', 'none').toString()).to.equal('state=open&q=card&assignee=none');
    expect(search.toString()).to.equal('state=open&q=card');
  });
});
