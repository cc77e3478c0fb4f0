import { expect } from 'chai';
import { formatOf, isBusy, shareOf } from './import-data.ts';

describe('a file of articles', () => {
  it('has the form that its name says', () => {
    expect(['a.XLSX', 'b.csv', 'c.d.jsonl', 'e.ndjson'].map(formatOf)).to.deep.equal([
      'xlsx',
      'csv',
      'jsonl',
      'jsonl',
    ]);
    expect(formatOf('knowledge.xls')).to.equal(undefined);
    expect(formatOf('csv.zip')).to.equal(undefined);
  });

  it('tells how far it is, and never more than all', () => {
    expect(shareOf({ doneCount: 50, rowCount: 200 })).to.equal(0.25);
    expect(shareOf({ doneCount: 0, rowCount: 0 })).to.equal(0);
    expect(shareOf({ doneCount: 3, rowCount: 2 })).to.equal(1);
    expect(isBusy({ state: 'applying' })).to.equal(true);
    expect(isBusy({ state: 'checked' })).to.equal(false);
  });
});
