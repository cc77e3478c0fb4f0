import { expect } from 'chai';
import {
  DEFAULT_THRESHOLDS,
  SPARSE_THRESHOLDS,
  blendThresholds,
  chooseThresholds,
  computeCurve,
  type Judged,
} from './thresholds.ts';

// A hundred in-scope questions of confidence 0.01 to 1.00, wrong below 0.10; ten withheld ones up to 0.50.
const judged: Judged[] = [
  ...Array.from({ length: 100 }, (_, i) => ({
    confidence: (i + 1) / 100,
    isRight: i >= 10,
    isInScope: true,
  })),
  ...Array.from({ length: 10 }, (_, i) => ({ confidence: (i + 1) / 20, isRight: false, isInScope: false })),
];

describe('thresholds of the decision', () => {
  it('answers everything that stays within the budget and not one more', () => {
    const { answer } = chooseThresholds(judged, 0.03);
    expect(answer).to.equal(0.5);
    const sure = judged.map((row) => ({ ...row, confidence: 0.5 + row.confidence / 2 }));
    expect(chooseThresholds(sure, 0.03).answer).to.be.closeTo(0.68, 1e-9);
  });

  it('answers nothing that is likelier wrong than right, however large the budget', () => {
    expect(chooseThresholds(judged, 1).answer).to.equal(0.5);
  });

  it('never answers when the budget is nothing and the surest question is wrong', () => {
    expect(chooseThresholds([{ confidence: 0.9, isRight: false, isInScope: true }], 0).answer).to.equal(1);
  });

  it('asks back no later than it answers', () => {
    const { answer, clarify } = chooseThresholds(judged, 0.03);
    expect(clarify).to.be.at.most(answer);
  });

  it('falls back to cautious values without measurements', () => {
    expect(chooseThresholds([], 0.03)).to.deep.equal(DEFAULT_THRESHOLDS);
  });

  it('lies between two where a knowledge base does', () => {
    expect(blendThresholds(DEFAULT_THRESHOLDS, SPARSE_THRESHOLDS, 0)).to.deep.equal(DEFAULT_THRESHOLDS);
    expect(blendThresholds({ answer: 0.8, clarify: 0.2 }, { answer: 0.6, clarify: 0.3 }, 0.5)).to.deep.equal({
      answer: 0.7,
      clarify: 0.25,
    });
  });

  it('draws a curve that falls with the threshold', () => {
    const curve = computeCurve(judged);
    expect(curve[0]).to.deep.equal({ threshold: 0, coverage: 1, wrongAnswers: 0.1, falseAnswers: 1 });
    for (let i = 1; i < curve.length; i++) {
      expect(curve[i]!.coverage).to.be.at.most(curve[i - 1]!.coverage);
      expect(curve[i]!.falseAnswers).to.be.at.most(curve[i - 1]!.falseAnswers);
    }
  });
});
