import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { createRateLimiter } from './rate-limit.ts';

describe('a rate limiter', () => {
  it('gives the burst, then one token a period', () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, perSecond: 0.5, burst: 2 });
    expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).to.deep.equal([0, 0, 2]);
    clock.advance(1999);
    expect(limiter.take('a')).to.equal(1);
    clock.advance(1);
    expect(limiter.take('a')).to.equal(0);
  });

  it('never holds more than the burst, and keeps keys apart', () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, perSecond: 10, burst: 1 });
    clock.advance(3_600_000);
    expect([limiter.take('a'), limiter.take('a'), limiter.take('b')]).to.deep.equal([0, 1, 0]);
  });

  it('looks without taking', () => {
    const limiter = createRateLimiter({ clock: createFakeClock(), perSecond: 1, burst: 1 });
    expect([limiter.peek('a'), limiter.peek('a'), limiter.take('a'), limiter.peek('a')]).to.deep.equal([
      0, 0, 0, 1,
    ]);
  });

  it('gives nothing back when the clock goes backwards', () => {
    const clock = createFakeClock();
    const limiter = createRateLimiter({ clock, perSecond: 1, burst: 1 });
    limiter.take('a');
    clock.advance(-10_000);
    expect(limiter.take('a')).to.equal(1);
  });

  it('forgets the key touched longest ago beyond its bound', () => {
    const limiter = createRateLimiter({ clock: createFakeClock(), perSecond: 1, burst: 1, bucketsMax: 2 });
    for (const key of ['a', 'b', 'a', 'c']) limiter.take(key);
    expect(limiter.size).to.equal(2);
    expect([limiter.peek('a'), limiter.peek('b'), limiter.peek('c')]).to.deep.equal([1, 0, 1]);
  });
});
