import { expect } from 'chai';
import type { ChatMessage } from './frames.ts';
import { computeBackoff, TIMING } from './state.ts';
import { buildDrive, buildLive, reconnect, robotSays, sentIds, timerOf, transmitted } from './test/drive.ts';
import type { Drive } from './test/drive.ts';

const SESSION = { kind: 'session-opened' as const, session: { token: 'T', conversationId: 'C' } };
const link = (drive: Drive) => drive.state().link;
const texts = (drive: Drive) => drive.state().messages.map(({ text }) => text);

/** A client on a network where no socket comes to `welcome`. */
function buildPolling(): Drive {
  const drive = buildDrive();
  drive.feed({ kind: 'start' }, SESSION);
  for (let i = 1; i < TIMING.failuresBeforePolling; i += 1) {
    drive.feed({ kind: 'socket-closed' }, { kind: 'timer', name: 'reconnect' });
  }
  drive.feed({ kind: 'socket-closed' });
  return drive;
}

describe('the link to the server', () => {
  it('opens a session, a socket, and says hello with what it has', () => {
    const drive = buildDrive();
    expect(drive.feed({ kind: 'start' })).to.deep.equal([{ do: 'open-session', isNew: false }]);
    const opening = drive.feed(SESSION);
    expect(opening).to.deep.include({ do: 'open-socket' });
    expect(timerOf(opening, 'connect')?.delayMs).to.equal(TIMING.connectMs);
    expect(transmitted(drive.feed({ kind: 'socket-opened' }))).to.deep.equal([
      { t: 'hello', token: 'T', after: 0 },
    ]);
    drive.frame({ t: 'welcome', conversation: 'C', last: 0 });
    expect(link(drive)).to.equal('live');
  });

  it('asks after a reconnect only for what it does not have, and takes nothing twice', () => {
    const drive = buildLive(3);
    drive.feed({ kind: 'socket-closed' });
    expect(link(drive)).to.equal('waiting');
    expect(reconnect(drive, 5)[0]).to.deep.equal({ t: 'hello', token: 'T', after: 3 });
    drive.frame(robotSays(3), robotSays(4), robotSays(5));
    expect(texts(drive)).to.deep.equal(['m1', 'm2', 'm3', 'm4', 'm5']);
  });

  it('backs off exponentially with jitter up to a limit, and starts afresh after a welcome', () => {
    const spans = [1, 2, 3, 4, 7, 50, 5000].map((count) => {
      const { delayMs, jitterMs } = computeBackoff(count);
      expect(delayMs).to.equal(jitterMs);
      return delayMs + jitterMs;
    });
    expect(spans).to.deep.equal([500, 1000, 2000, 4000, 30_000, 30_000, 30_000]);
    const drive = buildLive();
    for (let i = 0; i < 4; i += 1)
      drive.feed({ kind: 'socket-closed' }, { kind: 'timer', name: 'reconnect' });
    expect(drive.state().failureCount).to.equal(4);
    drive.feed({ kind: 'socket-opened' });
    drive.frame({ t: 'welcome', conversation: 'C', last: 0 });
    expect(drive.state().failureCount).to.equal(0);
  });

  it('gives a socket up that does not come to welcome in time', () => {
    const drive = buildDrive();
    drive.feed({ kind: 'start' }, SESSION, { kind: 'socket-opened' });
    expect(drive.feed({ kind: 'timer', name: 'connect' })).to.deep.include({ do: 'close-socket' });
    expect(link(drive)).to.equal('waiting');
  });

  it('pings, and gives a socket up that no longer answers', () => {
    const drive = buildLive();
    const ping = drive.feed({ kind: 'timer', name: 'ping' });
    expect(transmitted(ping)).to.deep.equal([{ t: 'ping' }]);
    expect(timerOf(ping, 'pong')?.delayMs).to.equal(TIMING.pongMs);
    expect(drive.frame({ t: 'pong' })).to.deep.include({ do: 'cancel-timer', name: 'pong' });
    expect(drive.feed({ kind: 'timer', name: 'pong' })).to.deep.include({ do: 'close-socket' });
  });

  it('asks again by a new connection when a gap does not close', () => {
    const drive = buildLive(1);
    expect(timerOf(drive.frame(robotSays(3)), 'gap')?.delayMs).to.equal(TIMING.gapMs);
    expect(drive.feed({ kind: 'timer', name: 'gap' })).to.deep.include({ do: 'close-socket' });
    expect(reconnect(drive, 3)[0]).to.deep.equal({ t: 'hello', token: 'T', after: 1 });
    drive.frame(robotSays(2), robotSays(3));
    expect(texts(drive)).to.deep.equal(['m1', 'm2', 'm3']);
  });

  it('starts afresh when the server has less than was shown, as after a restored backup', () => {
    const drive = buildLive(3);
    drive.feed({ kind: 'socket-closed' });
    reconnect(drive, 1);
    expect(link(drive)).to.equal('waiting');
    expect(reconnect(drive, 1)[0]).to.deep.equal({ t: 'hello', token: 'T', after: 0 });
    drive.frame(robotSays(1, 'theirs'));
    expect(texts(drive)).to.deep.equal(['theirs']);
  });

  it('gets another token when the server no longer knows it, and loses nothing', () => {
    const drive = buildLive(1);
    drive.submit('a');
    drive.frame({ t: 'error', code: 'visitor.token_invalid', message: '' });
    expect(drive.state().token).to.equal(undefined);
    const frames = reconnect(drive, 1);
    expect(frames[0]).to.deep.equal({ t: 'hello', token: 'T2', after: 1 });
    expect(sentIds(frames)).to.deep.equal(['a']);
  });

  it('tries a session again later, unless the refusal is final', () => {
    const drive = buildDrive();
    drive.feed({ kind: 'start' });
    const later = drive.feed({
      kind: 'session-failed',
      isFinal: false,
      code: 'server.draining',
      retryMs: 7000,
    });
    expect(timerOf(later, 'reconnect')?.delayMs).to.equal(7000);
    expect(drive.feed({ kind: 'timer', name: 'reconnect' })).to.deep.equal([
      { do: 'open-session', isNew: false },
    ]);
    drive.feed({ kind: 'session-failed', isFinal: true, code: 'site.unknown' });
    expect(drive.state()).to.include({ link: 'refused', refusal: 'site.unknown' });
  });

  it('comes back at once when the network does', () => {
    const drive = buildLive();
    drive.feed({ kind: 'network', isOnline: false }, { kind: 'socket-closed' });
    expect(drive.state().isOnline).to.equal(false);
    expect(drive.feed({ kind: 'network', isOnline: true })).to.deep.include({ do: 'open-socket' });
  });

  it('tells what was read only forward, and again after a reconnect', () => {
    const drive = buildLive(3);
    expect(transmitted(drive.feed({ kind: 'seen', seq: 2 }))).to.deep.equal([{ t: 'read', seq: 2 }]);
    expect(drive.feed({ kind: 'seen', seq: 1 })).to.deep.equal([]);
    expect(transmitted(drive.feed({ kind: 'seen', seq: 99 }))).to.deep.equal([{ t: 'read', seq: 3 }]);
    drive.feed({ kind: 'socket-closed' });
    expect(reconnect(drive)).to.deep.include({ t: 'read', seq: 3 });
  });

  it('tells that the requester writes once in a while, and shows that the agent does until a message comes', () => {
    const drive = buildLive();
    expect(transmitted(drive.feed({ kind: 'typed' }))).to.deep.equal([{ t: 'typing' }]);
    expect(drive.feed({ kind: 'typed' })).to.deep.equal([]);
    drive.feed({ kind: 'timer', name: 'typing-quiet' });
    expect(transmitted(drive.feed({ kind: 'typed' }))).to.deep.equal([{ t: 'typing' }]);
    drive.frame({ t: 'typing', from: 'agent' });
    expect(drive.state().typingFrom).to.equal('agent');
    drive.frame(robotSays(1));
    expect(drive.state().typingFrom).to.equal(undefined);
  });

  it('follows the state of the conversation and the place in the queue', () => {
    const drive = buildLive();
    drive.frame({ t: 'state', state: 'queued', position: 3 });
    expect(drive.state()).to.include({ conversation: 'queued', queuePosition: 3 });
    drive.frame({ t: 'state', state: 'assigned' });
    expect(drive.state()).to.include({ conversation: 'assigned', queuePosition: undefined });
  });

  it('leaves a conversation for a new one', () => {
    const drive = buildLive(2);
    drive.frame({ t: 'state', state: 'closed' });
    const effects = drive.feed({ kind: 'restart' });
    expect(effects).to.deep.include({ do: 'close-socket' });
    expect(effects).to.deep.include({ do: 'open-session', isNew: true });
    drive.feed(
      { kind: 'session-opened', session: { token: 'T3', conversationId: 'D' } },
      { kind: 'socket-opened' },
    );
    drive.frame({ t: 'welcome', conversation: 'D', last: 0 });
    expect(drive.state()).to.include({ link: 'live', conversation: 'robot', conversationId: 'D' });
    expect(texts(drive)).to.deep.equal([]);
  });

  it('shows another conversation from its beginning when the session leads to one', () => {
    const drive = buildLive(2);
    drive.frame({ t: 'error', code: 'visitor.token_invalid', message: '' });
    drive.feed({ kind: 'timer', name: 'reconnect' });
    drive.feed({ kind: 'session-opened', session: { token: 'T4', conversationId: 'E' } });
    expect(transmitted(drive.feed({ kind: 'socket-opened' }))).to.deep.equal([
      { t: 'hello', token: 'T4', after: 0 },
    ]);
    expect(texts(drive)).to.deep.equal([]);
  });
});

