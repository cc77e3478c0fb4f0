import { expect } from 'chai';
import { parseFilters, questionAddress, withFilters } from './audit-data.ts';

describe('filters of the audit trail', () => {
  it('are read from the address and what cannot be meant is left out', () => {
    const search = new URLSearchParams(
      'actor=%20a1%20&outcome=gone&action=requester.reveal&from=2026-11-21T00:00:00.000Z&to=never',
    );
    expect(parseFilters(new URLSearchParams('customer=13800138000'))).to.deep.equal({});
    expect(parseFilters(search)).to.deep.equal({
      actor: 'a1',
      action: 'requester.reveal',
      from: '2026-11-21T00:00:00.000Z',
    });
  });

  it('change together and leave the rest of the address', () => {
    const search = new URLSearchParams('actor=a1&event=e1');
    expect(withFilters(search, { actor: undefined, customer: 'c1' }).toString()).to.equal(
      'event=e1&customer=c1',
    );
    expect(search.toString()).to.equal('actor=a1&event=e1');
  });

  it('make the address of a question, with nothing else in it', () => {
    expect(questionAddress({ customer: 'c&1' })).to.equal('/audit?customer=c%261');
    expect(questionAddress({ outcome: 'refused', actor: 'a1' })).to.equal('/audit?actor=a1&outcome=refused');
  });
});
