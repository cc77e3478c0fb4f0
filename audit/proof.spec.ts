import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseHead } from './head.ts';
import { parseKeyFile } from './keys.ts';
import { findPlace, isConsistent, proveEntry, verifyProofFile, writeProof } from './proof.ts';
import { parseStatement } from './seal.ts';
import { createNoteSigner, generateSealKey } from './note.ts';
import { createKeyFile } from './keys.ts';
import { buildLedger, type Ledger } from './test/ledger.ts';

const VERIFIER = fileURLToPath(new URL('./audit-verify.mjs', import.meta.url));

describe('the proof of one entry', () => {
  let ledger: Ledger;
  before(async () => {
    ledger = await buildLedger(21);
  });
  after(() => ledger.remove());

  it('holds for every entry, and names its index', async () => {
    const keys = parseKeyFile(ledger.keyFile);
    const indexes = new Set<number>();
    for (const row of ledger.store.events) {
      const proof = (await proveEntry(ledger.store, row))!;
      const proven = verifyProofFile(writeProof(proof, row.body), keys);
      expect(proven).to.deep.include({ index: proof.index, body: row.body });
      indexes.add(proof.index);
    }
    expect([...indexes].sort((a, b) => a - b)).to.deep.equal(ledger.store.events.map((_, i) => i));
  });

  it('is checked by the single file as well', async () => {
    const row = ledger.store.events[7]!;
    const [proof, keys] = [join(ledger.folder, 'e.tlog-proof'), join(ledger.folder, 'keys.json')];
    await writeFile(proof, writeProof((await proveEntry(ledger.store, row))!, row.body));
    await writeFile(keys, ledger.keyFile);
    const run = () =>
      execFileSync(process.execPath, [VERIFIER, '--proof', proof, '--keys', keys, '--json']).toString();
    expect(JSON.parse(run())).to.deep.include({ status: 'whole', body: row.body });
    await writeFile(proof, writeProof((await proveEntry(ledger.store, row))!, row.body.replace('ok', 'no')));
    expect(run).to.throw();
  });

  it('fails for another body, index, hash, head, or key', async () => {
    const keys = parseKeyFile(ledger.keyFile);
    const row = ledger.store.events[3]!;
    const text = writeProof((await proveEntry(ledger.store, row))!, row.body);
    const index = /index (\d+)/.exec(text)![1]!;
    const wrong = [
      writeProof((await proveEntry(ledger.store, row))!, ledger.store.events[4]!.body),
      text.replace(`index ${index}`, `index ${Number(index) + 1}`),
      text.replace(`index ${index}`, 'index 99999'),
      text.replace(`index ${index}\n`, `index ${index}\n${Buffer.alloc(32).toString('base64')}\n`),
      text.replace('c2sp.org/tlog-proof@v1', 'c2sp.org/tlog-proof@v2'),
      text.replace(/\n\d+\n/, '\n3\n'),
      '',
      text.slice(0, 200),
    ];
    for (const one of wrong) expect(verifyProofFile(one, keys), one.slice(0, 80)).to.be.a('string');
    const stranger = createKeyFile(createNoteSigner(keys.origin, generateSealKey()));
    expect(verifyProofFile(text, parseKeyFile(stranger))).to.contain('not signed');
  });

  it('is not given while the entry is not sealed', async () => {
    const row = { ...ledger.store.events[3]!, lane: 99 };
    expect(await findPlace(ledger.store, row)).to.equal(undefined);
  });

  it('shows two heads of one trail consistent, and a forked one not', async () => {
    const heads = ledger.store.seals.map((seal) => parseHead(seal.checkpoint)!);
    const last = heads.at(-1)!;
    for (const head of heads) expect(await isConsistent(ledger.store, head, last)).to.equal(true);
    const forked = { ...heads[2]!, root: Buffer.alloc(32) };
    expect(forked.size).to.be.greaterThan(0);
    expect(await isConsistent(ledger.store, forked, last)).to.equal(false);
    expect(await isConsistent(ledger.store, last, heads[2]!)).to.equal(false);
  });

  it('finds the place that the statements give', async () => {
    const last = ledger.store.seals.at(-1)!;
    const sealed = ledger.store.seals.findLast((seal) => seal.size > seal.prevSize)!;
    const [range] = parseStatement(sealed.statement)!.ranges;
    const row = ledger.store.events.find(
      (one) => one.n === range!.from && one.lane === range!.lane && one.epoch === 3,
    )!;
    expect(await findPlace(ledger.store, row)).to.deep.equal({ index: sealed.prevSize, sealNo: sealed.no });
    expect(last.no).to.be.at.least(sealed.no);
  });
});
