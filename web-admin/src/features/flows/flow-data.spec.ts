import { expect } from 'chai';
import { allows, currentVersion, parseChoices, presentChoices, type Flow } from './flow-data.ts';

const flow = (change: Partial<Flow>) => ({ state: 'draft', versions: [], ...change }) as unknown as Flow;

describe('flows on the console', () => {
  it('write choices as lines and read them back', () => {
    const choices = parseChoices('debit = 借记卡, 储蓄卡\n\ncredit = 信用卡\nother');
    expect(choices).to.deep.equal([
      { value: 'debit', title: '借记卡', synonyms: ['储蓄卡'] },
      { value: 'credit', title: '信用卡' },
      { value: 'other', title: 'other' },
    ]);
    expect(parseChoices(presentChoices(choices))).to.deep.equal(choices);
  });

  it('offer what the state allows', () => {
    expect(allows(flow({ state: 'approved' }), 'publish')).to.equal(true);
    expect(allows(flow({ state: 'draft' }), 'publish')).to.equal(false);
    expect(allows(flow({ state: 'published' }), 'approve')).to.equal(false);
  });

  it('show the version in work first, then the live one', () => {
    const versions = [{ version: 3 }, { version: 2 }, { version: 1 }] as Flow['versions'];
    expect(currentVersion(flow({ versions, publishedVersion: 2, draftVersion: 3 }))?.version).to.equal(3);
    expect(currentVersion(flow({ versions, publishedVersion: 2 }))?.version).to.equal(2);
    expect(currentVersion(flow({ versions }))?.version).to.equal(3);
  });
});
