import { expect } from 'chai';
import { computeFigures, computeShare, type JudgedReading } from './index.ts';

const row = (
  expected: string | null,
  candidates: string[],
  confidence: number,
  outcome: JudgedReading['outcome'] = 'answer',
): JudgedReading => ({ expected, kind: 'outside', candidates, confidence, outcome });

describe('figures of a run', () => {
  const rows = [
    row('a', ['a', 'b'], 0.9),
    row('a', ['b', 'a'], 0.6, 'clarify'),
    row('b', ['b'], 0.8),
    row('b', ['a', 'c', 'd', 'b'], 0.7),
    row(null, ['a'], 0.75),
    row(null, [], 0, 'handoff'),
  ];
  const figures = computeFigures(rows);

  it('count right articles first, among three, and what the robot decided', () => {
    expect(figures.inScope).to.equal(4);
    expect(figures.outside).to.deep.equal({ outside: 2 });
    expect(figures.first.value).to.equal(0.5);
    expect(figures.firstThree.value).to.equal(0.75);
    expect(figures.decisions).to.deep.equal({
      answeredRight: 0.5,
      answeredWrong: 0.25,
      clarifiedRight: 0.25,
      clarifiedWrong: 0,
      handedOver: 0,
    });
    expect(figures.outsideAnswered).to.deep.equal({ outside: 0.5 });
  });

  it('show at each coverage how many are right, and how many from outside would be answered', () => {
    const at = (coverage: number) => figures.curve.find((point) => point.coverage === coverage);
    expect(at(0.5)).to.deep.equal({ coverage: 0.5, right: 1, falseAnswers: { outside: 0 } });
    expect(at(1)).to.deep.equal({ coverage: 1, right: 0.5, falseAnswers: { outside: 0.5 } });
  });

  it('compare confidence with what was right', () => {
    const single = computeFigures([row('a', ['a'], 0.9), row('a', ['b'], 0.9)]);
    expect(single.calibrationError).to.be.closeTo(0.4, 1e-9);
    expect(single.bins[9]).to.deep.equal({ count: 2, confidence: 0.9, right: 0.5 });
  });

  it('give an interval that is the same each time and holds the mean', () => {
    const hits = Array.from({ length: 400 }, (_, i) => Number(i % 10 !== 0));
    const share = computeShare(hits);
    expect(share).to.deep.equal(computeShare(hits));
    expect(share.value).to.equal(0.9);
    expect(share.low).to.be.within(0.85, 0.9);
    expect(share.high).to.be.within(0.9, 0.95);
  });

  it('stand without any question', () => {
    expect(computeFigures([])).to.deep.include({ inScope: 0, curve: [], calibrationError: 0 });
  });
});