describe('long polling', () => {
  it('begins when no socket ever worked, and not after one did', () => {
    expect(link(buildPolling())).to.equal('polling');
    const drive = buildLive();
    for (let i = 0; i < 10; i += 1)
      drive.feed({ kind: 'socket-closed' }, { kind: 'timer', name: 'reconnect' });
    expect(link(drive)).to.equal('connecting');
  });

  it('takes what came, in order and once, and asks on', () => {
    const drive = buildPolling();
    const item: ChatMessage = { seq: 1, from: 'agent', kind: 'text', text: 'm1', at: '' };
    const effects = drive.feed({ kind: 'polled', items: [item, item], state: 'queued', position: 4 });
    expect(texts(drive)).to.deep.equal(['m1']);
    expect(drive.state()).to.include({ conversation: 'queued', queuePosition: 4 });
    expect(effects).to.deep.include({ do: 'poll', after: 1 });
  });

  it('does not turn an empty answer into a loop without a pause', () => {
    const effects = buildPolling().feed({ kind: 'polled', items: [] });
    expect(timerOf(effects, 'poll')?.delayMs).to.equal(TIMING.pollPauseMs);
    expect(effects.some((effect) => effect.do === 'poll')).to.equal(false);
  });

  it('posts one message after the other', () => {
    const drive = buildPolling();
    expect(drive.submit('a').map((effect) => effect.do)).to.deep.equal(['post']);
    expect(drive.submit('b')).to.deep.equal([]);
    const next = drive.feed({ kind: 'posted', id: 'a', seq: 1, at: '' });
    expect(next).to.have.length(2);
    expect(next[1]).to.deep.include({ do: 'post' });
    expect(drive.state().outbox).to.have.length(1);
  });

  it('goes on posting when a message came by the poll before its own answer', () => {
    const drive = buildPolling();
    drive.submit('a', 'x');
    drive.submit('b');
    drive.feed({
      kind: 'polled',
      items: [{ seq: 1, from: 'requester', kind: 'text', text: 'x', at: '', id: 'a' }],
    });
    const effects = drive.feed({ kind: 'posted', id: 'a', seq: 1, at: '' });
    expect(effects.map((effect) => effect.do)).to.deep.equal(['post']);
  });

  it('posts again under the same id after a failure that passes', () => {
    const drive = buildPolling();
    drive.submit('a');
    drive.feed({ kind: 'post-failed', id: 'a', code: 'network.failed' });
    const effects = drive.feed({ kind: 'timer', name: 'resend' });
    expect(effects[0]).to.deep.include({ do: 'post' });
    expect(drive.state().outbox[0]?.id).to.equal('a');
  });

  it('backs off when polling fails, and renews a token that is no longer known', () => {
    const drive = buildPolling();
    const failed = drive.feed({ kind: 'poll-failed', code: 'network.failed' });
    expect(timerOf(failed, 'poll')?.delayMs).to.be.greaterThan(0);
    drive.feed({ kind: 'poll-failed', code: 'visitor.token_invalid' });
    expect(drive.feed({ kind: 'timer', name: 'reconnect' })).to.deep.equal([
      { do: 'open-session', isNew: false },
    ]);
    drive.feed(SESSION);
    expect(link(drive)).to.equal('polling');
  });

  it('goes over to a socket when one works after all', () => {
    const drive = buildPolling();
    drive.submit('a');
    expect(drive.feed({ kind: 'timer', name: 'probe' })).to.deep.include({ do: 'open-socket' });
    drive.feed({ kind: 'socket-closed' });
    expect(link(drive)).to.equal('polling');
    drive.feed({ kind: 'timer', name: 'probe' }, { kind: 'socket-opened' });
    drive.frame({ t: 'welcome', conversation: 'C', last: 0 });
    expect(link(drive)).to.equal('live');
  });
});
