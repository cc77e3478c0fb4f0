import { expect } from 'chai';
import { specsOnCore } from '../support/core-specs.ts';
import { compareAnswers, type RecordedAnswer } from './compare-answers.ts';

const [A, B] = ['01900000-0000-7000-8000-00000000000a', '01900000-0000-7000-8000-00000000000b'];
const [C, D] = ['01a00000-0000-7000-8000-00000000000c', '01a00000-0000-7000-8000-00000000000d'];

const answer = (body: unknown, request = 'GET /x', status = 200): RecordedAnswer => ({
  test: 'a test',
  ...{ request, status, body },
});

describe('the specs that run on both databases', () => {
  it('are all that stand on one, but those that are named with a reason', () => {
    expect(specsOnCore().length).to.be.greaterThan(70);
  });
});

describe('the comparison of answers', () => {
  const outcome = (postgres: RecordedAnswer[], oracle: RecordedAnswer[]) => {
    const { differences, reordered } = compareAnswers(postgres, oracle);
    return differences.length > 0 ? 'different' : reordered.length > 0 ? 'reordered' : 'same';
  };
  const made = (one: string, other: string) => [answer({ id: one }), answer({ id: other })];

  it('takes ids, instants, and opaque words of two runs for the same', () => {
    const body = (id: string, at: string) => ({ id, at, next: `${id}.${'k'.repeat(50)}`, tookMs: at.length });
    const postgres = [answer(body(A, '2026-01-01T00:00:00.000Z')), answer({}, `GET /x/${A}`)];
    const oracle = [answer(body(C, '2027-02-03T04:05:06Z')), answer({}, `GET /x/${C}`)];
    expect(outcome(postgres, oracle)).to.equal('same');
  });

  it('sees another status, text, or number', () => {
    expect(outcome([answer({})], [answer({}, 'GET /x', 500)])).to.equal('different');
    expect(outcome([answer({ code: 'a' })], [answer({ code: 'b' })])).to.equal('different');
    expect(outcome([answer({ count: 1 })], [answer({ count: 2 })])).to.equal('different');
    expect(outcome([answer({ name: null })], [answer({ name: '' })])).to.equal('different');
  });

  it('sees another order of a list, by the ids that were seen before', () => {
    const list = (...ids: string[]) => answer({ items: ids.map((id) => ({ id })) }, 'GET /list');
    expect(outcome([...made(A, B), list(A, B)], [...made(C, D), list(C, D)])).to.equal('same');
    expect(outcome([...made(A, B), list(A, B)], [...made(C, D), list(D, C)])).to.not.equal('same');
    const named = (...names: string[]) => answer({ items: names });
    expect(outcome([named('a', 'b')], [named('b', 'a')])).to.equal('different');
  });

  it('sees an answer that one run does not have, and one that came twice', () => {
    expect(outcome([answer({})], [])).to.equal('different');
    expect(outcome([], [answer({})])).to.equal('different');
    expect(outcome([answer({}), answer({})], [answer({})])).to.equal('different');
  });

  it('passes over tests in which chance decides, and over no others', () => {
    const [one, other] = [[answer({ winner: 'a' })], [answer({ winner: 'b' })]];
    const chance = { tests: /^a test$/, why: 'one of two wins' };
    expect(compareAnswers(one, other, [chance])).to.deep.include({ differences: [], byChance: ['a test'] });
    expect(compareAnswers(one, other, [{ ...chance, tests: /^b/ }]).differences).to.have.length(1);
  });

  it('tells answers that came in another order from different ones', () => {
    const [one, other] = [answer({ a: 1 }), answer({ a: 2 })];
    expect(outcome([one, other], [other, one])).to.equal('reordered');
  });
});
