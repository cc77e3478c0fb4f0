import { expect } from 'chai';
import { cleanMap, splitPems, type IdpMap } from './idp-data.ts';

const PEM = (body: string) => `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----`;
const MAP: IdpMap = {
  ...{ attributes: {}, roles: [], jit: false, allowCbc: false, allow3des: false, requireEncrypted: false },
  signPolicy: 'both',
  refreshHours: 24,
};

describe('the form of an identity provider', () => {
  it('cuts certificates that were pasted together', () => {
    expect(splitPems(`Bag\n${PEM('AAAA')}\n\n${PEM('BBBB')}\n`)).to.deep.equal([PEM('AAAA'), PEM('BBBB')]);
    expect(splitPems('no certificate')).to.deep.equal([]);
    expect(splitPems('-----BEGIN PRIVATE KEY-----\nA\n-----END PRIVATE KEY-----')).to.deep.equal([]);
  });

  it('sends nothing for what was left empty', () => {
    const map = cleanMap({
      ...MAP,
      attributes: { username: 'uid', mail: ' ' },
      roles: [
        { group: ' agents ', role: 'agent', unit: '', skillGroups: [] },
        { group: '*', role: 'editor', unit: 'B001', skillGroups: ['Cards'] },
      ],
    });
    expect(map.attributes).to.deep.equal({ username: 'uid' });
    expect(map.roles).to.deep.equal([
      { group: 'agents', role: 'agent' },
      { group: '*', role: 'editor', unit: 'B001', skillGroups: ['Cards'] },
    ]);
  });
});
