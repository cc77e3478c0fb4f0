import { expect } from 'chai';
import {
  COLD_CALIBRATOR,
  SPARSE_CALIBRATOR,
  blendCalibrators,
  calibrate,
  fitCalibrator,
} from './calibrator.ts';
import { EVIDENCE_DIRECTIONS, EVIDENCE_NAMES } from './evidence.ts';
import { createPrng } from './prng.ts';

describe('calibrator', () => {
  const random = createPrng(7);
  const values = () => Float64Array.from(EVIDENCE_NAMES, () => 2 * random() - 1);

  it('learns what speaks for an answer and refuses what would speak the wrong way', () => {
    const share = EVIDENCE_NAMES.indexOf('share');
    const nearest = EVIDENCE_NAMES.indexOf('nearestOwn');
    const examples = Array.from({ length: 400 }, () => {
      const row = values();
      return { values: row, isRight: row[share]! - row[nearest]! > 0, weight: 1 };
    });
    const { weights } = fitCalibrator(examples);
    expect(weights[share]).to.be.above(0.5);
    expect(weights[nearest]).to.equal(0);
    for (const [e, direction] of EVIDENCE_DIRECTIONS.entries()) {
      expect(direction * weights[e]!, EVIDENCE_NAMES[e]).to.be.at.least(0);
    }
  });

  it('is surer with a larger share and margin on few questions', () => {
    const row = Float64Array.from(SPARSE_CALIBRATOR.means);
    let before = 0;
    for (let step = -3; step <= 3; step++) {
      row[0] = SPARSE_CALIBRATOR.means[0]! + step;
      row[1] = SPARSE_CALIBRATOR.means[1]! + step;
      const confidence = calibrate(SPARSE_CALIBRATOR, row);
      expect(confidence).to.be.above(before);
      before = confidence;
    }
  });

  it('mixes the log-odds of two, and is one of them at the ends', () => {
    const logOdds = (p: number) => Math.log(p / (1 - p));
    expect(blendCalibrators(COLD_CALIBRATOR, SPARSE_CALIBRATOR, 0)).to.equal(COLD_CALIBRATOR);
    expect(blendCalibrators(COLD_CALIBRATOR, SPARSE_CALIBRATOR, 1)).to.equal(SPARSE_CALIBRATOR);
    const between = blendCalibrators(COLD_CALIBRATOR, SPARSE_CALIBRATOR, 0.25);
    const row = values();
    expect(logOdds(calibrate(between, row))).to.be.closeTo(
      0.75 * logOdds(calibrate(COLD_CALIBRATOR, row)) + 0.25 * logOdds(calibrate(SPARSE_CALIBRATOR, row)),
      1e-9,
    );
  });
});
