import { expect } from 'chai';
import { isRight, judge, type Answered, type JudgedCase } from './regression.rules.ts';

const answered = (firstId: string, outcome: Answered['outcome'] = 'answer'): Answered => ({
  firstId,
  outcome,
});
const NOTHING: Answered = { firstId: undefined, outcome: 'handoff' };

let count = 0;
function build(change: Partial<JudgedCase> = {}): JudgedCase {
  count += 1;
  const about = { id: `case-${count}`, question: `问题${count}`, expectedId: 'a', isMust: false };
  return { ...about, before: answered('a'), after: answered('a'), ...change };
}
const many = (n: number, change: Partial<JudgedCase> = {}) => Array.from({ length: n }, () => build(change));

describe('the regression gate', () => {
  it('takes an expected article as right when it leads and is answered from or offered', () => {
    expect(isRight('a', answered('a'))).to.equal(true);
    expect(isRight('a', answered('a', 'clarify'))).to.equal(true);
    expect(isRight('a', answered('a', 'handoff'))).to.equal(false);
    expect(isRight('a', answered('b'))).to.equal(false);
    expect(isRight('a', NOTHING)).to.equal(false);
  });

  it('takes a question out of scope as right unless it is answered', () => {
    expect(isRight(null, answered('a'))).to.equal(false);
    expect(isRight(null, answered('a', 'clarify'))).to.equal(true);
    expect(isRight(null, NOTHING)).to.equal(true);
  });

  it('lets nothing through that fails a single must-case, also one that failed before', () => {
    expect(judge([build({ isMust: true })]).isPassed).to.equal(true);
    expect(judge([...many(500), build({ isMust: true, after: answered('b') })]).isPassed).to.equal(false);
    expect(judge([build({ isMust: true, before: NOTHING, after: NOTHING })]).isPassed).to.equal(false);
    expect(judge([build({ isMust: true, before: NOTHING })]).isPassed).to.equal(true);
  });

  it('tolerates half a point of the others and no more', () => {
    const worse = (n: number, of: number) => [...many(of - n), ...many(n, { after: answered('b') })];
    expect(judge(worse(1, 200)).isPassed).to.equal(true);
    expect(judge(worse(1, 199)).isPassed).to.equal(false);
    expect(judge(worse(2, 400)).isPassed).to.equal(true);
    expect(judge(worse(3, 400)).isPassed).to.equal(false);
    expect(judge([...worse(1, 100), build({ before: answered('b') })]).isPassed).to.equal(true);
  });

  it('lets through not one more false answer', () => {
    const refuse = { expectedId: null, before: NOTHING, after: NOTHING };
    expect(judge(many(100, refuse)).isPassed).to.equal(true);
    expect(judge([...many(99, refuse), build({ ...refuse, after: answered('a') })]).isPassed).to.equal(false);
    const swapped = [build({ ...refuse, after: answered('a') }), build({ ...refuse, before: answered('a') })];
    expect(judge(swapped).isPassed).to.equal(true);
  });

  it('lists what changed, the worse first', () => {
    const better = build({ before: NOTHING });
    const worse = build({ after: answered('b') });
    const { findings } = judge([...many(300), better, worse]);
    expect(
      findings.changed.map(({ caseId, before, after, isWorse }) => ({ caseId, before, after, isWorse })),
    ).to.deep.equal([
      { caseId: worse.id, before: 'a', after: 'b', isWorse: true },
      { caseId: better.id, before: 'none', after: 'a', isWorse: false },
    ]);
    expect(judge(many(500, { after: answered('b') })).findings.changed).to.have.length(200);
  });

  it('passes where nothing guards', () => {
    expect(judge([]).isPassed).to.equal(true);
  });
});
