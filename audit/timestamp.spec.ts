import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { derInteger, derOid, readDer } from './der.ts';
import { appendStamp, readStamps } from './stamp-folder.ts';
import { createChance, buildLedger, type Ledger } from './test/ledger.ts';
import { createStampAuthority, type StampAuthority } from './test/stamp-authority.ts';
import { readStamp, stampRequest } from './timestamp.ts';
import { createDatabaseReader } from './verify-database.ts';
import { parseKeyFile } from './keys.ts';
import { verifyTrail } from './verify.ts';

const DATA = Buffer.from('a head\n');
const NONCE = Buffer.from('00112233445566778899aabbccddeeff', 'hex');

describe('a time stamp', () => {
  let folder: string;
  let authority: StampAuthority;
  let ledger: Ledger;
  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'vd-stamp-'));
    const made = createStampAuthority(join(folder, 'tsa'));
    if (made === undefined) return this.skip();
    authority = made;
    ledger = await buildLedger(11);
  });
  after(async () => {
    await ledger?.remove();
    await rm(folder, { recursive: true });
  });

  it('is asked for as openssl reads it', async () => {
    const path = join(folder, 'request.tsq');
    await writeFile(path, stampRequest(DATA, NONCE));
    const text = execFileSync('openssl', ['ts', '-query', '-in', path, '-text'], { encoding: 'utf8' });
    expect(text).to.contain('Hash Algorithm: sha256').and.contain('Certificate required: yes');
    expect(text).to.contain('Nonce: 0x112233445566778899AABBCCDDEEFF');
  });

  it('of openssl holds, says when, and leads to the authority that is trusted', () => {
    const answer = authority.answer(stampRequest(DATA, NONCE));
    const stamp = readStamp(answer, { data: DATA, nonce: NONCE, trusted: [authority.ca] });
    expect(stamp).to.include({ signer: 'CN=Spec Stamps', isTrusted: true });
    if (typeof stamp === 'string') throw new Error(stamp);
    expect(Math.abs(stamp.at.getTime() - new Date().getTime())).to.be.lessThan(60_000);
    expect(readStamp(answer, { data: DATA })).to.include({ isTrusted: false });
  });

  it('of other data, of another request, refused, or of a certificate for other uses is none', () => {
    const answer = authority.answer(stampRequest(DATA, NONCE));
    const cases: [string, string | object][] = [
      ['the stamp is of other data', readStamp(answer, { data: Buffer.from('other') })],
      ['the stamp answers another request', readStamp(answer, { data: DATA, nonce: Buffer.alloc(16, 7) })],
      ['the answer is no time stamp', readStamp(Buffer.from('hello'), { data: DATA })],
      ['the authority refused the stamp', readStamp(Buffer.from('30053003020102', 'hex'), { data: DATA })],
    ];
    for (const [expected, found] of cases) expect(found).to.equal(expected);
    const other = createStampAuthority(join(folder, 'other'))!;
    expect(readStamp(answer, { data: DATA, trusted: [other.ca] })).to.include({ isTrusted: false });
  });

  it('that was changed anywhere is refused or says what it said, and nothing else happens', () => {
    const answer = authority.answer(stampRequest(DATA, NONCE));
    const whole = readStamp(answer, { data: DATA, nonce: NONCE, trusted: [authority.ca] });
    const chance = createChance(7);
    let refusedCount = 0;
    for (let i = 0; i < 400; i += 1) {
      const edited = Buffer.from(answer);
      edited[chance.below(edited.length)]! ^= 1 << chance.below(8);
      const found = readStamp(edited, { data: DATA, nonce: NONCE, trusted: [authority.ca] });
      if (typeof found === 'string' || !found.isTrusted) refusedCount += 1;
      // Bits outside what is signed: unused parts of the certificate list, unsigned attributes.
      else expect(found).to.deep.equal(whole);
    }
    expect(refusedCount).to.be.greaterThan(200);
    for (let cut = 0; cut < answer.length; cut += 37) {
      expect(readStamp(answer.subarray(0, cut), { data: DATA })).to.be.a('string');
    }
  });

  it('of heads is an anchor: it shows a tail that was cut and a history that was rewritten', async () => {
    const place = join(folder, 'stamps');
    const { store, keyFile } = ledger;
    for (const no of [3, 8]) {
      const { checkpoint, at } = store.seals[no - 1]!;
      await appendStamp(place, {
        checkpoint,
        at,
        answer: authority.answer(stampRequest(Buffer.from(checkpoint), NONCE)),
      });
    }
    const verify = () =>
      verifyTrail(createDatabaseReader(store), {
        keys: parseKeyFile(keyFile),
        anchors: [],
        sparseAnchors: [readStamps(place, [authority.ca])],
      });
    const whole = await verify();
    expect(whole).to.include({ status: 'whole', anchors: 2 });
    expect(whole.warnings).to.deep.equal([]);
    const tail = store.seals.splice(5);
    expect((await verify()).firstBad).to.deep.include({ kind: 'tail-cut' });
    store.seals.push(...tail);
    const [name] = await readdir(place);
    const path = join(place, name!);
    const text = await readFile(path, 'utf8');
    await appendFile(path, text.slice(0, 300));
    expect(await verify()).to.include({ status: 'whole' });
    await writeFile(path, text.replace(/seal 3 /, 'seal 4 '));
    expect((await verify()).firstBad).to.deep.include({ kind: 'anchor-form' });
  });

  it('in a line of ten gigabytes is none, in bounded memory', async () => {
    const place = join(folder, 'huge');
    await mkdir(place);
    const path = join(place, 'stamps-2026-03-02.jsonl');
    await writeFile(path, '{');
    // Only its size is ten gigabytes: the rest of the file is a hole.
    await truncate(path, 10 * 1024 ** 3);
    const before = process.memoryUsage().rss;
    const records = [];
    for await (const { head, isTorn } of readStamps(place)) records.push({ head, isTorn });
    expect(records).to.deep.equal([{ head: undefined, isTorn: false }]);
    expect(process.memoryUsage().rss - before).to.be.lessThan(64 * 1024 * 1024);
  });

  it('is written and read in DER, long lengths and large numbers included', () => {
    expect(derOid('1.2.840.113549.1.9.16.1.4').toString('hex')).to.equal('060b2a864886f70d0109100104');
    expect(derInteger(Buffer.of(0, 0, 0x80)).toString('hex')).to.equal('02020080');
    expect(readDer(Buffer.from('0481ff', 'hex'))).to.equal(undefined);
    expect(readDer(Buffer.from('04820001ff', 'hex'))).to.equal(undefined);
    expect(readDer(Buffer.from('0480', 'hex'))).to.equal(undefined);
  });
});
