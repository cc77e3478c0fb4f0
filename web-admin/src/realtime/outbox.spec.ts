import { expect } from 'chai';
import fc from 'fast-check';
import {
  applyToOutbox,
  conversationOf,
  enqueue,
  refuse,
  removePending,
  retryFrom,
  unacknowledged,
  type Outbox,
  type PendingMessage,
} from './outbox.ts';

function pending(id: string): PendingMessage {
  return { id, text: `text ${id}`, at: '2026-01-01T00:00:00.000Z', state: 'sending' };
}

function boxOf(...ids: string[]): Outbox {
  return ids.reduce<Outbox>((box, id) => enqueue(box, 'c1', pending(id)), {});
}

const states = (box: Outbox) => (box['c1'] ?? []).map((item) => `${item.id}:${item.state}`);

describe('outbox', () => {
  it('keeps messages in the order they were written', () => {
    expect(states(boxOf('a', 'b'))).to.deep.equal(['a:sending', 'b:sending']);
  });

  it('forgets a message when it is acknowledged, whichever comes first', () => {
    const ack = { t: 'ack', conversation: 'c1', id: 'a', seq: 3, at: '' } as const;
    expect(states(applyToOutbox(boxOf('a', 'b'), ack))).to.deep.equal(['b:sending']);
    expect(applyToOutbox({}, ack)).to.deep.equal({});
  });

  it('forgets a message that came back in the conversation itself', () => {
    const frame = {
      t: 'message',
      conversation: 'c1',
      seq: 3,
      from: 'agent',
      kind: 'text',
      text: '',
      at: '',
      id: 'a',
    } as const;
    expect(states(applyToOutbox(boxOf('a'), frame))).to.deep.equal([]);
    expect(states(applyToOutbox(boxOf('a'), { ...frame, from: 'requester' }))).to.deep.equal(['a:sending']);
  });

  it('refuses what follows a refused message, so that the order holds', () => {
    const box = refuse(boxOf('a', 'b', 'c'), 'c1', 'b', 'message.text_invalid');
    expect(states(box)).to.deep.equal(['a:sending', 'b:refused', 'c:refused']);
    expect(box['c1']?.map((item) => item.code)).to.deep.equal([
      undefined,
      'message.text_invalid',
      'message.blocked',
    ]);
  });

  it('sends a refused message and its followers again under the same ids', () => {
    const refused = refuse(boxOf('a', 'b', 'c'), 'c1', 'b', 'server.busy');
    const again = retryFrom(refused, 'c1', 'b');
    expect(again.frames.map((item) => item.id)).to.deep.equal(['b', 'c']);
    expect(states(again.outbox)).to.deep.equal(['a:sending', 'b:sending', 'c:sending']);
    expect(again.outbox['c1']?.[1]).to.not.have.property('code');
    expect(retryFrom(refused, 'c1', 'unknown').frames).to.deep.equal([]);
  });

  it('finds the conversation of an error that names the id alone', () => {
    const box = boxOf('a');
    expect(conversationOf(box, 'a')).to.equal('c1');
    const frame = { t: 'error', id: 'a', code: 'conversation.closed', message: '' } as const;
    expect(states(applyToOutbox(box, frame))).to.deep.equal(['a:refused']);
    expect(applyToOutbox(box, { ...frame, id: 'other' })).to.equal(box);
  });

  it('repeats only what waits for an ack, per conversation in order', () => {
    const box = refuse(enqueue(boxOf('a', 'b'), 'c2', pending('x')), 'c1', 'b', 'server.busy');
    expect(unacknowledged(box).map(({ item }) => item.id)).to.have.members(['a', 'x']);
  });

  it('is empty once every message was acknowledged or given up, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uuid(), { maxLength: 8 }), fc.nat(), (ids, seed) => {
        const shuffled = [...ids].sort((a, b) => (a + seed < b + seed ? 1 : -1));
        const box = shuffled.reduce((held, id) => removePending(held, 'c1', id), boxOf(...ids));
        return Object.keys(box).length === 0;
      }),
    );
  });
});
