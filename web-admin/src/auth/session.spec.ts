import { expect } from 'chai';
import { secondsLeft } from '../shell/idle.ts';
import { returnPath } from './return-path.ts';
import { isAllowed, type Session } from './session.ts';

const session = { permissions: ['ticket:work'] } as Session;

describe('permissions', () => {
  it('opens a page for any one of its permissions and refuses the rest', () => {
    expect(isAllowed(session, ['audit:read', 'ticket:work'])).to.equal(true);
    expect(isAllowed(session, ['audit:read'])).to.equal(false);
    expect(isAllowed(session, [])).to.equal(true);
  });
});

describe('way back after signing in', () => {
  it('goes back to the page that was asked for', () => {
    expect(returnPath({ from: '/tickets?state=open' })).to.equal('/tickets?state=open');
  });

  it('never leaves the console and never loops', () => {
    const hostile = [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '/sign-in',
      7,
    ];
    for (const from of hostile) expect(returnPath({ from }), String(from)).to.equal('/');
    expect(returnPath(null)).to.equal('/');
  });
});

describe('idle time', () => {
  it('counts down from the last request and stops at zero', () => {
    expect(secondsLeft(900, 0, 0)).to.equal(900);
    expect(secondsLeft(900, 0, 840_001)).to.equal(60);
    expect(secondsLeft(900, 0, 2_000_000)).to.equal(0);
  });
});
