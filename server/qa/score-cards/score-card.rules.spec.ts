import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { DEFAULT_CRITERIA } from './default-card.ts';
import { assertCriteria, type Criterion } from './score-card.rules.ts';

const base = { title: '标题', weight: 10, isFatal: false };
const forbidden = (words: string[], patterns: string[], rest: Partial<Criterion> = {}): Criterion =>
  ({ id: 'one', kind: 'forbidden', ...base, config: { by: 'agent', words, patterns }, ...rest }) as Criterion;
const required = (phrases: string[]): Criterion => ({
  ...{ id: 'one', kind: 'required', ...base },
  config: { phrases, place: 'start', messages: 1 },
});

function problemOf(criteria: Criterion[]): unknown {
  try {
    assertCriteria(criteria);
    return 'none';
  } catch (error) {
    expect(error).to.be.instanceOf(AppError);
    expect((error as AppError).code).to.equal('score_card.invalid');
    return (error as AppError).details?.problem;
  }
}

describe('a score card', () => {
  it('is accepted as it is delivered', () => expect(problemOf([...DEFAULT_CRITERIA])).to.equal('none'));
  const cases: [string, Criterion[], string][] = [
    ['has no criterion', [], 'empty'],
    ['names a criterion twice', [forbidden(['a'], []), required(['b'])], 'duplicate-id'],
    ['looks for nothing', [forbidden([], [])], 'nothing-to-find'],
    ['requires nothing', [required([])], 'nothing-to-find'],
    ['has a blank word', [forbidden([' '], [])], 'word-empty'],
    ['has a blank phrase', [required(['　'])], 'word-empty'],
    ['has a blank title', [forbidden(['a'], [], { title: ' ' })], 'title-empty'],
    ['has a broken pattern', [forbidden([], ['ok', '['])], 'pattern-malformed'],
    ['has a pattern that fits everything', [forbidden([], ['.*'])], 'pattern-empty'],
  ];
  for (const [name, criteria, problem] of cases) {
    it(`is refused when it ${name}`, () => expect(problemOf(criteria)).to.equal(problem));
  }
});
