import process from 'node:process';
import { fuzz } from './support/fuzz.ts';
import { edgeTargets, signedAnswers, ssoTargets, systemTargets } from './support/fuzz-targets.ts';

const IS_LONG = process.env['VAULTDESK_TEST_LONG'] === '1';
/** Over all parsers together. */
const INPUTS = IS_LONG ? 1_000_000 : 2_800;
const answers: string[] = [];
const targets = [...ssoTargets(answers), ...edgeTargets(), ...systemTargets()];

describe('parsers, whatever they are given', function () {
  this.timeout(IS_LONG ? 4 * 3_600_000 : 60_000);
  before(async () => void answers.push(...(await signedAnswers())));
  for (const target of targets) {
    const count = Math.ceil(INPUTS / targets.length);
    it(`take or refuse ${target.name}, each within 100 ms: ${count} inputs`, () => fuzz(target, count));
  }
});
