import { expect } from 'chai';
import { createCrowd, CROWD } from './crowd.ts';

/** A world whose sleeps end when told, as late as told. */
function buildWorld() {
  let nowMs = 0;
  let wake: (() => void) | undefined;
  return {
    now: () => nowMs,
    sleep: () => new Promise<void>((resolve) => (wake = resolve)),
    async look(lateMs: number) {
      nowMs += CROWD.lookEveryMs + lateMs;
      wake?.();
      await new Promise(setImmediate);
    },
  };
}

describe('a crowd of walkers', () => {
  const most = 8;

  /** Which walkers are let in now. */
  async function admitted(crowd: ReturnType<typeof createCrowd>): Promise<number[]> {
    const inside: number[] = [];
    for (let walker = 0; walker < most; walker += 1) {
      void crowd.admit(walker).then(() => inside.push(walker));
    }
    await new Promise(setImmediate);
    return inside;
  }

  it('lets all walk while nothing is late', async () => {
    const world = buildWorld();
    const crowd = createCrowd(most, world);
    expect(await admitted(crowd)).to.have.length(most);
    await world.look(CROWD.lateMs);
    expect(await admitted(crowd)).to.have.length(most);
  });

  it('halves them with each late look down to one, who always walks', async () => {
    const world = buildWorld();
    const crowd = createCrowd(most, world);
    for (const left of [4, 2, 1, 1]) {
      await crowd.admit(0);
      await world.look(CROWD.lateMs + 1);
      expect((await admitted(crowd)).length).to.equal(left);
    }
  });

  it('lets one more in with each look in time, also those who wait already', async () => {
    const world = buildWorld();
    const crowd = createCrowd(most, world);
    await crowd.admit(0);
    await world.look(10_000);
    await crowd.admit(0);
    await world.look(10_000);
    const inside: number[] = [];
    for (const walker of [2, 3]) void crowd.admit(walker).then(() => inside.push(walker));
    await world.look(0);
    expect(inside).to.deep.equal([2]);
    await world.look(0);
    expect(inside).to.deep.equal([2, 3]);
  });
});
