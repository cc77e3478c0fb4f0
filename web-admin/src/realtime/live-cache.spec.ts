import { QueryClient } from '@tanstack/react-query';
import { expect } from 'chai';
import fc from 'fast-check';
import type { Conversation, Message } from './frames.ts';
import {
  acknowledgedMessage,
  addAcknowledged,
  applyToCache,
  changeMessage,
  contiguousSeq,
  heldPositions,
  LIVE_KEYS,
  markRead,
  mergeMessages,
  type MessageLog,
} from './live-cache.ts';
import {
  belongsTo,
  compareConversations,
  placeConversation,
  previewOf,
  type ConversationPages,
  type ConversationView,
} from './live-lists.ts';

const ME = 'agent-1';

function buildMessage(seq: number, overrides: Partial<Message> = {}): Message {
  return {
    seq,
    from: 'requester',
    kind: 'text',
    text: `m${seq}`,
    at: `2026-01-01T00:00:0${seq % 10}.000Z`,
    ...overrides,
  };
}

function buildConversation(overrides: Partial<Conversation> = {}): Conversation {
  return {
    id: 'c1',
    siteId: 'demo',
    state: 'assigned',
    requester: { id: 'r1', nameMasked: '张*', isIdentified: true },
    assignee: { id: ME, displayName: 'Li' },
    skillGroup: null,
    lastText: 'old',
    lastFrom: 'requester',
    lastAt: '2026-01-01T00:00:00.000Z',
    lastSeq: 1,
    unread: 0,
    openedAt: '2026-01-01T00:00:00.000Z',
    ...overrides,
  };
}

function pagesOf(...items: Conversation[]): ConversationPages {
  return { pages: [{ items }], pageParams: [''] };
}

const listKey = (view: ConversationView) => [...LIVE_KEYS.lists, { view }];

function buildCache(view: ConversationView = 'mine', conversation = buildConversation()): QueryClient {
  const cache = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } });
  cache.setQueryData(listKey(view), pagesOf(conversation));
  cache.setQueryData(LIVE_KEYS.conversation('c1'), conversation);
  cache.setQueryData<MessageLog>(LIVE_KEYS.messages('c1'), { items: [buildMessage(1)], isFromStart: true });
  return cache;
}

const row = (cache: QueryClient, view: ConversationView = 'mine') =>
  cache.getQueryData<ConversationPages>(listKey(view))?.pages[0]?.items[0];
const seqs = (cache: QueryClient) =>
  cache.getQueryData<MessageLog>(LIVE_KEYS.messages('c1'))?.items.map((message) => message.seq);

describe('message log', () => {
  it('is the same whatever order, batches, or repeats the messages come in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 6 }), { maxLength: 12 }),
        (batches) => {
          const log = batches.reduce<Message[]>(
            (held, batch) =>
              mergeMessages(
                held,
                batch.map((seq) => buildMessage(seq)),
              ),
            [],
          );
          const wanted = [...new Set(batches.flat())].sort((a, b) => a - b);
          expect(log.map((message) => message.seq)).to.deep.equal(wanted);
        },
      ),
    );
  });

  it('resumes before the first gap', () => {
    expect(contiguousSeq([])).to.equal(0);
    expect(contiguousSeq([5, 6, 8].map((seq) => buildMessage(seq)))).to.equal(6);
  });

  it('corrects and recalls a message and leaves the others', () => {
    const log = [buildMessage(1), buildMessage(2)];
    expect(changeMessage(log, { seq: 2, text: 'new' })[1]?.text).to.equal('new');
    expect(changeMessage(log, { seq: 1, recalled: true })[0]).to.include({ text: '', isRecalled: true });
    expect(changeMessage(log, { seq: 9, text: 'x' })).to.deep.equal(log);
  });
});

