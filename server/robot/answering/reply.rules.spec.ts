import { expect } from 'chai';
import type { MessageMeta } from '../../desk/index.ts';
import type { Understanding } from '../engine/index.ts';
import { readChoice, type Reading } from './reader.ts';
import { decideReply, optionsOf, replyToChoice } from './reply.rules.ts';

function buildLive(id: string, category = 'card') {
  return { id, version: 2, locale: 'en', category, question: `Q ${id}`, answer: `A ${id}` };
}

/** A reading with candidates a, b, c … of which those in `live` are live. */
function buildReading(
  understanding: Partial<Understanding>,
  live = ['a', 'b', 'c', 'd'],
  category = 'card',
): Reading {
  const candidates = ['a', 'b', 'c', 'd'].map((id, place) => ({ id, score: 0.5 / (place + 1) }));
  return {
    locale: 'en',
    understanding: {
      outcome: 'answer',
      confidence: 0.9,
      candidates,
      reason: 'confident',
      features: {},
      ...understanding,
    },
    live: live.map((id) => buildLive(id, category)),
    model: undefined,
  };
}

const FRESH = { misses: 0, robotSaid: [], moods: [] };
const CLARIFY = { outcome: 'clarify', reason: 'ambiguous' } as const;
const UNSURE = { outcome: 'handoff', reason: 'unsure' } as const;
const clarified: MessageMeta = { outcome: 'clarify' };
const answered = (articleId: string): MessageMeta => ({ outcome: 'answer', articleId });

describe('what the robot says', () => {
  it('is the answer when it is sure and the article is live', () => {
    expect(decideReply(buildReading({}), FRESH)).to.deep.equal({
      outcome: 'answer',
      reason: 'confident',
      article: buildLive('a'),
    });
  });

  it('is a choice of at most three live articles, best first', () => {
    const reply = decideReply(buildReading(CLARIFY, ['b', 'c', 'd']), FRESH);
    expect(reply.outcome).to.equal('clarify');
    expect(optionsOf(buildReading(CLARIFY)).map(({ article }) => article.id)).to.deep.equal(['a', 'b', 'c']);
    expect(optionsOf(buildReading(CLARIFY, ['d'])).map(({ score }) => score)).to.deep.equal([0.125]);
  });

  it('is never the second best as an answer when the best was retired', () => {
    expect(decideReply(buildReading({}, ['b', 'c']), FRESH).outcome).to.equal('clarify');
    expect(decideReply(buildReading({}, []), FRESH).outcome).to.equal('fallback');
  });

  it('offers no small talk, but answers it as often as it likes', () => {
    expect(optionsOf(buildReading(CLARIFY, ['a', 'b'], 'smalltalk'))).to.deep.equal([]);
    const before = { misses: 0, robotSaid: [answered('a'), answered('a'), answered('a')], moods: [] };
    expect(decideReply(buildReading({}, ['a'], 'smalltalk'), before).outcome).to.equal('answer');
  });

  it('asks back at most twice in a row', () => {
    const once = { misses: 0, robotSaid: [clarified], moods: [] };
    const twice = { misses: 0, robotSaid: [clarified, clarified], moods: [] };
    const between = { misses: 0, robotSaid: [clarified, answered('x'), clarified], moods: [] };
    expect(decideReply(buildReading(CLARIFY), once).outcome).to.equal('clarify');
    expect(decideReply(buildReading(CLARIFY), twice).outcome).to.equal('fallback');
    expect(decideReply(buildReading(CLARIFY), between).outcome).to.equal('clarify');
  });

  it('admits once that it is unsure, then hands over', () => {
    expect(decideReply(buildReading(UNSURE), FRESH)).to.deep.equal({ outcome: 'fallback', reason: 'unsure' });
    expect(decideReply(buildReading(UNSURE), { misses: 1, robotSaid: [], moods: [] })).to.deep.equal({
      outcome: 'handoff',
      reason: 'unsure',
    });
  });

  for (const rule of ['human', 'complaint', 'lost_card', 'fraud', 'self_harm'] as const) {
    it(`hands over for ${rule}, whatever the models and the history say`, () => {
      const reading = buildReading({ outcome: 'handoff', confidence: 1, reason: `mandatory:${rule}` });
      expect(decideReply(reading, FRESH)).to.deep.equal({ outcome: 'handoff', reason: rule });
    });
  }

  it('brings a person in when the same answer was given twice already', () => {
    const twice = { misses: 0, robotSaid: [answered('a'), answered('a')], moods: [] };
    const mixed = { misses: 0, robotSaid: [answered('a'), answered('b')], moods: [] };
    expect(decideReply(buildReading({}), twice)).to.deep.equal({ outcome: 'handoff', reason: 'repeated' });
    expect(decideReply(buildReading({}), mixed).outcome).to.equal('answer');
  });

  it('brings a person in for who is upset now, or twice in a row, but not for a known wording', () => {
    const reply = (moods: number[], reading = buildReading({})) =>
      decideReply(reading, { misses: 0, robotSaid: [], moods }).outcome;
    expect(reply([-0.7])).to.equal('handoff');
    expect(reply([-0.69])).to.equal('answer');
    expect(reply([-0.5, -0.5])).to.equal('handoff');
    expect(reply([-0.5, 0, -0.5])).to.equal('answer');
    expect(reply([-0.9, 0.2])).to.equal('answer');
    expect(reply([-0.9], buildReading({ reason: 'exact' }))).to.equal('answer');
  });

  it('to a chosen article is its answer, with certainty', () => {
    expect(replyToChoice(buildLive('a'))).to.include({ outcome: 'answer', reason: 'chosen' });
    expect(readChoice(buildLive('a')).understanding.confidence).to.equal(1);
  });
});
