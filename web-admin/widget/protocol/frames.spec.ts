import { expect } from 'chai';
import { parseMessage, parseServerFrame } from './frames.ts';
import { cleanText } from './text.ts';

const parse = (value: unknown) => parseServerFrame(JSON.stringify(value));

describe('frames of vaultdesk.v1', () => {
  it('reads every frame of the contract', () => {
    const frames = [
      { t: 'welcome', conversation: 'C', last: 17 },
      {
        t: 'message',
        seq: 18,
        from: 'agent',
        kind: 'text',
        text: '好',
        at: '2026-01-01T00:00:00.000Z',
        agentName: 'Li',
      },
      { t: 'ack', id: 'a', seq: 19, at: '2026-01-01T00:00:00.000Z' },
      { t: 'change', seq: 18, text: 'edited' },
      { t: 'change', seq: 18, recalled: true },
      { t: 'error', id: 'a', code: 'message.blocked', message: 'm', retryMs: 50 },
      { t: 'state', state: 'queued', position: 2 },
      { t: 'typing', from: 'agent' },
      { t: 'pong' },
    ];
    for (const frame of frames) expect(parse(frame)).to.deep.equal(frame);
  });

  it('reads the choices of the robot and leaves out those of the wrong form', () => {
    const options = [{ articleId: 'A', question: 'Q' }, { articleId: 7 }, null];
    const message = parseMessage({
      seq: 1,
      from: 'robot',
      text: '?',
      robot: { outcome: 'clarify', options },
    });
    expect(message?.robot?.options).to.deep.equal([{ articleId: 'A', question: 'Q' }]);
  });

  it('ignores frames it does not know, and frames of the wrong form', () => {
    const wrong = [
      { t: 'future', anything: 1 },
      { t: 'constructor' },
      { t: '__proto__' },
      { t: 'welcome', conversation: 'C', last: -1 },
      { t: 'welcome', conversation: 'C', last: 1.5 },
      { t: 'message', seq: 0, from: 'robot', text: 'x' },
      { t: 'message', seq: 1, from: 'stranger', text: 'x' },
      { t: 'message', seq: 1, from: 'robot', text: null },
      { t: 'message', seq: '1', from: 'robot', text: 'x' },
      { t: 'state', state: 'unheard' },
      { t: 'ack' },
      { t: 'error', id: 'a' },
      ['t'],
      null,
      7,
    ];
    for (const frame of wrong) expect(parse(frame), JSON.stringify(frame)).to.equal(undefined);
    for (const data of ['', '{', 'null', undefined, new ArrayBuffer(2)]) {
      expect(parseServerFrame(data)).to.equal(undefined);
    }
  });

  it('cleans what the server would refuse out of a text', () => {
    expect(cleanText(' a\0b ')).to.equal('ab');
    expect(cleanText('\ud800x\udc00')).to.equal('x');
    expect(cleanText('\ud83d\ude00')).to.equal('\ud83d\ude00');
    expect(cleanText('\ud83d\ud83d\ude00')).to.equal('\ud83d\ude00');
    expect(cleanText(' \n ')).to.equal('');
    expect(cleanText('a\n b')).to.equal('a\n b');
  });
});
