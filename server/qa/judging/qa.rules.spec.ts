import { expect } from 'chai';
import fc from 'fast-check';
import { DEFAULT_CRITERIA } from '../score-cards/default-card.ts';
import type { Criterion } from '../score-cards/score-card.rules.ts';
import { arePointsAllowed, computeScore, createJudge, type Utterance } from './qa.rules.ts';

const START = Date.parse('2026-01-05T01:00:00.000Z');
const moodOf = (text: string) => ({
  polarity: text.includes('垃圾') ? -0.9 : text.includes('谢谢') ? 0.8 : 0,
  urgency: 0,
});

/** Lines `agent 10 您好`: sender, second, text; for the system the text is the new state. */
function talk(...lines: string[]): Utterance[] {
  return lines.map((line, index) => {
    const [, from = '', second = '', text = ''] = /^(\w+) (\d+) ?(.*)$/.exec(line) ?? [];
    const state = from === 'system' ? { state: text } : {};
    return {
      seq: index + 1,
      from: from as Utterance['from'],
      at: new Date(START + Number(second) * 1_000),
      text,
      ...state,
    };
  });
}
function criterion(kind: Criterion['kind'], config: unknown, rest: Partial<Criterion> = {}): Criterion {
  return { id: 'one', title: 't', weight: 10, isFatal: false, kind, config, ...rest } as Criterion;
}
const judge = (one: Criterion, conversation: Utterance[]) => createJudge([one], moodOf)(conversation)[0]!;
const quotes = (conversation: Utterance[], evidence: { seq: number; start: number; end: number }[]) =>
  evidence.map(({ seq, start, end }) => conversation[seq - 1]!.text.slice(start, end));

describe('forbidden words', () => {
  const words = criterion('forbidden', {
    by: 'agent',
    words: ['不知道', 'damn'],
    patterns: ['脑子.{0,2}有病'],
  });
  it('fail an agent who says one, and show each place', () => {
    const conversation = talk('agent 1 我不知道，Damn', 'agent 2 你脑子有病');
    const { points, isMet, evidence } = judge(words, conversation);
    expect({ points, isMet }).to.deep.equal({ points: 0, isMet: false });
    expect(quotes(conversation, evidence)).to.deep.equal(['不知道', 'Damn', '脑子有病']);
  });
  it('do not mind what the requester, the robot, or the system says', () => {
    const conversation = talk('requester 0 不知道', 'robot 1 不知道', 'system 2 不知道', 'agent 3 您好');
    expect(judge(words, conversation)).to.include({ points: 10, isMet: true });
  });
  it('do not apply where no agent spoke', () => {
    expect(judge(words, talk('requester 0 不知道'))).to.include({ points: null, isMet: null });
    expect(judge(words, [])).to.include({ points: null, isMet: null });
  });
  it('read the robot too when the service as a whole is meant', () => {
    const service = criterion('forbidden', { by: 'service', words: ['稳赚不赔'], patterns: [] });
    expect(judge(service, talk('robot 1 稳赚不赔'))).to.include({ points: 0, isMet: false });
    expect(judge(service, talk('robot 1 理财有风险'))).to.include({ points: 10, isMet: true });
  });
  it('keep a bounded amount of evidence', () => {
    const conversation = Array.from({ length: 60 }, (_, n) => talk(`agent ${n} 不知道`)[0]!);
    expect(judge(words, conversation).evidence).to.have.length(50);
  });
  it('refuse to be made with a pattern that cannot be used', () => {
    const broken = criterion('forbidden', { by: 'agent', words: [], patterns: ['('] });
    expect(() => createJudge([broken], moodOf)).to.throw('pattern-malformed');
  });
});

