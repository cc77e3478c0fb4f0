import { expect } from 'chai';
import { createPace, PACE, restAfter } from './pace.ts';

describe('the pace of work in the background', () => {
  it('leaves half of the time, and nearly all of it in a rush', () => {
    expect(restAfter(10, 0)).to.equal(10);
    expect(restAfter(10, PACE.rushFrom - 0.01)).to.equal(10);
    expect(restAfter(10, PACE.rushFrom)).to.be.closeTo(190, 1e-9);
    expect(restAfter(10, 1)).to.be.closeTo(190, 1e-9);
  });

  const restOf = async (workedMs: number, utilisations: number[], isOver = () => false) => {
    const slept: number[] = [];
    const pace = createPace({
      utilisation: () => utilisations.shift() ?? 0,
      sleep: async (ms) => void slept.push(ms),
    });
    await pace.rest(workedMs, () => isOver());
    return slept;
  };

  it('rests its whole time in a rush, and looks every two seconds whether it is over', async () => {
    expect(await restOf(300, [1, 1, 1, 1])).to.deep.equal([2_000, 2_000, 1_700]);
    expect(await restOf(300, [1, 1, 0.2])).to.deep.equal([2_000, 2_000]);
    expect(await restOf(3_000, [0, 0, 0])).to.deep.equal([2_000, 1_000]);
    expect(await restOf(0, [1])).to.deep.equal([]);
  });

  it('ends a rest of a rush when its work is to end', async () => {
    let asked = 0;
    expect(await restOf(60_000, [1, 1, 1, 1], () => (asked += 1) > 2)).to.deep.equal([2_000, 2_000]);
  });

  it('takes a process that is busy all the time for one in a rush', async () => {
    const pace = createPace();
    const startedMs = performance.now();
    while (performance.now() - startedMs < 30);
    const workedMs = 5;
    const restedFromMs = performance.now();
    await pace.rest(workedMs);
    expect(performance.now() - restedFromMs).to.be.above(workedMs * (1 / PACE.rushShare - 1) - 2);
  });
});
