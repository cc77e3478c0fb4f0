import { expect } from 'chai';
import { changedPoints, parseFilters, type EvaluatedCriterion } from './qa-data.ts';

function buildCriterion(parts: Partial<EvaluatedCriterion>): EvaluatedCriterion {
  return {
    id: 'greeting',
    title: '开场问候',
    kind: 'required',
    weight: 10,
    isFatal: false,
    points: 10,
    pointsMax: 10,
    isMet: true,
    evidence: [],
    ...parts,
  };
}

describe('filters of the evaluations', () => {
  it('are read from the address and unknown values are left out', () => {
    expect(parseFilters(new URLSearchParams('state=manual&scoreBelow=60&agent=a1'))).to.deep.equal({
      state: 'manual',
      scoreBelow: 60,
      agent: 'a1',
    });
    expect(parseFilters(new URLSearchParams('state=open&scoreBelow=61'))).to.deep.equal({
      state: undefined,
      scoreBelow: undefined,
      agent: undefined,
    });
  });
});

describe('scoring again', () => {
  it('sends only criteria that were changed', () => {
    const criteria = [buildCriterion({}), buildCriterion({ id: 'closing', points: 5, remark: 'late' })];
    const values = { greeting: { points: 10, remark: '' }, closing: { points: 5, remark: 'late' } };
    expect(changedPoints(criteria, values)).to.deep.equal([]);
    expect(changedPoints(criteria, { ...values, greeting: { points: 0 } })).to.deep.equal([
      { id: 'greeting', points: 0 },
    ]);
    expect(changedPoints(criteria, { ...values, closing: { points: 5, remark: ' later ' } })).to.deep.equal([
      { id: 'closing', points: 5, remark: 'later' },
    ]);
  });

  it('leaves a criterion alone that nobody judged', () => {
    const open = [buildCriterion({ id: 'solution', points: null, isMet: null })];
    expect(changedPoints(open, { solution: { points: null, remark: 'x' } })).to.deep.equal([]);
    expect(changedPoints(open, { solution: { points: 0 } })).to.deep.equal([{ id: 'solution', points: 0 }]);
  });
});
