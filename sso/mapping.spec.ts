import { expect } from 'chai';
import { applyMap, readMap } from './mapping.ts';
import { SsoRefusal } from './refusal.ts';

const isRole = (name: string) => ['agent', 'supervisor'].includes(name);
const MAP = {
  attributes: { username: 'uid', displayName: 'cn', mail: 'mail', department: 'ou', groups: 'memberOf' },
  roles: [
    { group: 'agents', role: 'agent', unit: 'B001', skillGroups: ['Cards', 'Loans'] },
    { group: 'leaders', role: 'supervisor', skillGroups: ['Cards'] },
  ],
};
const assertion = (values: Record<string, string[]>, nameId = 'n-1') => ({
  nameId,
  attributes: new Map(Object.entries(values)),
});
const faultsOf = (value: unknown) => {
  const read = readMap(value, isRole);
  return read.ok ? [] : read.faults.map(({ path, problem }) => `${path} ${problem}`);
};
const mapOf = (value: unknown) => {
  const read = readMap(value, isRole);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  return read.map;
};
const refusal = (work: () => unknown) => {
  try {
    work();
    return 'taken';
  } catch (error) {
    return error instanceof SsoRefusal ? `${error.code} ${error.why}` : String(error);
  }
};

describe('the map of an identity provider', () => {
  it('stands on strict values where it says nothing', () => {
    const { jit, allowCbc, allow3des, requireEncrypted, signPolicy } = mapOf({
      attributes: { username: 'uid' },
    });
    expect([jit, allowCbc, allow3des, requireEncrypted, signPolicy]).to.deep.equal([
      false,
      false,
      false,
      false,
      'both',
    ]);
  });

  it('says how often metadata is loaded anew: every day, or from an hour to a month', () => {
    const attributes = { username: 'uid' };
    expect(mapOf({ attributes }).refreshHours).to.equal(24);
    expect(mapOf({ attributes, refreshHours: 1 }).refreshHours).to.equal(1);
    for (const refreshHours of [0, 721, 1.5, 'often', null, true]) {
      expect(faultsOf({ attributes, refreshHours }), String(refreshHours)).to.deep.equal([
        'refreshHours value',
      ]);
    }
  });

  it('gives every fault at once', () => {
    const faults = faultsOf({
      attributes: { displayName: 5, surname: 'sn' },
      roles: [{ group: 'a', role: 'root' }, { role: 'agent', groups: 'x' }, 'x'],
      ...{ jit: 'yes', allow3des: true, signPolicy: 'none', certificates: [1], allowSha1: true },
    });
    expect(faults).to.have.members([
      'allowSha1 unknown',
      'attributes.surname unknown',
      'attributes.username missing',
      'attributes.displayName type',
      'roles[0].role unknown',
      'roles[1].groups unknown',
      'roles[1].group missing',
      'roles[2] type',
      'roles[2].group missing',
      'roles[2].role missing',
      'signPolicy value',
      'certificates[0] type',
      'jit type',
      'allow3des value',
    ]);
    for (const value of [null, [], 'x', undefined]) expect(faultsOf(value)).to.not.be.empty;
    expect(faultsOf({ ...MAP, roles: Array(501).fill(MAP.roles[0]) })).to.deep.equal(['roles too-many']);
  });

  it('gives roles, unit, and skill groups by groups', () => {
    const values = {
      uid: ['zhang.wei'],
      cn: ['张伟'],
      mail: ['z@b.example'],
      ou: ['Cards'],
      memberOf: ['leaders', 'agents', 'x'],
    };
    expect(applyMap(mapOf(MAP), assertion(values))).to.deep.equal({
      ...{ username: 'zhang.wei', displayName: '张伟', mail: 'z@b.example', department: 'Cards' },
      groups: ['leaders', 'agents', 'x'],
      ...{ roles: ['agent', 'supervisor'], unit: 'B001', skillGroups: ['Cards', 'Loans'] },
    });
  });

  it('gives no role to who is in no group, and everybody’s to all', () => {
    expect(applyMap(mapOf(MAP), assertion({ uid: ['zhang.wei'] })).roles).to.deep.equal([]);
    expect(
      applyMap(mapOf(MAP), assertion({ uid: ['zhang.wei'], memberOf: ['Agents', 'agents '] })).roles,
    ).to.deep.equal([]);
    const all = mapOf({ ...MAP, roles: [{ group: '*', role: 'agent' }] });
    expect(applyMap(all, assertion({ uid: ['zhang.wei'] })).roles).to.deep.equal(['agent']);
  });

  it('takes the name from the NameID where told', () => {
    const map = mapOf({ attributes: { username: 'NameID' } });
    expect(applyMap(map, assertion({}, 'li.na@bank.example')).username).to.equal('li.na@bank.example');
  });

  it('refuses names nobody may have here, and a list of groups that was cut', () => {
    const map = mapOf(MAP);
    const with_ = (values: Record<string, string[]>) => refusal(() => applyMap(map, assertion(values)));
    expect(with_({})).to.equal('sso.attributes username');
    expect(with_({ uid: ['a b'] })).to.equal('sso.attributes username');
    expect(with_({ uid: ['a'.repeat(65)] })).to.equal('sso.attributes username');
    expect(with_({ uid: ['zhang', 'li'] })).to.equal('sso.attributes username');
    expect(with_({ uid: ['zhang'], cn: ['a\u0007'] })).to.equal('sso.attributes display-name');
    const cut = { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph'] };
    expect(with_({ uid: ['zhang'], ...cut })).to.equal('sso.attributes group-overage');
  });
});
