import { fuzz, FUZZ_INPUTS, FUZZ_TIMEOUT_MS } from './support/fuzz.ts';
import { edgeTargets, signedAnswers, ssoTargets, systemTargets } from './support/fuzz-targets.ts';

const answers: string[] = [];
const targets = [...ssoTargets(answers), ...edgeTargets(), ...systemTargets()];

describe('parsers, whatever they are given', function () {
  this.timeout(FUZZ_TIMEOUT_MS);
  before(async () => void answers.push(...(await signedAnswers())));
  for (const target of targets) {
    it(`take or refuse ${target.name}, each within 100 ms: ${FUZZ_INPUTS} inputs`, () =>
      fuzz(target, FUZZ_INPUTS));
  }
});
