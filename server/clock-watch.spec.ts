import { expect } from 'chai';
import { createClockWatch } from './clock-watch.ts';

describe('the watch on the clock', () => {
  it('tells a clock that was set from time that passed', () => {
    const time = { wall: 1_000_000, monotonic: 0 };
    const look = createClockWatch({ now: () => new Date(time.wall), monotonicMs: () => time.monotonic });
    const pass = (wall: number, monotonic: number) => {
      time.wall += wall;
      time.monotonic += monotonic;
      return look();
    };
    expect(pass(3_600_000, 3_600_000)).to.equal(undefined);
    expect(pass(4_999, 0)).to.equal(undefined);
    expect(pass(0, 4_999)).to.equal(undefined);
    expect(pass(61_000, 1_000)).to.deep.equal({ byMs: 60_000 });
    expect(pass(1_000, 1_000)).to.equal(undefined);
    expect(pass(-60_000, 1_000)).to.deep.equal({ byMs: -61_000 });
  });
});
