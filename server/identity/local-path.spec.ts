import { expect } from 'chai';
import { createNetworkList } from '../platform/http/index.ts';
import { isBreakGlassPlace } from './local-path.ts';

describe('the place of an emergency sign-in', () => {
  const NETWORKS = ['10.9.0.0/16'];
  const rules = (networks: readonly string[], isCertificateNeeded: boolean) => ({
    ...{ networks, isNear: createNetworkList(networks), isCertificateNeeded },
  });
  const isOpen = (needed: boolean, from: { ip: string; certificateName?: string }, networks = NETWORKS) =>
    isBreakGlassPlace(rules(networks, needed), 'security-admin', from);

  it('is one of the networks, or everywhere when none is named', () => {
    expect(isOpen(false, { ip: '10.9.1.1' })).to.equal(true);
    expect(isOpen(false, { ip: '10.8.1.1' })).to.equal(false);
    expect(isOpen(false, { ip: '10.8.1.1' }, [])).to.equal(true);
  });

  it('takes the certificate of the account itself, besides the network', () => {
    const own = { ip: '10.9.1.1', certificateName: 'Security-Admin' };
    expect(isOpen(true, own)).to.equal(true);
    expect(isOpen(true, { ip: '10.9.1.1' })).to.equal(false);
    expect(isOpen(true, { ...own, certificateName: 'system-admin' })).to.equal(false);
    expect(isOpen(true, { ...own, ip: '10.8.1.1' })).to.equal(false);
    expect(isOpen(false, { ...own, certificateName: 'system-admin' })).to.equal(true);
  });
});
