import { expect } from 'chai';
import { initialState, type ProtocolState } from '../protocol/state.ts';
import { pickNotice } from './banner.tsx';
import { findOpenQuestion } from './log.tsx';
import { formatAt } from './message.tsx';
import { createStorage } from './storage.ts';
import { countUnread, makeId, parseAddress } from './store.ts';
import { createTranslate, pickLanguage, TEXTS, translateCode } from './texts.ts';

const t = createTranslate('en');
const buildState = (change: Partial<ProtocolState> = {}): ProtocolState => ({ ...initialState(), ...change });
const says = (
  seq: number,
  from: 'requester' | 'robot' | 'agent',
  options?: { articleId: string; question: string }[],
) => ({
  seq,
  from,
  kind: 'text',
  text: `m${seq}`,
  at: '',
  ...(options && { robot: { outcome: 'clarify', options } }),
});

/** A browser's store in memory. */
function buildShelf() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  };
}

describe('widget texts', () => {
  it('have no empty entry and the same placeholders in both languages', () => {
    for (const key of Object.keys(TEXTS['zh-CN']) as (keyof (typeof TEXTS)['zh-CN'])[]) {
      const [zh, en] = [TEXTS['zh-CN'][key], TEXTS.en[key]];
      expect(zh && en, key).to.not.equal('');
      expect(zh.includes('{n}'), key).to.equal(en.includes('{n}'));
    }
  });

  it('follow the language asked for, and have a sentence for every code', () => {
    expect(['zh', 'zh-Hans-CN', 'ZH-TW'].map(pickLanguage)).to.deep.equal(['zh-CN', 'zh-CN', 'zh-CN']);
    expect(['en', 'fr', '', null, undefined].map(pickLanguage)).to.deep.equal(['en', 'en', 'en', 'en', 'en']);
    expect(translateCode(t, 'site.unknown')).to.contain('not set up');
    expect(translateCode(t, 'never.heard')).to.equal(TEXTS.en['code.other']);
    expect(translateCode(t, undefined)).to.equal(TEXTS.en['code.other']);
  });
});

describe('widget storage', () => {
  const item = { id: 'a', kind: 'text' as const, text: 'x', phase: 'queued' as const };

  it('keeps the token for later visits, and what is unsent for this tab only', () => {
    const [lasting, tab] = [buildShelf(), buildShelf()];
    const storage = createStorage('demo', { lasting: () => lasting, tab: () => tab });
    storage.setResumeToken('r');
    storage.setOutbox([item]);
    storage.setDraft('d');
    expect([...lasting.items.keys()]).to.deep.equal(['vaultdesk.demo.resume']);
    const again = createStorage('demo', { lasting: () => lasting, tab: () => tab });
    expect([again.resumeToken(), again.outbox(), again.draft()]).to.deep.equal(['r', [item], 'd']);
    again.setOutbox([]);
    again.setDraft('');
    expect(tab.items.size).to.equal(0);
  });

  it('keeps sites apart', () => {
    const shelf = buildShelf();
    const shelves = { lasting: () => shelf, tab: () => shelf };
    createStorage('one', shelves).setResumeToken('r');
    expect(createStorage('two', shelves).resumeToken()).to.equal(undefined);
  });

  it('works from memory where the browser refuses storage', () => {
    const refuse = () => {
      throw new Error('SecurityError');
    };
    const storage = createStorage('demo', { lasting: refuse, tab: refuse });
    storage.setResumeToken('r');
    storage.setOutbox([item]);
    expect([storage.resumeToken(), storage.outbox()]).to.deep.equal(['r', [item]]);
  });

  it('takes nothing of the wrong form for an outbox', () => {
    const shelf = buildShelf();
    const storage = createStorage('demo', { lasting: () => shelf, tab: () => shelf });
    for (const text of [
      '{',
      '7',
      '{"id":"a"}',
      '[null,1,{"id":1}]',
      '[{"id":"a","text":"x","kind":"text"}]',
    ]) {
      shelf.items.set('vaultdesk.demo.outbox', text);
      expect(storage.outbox(), text).to.deep.equal([]);
    }
  });

  it('remembers which conversation was rated', () => {
    const shelf = buildShelf();
    const storage = createStorage('demo', { lasting: () => shelf, tab: () => shelf });
    storage.setRated('c1');
    expect([storage.isRated('c1'), storage.isRated('c2')]).to.deep.equal([true, false]);
  });
});

