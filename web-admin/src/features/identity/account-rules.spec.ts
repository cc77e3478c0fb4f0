import { expect } from 'chai';
import { actsOf, areCompatible, type AccountFacts, type Viewer } from './account-rules.ts';

const maker: Viewer = { accountId: 'maker', canCreate: true, canApprove: false };
const approver: Viewer = { accountId: 'approver', canCreate: false, canApprove: true };
const reader: Viewer = { accountId: 'reader', canCreate: false, canApprove: false };

function buildFacts(facts: Partial<AccountFacts> = {}): AccountFacts {
  return { id: 'a1', state: 'active', ...facts };
}

describe('acts on an account', () => {
  it('offers approval of a request to the approver only', () => {
    const waiting = buildFacts({ state: 'pending', pendingRoles: ['agent'] });
    expect(actsOf(waiting, approver)).to.deep.equal(['approve', 'reject']);
    expect(actsOf(waiting, maker)).to.deep.equal(['requestRoles', 'place', 'reset', 'disable']);
  });

  it('offers nothing on the own account, whatever the rights', () => {
    const own = buildFacts({ id: 'both', pendingRoles: ['officer'] });
    expect(actsOf(own, { accountId: 'both', canCreate: true, canApprove: true })).to.deep.equal([]);
  });

  it('offers nothing to those who may only look', () => {
    expect(actsOf(buildFacts({ pendingRoles: ['agent'] }), reader)).to.deep.equal([]);
  });

  it('enables what is disabled or locked, and nothing else', () => {
    expect(actsOf(buildFacts({ state: 'disabled' }), approver)).to.deep.equal(['enable']);
    expect(actsOf(buildFacts({ state: 'locked' }), approver)).to.deep.equal(['enable']);
    expect(actsOf(buildFacts(), approver)).to.deep.equal([]);
    expect(actsOf(buildFacts({ state: 'disabled' }), maker)).to.deep.equal([]);
  });
});

describe('roles of one account', () => {
  it('go together at the desk; an administrator stands alone', () => {
    expect(areCompatible(['agent', 'supervisor'])).to.equal(true);
    expect(areCompatible(['audit-admin'])).to.equal(true);
    expect(areCompatible(['agent', 'system-admin'])).to.equal(false);
    expect(areCompatible(['system-admin', 'security-admin'])).to.equal(false);
  });
});
