import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTimeService, MARK_AGE_MAX_MS, type TimeSource } from './time-service.ts';

const NOW = Date.parse('2026-03-02T08:30:00Z');
const HEAD = '   Date (UTC) Time     IP Address   St   Freq ppm   Skew ppm     Offset L Co  Offset sd';

describe('what the machine says of its clock', () => {
  let folder: string;
  let time: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vd-time-'));
    time = NOW;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const service = (source: 'auto' | TimeSource) =>
    createTimeService({
      ...{ source, now: () => new Date(time) },
      places: { timesync: join(folder, 'timesync'), chrony: join(folder, 'tracking.log') },
    });
  const read = (source: 'auto' | TimeSource = 'auto') => service(source).read();
  function mark(at: number): void {
    mkdirSync(join(folder, 'timesync'), { recursive: true });
    writeFileSync(join(folder, 'timesync/synchronized'), '');
    utimesSync(join(folder, 'timesync/synchronized'), at / 1_000, at / 1_000);
  }
  function track(...lines: string[]): void {
    writeFileSync(join(folder, 'tracking.log'), `${HEAD}\n${lines.join('\n')}\n`);
  }
  const tracked = (at: string, leap: string) =>
    `${at} 192.0.2.1       3    -3.541      0.075 -8.621e-06 ${leap}  2  2.940e-03`;

  it('is unknown where nothing says so, and where nobody is to be asked', () => {
    const unknown = { source: 'none', state: 'unknown', syncedAt: null };
    expect(read()).to.deep.equal(unknown);
    expect(read('timesyncd')).to.deep.equal({ ...unknown, source: 'timesyncd' });
    expect(read('chrony')).to.deep.equal({ ...unknown, source: 'chrony' });
    mark(NOW);
    expect(read('none')).to.deep.equal(unknown);
  });

  it('follows the marks of systemd-timesyncd: none yet, fresh, stale', () => {
    mkdirSync(join(folder, 'timesync'));
    expect(read()).to.deep.equal({ source: 'timesyncd', state: 'unsynchronised', syncedAt: null });
    mark(NOW - 1_000);
    expect(read()).to.deep.equal({
      ...{ source: 'timesyncd', state: 'synchronised', syncedAt: new Date(NOW - 1_000) },
    });
    mark(NOW - MARK_AGE_MAX_MS - 1_000);
    expect(read()).to.include({ state: 'unsynchronised' });
  });

  it("follows the last line of chrony's tracking log: fresh, stale, without a source, without a line", () => {
    track(tracked('2026-03-02 08:00:00', '?'), tracked('2026-03-02 08:20:00', 'N'));
    expect(read()).to.deep.equal({
      ...{ source: 'chrony', state: 'synchronised', syncedAt: new Date('2026-03-02T08:20:00Z') },
    });
    track(tracked('2026-03-02 05:00:00', 'N'));
    expect(read()).to.include({ state: 'unsynchronised' });
    track(tracked('2026-03-02 08:20:00', 'N'), tracked('2026-03-02 08:29:00', '?'));
    expect(read()).to.deep.equal({ source: 'chrony', state: 'unsynchronised', syncedAt: null });
    track('no tracking yet');
    expect(read()).to.deep.equal({ source: 'chrony', state: 'unknown', syncedAt: null });
  });

  it('looks again every ten seconds, and when the clock was set back', () => {
    const one = service('auto');
    expect(one.read().state).to.equal('unknown');
    mark(NOW);
    time += 9_000;
    expect(one.read().state).to.equal('unknown');
    time += 1_000;
    expect(one.read().state).to.equal('synchronised');
    rmSync(join(folder, 'timesync'), { recursive: true });
    time -= 60_000;
    expect(one.read().state).to.equal('unknown');
  });
});
