import { expect } from 'chai';
import { BLOCK_FIRST_MS, BLOCK_MAX_MS, blockMs, isBait, POINTS_MAX, pointsOf } from './defence.rules.ts';

describe('the rules of active defence', () => {
  it('know what nobody asks for by accident', () => {
    for (const path of [
      '/.env',
      '/.git/config',
      '/wp-login.php',
      '/WP-ADMIN/',
      '/phpmyadmin/',
      '/index.php',
      '/a/b.jsp',
      '/actuator/env',
      '/manager/html',
      '/cgi-bin/x',
      '/backup.sql',
    ])
      expect(isBait(path), path).to.equal(true);
    for (const path of [
      '/',
      '/tickets/0190a000-0000-7000-8000-000000000001',
      '/assets/index-a1b2c3d4.js',
      '/widget.js',
      '/favicon.ico',
      '/robots.txt',
      '/.well-known/security.txt',
      '/environment',
      '/api/v1/session',
    ])
      expect(isBait(path), path).to.equal(false);
  });

  it('count what scanners and guessers are answered, and nothing that people are', () => {
    const points = (code: string | undefined, route = 'none', path = '/x') =>
      pointsOf({ route, path, code })?.points ?? 0;
    expect(points('request.not_found', 'none', '/.env')).to.equal(POINTS_MAX);
    expect(points('session.credentials_invalid', '/api/v1/session')).to.equal(5);
    expect(points('request.not_found')).to.equal(2);
    expect(points('request.invalid', '/api/v1/tickets')).to.equal(1);
    for (const code of [
      undefined,
      'access.unauthenticated',
      'session.expired',
      'session.otp_required',
      'visitor.token_invalid',
      'request.version_stale',
      'server.busy',
      'request.rate_limited',
    ])
      expect(points(code), String(code)).to.equal(0);
    expect(points('request.not_found', '/api/v1/tickets/:id')).to.equal(0);
  });

  it('double the time within a day, up to a day', () => {
    expect([0, 1, 2, 3].map(blockMs)).to.deep.equal([1, 2, 4, 8].map((times) => times * BLOCK_FIRST_MS));
    for (const count of [7, 8, 100, 10_000]) expect(blockMs(count)).to.equal(BLOCK_MAX_MS);
  });
});
