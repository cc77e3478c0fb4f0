import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { lifecycleNotices } from '../lifecycle-notices.ts';
import { buildNotifyBench, type NotifyBench } from './support/notify-bench.ts';
import { renderNotice } from '../platform/notify/index.ts';
import { codeOf, DAY_MS, LifecycleStage } from './support/lifecycle.ts';

/** What a post that was not handed out yet says. */
interface Post {
  kind: string;
  severity: string;
  permission: string;
  params: string;
  notice_key: string;
}

describe('the alarms of retention sweeps', () => {
  let stage: LifecycleStage;
  let bench: NotifyBench;
  const logged: string[] = [];
  before(async () => {
    stage = await LifecycleStage.open();
    bench = await buildNotifyBench({ on: { ...stage.core, clock: stage.clock } });
    const log = { error: (event: string) => void logged.push(event) };
    // The posts join the units of work of the sweeps, on their database.
    stage.rebuild(500, lifecycleNotices({ notifier: bench.notify, log }));
    await stage.switchOn();
  });
  after(async () => {
    await bench.close();
    await stage.close();
  });

  const posts = async () => {
    const found = await stage.core.sql(
      'SELECT kind, severity, permission, params, notice_key FROM notice_post ORDER BY created_at, id',
    );
    await stage.core.sql('DELETE FROM notice_post');
    return found as unknown as Post[];
  };

  it('tell of a clock that jumped, once, in both languages, those who can do something', async () => {
    await stage.sweep();
    stage.clock.advance(3 * DAY_MS);
    expect(await codeOf(stage.sweep())).to.equal('sweep.clock_jumped');
    await stage.life.sweeps.watchClock();
    const [post, ...others] = await posts();
    expect(others).to.deep.equal([]);
    expect(post).to.include({ kind: 'retention.clock-jumped', severity: 'alarm' });
    expect(post?.permission.split(' ')).to.have.members(['record:manage', 'record:approve', 'system:read']);
    const params = JSON.parse(post?.params ?? '') as Record<string, string>;
    expect(renderNotice('retention.clock-jumped', params, 'en').body).to.contain('2023-06-15 02:00');
    expect(renderNotice('retention.clock-jumped', params, 'zh-CN').body).to.contain('2023-06-18 02:00');
    stage.clock.advance(-3 * DAY_MS);
    await stage.life.sweeps.watchClock();
  });

  it('tell of a clock that was set back, once until it is right again', async () => {
    stage.clock.advance(-2 * DAY_MS);
    await stage.life.sweeps.watchClock();
    await stage.life.sweeps.watchClock();
    expect((await posts()).map(({ kind, severity }) => [kind, severity])).to.deep.equal([
      ['retention.clock-back', 'warning'],
    ]);
    stage.clock.advance(2 * DAY_MS);
    await stage.life.sweeps.watchClock();
    stage.clock.advance(-2 * DAY_MS);
    await stage.life.sweeps.watchClock();
    expect((await posts()).map(({ kind }) => kind)).to.deep.equal(['retention.clock-back']);
    stage.clock.advance(2 * DAY_MS);
  });

  it('tell of a sweep that failed, by its code and without what the fault says', async () => {
    const requesterId = await stage.seeds.requester(stage.yearsAgo(9));
    const at = stage.yearsAgo(7);
    await stage.seeds.conversation({ requesterId, openedAt: at, closedAt: at });
    writeFileSync(stage.archiveRoot, 'a file where the folder should be');
    expect(await codeOf(stage.sweep())).to.contain('fault');
    const [post] = await posts();
    expect(post).to.include({ kind: 'retention.sweep-failed', notice_key: 'retention.sweep-failed' });
    const params = JSON.parse(post?.params ?? '') as Record<string, string>;
    expect(params['code']).to.equal('server.internal');
    expect(JSON.stringify(post)).to.not.contain(stage.archiveRoot);
    expect(logged).to.deep.equal([
      'retention.clock_jumped',
      'retention.clock_back',
      'retention.clock_back',
      'retention.sweep_failed',
    ]);
  });
});