describe('required phrases', () => {
  const greeting = criterion('required', { phrases: ['您好', 'hello'], place: 'start', messages: 2 });
  const closing = criterion('required', { phrases: ['再见'], place: 'end', messages: 1 });
  it('count in the first messages of the agent and not behind them', () => {
    expect(judge(greeting, talk('requester 0 在吗', 'agent 1 请讲', 'agent 2 Hello'))).to.include({
      isMet: true,
    });
    expect(judge(greeting, talk('agent 1 请讲', 'agent 2 好的', 'agent 3 您好'))).to.include({
      isMet: false,
      points: 0,
    });
  });
  it('count in the last messages when that is asked', () => {
    expect(judge(closing, talk('agent 1 您好', 'agent 2 再见', 'requester 3 好'))).to.include({
      isMet: true,
    });
    expect(judge(closing, talk('agent 1 再见', 'agent 2 还有一点'))).to.include({ isMet: false });
  });
  it('show the phrase, or the messages where it was missed', () => {
    const met = talk('agent 1 您好，请讲');
    expect(quotes(met, judge(greeting, met).evidence)).to.deep.equal(['您好']);
    const missed = talk('agent 1 讲', 'agent 2 什么事', 'agent 3 哦');
    expect(quotes(missed, judge(greeting, missed).evidence)).to.deep.equal(['讲', '什么事']);
  });
  it('are not satisfied by the robot or the requester, and do not apply without an agent', () => {
    expect(judge(greeting, talk('robot 1 您好', 'agent 2 讲'))).to.include({ isMet: false });
    expect(judge(greeting, talk('robot 1 您好', 'requester 2 您好'))).to.include({ points: null });
  });
});

describe('response time', () => {
  const minute = criterion('response-time', { secondsMax: 60 });
  it('is met at the limit and missed just behind it', () => {
    expect(judge(minute, talk('system 0 assigned', 'agent 60 您好'))).to.include({ isMet: true, points: 10 });
    expect(judge(minute, talk('system 0 assigned', 'agent 61 您好'))).to.include({ isMet: false, points: 0 });
  });
  it('gives the share of answers in time, and shows the late ones', () => {
    const conversation = talk('system 0 assigned', 'agent 10 您好', 'requester 20 问', 'agent 200 迟了');
    const { points, isMet, evidence } = judge(minute, conversation);
    expect({ points, isMet }).to.deep.equal({ points: 5, isMet: false });
    expect(quotes(conversation, evidence)).to.deep.equal(['迟了']);
  });
  it('never rounds a late answer up to all points, and gives none where it is fatal', () => {
    const turns = Array.from({ length: 99 }, (_, n) => [
      `requester ${n * 100} 问`,
      `agent ${n * 100 + 1} 答`,
    ]).flat();
    const conversation = talk(
      'system 0 assigned',
      'agent 0 您好',
      ...turns,
      'requester 20000 问',
      'agent 20090 答',
    );
    expect(judge(minute, conversation)).to.include({ isMet: false, points: 9 });
    expect(judge({ ...minute, isFatal: true }, conversation)).to.include({ isMet: false, points: 0 });
  });
  it('does not apply where no agent was in it', () => {
    expect(judge(minute, talk('requester 0 问', 'robot 1 答'))).to.include({ points: null });
  });
});

describe('sentiment', () => {
  const mood = criterion('sentiment', { messages: 2, polarityMin: -0.3 });
  it('judges the last messages of the requester by their mean', () => {
    expect(judge(mood, talk('requester 0 垃圾', 'requester 1 好', 'requester 2 谢谢'))).to.include({
      isMet: true,
    });
    expect(judge(mood, talk('requester 0 谢谢', 'requester 1 好', 'requester 2 垃圾'))).to.include({
      isMet: false,
    });
  });
  it('shows the negative messages', () => {
    const conversation = talk('requester 0 好', 'requester 1 真垃圾', 'agent 2 垃圾');
    expect(quotes(conversation, judge(mood, conversation).evidence)).to.deep.equal(['真垃圾']);
  });
  it('applies to the robot alone, and not where the requester said nothing readable', () => {
    expect(judge(mood, talk('requester 0 谢谢', 'robot 1 不客气'))).to.include({ points: 10 });
    expect(judge(mood, talk('requester 0', 'robot 1 您好'))).to.include({ points: null });
  });
});

