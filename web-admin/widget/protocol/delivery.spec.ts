import { expect } from 'chai';
import { TIMING } from './state.ts';
import { buildDrive, buildLive, reconnect, robotSays, sentIds, timerOf, transmitted } from './test/drive.ts';
import type { Drive } from './test/drive.ts';

const AT = '2026-01-05T01:00:00.000Z';
const outboxIds = (drive: Drive) => drive.state().outbox.map(({ id }) => id);
const phases = (drive: Drive) => drive.state().outbox.map(({ phase }) => phase);
const texts = (drive: Drive) => drive.state().messages.map(({ text }) => text);
const blocked = (id: string) => ({ t: 'error' as const, id, code: 'message.blocked', message: '' });
const resend = (drive: Drive) => drive.feed({ kind: 'timer', name: 'resend' });

describe('delivery of what the requester says', () => {
  it('opens the session with the first message, not before', () => {
    const drive = buildDrive();
    expect(drive.submit('a')).to.deep.equal([{ do: 'open-session', isNew: false }]);
    expect(phases(drive)).to.deep.equal(['queued']);
  });

  it('sends what was said before the welcome right after it, in order', () => {
    const drive = buildDrive();
    drive.submit('a');
    drive.submit('b');
    drive.feed(
      { kind: 'session-opened', session: { token: 'T', conversationId: 'C' } },
      { kind: 'socket-opened' },
    );
    expect(sentIds(drive.frame({ t: 'welcome', conversation: 'C', last: 0 }))).to.deep.equal(['a', 'b']);
  });

  it('moves a message out of the outbox when it is acknowledged', () => {
    const drive = buildLive(1);
    drive.submit('a', 'hello');
    drive.frame({ t: 'ack', id: 'a', seq: 2, at: AT });
    expect(outboxIds(drive)).to.deep.equal([]);
    expect(drive.state().messages[1]).to.deep.equal({
      seq: 2,
      from: 'requester',
      kind: 'text',
      text: 'hello',
      at: AT,
      id: 'a',
    });
  });

  it('shows a message once when it comes back and is acknowledged, in either order', () => {
    const echo = {
      t: 'message' as const,
      seq: 1,
      from: 'requester' as const,
      kind: 'text',
      text: 'x',
      at: AT,
      id: 'a',
    };
    const ack = { t: 'ack' as const, id: 'a', seq: 1, at: AT };
    for (const frames of [
      [echo, ack],
      [ack, echo],
    ]) {
      const drive = buildLive();
      drive.submit('a', 'x');
      drive.frame(...frames);
      expect(texts(drive)).to.deep.equal(['x']);
      expect(outboxIds(drive)).to.deep.equal([]);
    }
  });

  it('holds an acknowledged message until what came ahead of it is there', () => {
    const drive = buildLive();
    drive.submit('a', 'mine');
    const effects = drive.frame({ t: 'ack', id: 'a', seq: 2, at: AT });
    expect(texts(drive)).to.deep.equal([]);
    expect(timerOf(effects, 'gap')).to.deep.equal({ delayMs: TIMING.gapMs, jitterMs: 0 });
    drive.frame(robotSays(1, 'first'));
    expect(texts(drive)).to.deep.equal(['first', 'mine']);
  });

  it('ignores an acknowledgement of something it never sent', () => {
    const drive = buildLive(1);
    drive.frame({ t: 'ack', id: 'stranger', seq: 2, at: AT });
    expect(texts(drive)).to.deep.equal(['m1']);
  });

  it('takes the same id once', () => {
    const drive = buildLive();
    drive.submit('a', 'one');
    expect(drive.submit('a', 'two')).to.deep.equal([]);
    expect(drive.state().outbox).to.have.length(1);
  });

  it('takes a bounded number of unacknowledged messages', () => {
    const drive = buildLive();
    for (let i = 0; i <= TIMING.outboxMax; i += 1) drive.submit(`id${i}`);
    expect(drive.state().outbox).to.have.length(TIMING.outboxMax);
  });

  it('sends choices and the wish for a person as frames of their own', () => {
    const drive = buildLive();
    const choose = drive.feed({
      kind: 'submit',
      item: { id: 'a', kind: 'choose', text: 'How?', articleId: 'A' },
    });
    expect(transmitted(choose)).to.deep.equal([{ t: 'choose', id: 'a', articleId: 'A' }]);
    drive.frame({ t: 'ack', id: 'a', seq: 1, at: AT });
    expect(texts(drive)).to.deep.equal(['How?']);
    const handover = drive.feed({ kind: 'submit', item: { id: 'b', kind: 'handover', text: '' } });
    expect(transmitted(handover)).to.deep.equal([{ t: 'handover', id: 'b' }]);
    drive.frame({ t: 'ack', id: 'b', seq: 2, at: AT });
    expect(outboxIds(drive)).to.deep.equal([]);
    expect(texts(drive)).to.deep.equal(['How?']);
  });

  it('sends everything unacknowledged again under the same ids after a reconnect', () => {
    const drive = buildLive();
    for (const id of ['a', 'b', 'c']) drive.submit(id);
    drive.frame({ t: 'ack', id: 'a', seq: 1, at: AT });
    drive.feed({ kind: 'socket-closed' });
    drive.submit('d');
    expect(sentIds(reconnect(drive, 1))).to.deep.equal(['b', 'c', 'd']);
  });

  it('does not lose a message whose acknowledgement was lost', () => {
    const drive = buildLive();
    drive.submit('a', 'x');
    drive.feed({ kind: 'socket-closed' });
    const frames = reconnect(drive, 1);
    expect(frames[0]).to.deep.equal({ t: 'hello', token: 'T', after: 0 });
    expect(sentIds(frames)).to.deep.equal(['a']);
    drive.frame(
      { t: 'message', seq: 1, from: 'requester', kind: 'text', text: 'x', at: AT, id: 'a' },
      { t: 'ack', id: 'a', seq: 1, at: AT },
    );
    expect(texts(drive)).to.deep.equal(['x']);
    expect(outboxIds(drive)).to.deep.equal([]);
  });

  it('goes on with the outbox of an earlier page', () => {
    const left = { id: 'a', kind: 'text' as const, text: 'x', phase: 'sent' as const };
    const drive = buildDrive([left]);
    expect(phases(drive)).to.deep.equal(['queued']);
    drive.feed(
      { kind: 'start' },
      { kind: 'session-opened', session: { token: 'T', conversationId: 'C' } },
      { kind: 'socket-opened' },
    );
    expect(sentIds(drive.frame({ t: 'welcome', conversation: 'C', last: 0 }))).to.deep.equal(['a']);
  });
});

