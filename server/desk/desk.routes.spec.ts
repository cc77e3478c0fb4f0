import { expect } from 'chai';
import { createHttpApp } from '../platform/http/index.ts';
import { QUIET_LOG } from '../test/support/core.ts';
import { buildDesk, type Desk } from './test/build-desk.ts';

describe('the desk’s part of the route table', () => {
  let desk: Desk;
  before(async () => {
    desk = await buildDesk();
  });
  after(() => desk.close());

  it('mounts: every schema is closed and compiles', () => {
    const { clock, ids, uow } = desk.core;
    const unused = () => {
      throw new Error('nothing is asked in this test');
    };
    const mount = () =>
      createHttpApp({
        config: {
          publicBaseUrl: 'https://localhost',
          hosts: ['localhost'],
          trustedProxies: [],
          isLoopbackLimited: false,
        },
        log: QUIET_LOG,
        clock,
        ids,
        uow,
        authenticators: [],
        answerSeal: { hash: unused, seal: unused, open: unused },
        version: '0',
        routes: desk.routes,
        readiness: [],
      });
    expect(mount).to.not.throw();
  });

  it('asks every change of something versioned for the version', () => {
    // Bytes of an upload are bound to the place where the received ones end.
    const versioned = desk.routes.filter(
      ({ method, path, rawBody }) =>
        rawBody === undefined && (['PUT', 'PATCH'].includes(method) || path.endsWith('/transitions')),
    );
    expect(versioned.filter(({ ifMatch }) => ifMatch !== true)).to.deep.equal([]);
    expect(versioned).to.have.length(7);
  });

  it('is open to nobody who is not signed in', () => {
    for (const { permission } of desk.routes) expect(permission).to.not.be.oneOf(['public', 'visitor']);
  });
});
