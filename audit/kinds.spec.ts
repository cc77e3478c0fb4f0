import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createFolderAnchor, readAnchors } from './anchors.ts';
import { addCosignature, appendCosigned, parseWitnessKeys, readCosigned } from './cosign.ts';
import { writeExport } from './export.ts';
import { addKey, createKeyFile, parseKeyFile } from './keys.ts';
import { createAuditLane } from './lane.ts';
import { createCosigner, createNoteSigner, generateSealKey } from './note.ts';
import { createSealer } from './sealer.ts';
import type { SignatureKind } from './signatures.ts';
import { buildLedger, type Ledger } from './test/ledger.ts';
import { createMemoryStore } from './test/memory-store.ts';
import { startSecondVerifier, type SecondVerifier } from './test/second-verifier.ts';
import { buildDraft, buildStamp, TEST_NOW } from './test/support.ts';
import { verifyExportFolder } from './verify-export.ts';
import { exitCodeOf } from './verify-result.ts';

const VERIFIER = fileURLToPath(new URL('./audit-verify.mjs', import.meta.url));
const COSIGNED = `anchors/cosigned-${TEST_NOW.toISOString().slice(0, 10)}.jsonl`;
const WITNESSES = 'keys/witnesses.txt';

interface Verdict {
  exit: number;
  kind: string | null;
}

async function byLibrary(folder: string): Promise<Verdict & { anchors: number }> {
  const keys = parseKeyFile(await readFile(join(folder, 'keys/audit-keys.json'), 'utf8'));
  const result = await verifyExportFolder(folder, { keys });
  return { exit: exitCodeOf(result), kind: result.firstBad?.kind ?? null, anchors: result.anchors };
}

function byFile(folder: string): Promise<Verdict & { anchors: number }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [VERIFIER, folder, '--json'], { env: {} }, (error, stdout) => {
      const { firstBad, anchors } = JSON.parse(stdout) as { firstBad: Verdict | null; anchors: number };
      resolve({ exit: error === null ? 0 : Number(error.code), kind: firstBad?.kind ?? null, anchors });
    });
  });
}

