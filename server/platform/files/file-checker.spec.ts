import { expect } from 'chai';
import { CLAIM_MS, type ScanResult } from './file-checker.ts';
import { buildFiles, type BuiltFiles } from './test/build-files.ts';

describe('a check of a file', () => {
  let files: BuiltFiles;
  let beginScan: () => void;
  let endScan: (result: ScanResult) => void;
  const begun = new Promise<void>((resolve) => (beginScan = resolve));
  const scanned = new Promise<ScanResult>((resolve) => (endScan = resolve));

  before(async () => {
    const scan = () => {
      beginScan();
      return scanned;
    };
    files = await buildFiles({ scanner: { scan }, renewEveryMs: 5 });
  });
  after(() => files.close());

  /** Until when no other process takes the file; null when its check is over. */
  async function claimedUntilMs(id: string): Promise<number | null> {
    const [row] = (await files.core.sql('SELECT check_after FROM stored_file WHERE id = $1', [id])) as {
      check_after: Date | null;
    }[];
    return row?.check_after?.getTime() ?? null;
  }

  it('keeps its claim for as long as it takes, and for seconds only when its process dies', async () => {
    const { id } = await files.upload('long.txt', Buffer.from('a long look'));
    await begun;
    for (let round = 0; round < 3; round += 1) {
      files.clock.advance(CLAIM_MS - 1);
      const soughtMs = files.clock.now().getTime() + CLAIM_MS;
      // The renewal comes by itself, within milliseconds here.
      while ((await claimedUntilMs(id)) !== soughtMs);
    }
    expect(CLAIM_MS).to.be.at.most(15_000);
    endScan({ isClean: true });
    await files.checker.drain();
    expect(await claimedUntilMs(id)).to.equal(null);
    expect((await files.served.ask('ann', `/api/v1/uploads/${id}`)).json.state).to.equal('ready');
  });
});
