import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { SSO_CODES } from './refusal.ts';

describe('codes of refusals', () => {
  const text = readFileSync(new URL('../docs/operations/sso.md', import.meta.url), 'utf8');
  for (const code of SSO_CODES) {
    it(`has ${code} in the table of what to do`, () => {
      expect(text.split('\n').some((line) => line.startsWith('|') && line.includes(`\`${code}\``))).to.equal(
        true,
      );
    });
  }
});