describe('an exported trail whose heads are signed', () => {
  let second: SecondVerifier | undefined;
  before(() => void (second = startSecondVerifier()));
  after(() => second?.stop());

  async function judge(folder: string): Promise<Verdict> {
    const [library, file, python] = await Promise.all([
      byLibrary(folder),
      byFile(folder),
      second?.verify(folder),
    ]);
    expect(file).to.deep.equal(library);
    if (python)
      expect([python.exit, python.firstBad?.kind ?? null]).to.deep.equal([library.exit, library.kind]);
    return { exit: library.exit, kind: library.kind };
  }

  it('with one kind of key after the other is whole for every verifier, and not with the keys of the first alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vaultdesk-rotated-'));
    try {
      const [store, anchors] = [createMemoryStore(), join(folder, 'anchors')];
      const lane = createAuditLane({ node: 'n1', epoch: 1, lane: 0, chained: false });
      await store.insertEpoch({ node: 'n1', epoch: 1, laneCount: 1 });
      let signer = createNoteSigner('vaultdesk.example/rotated', generateSealKey());
      let keyFile = createKeyFile(signer);
      const first = keyFile;
      let nowMs = TEST_NOW.getTime();
      for (const kind of ['sm2', 'p256', 'ed25519'] as const) {
        const clock = { now: () => new Date(nowMs) };
        const sealer = createSealer({
          storage: store,
          signer,
          anchors: [createFolderAnchor(anchors)],
          clock,
        });
        for (let i = 0; i < 3; i += 1) {
          nowMs += 1_000;
          await store.insertEvents([lane.draw(buildDraft(), buildStamp({ at: clock.now() }))]);
          await sealer.sealOnce();
        }
        await sealer.stop();
        const key = generateSealKey(kind);
        keyFile = addKey(keyFile, signer, { key, fromSeal: store.seals.length + 1 });
        signer = createNoteSigner('vaultdesk.example/rotated', key);
      }
      const whole = join(folder, 'whole');
      await writeExport(whole, { source: store, keyFile, anchors: readAnchors(anchors) });
      expect(await judge(whole)).to.deep.equal({ exit: 0, kind: null });
      expect(parseKeyFile(keyFile).keys).to.have.length(4);
      const alone = join(folder, 'alone');
      await writeExport(alone, { source: store, keyFile: first, anchors: readAnchors(anchors) });
      expect(await judge(alone)).to.deep.equal({ exit: 1, kind: 'signature' });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  for (const kind of ['ed25519', 'p256', 'sm2'] as SignatureKind[]) {
    describe(`with ${kind}, and by a witness`, () => {
      const cosigner = createCosigner('vaultdesk.example/witness', generateSealKey());
      const stranger = createCosigner('vaultdesk.example/stranger', generateSealKey());
      let ledger: Ledger;
      let whole: string;

      before(async () => {
        ledger = await buildLedger(23, 30, kind);
        const witnesses = parseWitnessKeys(cosigner.verifierKey);
        for (const { checkpoint } of ledger.store.seals.filter(({ no }) => no % 3 === 0)) {
          const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
          const cosigned = addCosignature(checkpoint, cosigner.cosign(text, TEST_NOW), witnesses)!;
          await appendCosigned(ledger.anchors, { checkpoint: cosigned, at: TEST_NOW });
        }
        whole = join(ledger.folder, 'whole');
        await writeExport(whole, {
          ...{ source: ledger.store, keyFile: ledger.keyFile, anchors: readAnchors(ledger.anchors) },
          cosigned: { heads: readCosigned(ledger.anchors, witnesses), keyFile: `${cosigner.verifierKey}\n` },
        });
      });
      after(() => ledger.remove());

      /** The export with some files changed, and the manifest made to fit: only heads can tell. */
      async function changed(files: Record<string, (text: string) => string>): Promise<string> {
        const folder = join(ledger.folder, 'changed');
        await rm(folder, { recursive: true, force: true });
        await cp(whole, folder, { recursive: true });
        for (const [name, edit] of Object.entries(files))
          await writeFile(join(folder, name), edit(await readFile(join(folder, name), 'utf8')));
        return folder;
      }
      const flip = (pattern: RegExp) => (text: string) =>
        text.replace(pattern, (_, before: string, one: string) => before + (one === 'A' ? 'B' : 'A'));

      it('is whole for every verifier, which compares the heads of the witness too', async () => {
        expect(await judge(whole)).to.deep.equal({ exit: 0, kind: null });
        const { anchors } = await byLibrary(whole);
        const cosigned = Math.floor(ledger.store.seals.length / 3);
        expect(anchors).to.equal(ledger.store.seals.length + cosigned);
      });

      it('is not when a signature under a head was changed', async () => {
        const folder = await changed({ 'seals.jsonl': flip(/(\u2014 \S+ \S{20})(.)/) });
        expect(await judge(folder)).to.deep.equal({ exit: 1, kind: 'signature' });
      });

      it('is not when the line of the witness was changed, or is of another witness', async () => {
        const edited = await changed({ [COSIGNED]: flip(/(\/witness \S{30})(.)/) });
        expect((await judge(edited)).exit).to.equal(1);
        const other = await changed({ [WITNESSES]: () => `${stranger.verifierKey}\n` });
        expect((await judge(other)).exit).to.equal(1);
      });

      it('proves nothing with keys of witnesses that are none', async () => {
        for (const text of ['', 'nonsense\n', `${ledger.signer.verifierKey}\n`]) {
          const folder = await changed({ [WITNESSES]: () => text });
          const keys = parseKeyFile(ledger.keyFile);
          const refused = await verifyExportFolder(folder, { keys }).then(
            () => 'taken',
            (error: Error) => error.name,
          );
          expect(refused).to.equal('KeyFileError');
          const file = await new Promise((resolve) =>
            execFile(process.execPath, [VERIFIER, folder], (error) => resolve(error?.code)),
          );
          expect(file).to.equal(3);
          if (second) expect((await second.verify(folder)).exit).to.equal(3);
        }
      });

      it('shows a tail that was cut to who has what the witness signed', async () => {
        const short = join(ledger.folder, `short-${kind}`);
        const toSeal = ledger.store.seals.length - 4;
        await writeExport(short, {
          ...{ source: ledger.store, keyFile: ledger.keyFile, toSeal },
          anchors: readAnchors(ledger.anchors),
          cosigned: {
            heads: readCosigned(ledger.anchors, parseWitnessKeys(cosigner.verifierKey)),
            keyFile: `${cosigner.verifierKey}\n`,
          },
        });
        expect((await judge(short)).exit).to.equal(0);
        await cp(join(whole, COSIGNED), join(short, COSIGNED));
        expect((await judge(short)).exit).to.equal(1);
        const keys = parseKeyFile(ledger.keyFile);
        const { findings } = await verifyExportFolder(short, { keys });
        expect(findings.map((one) => one.kind)).to.include('tail-cut');
      });
    });
  }
});
