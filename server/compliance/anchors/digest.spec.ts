import { expect } from 'chai';
import { TrailStage } from '../../test/support/trail-stage.ts';
import { digestOf, makeDigest } from './digest.ts';
import { digestJob } from './digest.job.ts';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

describe('the daily digest', () => {
  let stage: TrailStage;
  before(async () => {
    stage = await TrailStage.open(1);
    await stage.grow(12);
  });
  after(() => stage.close());

  const dayOf = (at: Date) => at.toISOString().slice(0, 10);

  it('is the last head of its day, the same words each time, and none for a day without one', async () => {
    const day = dayOf(stage.clock.now());
    const last = (await stage.storage.lastSeal())!;
    const digest = (await digestOf(stage.storage, day, stage.keyFile))!;
    expect(digest.seal.no).to.equal(last.no);
    expect(digest.groups.join('')).to.equal(last.root.toString('hex'));
    stage.days(2);
    await stage.grow(3);
    expect((await digestOf(stage.storage, day, stage.keyFile))?.seal.no).to.equal(last.no);
    for (const empty of [
      dayOf(new Date(stage.clock.now().getTime() - 86_400_000)),
      '2001-01-01',
      '2199-01-01',
    ])
      expect(await digestOf(stage.storage, empty, stage.keyFile), empty).to.equal(undefined);
    const pdf = makeDigest(digest, { lang: 'en', takenBy: 'Qian' });
    expect(pdf.subarray(0, 5).toString()).to.equal('%PDF-');
    expect(pdf.length).to.be.greaterThan(2_000);
  });

  it('is written for a printer each night, in both languages', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vd-digests-'));
    const { storage: trail, keyFile: auditKeys, clock } = stage;
    const job = digestJob({ trail, auditKeys, folder, clock, uow: stage.core.uow });
    const yesterday = dayOf(clock.now());
    stage.days(1);
    expect(await job.run({} as never, {})).to.deep.equal({ day: yesterday, written: 2 });
    expect(readdirSync(folder)).to.deep.equal([`audit-${yesterday}.en.pdf`, `audit-${yesterday}.zh-CN.pdf`]);
    expect(readFileSync(join(folder, `audit-${yesterday}.en.pdf`)).length).to.be.greaterThan(2_000);
    rmSync(folder, { recursive: true });
  });
});
