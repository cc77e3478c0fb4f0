import { expect } from 'chai';
import { createGovernor, nextRows } from './governor.ts';
import { REKEY_LIMITS } from './rekey.rules.ts';

const { rowsAtOnce, rowsAtOnceMin, writeMs, stepBackMs } = REKEY_LIMITS;

describe('what keeps sealing anew out of the way', () => {
  it('makes pages smaller that take long to write, and larger again bit by bit', () => {
    expect(nextRows({ rowsAtOnce: 40, rows: 40, tookMs: writeMs * 2 })).to.equal(20);
    expect(nextRows({ rowsAtOnce: 40, rows: 40, tookMs: writeMs / 10 })).to.equal(50);
    expect(nextRows({ rowsAtOnce, rows: rowsAtOnce, tookMs: writeMs * 1_000 })).to.equal(rowsAtOnceMin);
    expect(nextRows({ rowsAtOnce, rows: rowsAtOnce, tookMs: 0 })).to.equal(rowsAtOnce);
    expect(nextRows({ rowsAtOnce: 60, rows: 3, tookMs: writeMs * 9 }), 'the rest of a table').to.equal(60);
  });

  it('steps back while somebody waits for a commit, and goes on when nobody does', async () => {
    let asked = 0;
    const governor = createGovernor(() => (asked += 1) < 4);
    await governor.turn();
    expect(asked).to.equal(4);
    expect(governor.takeWaitedMs()).to.be.above(0);
    expect(governor.takeWaitedMs()).to.equal(0);
  });

  it('does not step back for ever', async () => {
    const governor = createGovernor(() => true);
    await governor.turn();
    expect(governor.takeWaitedMs()).to.be.at.least(stepBackMs - 1);
  });
});
