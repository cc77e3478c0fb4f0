import { expect } from 'chai';
import {
  judgeAudit,
  judgeFiles,
  judgeDatabase,
  judgeOutbox,
  judgeRobot,
  PENDING_MANY,
  readFact,
  robotFacts,
} from './system-rules.ts';

describe('health of the system', () => {
  it('is bad with one dead letter and asks for a look when many events wait', () => {
    expect(judgeOutbox({ pending: 0, dead: 0 })).to.deep.equal({ health: 'good' });
    expect(judgeOutbox({ pending: PENDING_MANY, dead: 0 }).health).to.equal('good');
    expect(judgeOutbox({ pending: PENDING_MANY + 1, dead: 0 }).health).to.equal('attention');
    expect(judgeOutbox({ pending: 0, dead: 1 }).health).to.equal('bad');
  });

  it('is bad without a database', () => {
    expect(judgeDatabase({ isReachable: false }).health).to.equal('bad');
    expect(judgeDatabase({ isReachable: true }).health).to.equal('good');
  });

  it('is bad when the trail is forked and fair while the robot learns', () => {
    expect(judgeAudit({ isForked: true }).health).to.equal('bad');
    expect(judgeAudit({}).health).to.equal('good');
    expect(judgeRobot({ state: 'training' }).health).to.equal('attention');
    expect(judgeRobot({ state: 'ready' }).health).to.equal('good');
  });

  it('says that no scanner is there, and is bad while one gives no verdict', () => {
    expect(judgeFiles({ scanner: 'none', noVerdictSince: null })).to.deep.equal({
      health: 'attention',
      hint: 'system.no_scanner_hint',
    });
    expect(judgeFiles({ scanner: 'clamd', noVerdictSince: null })).to.deep.equal({ health: 'good' });
    expect(judgeFiles({ scanner: 'clamd', noVerdictSince: '2026-11-21T08:00:00.000Z' }).health).to.equal(
      'bad',
    );
  });
});

describe('facts of a part', () => {
  it('name the state of each language of the robot', () => {
    const models = [
      { locale: 'zh-CN', state: 'ready', hash: 'a' },
      { locale: 'en', state: 'training' },
    ];
    expect(robotFacts({ state: 'training', locale: 'zh-CN', models })).to.deep.equal({
      state: 'training',
      'model-zh-CN': 'ready',
      'model-en': 'training',
    });
    expect(robotFacts({ state: 'ready' })).to.deep.equal({ state: 'ready' });
  });

  it('are read by their value and the unit of their name', () => {
    expect(readFact('articles', 150)).to.deep.equal({ kind: 'number', value: 150 });
    expect(readFact('trainingMs', 1200)).to.deep.equal({ kind: 'duration', ms: 1200 });
    expect(readFact('sizeBytes', 10)).to.deep.equal({ kind: 'bytes', bytes: 10 });
    expect(readFact('at', '2026-11-21T08:00:00.000Z')).to.deep.equal({
      kind: 'instant',
      at: '2026-11-21T08:00:00.000Z',
    });
    expect(readFact('root', 'ab'.repeat(32))).to.deep.equal({ kind: 'hash', text: 'ab'.repeat(32) });
    expect(readFact('isForked', false)).to.deep.equal({ kind: 'flag', value: false });
    expect(readFact('state', 'ready')).to.deep.equal({ kind: 'text', text: 'ready' });
  });

  it('leave out what has no single value', () => {
    for (const value of [null, undefined, '', [], { a: 1 }]) expect(readFact('x', value)).to.equal(undefined);
  });
});
