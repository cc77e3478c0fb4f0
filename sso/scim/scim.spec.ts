import { expect } from 'chai';
import { ScimFault } from './fault.ts';
import { FILTER_LIMITS, fits, parseFilter } from './filter.ts';
import { applyPatch } from './patch.ts';
import { readSort, sorted, type Sort } from './sort.ts';

const USER = {
  userName: 'Chen.Yu',
  externalId: 'e-1',
  active: true,
  name: { formatted: '陈宇' },
  meta: { lastModified: '2026-01-02T00:00:00Z' },
  groups: [{ value: 'g1', display: 'agents' }],
};

/** The kind of fault; undefined when there was none. */
function faultOf(work: () => unknown): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof ScimFault) return error.scimType;
    throw error;
  }
}

describe('a filter of SCIM', () => {
  const yes = [
    'userName eq "chen.yu"',
    'USERNAME Eq "CHEN.YU"',
    'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "chen"',
    'externalId eq "e-1" and active eq true',
    'externalId eq "none" or name.formatted co "宇"',
    'not (userName eq "other")',
    'userName ne "other" and groups pr',
    'groups[value eq "g1" and display ew "s"]',
    'groups eq "g1"',
    'meta.lastModified gt "2026-01-01T00:00:00Z"',
    '(userName eq "x" or active eq true) and externalId pr',
  ];
  for (const text of yes) it(`fits: ${text}`, () => expect(fits(parseFilter(text), USER)).to.equal(true));

  const no = [
    'userName eq "chen"',
    'active eq "true"',
    'title pr',
    'groups[value eq "g1" and display eq "x"]',
    'userName eq "a" or userName eq "b" and active eq true',
    'meta.lastModified lt "2026-01-01T00:00:00Z"',
  ];
  for (const text of no)
    it(`does not fit: ${text}`, () => expect(fits(parseFilter(text), USER)).to.equal(false));

  const bad = [
    ...[
      '',
      'userName',
      'userName eq',
      'userName eq chen',
      'userName like "a"',
      '(userName eq "a"',
      'userName eq "a")',
    ],
    ...[
      'userName eq "a" and',
      'not userName eq "a"',
      '"a" eq userName',
      'groups[value eq "a"',
      '1a eq "b"',
      '__proto__ pr',
    ],
    ...['userName eq {"a":1}', `userName eq "${'x'.repeat(FILTER_LIMITS.charactersMax)}"`, '('.repeat(50)],
    Array.from({ length: 100 }, () => 'userName pr').join(' and '),
  ];
  for (const text of bad) {
    it(`refuses: ${text.slice(0, 40)}`, () =>
      expect(faultOf(() => parseFilter(text))).to.equal('invalidFilter'));
  }
});

describe('a patch of SCIM', () => {
  const patch = (...operations: { op: string; path?: string; value?: unknown }[]) =>
    applyPatch(USER, operations);

  it('replaces, adds, and removes, whatever the case of names, and leaves what it was given', () => {
    expect(patch({ op: 'Replace', path: 'ACTIVE', value: false })['active']).to.equal(false);
    expect(patch({ op: 'replace', value: { active: false, externalId: 'e-2' } })).to.include({
      ...{ active: false, externalId: 'e-2' },
    });
    expect(patch({ op: 'replace', path: 'name.formatted', value: '王' })['name']).to.deep.equal({
      formatted: '王',
    });
    expect(patch({ op: 'remove', path: 'externalId' })).not.to.have.property('externalId');
    expect(USER.active).to.equal(true);
  });

  it('changes members by path, by filter, and by value', () => {
    const two = patch({ op: 'add', path: 'groups', value: [{ value: 'g2' }, { value: 'g1' }] });
    expect((two['groups'] as { value: string }[]).map(({ value }) => value)).to.deep.equal(['g1', 'g2']);
    expect(patch({ op: 'remove', path: 'groups[value eq "g1"]' })['groups']).to.deep.equal([]);
    expect(patch({ op: 'remove', path: 'groups', value: [{ value: 'g1' }] })['groups']).to.deep.equal([]);
    const named = patch({ op: 'replace', path: 'groups[value eq "g1"].display', value: 'x' });
    expect(named['groups']).to.deep.equal([{ value: 'g1', display: 'x' }]);
  });

  it('refuses what means nothing', () => {
    const kinds = [
      { op: 'move', path: 'a', value: 1 },
      { op: 'remove' },
      { op: 'add', value: 'text' },
      { op: 'add', path: '__proto__', value: {} },
      { op: 'replace', path: 'groups[value eq "none"].display', value: 'x' },
      { op: 'add', path: 'groups', value: ['text'] },
    ].map((operation) => faultOf(() => patch(operation)));
    expect(kinds).to.deep.equal([
      ...['invalidSyntax', 'noTarget', 'invalidValue', 'invalidPath', 'noTarget', 'invalidValue'],
    ]);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
  });
});

describe('sorting of SCIM', () => {
  const people = [
    { id: 'B', userName: 'bo' },
    { id: 'a', userName: 'Al', name: { formatted: '甲' } },
    { id: 'C', userName: 'cy', name: { formatted: '乙' } },
  ];
  const ids = (sortBy: string, sortOrder?: string) =>
    sorted(people, readSort(sortBy, sortOrder) as Sort)
      .map(({ id }) => id)
      .join('');

  it('goes by an attribute, its case counting for ids alone', () => {
    expect([ids('userName'), ids('USERNAME', 'descending'), ids('id')]).to.deep.equal(['aBC', 'CBa', 'BCa']);
    expect(ids('urn:ietf:params:scim:schemas:core:2.0:User:userName')).to.equal('aBC');
  });

  it('puts who has no value last, and first the other way round', () => {
    expect([ids('name.formatted'), ids('name.formatted', 'descending')]).to.deep.equal(['CaB', 'BaC']);
    expect(ids('nickName')).to.equal('BaC');
  });

  it('refuses what is no attribute and no order', () => {
    expect(readSort(undefined, 'descending')).to.equal(undefined);
    for (const path of ['', 'a b', 'a.b.c', 'name[x eq 1]', "x'"]) {
      expect(faultOf(() => readSort(path, undefined))).to.equal('invalidPath');
    }
    expect(faultOf(() => readSort('userName', 'up'))).to.equal('invalidValue');
  });
});
