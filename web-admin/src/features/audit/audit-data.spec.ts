import { expect } from 'chai';
import { parseFilters, questionAddress, withFilters } from './audit-data.ts';
import { canBeDrawn, parseTimelineBy, pickedFilters, type Timeline } from './timeline-data.ts';

describe('filters of the audit trail', () => {
  it('are read from the address and what cannot be meant is left out', () => {
    const search = new URLSearchParams(
      'actor=%20a1%20&outcome=gone&action=requester.reveal&from=2026-11-21T00:00:00.000Z&to=never',
    );
    expect(parseFilters(new URLSearchParams('customer=13800138000'))).to.deep.equal({});
    expect(parseFilters(new URLSearchParams('address=home&ticket=7&class=all&q=%20'))).to.deep.equal({});
    expect(parseFilters(new URLSearchParams('address=fe80::1&class=audit&q=fraud'))).to.deep.equal({
      q: 'fraud',
      address: 'fe80::1',
      class: 'audit',
    });
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

describe('charts of the audit trail', () => {
  const bucket = { from: '2026-03-02T00:00:00.000Z', to: '2026-03-03T00:00:00.000Z' };
  const timeline: Timeline = {
    ...{ by: 'account', step: 'day', buckets: [bucket], countedTo: null, purgedTo: null, isCut: false },
    series: [
      { key: 'a1', counts: [2] },
      { key: 'others', counts: [1] },
    ],
  };

  it('narrow a search to the bar that was chosen', () => {
    expect(pickedFilters(timeline, 0, 0)).to.deep.equal({ ...bucket, actor: 'a1' });
    expect(pickedFilters(timeline, 0, 1), 'others are nobody').to.deep.equal(bucket);
    const classes = { ...timeline, by: 'class' as const, series: [{ key: 'access', counts: [2] }] };
    expect(pickedFilters(classes, 0, 0)).to.deep.equal({ ...bucket, class: 'access' });
    expect(pickedFilters(timeline, 7, 7)).to.deep.equal({});
  });

  it('are known by the address, and not drawn of words', () => {
    expect(parseTimelineBy(new URLSearchParams('chart=outcome'))).to.equal('outcome');
    expect(parseTimelineBy(new URLSearchParams('chart=pie'))).to.equal(undefined);
    expect(canBeDrawn({ actor: 'a1' })).to.equal(true);
    expect(canBeDrawn({ actor: 'a1', q: 'fraud' })).to.equal(false);
  });
});
