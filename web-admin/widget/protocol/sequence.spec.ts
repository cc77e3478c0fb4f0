import { expect } from 'chai';
import fc from 'fast-check';
import type { ChatMessage } from './frames.ts';
import { change, EARLY_MAX, EMPTY_TIMELINE, lastSeq, place } from './sequence.ts';

const message = (seq: number, text = `m${seq}`): ChatMessage => ({
  seq,
  from: 'agent',
  kind: 'text',
  text,
  at: '',
});
const placeAll = (seqs: number[]) => seqs.reduce((line, seq) => place(line, message(seq)), EMPTY_TIMELINE);
const seqsOf = (line: { messages: readonly ChatMessage[] }) => line.messages.map(({ seq }) => seq);

describe('timeline', () => {
  it('shows nothing before what came ahead of it', () => {
    const line = placeAll([1, 3, 4]);
    expect(seqsOf(line)).to.deep.equal([1]);
    expect(line.early.map(({ seq }) => seq)).to.deep.equal([3, 4]);
    expect(seqsOf(place(line, message(2)))).to.deep.equal([1, 2, 3, 4]);
  });

  it('keeps the first of two messages with one number', () => {
    const line = place(placeAll([1, 2]), message(2, 'another'));
    expect(line.messages[1]?.text).to.equal('m2');
    const early = place(place(placeAll([]), message(5)), message(5, 'another'));
    expect(early.early.map(({ text }) => text)).to.deep.equal(['m5']);
  });

  it('holds a bounded number of early messages, the nearest ones', () => {
    const line = placeAll(Array.from({ length: EARLY_MAX + 10 }, (_, i) => i + 2).reverse());
    expect(line.early).to.have.length(EARLY_MAX);
    expect(line.early[0]?.seq).to.equal(2);
  });

  it('comes to 1, 2, 3 … however a batch is shuffled and doubled', () => {
    const orders = fc.integer({ min: 1, max: 40 }).chain((count) => {
      const all = Array.from({ length: count }, (_, i) => i + 1);
      return fc
        .array(fc.constantFrom(...all), { maxLength: 40 })
        .chain((doubles) => fc.shuffledSubarray([...all, ...doubles], { minLength: count + doubles.length }));
    });
    fc.assert(
      fc.property(orders, (order) => {
        const line = placeAll(order);
        const expected = Array.from({ length: Math.max(...order) }, (_, i) => i + 1);
        expect(seqsOf(line)).to.deep.equal(expected);
        expect(line.early).to.deep.equal([]);
        expect(lastSeq(line)).to.equal(expected.length);
      }),
    );
  });

  it('edits and recalls by number, early ones too, and ignores unknown numbers', () => {
    const line = placeAll([1, 2, 4]);
    expect(change(line, { seq: 2, text: 'new' }).messages[1]?.text).to.equal('new');
    expect(change(line, { seq: 1, recalled: true }).messages[0]).to.include({ text: '', isRecalled: true });
    expect(change(line, { seq: 4, text: 'new' }).early[0]?.text).to.equal('new');
    expect(change(line, { seq: 9, text: 'new' })).to.deep.equal(line);
  });
});
