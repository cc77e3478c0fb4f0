import { createCipheriv } from 'node:crypto';
import { memoryUsage } from 'node:process';
import { expect } from 'chai';
import { release } from './index.ts';

const MIB = 1024 * 1024;

describe('release', () => {
  it('frees the memory of a buffer at once, without any collection', () => {
    const before = memoryUsage().arrayBuffers;
    const all = Array.from({ length: 32 }, () => Buffer.alloc(MIB));
    expect(memoryUsage().arrayBuffers - before).to.be.at.least(32 * MIB);
    for (const one of all) release(one);
    expect(memoryUsage().arrayBuffers - before).to.be.below(MIB);
    expect(all.every(({ length }) => length === 0)).to.equal(true);
  });

  it('frees what a cipher gives', () => {
    const cipher = createCipheriv('aes-256-gcm', Buffer.alloc(32), Buffer.alloc(12));
    const sealed = cipher.update(Buffer.alloc(MIB));
    expect(sealed).to.have.length(MIB);
    release(sealed);
    expect(sealed).to.have.length(0);
  });

  it('leaves views and small buffers alone, whose memory others share', () => {
    const whole = Buffer.alloc(MIB, 7);
    for (const view of [whole.subarray(1), whole.subarray(0, MIB - 1)]) release(view);
    const pooled = Buffer.from('a text from the pool');
    release(pooled);
    expect(pooled.toString()).to.equal('a text from the pool');
    expect(whole.every((byte) => byte === 7)).to.equal(true);
    release(Buffer.alloc(0));
  });

  it('does nothing when called again', () => {
    const bytes = Buffer.alloc(MIB);
    release(bytes);
    release(bytes);
    expect(bytes).to.have.length(0);
  });
});
