import { expect } from 'chai';
import { ADMINISTRATOR_ROLES, ROLE_PERMISSIONS, ROLES, type Permission, type Role } from '../permissions.ts';
import {
  administratorsOf,
  areRolesCompatible,
  COMPOSABLE_PERMISSIONS,
  conflictOf,
  customRoleId,
  isCustomRoleId,
  natureOf,
  permissionsOfRoles,
  rolesNeedOtp,
  takesWork,
  unknownPermission,
  type ComposedRole,
} from './role.rules.ts';

/** Written out by hand, so that the derived matrix is compared with what was meant. */
const READS_CUSTOMERS = /^(conversation|ticket|requester|qa):/;
const ADMINISTRATORS = ROLES.filter((role) => ADMINISTRATOR_ROLES.has(role));
const held = (role: Role): readonly string[] => ROLE_PERMISSIONS[role];
const COMPOSITIONS = 5_000;
const PERMISSIONS_MAX = 6;

/** Random numbers that are the same in every run (xorshift). */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

function compositions(): Permission[][] {
  const random = createRandom(20_260_105);
  return Array.from({ length: COMPOSITIONS }, () =>
    Array.from(
      { length: 1 + random(PERMISSIONS_MAX) },
      () => COMPOSABLE_PERMISSIONS[random(COMPOSABLE_PERMISSIONS.length)] as Permission,
    ),
  );
}

const composed = (id: string, permissions: readonly Permission[]): ComposedRole => ({
  id,
  permissions,
  nature: natureOf(permissions) ?? 'none',
});

describe('the exclusion matrix of composed roles', () => {
  it('never joins what is held by two administrators alone', () => {
    for (const one of COMPOSABLE_PERMISSIONS) {
      for (const other of COMPOSABLE_PERMISSIONS) {
        const owners = [administratorsOf(one), administratorsOf(other)];
        const isApart =
          owners.every(({ size }) => size > 0) &&
          ![...(owners[0] ?? [])].some((role) => owners[1]?.has(role));
        if (isApart) expect(natureOf([one, other]), `${one} ${other}`).to.equal(undefined);
      }
    }
    expect(natureOf(['account:create', 'account:approve'])).to.equal(undefined);
    expect(natureOf(['account:create', 'audit:read-admin'])).to.equal(undefined);
  });

  it("never joins an administrator's permission with one that reads customers' data", () => {
    let pairs = 0;
    for (const one of COMPOSABLE_PERMISSIONS.filter((each) => administratorsOf(each).size > 0)) {
      for (const other of COMPOSABLE_PERMISSIONS.filter((each) => READS_CUSTOMERS.test(each))) {
        expect(natureOf([one, other]), `${one} ${other}`).to.equal(undefined);
        expect(conflictOf([one, other])).to.have.members([one, other]);
        pairs += 1;
      }
    }
    expect(pairs).to.be.greaterThan(50);
  });

  it('holds for random compositions of any size, in any order', () => {
    let refused = 0;
    for (const permissions of compositions()) {
      const nature = natureOf(permissions);
      expect(natureOf([...permissions].reverse())).to.equal(nature);
      const administrative = permissions.filter((each) => administratorsOf(each).size > 0);
      const owners = ADMINISTRATORS.filter((role) =>
        administrative.every((each) => held(role).includes(each)),
      );
      if (nature === undefined) {
        refused += 1;
        const isWithin = ADMINISTRATORS.some((role) =>
          permissions.every((each) => held(role).includes(each)),
        );
        expect([administrative.length > 0, isWithin]).to.deep.equal([true, false]);
      } else if (nature === 'business') expect(administrative).to.deep.equal([]);
      else {
        expect(owners).to.include(nature);
        expect(permissions.every((each) => held(nature).includes(each))).to.equal(true);
        expect(permissions.some((each) => READS_CUSTOMERS.test(each))).to.equal(false);
      }
    }
    expect(refused).to.be.within(1, COMPOSITIONS - 1);
  });

  it('admits every part of every built-in role, and adding never mends a conflict', () => {
    for (const role of ROLES) {
      for (const permission of held(role))
        expect(natureOf([permission as Permission])).not.to.equal(undefined);
      expect(natureOf(held(role) as Permission[]), role).to.equal(
        ADMINISTRATOR_ROLES.has(role) ? role : 'business',
      );
    }
    for (const permissions of compositions().slice(0, 500)) {
      if (natureOf(permissions) !== undefined) continue;
      for (const more of COMPOSABLE_PERMISSIONS) expect(natureOf([...permissions, more])).to.equal(undefined);
    }
  });

  it('knows the permissions there are', () => {
    expect(unknownPermission(['ticket:work', 'root:everything'])).to.equal('root:everything');
    expect(unknownPermission(COMPOSABLE_PERMISSIONS)).to.equal(undefined);
    expect(unknownPermission(['robot:query'])).to.equal('robot:query');
  });
});

describe('roles of one account', () => {
  const sites = composed('role-000000000001', ['site:write', 'system:read']);
  const tokens = composed('role-000000000002', ['token:write']);
  const grants = composed('role-000000000003', ['account:approve']);
  const desk = composed('role-000000000004', ['conversation:work']);
  const all = [sites, tokens, grants, desk];
  const fits = (...roles: string[]) => areRolesCompatible(roles, all);

  it("joins composed roles of one administrator, never with the business or another administrator's", () => {
    expect(fits(sites.id, tokens.id)).to.equal(true);
    expect(fits(sites.id, grants.id)).to.equal(false);
    expect(fits(sites.id, desk.id)).to.equal(false);
    expect(fits(sites.id, 'agent')).to.equal(false);
    expect(fits(sites.id, 'system-admin')).to.equal(false);
    expect(fits(desk.id, 'security-admin')).to.equal(false);
    expect(fits(desk.id, 'agent', 'editor', 'officer')).to.equal(true);
    expect(fits(desk.id)).to.equal(true);
  });

  it('adds up, and gives nothing for what is gone or unknown', () => {
    const gone = { id: 'role-000000000009', nature: 'business', permissions: ['gone:away', 'ticket:work'] };
    expect([...permissionsOfRoles(['agent', tokens.id], all)]).to.include.members([
      'ticket:work',
      'token:write',
    ]);
    expect([...permissionsOfRoles([gone.id], [gone])]).to.deep.equal(['ticket:work']);
    expect(permissionsOfRoles([gone.id], all).size).to.equal(0);
  });

  it("asks a code of whoever has an administrator's permission, and gives agents their idle time", () => {
    expect([[sites.id], [grants.id], ['audit-admin']].map((roles) => rolesNeedOtp(roles, all))).to.deep.equal(
      [true, true, true],
    );
    expect(rolesNeedOtp([desk.id, 'agent'], all)).to.equal(false);
    expect([takesWork([desk.id], all), takesWork(['agent'], []), takesWork([sites.id], all)]).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('makes ids that fit where the built-in names do', () => {
    const id = customRoleId('01a1fd70-e7cc-77de-9a75-5fb2f70ee25a');
    expect([id, id.length <= 20, isCustomRoleId(id)]).to.deep.equal(['role-5fb2f70ee25a', true, true]);
    for (const role of ROLES) expect(isCustomRoleId(role)).to.equal(false);
  });
});
