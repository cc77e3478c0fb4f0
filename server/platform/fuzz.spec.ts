import { fuzz, FUZZ_INPUTS, FUZZ_TIMEOUT_MS } from '../test/support/fuzz.ts';
import { platformTargets } from './test/fuzz-targets.ts';

describe('parsers of the platform, whatever they are given', function () {
  this.timeout(FUZZ_TIMEOUT_MS);
  for (const target of platformTargets()) {
    it(`take or refuse ${target.name}, each within 100 ms: ${FUZZ_INPUTS} inputs`, () =>
      fuzz(target, FUZZ_INPUTS));
  }
});
