import { expect } from 'chai';
import { checkResult, signResult, type OracleResult } from './result-file.ts';

const RESULT: OracleResult = {
  ...{
    product: '0.1.0',
    oracle: '19.3.0.0.0',
    node: 'v20.19.0',
    platform: 'linux',
    statements: 'ab',
    specs: 2,
  },
  ...{ at: '2026-01-05T01:00:00.000Z', closing: '10 passed, 1 failed, 0 skipped', failures: ['a › b'] },
};

describe('the result file of a run on a real Oracle', () => {
  it('says what was signed, by the key whose fingerprint was printed', () => {
    const { text, fingerprint } = signResult(RESULT);
    expect(checkResult(text)).to.deep.equal({ result: RESULT, fingerprint });
  });

  it('is refused when a byte of it was changed', () => {
    const { text } = signResult(RESULT);
    for (const [from, to] of [
      ['1 failed', '0 failed'],
      ['"specs": 2', '"specs": 3'],
    ] as const) {
      expect(() => checkResult(text.replaceAll(from, to)), from).to.throw('was changed');
      expect(() => checkResult(text.replace(from, to)), from).to.throw('was changed');
    }
  });
});