describe('frames applied to the cache', () => {
  it('adds a message to the log and to the row, once', () => {
    const cache = buildCache();
    const frame = { t: 'message', conversation: 'c1', ...buildMessage(2) } as const;
    applyToCache(cache, frame, ME);
    applyToCache(cache, frame, ME);
    expect(seqs(cache)).to.deep.equal([1, 2]);
    expect(row(cache)).to.include({ lastText: 'm2', lastSeq: 2, unread: 1 });
  });

  it('does not count what the robot or an agent wrote as unread', () => {
    const cache = buildCache();
    applyToCache(cache, { t: 'message', conversation: 'c1', ...buildMessage(2, { from: 'robot' }) }, ME);
    expect(row(cache)?.unread).to.equal(0);
  });

  it('keeps a message of an unknown conversation out of the cache', () => {
    const cache = buildCache();
    applyToCache(cache, { t: 'message', conversation: 'c9', ...buildMessage(1) }, ME);
    expect(cache.getQueryData(LIVE_KEYS.messages('c9'))).to.equal(undefined);
  });

  it('moves a conversation between lists as its state changes', () => {
    const cache = buildCache('mine');
    cache.setQueryData(listKey('queue'), pagesOf());
    const queued = buildConversation({ state: 'queued', assignee: null });
    applyToCache(cache, { t: 'conversation', conversation: queued }, ME);
    expect(row(cache, 'mine')).to.equal(undefined);
    expect(row(cache, 'queue')?.id).to.equal('c1');
  });

  it('keeps what only the page of a conversation knows when its row changes', () => {
    const cache = buildCache();
    cache.setQueryData(LIVE_KEYS.conversation('c1'), { ...buildConversation(), ticketIds: ['t1'] });
    applyToCache(cache, { t: 'conversation', conversation: buildConversation({ state: 'closed' }) }, ME);
    expect(cache.getQueryData(LIVE_KEYS.conversation('c1'))).to.deep.include({
      state: 'closed',
      ticketIds: ['t1'],
    });
  });

  it('shows an acknowledged message once, before or after the frame of the server', () => {
    const pending = { id: 'u1', text: 'hello', at: '', state: 'sending' } as const;
    const message = acknowledgedMessage(
      pending,
      { seq: 2, at: '2026-01-01T00:00:09.000Z' },
      { id: ME, displayName: 'Li' },
    );
    const cache = buildCache();
    addAcknowledged(cache, 'c1', message);
    applyToCache(cache, { t: 'message', conversation: 'c1', ...message }, ME);
    addAcknowledged(cache, 'c1', message);
    expect(seqs(cache)).to.deep.equal([1, 2]);
    expect(row(cache)?.unread).to.equal(0);
  });

  it('clears the unread mark of the opened conversation', () => {
    const cache = buildCache('mine', buildConversation({ unread: 3 }));
    markRead(cache, 'c1');
    expect(row(cache)?.unread).to.equal(0);
  });

  it('asks for a resume of the own conversations only', () => {
    expect(heldPositions(buildCache(), ME)).to.deep.equal({ c1: 1 });
    expect(heldPositions(buildCache(), 'another')).to.deep.equal({});
  });
});

describe('lists', () => {
  it('hold a conversation exactly where its state and assignee say', () => {
    const cases: [Partial<Conversation>, ConversationView[]][] = [
      [{}, ['mine', 'all']],
      [{ assignee: { id: 'other', displayName: '' } }, ['all']],
      [{ state: 'queued', assignee: null }, ['queue', 'all']],
      [{ state: 'robot', assignee: null }, ['all']],
      [{ state: 'closed' }, ['closed']],
    ];
    const views: ConversationView[] = ['mine', 'queue', 'all', 'closed'];
    for (const [overrides, wanted] of cases) {
      const conversation = buildConversation(overrides);
      expect(views.filter((view) => belongsTo(conversation, view, ME))).to.deep.equal(wanted);
    }
  });

  it('hold a conversation once, however often it changes', () => {
    const place = { view: 'mine', myId: ME } as const;
    const twice = placeConversation(
      placeConversation(pagesOf(), buildConversation(), place),
      buildConversation({ unread: 2 }),
      place,
    );
    expect(twice.pages[0]?.items).to.have.length(1);
    expect(twice.pages[0]?.items[0]?.unread).to.equal(2);
  });

  it('never gain a conversation the agent is only told the place of, and never lose words to such a frame', () => {
    const place = { view: 'queue', myId: ME } as const;
    const full = buildConversation({ state: 'queued', assignee: null });
    const wordless = { ...full, lastText: null, requester: { ...full.requester, nameMasked: null } };
    expect(placeConversation(pagesOf(), wordless, place).pages[0]?.items).to.deep.equal([]);
    const merged = placeConversation(pagesOf(full), { ...wordless, lastSeq: 9 }, place).pages[0]?.items[0];
    expect(merged).to.deep.include({ lastText: 'old', requester: full.requester, lastSeq: 9 });
    const taken = { ...wordless, state: 'assigned' as const };
    expect(placeConversation(pagesOf(full), taken, place).pages[0]?.items).to.deep.equal([]);
  });

  it('put whoever waits longest first in the queue and the newest words first elsewhere', () => {
    const early = buildConversation({
      id: 'a',
      waitingSince: '2026-01-01T00:00:00Z',
      lastAt: '2026-01-01T00:00:00Z',
    });
    const late = buildConversation({
      id: 'b',
      waitingSince: '2026-01-01T00:05:00Z',
      lastAt: '2026-01-01T00:05:00Z',
    });
    expect(compareConversations('queue', early, late)).to.be.lessThan(0);
    expect(compareConversations('mine', early, late)).to.be.greaterThan(0);
  });

  it('cover long numbers in a preview and cut it without breaking a character', () => {
    expect(previewOf('卡号 6222 0212 3456 7890 余额')).to.equal('卡号 •••••• 余额');
    expect(previewOf('call 13800138000')).to.equal('call ••••••');
    expect(previewOf('12345 元')).to.equal('12345 元');
    expect([...previewOf('😀'.repeat(200))]).to.have.length(80);
  });
});
