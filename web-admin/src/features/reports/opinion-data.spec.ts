import { expect } from 'chai';
import { mirrored, praiseShare } from './opinion-data.ts';

describe('reports of opinions', () => {
  it('give the share of praise, and none where nothing was said', () => {
    expect(praiseShare({ praise: 3, blame: 1 })).to.equal(0.75);
    expect(praiseShare({ praise: 0, blame: 0 })).to.equal(null);
  });

  it('draw blame below the line', () => {
    const rows = [
      { praise: 2, blame: 5 },
      { praise: 1, blame: 0 },
    ];
    expect(mirrored(rows)).to.deep.equal({ praise: [2, 1], blame: [-5, 0] });
    expect(Object.is(mirrored(rows).blame[1], 0), 'no minus nought in the table').to.equal(true);
  });
});