describe('refused messages', () => {
  it('sends a refused message and those blocked behind it again, in order, after the time asked for', () => {
    const drive = buildLive();
    for (const id of ['a', 'b', 'c']) drive.submit(id);
    const held = drive.frame({ t: 'error', id: 'a', code: 'storage.full', message: '', retryMs: 9000 });
    expect(timerOf(held, 'resend')?.delayMs).to.equal(9000);
    drive.frame(blocked('b'), blocked('c'));
    expect(sentIds(resend(drive))).to.deep.equal(['a', 'b', 'c']);
  });

  it('lets nothing overtake a refused message', () => {
    const drive = buildLive();
    drive.submit('a');
    drive.frame({ t: 'error', id: 'a', code: 'server.busy', message: '' });
    expect(drive.submit('b')).to.deep.equal([]);
    expect(sentIds(resend(drive))).to.deep.equal(['a', 'b']);
  });

  it('sends what is on its way behind the refused one again too, and shows each once', () => {
    const drive = buildLive();
    drive.submit('a');
    drive.submit('b');
    drive.frame({ t: 'error', id: 'a', code: 'server.busy', message: '' });
    expect(sentIds(resend(drive))).to.deep.equal(['a', 'b']);
    // The refusal of the first `b` comes late, after the second `a` and `b` were sent.
    drive.frame(blocked('b'));
    drive.frame({ t: 'ack', id: 'a', seq: 1, at: AT }, { t: 'ack', id: 'b', seq: 2, at: AT });
    expect(texts(drive)).to.deep.equal(['text of a', 'text of b']);
    expect(sentIds(resend(drive))).to.deep.equal([]);
  });

  it('waits longer after each refusal in a row', () => {
    const drive = buildLive();
    drive.submit('a');
    const delays = [1, 2, 3].map(() => {
      const held = drive.frame({ t: 'error', id: 'a', code: 'storage.full', message: '' });
      resend(drive);
      return timerOf(held, 'resend')?.delayMs;
    });
    expect(delays).to.deep.equal([250, 500, 1000]);
  });

  it('keeps trying as long as the disk is full', () => {
    const drive = buildLive();
    drive.submit('a');
    for (let round = 0; round < 50; round += 1) {
      drive.frame({ t: 'error', id: 'a', code: 'storage.full', message: '' });
      expect(sentIds(resend(drive))).to.deep.equal(['a']);
    }
  });

  it('keeps a message refused for good for the requester, and goes on with the next', () => {
    const drive = buildLive();
    drive.submit('a');
    drive.submit('b');
    drive.frame({ t: 'error', id: 'a', code: 'message.text_too_long', message: '' });
    drive.frame(blocked('b'));
    expect(drive.state().outbox[0]).to.include({ id: 'a', phase: 'failed', code: 'message.text_too_long' });
    expect(sentIds(resend(drive))).to.deep.equal(['b']);
  });

  it('keeps the first message of a reused id and reports the second', () => {
    const drive = buildLive();
    drive.frame({ t: 'message', seq: 1, from: 'requester', kind: 'text', text: 'first', at: AT, id: 'a' });
    drive.submit('a', 'second');
    drive.frame({ t: 'error', id: 'a', code: 'message.id_reused', message: '' });
    expect(texts(drive)).to.deep.equal(['first']);
    expect(drive.state().outbox[0]).to.include({ phase: 'failed', code: 'message.id_reused' });
  });

  it('takes another connection when the server blocks without a reason we know, then asks the requester', () => {
    const drive = buildLive();
    drive.submit('a');
    for (let round = 1; round < TIMING.blockedRoundsReconnect; round += 1) {
      drive.frame(blocked('a'));
      expect(sentIds(resend(drive))).to.deep.equal(['a']);
    }
    drive.frame(blocked('a'));
    expect(resend(drive)).to.deep.include({ do: 'close-socket' });
    expect(sentIds(reconnect(drive))).to.deep.equal(['a']);
    for (let round = 0; round < TIMING.blockedRoundsMax; round += 1) {
      drive.frame(blocked('a'));
      resend(drive);
    }
    expect(phases(drive)).to.deep.equal(['failed']);
  });

  it('sends a failed message again under its id when the requester asks, and forgets it when told', () => {
    const drive = buildLive();
    drive.submit('a');
    drive.frame({ t: 'error', id: 'a', code: 'message.text_invalid', message: '' });
    expect(sentIds(drive.feed({ kind: 'retry', id: 'a' }))).to.deep.equal(['a']);
    drive.feed({ kind: 'discard', id: 'a' });
    expect(outboxIds(drive), 'it may be on its way').to.deep.equal(['a']);
    drive.frame({ t: 'error', id: 'a', code: 'message.text_invalid', message: '' });
    drive.feed({ kind: 'discard', id: 'a' });
    expect(outboxIds(drive)).to.deep.equal([]);
  });

  it('learns from a refusal that the conversation is closed', () => {
    const drive = buildLive();
    drive.submit('a');
    drive.frame({ t: 'error', id: 'a', code: 'conversation.closed', message: '' });
    expect(drive.state().conversation).to.equal('closed');
    expect(phases(drive)).to.deep.equal(['failed']);
  });

  it('ignores a refusal of something that was acknowledged', () => {
    const drive = buildLive();
    drive.submit('a');
    drive.frame({ t: 'ack', id: 'a', seq: 1, at: AT });
    expect(drive.frame(blocked('a'))).to.not.deep.include({ do: 'set-timer' });
    expect(outboxIds(drive)).to.deep.equal([]);
  });
});
