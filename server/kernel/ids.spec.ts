import { expect } from 'chai';
import { createFakeClock } from './clock.ts';
import { createIds, isUuid } from './ids.ts';

const ZERO = (length: number) => new Uint8Array(length);

describe('ids', () => {
  it('makes lower-case version 7 UUIDs of variant 10', () => {
    const id = createIds({
      clock: createFakeClock(),
      randomBytes: (n) => new Uint8Array(n).fill(0xff),
    }).next();
    expect(isUuid(id)).to.equal(true);
    expect(id[14]).to.equal('7');
    expect('89ab').to.include(id[19]);
  });

  it('starts with the milliseconds since 1970', () => {
    const clock = createFakeClock(new Date(0x0123456789ab));
    expect(createIds({ clock, randomBytes: ZERO }).next()).to.match(/^01234567-89ab-7/);
  });

  it('increases over 10,000 ids while the clock stands still', () => {
    const ids = createIds({ clock: createFakeClock(), randomBytes: ZERO });
    const made = Array.from({ length: 10_000 }, () => ids.next());
    expect(made).to.deep.equal([...made].sort());
    expect(new Set(made).size).to.equal(10_000);
  });

  it('increases when the clock steps back', () => {
    const clock = createFakeClock();
    const ids = createIds({ clock, randomBytes: ZERO });
    const before = ids.next();
    clock.advance(-60_000);
    expect(ids.next() > before).to.equal(true);
  });

  it('knows what is not a UUID', () => {
    for (const text of ['', 'ABCDEF00-0000-7000-8000-000000000000', '0123', null, 7]) {
      expect(isUuid(text)).to.equal(false);
    }
  });
});
