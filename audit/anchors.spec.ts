import { expect } from 'chai';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AnchorSink } from './anchor-sink.ts';
import { createFolderAnchor, readAnchors } from './anchors.ts';
import { signHead } from './head.ts';
import { createNoteSigner, generateSealKey } from './note.ts';

const signer = createNoteSigner('bank-1', generateSealKey());

function buildHead(sealNo: number, at = '2026-03-02T08:00:00.000Z') {
  const head = { size: sealNo, root: Buffer.alloc(32, sealNo), sealNo, sealHash: Buffer.alloc(32, sealNo) };
  return { sealNo, size: sealNo, at: new Date(at), checkpoint: signHead(head, signer) };
}

async function numbersIn(folder: string): Promise<(number | string)[]> {
  const numbers: (number | string)[] = [];
  for await (const { head, isTorn } of readAnchors(folder))
    numbers.push(head?.sealNo ?? (isTorn ? 'torn' : 'bad'));
  return numbers;
}

describe('the folder anchor', () => {
  let folder: string;
  const sinks: AnchorSink[] = [];
  const openSink = () => {
    sinks.push(createFolderAnchor(folder));
    return sinks.at(-1)!;
  };
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'vaultdesk-anchors-')), 'anchors');
  });
  afterEach(async () => {
    for (const sink of sinks.splice(0)) await sink.close();
    await rm(join(folder, '..'), { recursive: true, force: true });
  });

  it('keeps every head by day and knows the newest after a restart', async () => {
    const sink = openSink();
    expect(await sink.last()).to.equal(undefined);
    await sink.append([buildHead(1), buildHead(2), buildHead(3, '2026-03-03T00:00:00.000Z')]);
    expect(await numbersIn(folder)).to.deep.equal([1, 2, 3]);
    expect((await readFile(join(folder, 'heads-2026-03-03.txt'), 'utf8')).endsWith('\n\n')).to.equal(true);
    expect(await openSink().last()).to.deep.equal({
      sealNo: 3,
      sealHash: Buffer.alloc(32, 3),
    });
  });

  it('survives being killed at any byte of a record', async () => {
    const path = join(folder, 'heads-2026-03-02.txt');
    await openSink().append([buildHead(1)]);
    const whole = await readFile(path);
    const record = Buffer.from(`${buildHead(2).checkpoint}\n`);
    for (let cut = 1; cut < record.length; cut += 1) {
      await writeFile(path, Buffer.concat([whole, record.subarray(0, cut)]));
      const torn = await numbersIn(folder);
      expect(
        torn.filter((item) => item === 'bad'),
        `cut at ${cut}`,
      ).to.deep.equal([]);
      const sink = openSink();
      const next = ((await sink.last())?.sealNo ?? 0) + 1;
      await sink.append([buildHead(next), buildHead(next + 1)]);
      const numbers = (await numbersIn(folder)).filter((item) => item !== 'torn');
      expect(numbers, `cut at ${cut}`).to.deep.equal(next === 2 ? [1, 2, 3] : [1, 2, 3, 4]);
    }
  });

  it('gives an edited record as bad', async () => {
    await openSink().append([buildHead(1), buildHead(2), buildHead(3)]);
    const path = join(folder, 'heads-2026-03-02.txt');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace('seal 2', 'seal x'));
    expect(await numbersIn(folder)).to.deep.equal([1, 'bad', 3]);
    await writeFile(path, text.slice(0, 40) + text.slice(41));
    expect(await numbersIn(folder)).to.deep.equal(['bad', 2, 3]);
  });

  it('reads files larger than its buffer, and stops at a record without an end', async () => {
    const heads = Array.from({ length: 2_500 }, (_, i) => buildHead((i % 250) + 1));
    await openSink().append(heads);
    expect(await numbersIn(folder)).to.have.length(2_500);
    await appendFile(join(folder, 'heads-2026-03-02.txt'), 'x'.repeat(600_000));
    expect((await numbersIn(folder)).at(-1)).to.equal('bad');
  });
});
