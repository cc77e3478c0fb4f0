import { expect } from 'chai';
import { cardBody, linesOf, newCriterion, nextCriterionId, weightTotal } from './score-card-data.ts';

describe('score card in the editor', () => {
  it('gives a new criterion an id that no other has', () => {
    const criteria = [{ id: 'manual-1' }, { id: 'manual-3' }];
    expect(nextCriterionId(criteria, 'manual')).to.equal('manual-2');
    expect(nextCriterionId(criteria, 'response-time')).to.equal('response-time-1');
  });

  it('sends only the settings of the kind a criterion has now', () => {
    const config = { words: ['闭嘴'], messages: 9, secondsMax: 5 };
    const criterion = { ...newCriterion([], 'forbidden'), title: ' 服务忌语 ', config };
    expect(cardBody({ name: ' 质检表 ', criteria: [criterion] })).to.deep.equal({
      name: '质检表',
      criteria: [
        {
          id: 'forbidden-1',
          kind: 'forbidden',
          title: '服务忌语',
          weight: 10,
          isFatal: false,
          config: { by: 'agent', words: ['闭嘴'], patterns: [] },
        },
      ],
    });
  });

  it('reads one entry per line, each once', () => {
    expect(linesOf(' 闭嘴 \r\n\n随便你\n闭嘴')).to.deep.equal(['闭嘴', '随便你']);
    expect(linesOf('')).to.deep.equal([]);
  });

  it('adds the points up while some are not filled in', () => {
    expect(weightTotal([{ weight: 10 }, {}, undefined, { weight: 5 }])).to.equal(15);
  });
});
