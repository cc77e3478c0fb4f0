import { expect } from 'chai';
import { isUuid } from '../../kernel/index.ts';
import { deriveUuid } from './derive-uuid.ts';

describe('derived ids', () => {
  it('are the same for the same name and differ for another', () => {
    expect(deriveUuid('a')).to.equal(deriveUuid('a'));
    expect(deriveUuid('a')).not.to.equal(deriveUuid('b'));
  });

  it('are UUIDs of version 8 in our one written form', () => {
    for (let i = 0; i < 50; i += 1) {
      const id = deriveUuid(`name ${i}`);
      expect(isUuid(id)).to.equal(true);
      expect(id).to.match(/^.{14}8.{4}[89ab]/);
    }
  });
});
