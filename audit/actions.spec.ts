import { expect } from 'chai';
import { AUDIT_ACTIONS, isAuditAction } from './actions.ts';

const PLACES = ['actor', 'target', 'customer', 'fields', 'reason', 'ticket'];

describe('the catalogue of audit actions', () => {
  const actions = Object.entries(AUDIT_ACTIONS);

  it('has at least 70 acts named noun.verb that fit their column', () => {
    expect(actions.length).to.be.at.least(70);
    for (const [name] of actions) {
      expect(name).to.match(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
      expect(name.length).to.be.at.most(40);
    }
  });

  it('has a Chinese and an English sentence for each, with known places only', () => {
    for (const [name, { zh, en }] of actions) {
      expect(zh, name).to.match(/[\u4e00-\u9fff]/);
      expect(en, name).not.to.match(/[\u4e00-\u9fff]/);
      for (const [, place] of `${zh}${en}`.matchAll(/\{(\w+)\}/g)) expect(PLACES, name).to.include(place);
    }
  });

  it('makes reveals, exports, rights, keys, and sign-ins mandatory', () => {
    for (const name of [
      'requester.reveal',
      'audit.export',
      'account.roles-grant',
      'key.destroy',
      'session.open',
    ]) {
      expect(isAuditAction(name)).to.equal(true);
      expect(AUDIT_ACTIONS[name as keyof typeof AUDIT_ACTIONS].isMandatory).to.equal(true);
    }
  });
});