describe('adding a card up', () => {
  const a = criterion('manual', {}, { id: 'a', weight: 30 });
  const b = criterion('manual', {}, { id: 'b', weight: 10 });
  const fatal = criterion('manual', {}, { id: 'f', weight: 10, isFatal: true });
  const points = (criterionId: string, value: number | null, isMet: boolean | null) => ({
    criterionId,
    points: value,
    isMet,
  });
  it('leaves the weight of criteria out that did not apply', () => {
    expect(computeScore([a, b], [points('a', 30, true), points('b', null, null)])).to.deep.equal({
      score: 100,
      isFatal: false,
      findingsCount: 0,
    });
    expect(computeScore([a, b], [points('a', 30, true), points('b', 0, false)]).score).to.equal(75);
  });
  it('has no score when nothing applied', () => {
    expect(computeScore([a], [points('a', null, null)])).to.deep.equal({
      score: null,
      isFatal: false,
      findingsCount: 0,
    });
    expect(computeScore([], []).score).to.equal(null);
  });
  it('is 0 when a fatal criterion is not met, whatever the others came to', () => {
    const result = computeScore([a, fatal], [points('a', 30, true), points('f', 0, false)]);
    expect(result).to.deep.equal({ score: 0, isFatal: true, findingsCount: 1 });
  });
  it('rounds to whole percent', () => {
    expect(computeScore([a], [points('a', 20, false)]).score).to.equal(67);
  });
  it('stays between 0 and 100, and says fatal only for fatal criteria', () => {
    const one = fc.record({
      weight: fc.integer({ min: 1, max: 100 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 40 }), (parts) => {
        const criteria = parts.map(({ weight }, n) => criterion('manual', {}, { id: `c${n}`, weight }));
        const judged = parts.map(({ weight, share }, n) =>
          points(`c${n}`, Math.floor(weight * share), share === 1),
        );
        const { score, isFatal } = computeScore(criteria, judged);
        return !isFatal && (score === null ? parts.length === 0 : score >= 0 && score <= 100);
      }),
    );
  });
});

describe('points of an inspector', () => {
  const plain = criterion('manual', {});
  const fatal = criterion('manual', {}, { isFatal: true });
  const cases: [number, boolean, boolean][] = [
    [0, true, true],
    [1, true, false],
    [9, true, false],
    [10, true, true],
    [11, false, false],
    [-1, false, false],
    [1.5, false, false],
    [NaN, false, false],
  ];
  for (const [value, isAllowed, isAllowedFatal] of cases) {
    it(`${value} of 10`, () => {
      expect(arePointsAllowed(plain, value)).to.equal(isAllowed);
      expect(arePointsAllowed(fatal, value)).to.equal(isAllowedFatal);
    });
  }
});

describe('the first score card', () => {
  const run = (conversation: Utterance[]) => {
    const judgements = createJudge(DEFAULT_CRITERIA, moodOf)(conversation);
    const failed = judgements.filter(({ isMet }) => isMet === false).map(({ criterionId }) => criterionId);
    return { failed, ...computeScore(DEFAULT_CRITERIA, judgements) };
  };
  it('gives full marks to a conversation as it should be', () => {
    const good = talk(
      'requester 0 我的卡丢了',
      'system 2 queued',
      'system 3 assigned',
      'agent 20 您好，请不要向任何人透露密码',
      'requester 30 好',
      'agent 60 已为您挂失，请问还有什么可以帮您',
      'requester 70 没有了，谢谢',
    );
    expect(run(good)).to.deep.equal({ failed: [], score: 100, isFatal: false, findingsCount: 0 });
  });
  it('judges a conversation that stayed with the robot by what applies to it', () => {
    expect(run(talk('requester 0 怎么开户', 'robot 1 请携带身份证'))).to.include({
      score: 100,
      findingsCount: 0,
    });
  });
  it('fails an agent who asks for a password, and one who promises returns', () => {
    expect(run(talk('system 0 assigned', 'agent 5 您好，请提供一下您的密码'))).to.include({
      score: 0,
      isFatal: true,
    });
    expect(run(talk('system 0 assigned', 'agent 5 您好，保证年化收益'))).to.include({
      score: 0,
      isFatal: true,
    });
  });
  it('does not take a warning for a request', () => {
    const { failed } = run(
      talk('system 0 assigned', 'agent 5 您好，请勿向任何人提供密码和验证码', 'agent 6 再见'),
    );
    expect(failed).to.deep.equal([]);
  });
});
