import { expect } from 'chai';
import { ADMINISTRATOR_ROLES, permissionsOf, ROLE_PERMISSIONS, ROLES, type Role } from './permissions.ts';
import { areRolesCompatible, rolesNeedOtp } from './roles/role.rules.ts';
import { serveIdentity, type IdentityServer } from './test/serve-identity.ts';

const BUSINESS = /^(conversation|ticket|requester|canned|knowledge|qa|robot|report):/;

describe('the permission table', () => {
  it('gives no administrator and no officer a right over business data', () => {
    for (const role of [...ADMINISTRATOR_ROLES, 'officer' as const]) {
      for (const permission of ROLE_PERMISSIONS[role]) expect(permission).not.to.match(BUSINESS);
    }
  });

  it('gives no two administrators one right to change something', () => {
    const writing = [...ADMINISTRATOR_ROLES].flatMap((role) =>
      ROLE_PERMISSIONS[role].filter((permission) => !/:read/.test(permission)),
    );
    expect(new Set(writing).size).to.equal(writing.length);
  });

  it('admits administrators alone and all other roles together', () => {
    for (const one of ROLES) {
      expect(areRolesCompatible([one], [])).to.equal(true);
      for (const other of ROLES.filter((role) => role !== one)) {
        const hasAdministrator = ADMINISTRATOR_ROLES.has(one) || ADMINISTRATOR_ROLES.has(other);
        expect(areRolesCompatible([one, other], []), `${one} and ${other}`).to.equal(!hasAdministrator);
      }
    }
  });

  it('wants codes of the three administrators', () => {
    expect(ROLES.filter((role) => rolesNeedOtp([role], []))).to.deep.equal([...ADMINISTRATOR_ROLES]);
  });

  it('adds up the rights of roles', () => {
    const both = permissionsOf(['inspector', 'editor']);
    expect(both.has('qa:score') && both.has('knowledge:write')).to.equal(true);
    expect(permissionsOf([]).size).to.equal(0);
  });
});

describe('the access matrix of identity', () => {
  let server: IdentityServer;
  before(async () => {
    server = await serveIdentity();
  });
  after(() => server.close());

  const pathOf = (path: string) => path.replaceAll(':id', '01900000-0000-7000-8000-00000000dead');

  it('answers nobody without credentials, but sign-in of either kind', async () => {
    for (const route of server.identity.routes) {
      const { status } = await server.ask(pathOf(route.path), { method: route.method, body: {} });
      const isOpen = route.permission === 'public';
      expect(status !== 401, `${route.method} ${route.path} gave ${status}`).to.equal(isOpen);
      if (isOpen) expect(status).to.be.below(500);
    }
  });

  for (const role of ROLES) {
    it(`answers ${role} where the table says so and nowhere else`, async () => {
      const browser = await server.browse(server.people[role]);
      const granted: readonly string[] = ROLE_PERMISSIONS[role satisfies Role];
      for (const route of server.identity.routes) {
        if (route.permission === 'public' || route.permission === 'signed-in') continue;
        const headers: Record<string, string> = route.ifMatch === true ? { 'If-Match': '1' } : {};
        const isRead = route.method === 'GET';
        const reply = await browser.ask(pathOf(route.path), {
          method: route.method,
          headers,
          ...(isRead ? {} : { body: { unknown: 1 } }),
        });
        const isRefused = reply.status === 403;
        expect(isRefused, `${role}: ${route.method} ${route.path} gave ${reply.status}`).to.equal(
          !granted.includes(route.permission),
        );
      }
    });
  }
});
