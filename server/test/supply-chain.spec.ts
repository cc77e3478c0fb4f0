import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { FLOORS, inspectLockfile, isAtLeast, KNOWN_SCRIPTS, LIMITS } from './support/supply-chain.mjs';

interface Entry {
  version: string;
  [field: string]: unknown;
}

describe('the packages that come along', () => {
  const real = () =>
    JSON.parse(readFileSync('package-lock.json', 'utf8')) as { packages: Record<string, Entry> };
  const faultsWith = (change: (packages: Record<string, Entry>) => void) => {
    const lockfile = real();
    change(lockfile.packages);
    return inspectLockfile(lockfile).faults;
  };
  const good = (version: string): Entry => ({
    version,
    resolved: 'https://registry.example/a.tgz',
    integrity: 'sha512-x',
  });

  it('are within their numbers, none runs a program, none is older than its floor', () => {
    const { faults, direct, production } = inspectLockfile(real());
    expect(faults).to.deep.equal([]);
    expect(direct).to.be.within(10, LIMITS.direct);
    expect(production).to.be.within(50, LIMITS.production);
    expect(Object.keys(FLOORS).length + KNOWN_SCRIPTS.size).to.be.above(10);
  });

  it('are refused when they run a program, have no checksum, or come from elsewhere', () => {
    expect(
      faultsWith((all) => (all['node_modules/new'] = { ...good('1.0.0'), hasInstallScript: true })),
    ).to.deep.equal(['new runs a program when it is installed']);
    expect(
      faultsWith((all) => (all['node_modules/new'] = { ...good('1.0.0'), integrity: 'sha1-x' })),
    ).to.have.length(1);
    expect(
      faultsWith((all) => (all['node_modules/new'] = { ...good('1.0.0'), resolved: 'git+ssh://elsewhere' })),
    ).to.have.length(1);
  });

  it('are refused when one is older than its floor, wherever it is nested', () => {
    expect(
      faultsWith((all) => (all['node_modules/a/node_modules/xml-crypto'] = good('6.1.1'))),
    ).to.deep.equal(['xml-crypto 6.1.1 is older than 6.1.2, which mends a known fault']);
  });

  it('are refused when there are too many', () => {
    const many = faultsWith((all) => {
      for (let at = 0; at <= LIMITS.production; at += 1) all[`node_modules/p${at}`] = good('1.0.0');
    });
    expect(many).to.have.length(1);
  });

  it('are compared by number, previews below their version', () => {
    expect([
      isAtLeast('1.10.0', '1.9.9'),
      isAtLeast('1.4.3', '1.4.3'),
      isAtLeast('2.0.0-beta.1', '2.0.0'),
      isAtLeast('0.9.9', '1.0.0'),
    ]).to.deep.equal([true, true, false, false]);
  });
});
