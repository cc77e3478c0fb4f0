import { expect } from 'chai';
import { responsesOf, type TimedMessage } from './response-times.ts';

const START = Date.parse('2026-01-05T01:00:00.000Z');

/** `R0` a requester's message at second 0, `A12` an agent's, `B` the robot's, `S3:queued` a system message. */
function conversationOf(text: string): TimedMessage[] {
  const SENDERS = { R: 'requester', A: 'agent', B: 'robot', S: 'system' } as const;
  return text.split(' ').map((word, index) => {
    const [place = '', state] = word.split(':');
    const from = SENDERS[place.charAt(0) as keyof typeof SENDERS];
    const at = new Date(START + Number(place.slice(1)) * 1_000);
    return { seq: index + 1, from, at, ...(state ? { state } : {}) };
  });
}

describe('response times', () => {
  const cases: [string, string, [number, number][]][] = [
    ['nothing was said', 'S0:closed', []],
    ['only the robot answered', 'R0 B1 R5 B6 S9:closed', []],
    ['the wish for a person starts the wait', 'R0 B1 S2:queued S4:assigned A12', [[5, 10]]],
    [
      'the first of several questions counts',
      'S0:queued S1:assigned A2 R10 R15 A25',
      [
        [3, 2],
        [6, 15],
      ],
    ],
    [
      'two answers to one question count once',
      'S0:assigned A1 R10 A12 A20',
      [
        [2, 1],
        [4, 2],
      ],
    ],
    ['an agent who speaks first owes nothing', 'S0:assigned A5 A6', [[2, 5]]],
    ['thanks without an answer are not counted', 'S0:assigned A5 R6 S900:closed', [[2, 5]]],
    ['an agent who never answers counts once', 'S0:queued S3:assigned R10 S600:closed', [[4, 600]]],
    ['a queue that nobody took does not count', 'S0:queued R10 S600:closed', []],
    [
      'a transfer does not restart the wait',
      'S0:assigned A1 R10 S20:queued S30:assigned A40',
      [
        [2, 1],
        [6, 30],
      ],
    ],
    ['a transfer without a question owes nothing', 'S0:assigned A1 S20:queued S30:assigned A40', [[2, 1]]],
    ['a clock set back gives no negative wait', 'S10:assigned A5', [[2, 0]]],
  ];
  for (const [name, conversation, expected] of cases) {
    it(name, () => {
      const pairs = responsesOf(conversationOf(conversation)).map(({ replySeq, seconds }) => [
        replySeq,
        seconds,
      ]);
      expect(pairs).to.deep.equal(expected);
    });
  }
  it('is empty for an empty conversation', () => expect(responsesOf([])).to.deep.equal([]));
});
