import { expect } from 'chai';
import { canCancel, canRetry, isBusy, resultLines, shareOf, withFresh, type Job } from './job-data.ts';

const JOB: Job = {
  ...{ id: 'a', kind: 'job.history', state: 'running', cause: 'schedule', attempts: 0, restarts: 0 },
  ...{ isCancelling: false, done: null, total: null, result: null, errorCode: null },
  ...{ createdAt: '2026-01-01T00:00:00.000Z', dueAt: '2026-01-01T00:00:00.000Z' },
  ...{ startedAt: null, endedAt: null },
};

describe('data of the jobs page', () => {
  it('shows a share only where the whole is known', () => {
    expect(shareOf({ done: 1, total: 4 })).to.equal(0.25);
    expect(shareOf({ done: 1, total: null })).to.equal(undefined);
    expect(shareOf({ done: null, total: 4 })).to.equal(undefined);
    expect(shareOf({ done: 0, total: 0 })).to.equal(undefined);
    expect(shareOf({ done: 9, total: 4 })).to.equal(1);
  });

  it('lets open jobs be cancelled once, and failed or cancelled ones be retried', () => {
    const open = ['queued', 'running', 'parked'] as const;
    for (const state of open) expect(canCancel({ state, isCancelling: false }), state).to.equal(true);
    expect(canCancel({ state: 'running', isCancelling: true })).to.equal(false);
    expect(canCancel({ state: 'failed', isCancelling: false })).to.equal(false);
    for (const state of open) expect(canRetry({ state }), state).to.equal(false);
    expect(canRetry({ state: 'succeeded' })).to.equal(false);
    expect(canRetry({ state: 'failed' })).to.equal(true);
    expect(canRetry({ state: 'cancelled' })).to.equal(true);
  });

  it('looks more often while something runs or waits', () => {
    expect(isBusy([{ running: [], waiting: 0 }])).to.equal(false);
    expect(isBusy([{ running: [], waiting: 1 }])).to.equal(true);
    expect(isBusy([{ running: [JOB], waiting: 0 }])).to.equal(true);
  });

  it('shows plain values of a result, and nothing of other forms', () => {
    expect(resultLines({ removed: 3, isWhole: true, deep: { a: 1 }, list: [1] })).to.deep.equal([
      'removed: 3',
      'isWhole: true',
    ]);
    expect(resultLines(7)).to.deep.equal(['7']);
    expect(resultLines(null)).to.deep.equal([]);
    expect(resultLines(undefined)).to.deep.equal([]);
  });

  it('puts what is known more newly in the place of the list row', () => {
    const other = { ...JOB, id: 'b' };
    const ended = { ...JOB, state: 'succeeded' as const };
    expect(withFresh([JOB, other], [ended, { ...JOB, id: 'gone' }])).to.deep.equal([ended, other]);
  });
});
