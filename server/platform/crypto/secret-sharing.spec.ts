import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { createFileKeyProvider, MASTER_KEY_FILE } from './file-key-provider.ts';
import { joinMasterKey, splitMasterKey } from './master-shares.ts';
import { randomBytes } from './random.ts';
import { combineShares, splitSecret } from './secret-sharing.ts';
import { SHARE_WORDS } from './share-words.ts';

/** The published vectors of SLIP-0039: shares, and the secret under the passphrase TREZOR, or nothing. */
const VECTORS = JSON.parse(readFileSync(new URL('./test/slip39-vectors.json', import.meta.url), 'utf8')) as [
  string[],
  string,
][];

function reasonOf(work: () => unknown): unknown {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof AppError ? error.details?.['reason'] : String(error);
  }
}

describe('sharing a secret', () => {
  VECTORS.forEach(([shares, secret], index) => {
    it(`gives what the published vector ${index + 1} gives`, () => {
      if (secret === '') return expect(reasonOf(() => combineShares(shares, 'TREZOR'))).to.not.equal('none');
      return expect(combineShares(shares, 'TREZOR').toString('hex')).to.equal(secret);
    });
  });

  it('gives the secret back from any shares that are enough', () => {
    const secret = randomBytes(32);
    const shares = splitSecret(secret, { threshold: 3, count: 5 });
    expect(shares).to.have.lengthOf(5);
    for (const share of shares) expect(share.split(' ')).to.have.lengthOf(33);
    for (let a = 0; a < 5; a += 1)
      for (let b = a + 1; b < 5; b += 1)
        for (let c = b + 1; c < 5; c += 1) {
          const some = [a, b, c].map((index) => shares[index] as string);
          expect(combineShares(some.reverse()).equals(secret)).to.equal(true);
        }
  });

  it('says how many are missing, and which word is wrong', () => {
    const shares = splitSecret(randomBytes(32), { threshold: 3, count: 5 });
    const error = (() => {
      try {
        return combineShares(shares.slice(0, 2));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).to.be.instanceOf(AppError).with.property('code', 'crypto.share_invalid');
    expect((error as AppError).details).to.deep.equal({
      ...{ reason: 'too_few', needed: 3, given: 2 },
      explanation: '3 shares are needed, 2 were given.',
    });
    const broken = (shares[0] as string).split(' ').with(6, 'bank').join(' ');
    expect(reasonOf(() => combineShares([broken]))).to.equal('word');
  });

  it('finds every share with one, two, or three wrong words', () => {
    const [share = ''] = splitSecret(randomBytes(32), { threshold: 2, count: 2 });
    const words = share.split(' ');
    for (let at = 0; at + 2 < words.length; at += 1) {
      for (const count of [1, 2, 3]) {
        const changed = words.map((word, index) => {
          if (index < at || index >= at + count) return word;
          return SHARE_WORDS[(SHARE_WORDS.indexOf(word) + 1 + index) % 1024];
        });
        expect(
          reasonOf(() => combineShares([changed.join(' ')])),
          `${at}+${count}`,
        ).to.equal('checksum');
      }
    }
  });

  it('refuses shares of two splits, one share twice, and more than were asked for', () => {
    const [a, b] = [1, 2].map(() => splitSecret(randomBytes(32), { threshold: 2, count: 3 }));
    expect(reasonOf(() => combineShares([a?.[0] ?? '', b?.[1] ?? '']))).to.equal('set');
    expect(reasonOf(() => combineShares([a?.[0] ?? '', a?.[0] ?? '']))).to.equal('set');
    expect(reasonOf(() => combineShares(a ?? []))).to.equal('set');
  });

  for (const [threshold, count] of [
    [1, 1],
    [3, 2],
    [2, 17],
  ] as const) {
    it(`refuses ${threshold} of ${count}`, () => {
      expect(() => splitSecret(randomBytes(32), { threshold, count })).to.throw(RangeError);
    });
  }
});

describe('the master key in shares', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'vd-shares-')), 'keys');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

  it('comes back from them after its file was lost, and opens what it wrapped', async () => {
    const provider = await createFileKeyProvider({ folder });
    const context = { dekId: 1, scope: 'requester', ownerId: 'r-1' };
    const wrapped = await provider.wrap(Buffer.alloc(32, 7), context);
    const { kekId, shares } = await splitMasterKey({ folder }, { threshold: 2, count: 3 });
    expect(kekId).to.equal(provider.kekId);
    await unlink(join(folder, MASTER_KEY_FILE));
    const lost = await createFileKeyProvider({ folder }).catch(
      (error: AppError) => error.details?.['reason'],
    );
    expect(lost).to.equal('key_lost');
    expect(await joinMasterKey({ folder }, shares.slice(1))).to.equal(kekId);
    const again = await createFileKeyProvider({ folder });
    expect((await again.unwrap(wrapped, context)).equals(Buffer.alloc(32, 7))).to.equal(true);
  });

  it('is refused when the shares are of another site', async () => {
    await createFileKeyProvider({ folder });
    const other = splitSecret(randomBytes(32), { threshold: 2, count: 2 });
    const reason = await joinMasterKey({ folder }, other).catch(
      (error: AppError) => error.details?.['reason'],
    );
    expect(reason).to.equal('wrong_key');
  });

  it('rotates: the newest in use is the one that is split', async () => {
    const provider = await createFileKeyProvider({ folder });
    const made = await provider.newKek();
    expect((await splitMasterKey({ folder }, { threshold: 2, count: 2 })).kekId).to.equal(made);
  });
});
