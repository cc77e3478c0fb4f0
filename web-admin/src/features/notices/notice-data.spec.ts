import { expect } from 'chai';
import { latestOf, pollMs, safeLink } from './notice-data.ts';

describe('data of notices', () => {
  it('follows links inside the console only', () => {
    expect(safeLink('/jobs')).to.equal('/jobs');
    expect(safeLink('/jobs?id=1')).to.equal('/jobs?id=1');
    for (const link of [null, '', 'jobs', '//evil.example', '/\\evil.example', 'https://evil.example']) {
      expect(safeLink(link), String(link)).to.equal(undefined);
    }
  });

  it('asks less often while changes are pushed, and never not at all', () => {
    expect(pollMs('open')).to.be.greaterThan(pollMs(undefined));
    expect(pollMs('waiting')).to.equal(pollMs(undefined));
  });

  it('marks as read up to the latest change of what is shown', () => {
    const at = (updatedAt: string) => ({ updatedAt });
    expect(latestOf([])).to.equal(undefined);
    expect(latestOf([at('2026-01-01T00:00:00.000Z'), at('2026-01-02T00:00:00.001Z')])).to.equal(
      '2026-01-02T00:00:00.001Z',
    );
  });
});
