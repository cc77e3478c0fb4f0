import { expect } from 'chai';
import type { RoleList } from '../../roles/index.ts';
import { mayJoin } from './role-data.ts';

const LIST: RoleList = {
  items: [
    { id: 'agent', isBuiltIn: true, nature: 'business', permissions: ['ticket:work'], holderCount: 1 },
    {
      id: 'system-admin',
      isBuiltIn: true,
      nature: 'system-admin',
      permissions: ['account:read', 'account:create', 'skill-group:write'],
      holderCount: 1,
    },
    {
      id: 'security-admin',
      isBuiltIn: true,
      nature: 'security-admin',
      permissions: ['account:read', 'account:approve'],
      holderCount: 1,
    },
  ],
  permissions: [
    { name: 'account:approve', administrators: ['security-admin'] },
    { name: 'account:create', administrators: ['system-admin'] },
    { name: 'account:read', administrators: ['system-admin', 'security-admin'] },
    { name: 'skill-group:write', administrators: [] },
    { name: 'ticket:work', administrators: [] },
  ],
};

describe('composing a role', () => {
  it('offers what fits together and nothing that excludes what is chosen', () => {
    expect(mayJoin('ticket:work', ['skill-group:write'], LIST)).to.equal(true);
    expect(mayJoin('account:create', ['account:read', 'skill-group:write'], LIST)).to.equal(true);
    expect(mayJoin('account:approve', ['account:create'], LIST)).to.equal(false);
    expect(mayJoin('account:approve', ['skill-group:write'], LIST)).to.equal(false);
    expect(mayJoin('ticket:work', ['account:read'], LIST)).to.equal(false);
    expect(mayJoin('account:approve', [], LIST)).to.equal(true);
  });
});