describe('what the widget shows', () => {
  it('names the one thing that matters most', () => {
    const notice = (change: Partial<ProtocolState>) => pickNotice(buildState(change), undefined, t)?.text;
    expect(notice({})).to.equal(undefined);
    expect(notice({ link: 'refused', refusal: 'site.unknown', isOnline: false })).to.equal(
      TEXTS.en['code.site.unknown'],
    );
    expect(notice({ isOnline: false, conversation: 'queued' })).to.equal(TEXTS.en.offline);
    expect(notice({ link: 'waiting', failureCount: 1, hasBeenLive: true })).to.equal(TEXTS.en.reconnecting);
    expect(notice({ link: 'waiting', failureCount: 1 })).to.equal(TEXTS.en.connecting);
    expect(notice({ link: 'waiting', failureCount: 3 })).to.equal(TEXTS.en.unavailable);
    expect(notice({ link: 'live', conversation: 'queued', queuePosition: 3 })).to.contain('number 3');
    expect(notice({ link: 'live', conversation: 'queued' })).to.equal(TEXTS.en.queued);
    expect(notice({ link: 'live', conversation: 'assigned' })).to.equal(TEXTS.en.assigned);
    expect(pickNotice(buildState({ link: 'waiting', failureCount: 9 }), 'Closed today', t)?.text).to.equal(
      'Closed today',
    );
  });

  it('offers the choices only while the robot’s question is the last word', () => {
    const question = says(2, 'robot', [{ articleId: 'a', question: 'q' }]);
    const messages = [says(1, 'requester'), question];
    expect(findOpenQuestion(buildState({ messages }))).to.equal(question);
    expect(findOpenQuestion(buildState({ messages: [...messages, says(3, 'requester')] }))).to.equal(
      undefined,
    );
    expect(findOpenQuestion(buildState({ messages, conversation: 'queued' }))).to.equal(undefined);
    const outbox = [{ id: 'a', kind: 'text' as const, text: 'x', phase: 'queued' as const }];
    expect(findOpenQuestion(buildState({ messages, outbox }))).to.equal(undefined);
    expect(findOpenQuestion(buildState({ messages: [says(1, 'robot', [])] }))).to.equal(undefined);
  });

  it('counts what others said and the customer has not seen', () => {
    const messages = [says(1, 'requester'), says(2, 'robot'), says(3, 'requester'), says(4, 'agent')];
    expect(countUnread(buildState({ messages }))).to.equal(2);
    expect(countUnread(buildState({ messages, readSeq: 2 }))).to.equal(1);
    expect(countUnread(buildState({ messages, readSeq: 4 }))).to.equal(0);
  });

  it('shows the time of today, and the day as well for another one', () => {
    const now = new Date(2026, 0, 5, 12, 0);
    expect(formatAt(new Date(2026, 0, 5, 9, 7).toISOString(), 'en', now)).to.equal('09:07');
    expect(formatAt(new Date(2026, 0, 4, 9, 7).toISOString(), 'en', now)).to.contain('Jan 4');
    expect(formatAt('', 'en', now)).to.equal('');
  });

  it('finds server, site, and language in its address', () => {
    const plain = parseAddress(new URL('https://desk.example/widget/demo?lang=en'));
    expect([plain.base.href, plain.site, plain.lang]).to.deep.equal(['https://desk.example/', 'demo', 'en']);
    const below = parseAddress(new URL('https://bank.example/desk/widget/a-b'));
    expect([below.base.href, below.site, below.lang]).to.deep.equal([
      'https://bank.example/desk/',
      'a-b',
      null,
    ]);
  });

  it('makes lower-case UUIDs, each another', () => {
    const ids = Array.from({ length: 100 }, makeId);
    for (const id of ids)
      expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(new Set(ids).size).to.equal(100);
  });
});
