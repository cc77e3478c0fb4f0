import { expect } from 'chai';
import type { Conversation, Message } from '../../realtime/index.ts';
import { cannedQuery, findCanned, type CannedResponse } from './canned.ts';
import { changedFields } from './requester-data.ts';
import { neighbourId, viewsFor } from './rows.ts';
import { shortcutOf, SHORTCUTS } from './shortcuts.ts';
import { suggestionOutcome } from './suggestion.ts';
import { buildTimeline, lastRequesterSeq } from './timeline.ts';

const dayOf = (at: string) => at.slice(0, 10);

function message(seq: number, at: string, from: Message['from'] = 'requester'): Message {
  return { seq, from, kind: 'text', text: 'x', at };
}

function note(id: string, at: string) {
  return { id, text: 'n', author: { id: 'a', displayName: 'Li' }, at };
}

const keys = (parts: Partial<Parameters<typeof buildTimeline>[0]>) =>
  buildTimeline({ messages: [], notes: [], pending: [], dayOf, ...parts }).map((item) => item.key);

describe('timeline', () => {
  it('puts notes between messages by time and pending messages last', () => {
    const messages = [message(1, '2026-01-01T10:00:00Z'), message(2, '2026-01-01T10:02:00Z')];
    const notes = [note('late', '2026-01-01T10:03:00Z'), note('mid', '2026-01-01T10:01:00Z')];
    const pending = [{ id: 'p', text: 'x', at: '2026-01-01T10:01:30Z', state: 'sending' as const }];
    expect(keys({ messages, notes, pending })).to.deep.equal([
      'day-seq-1',
      'seq-1',
      'note-mid',
      'seq-2',
      'note-late',
      'pending-p',
    ]);
  });

  it('never changes the order of seq, even when clocks disagree', () => {
    const messages = [message(1, '2026-01-01T10:05:00Z'), message(2, '2026-01-01T10:00:00Z')];
    expect(keys({ messages })).to.deep.equal(['day-seq-1', 'seq-1', 'seq-2']);
  });

  it('divides days and has nothing for an empty conversation', () => {
    const messages = [message(1, '2026-01-01T10:00:00Z'), message(2, '2026-01-02T10:00:00Z')];
    expect(keys({ messages })).to.deep.equal(['day-seq-1', 'seq-1', 'day-seq-2', 'seq-2']);
    expect(keys({})).to.deep.equal([]);
  });

  it('finds the last question of the requester', () => {
    const messages = [message(1, ''), message(2, '', 'robot'), message(3, ''), message(4, '', 'agent')];
    expect(lastRequesterSeq(messages)).to.equal(3);
    expect(lastRequesterSeq([message(1, '', 'system')])).to.equal(0);
  });
});

describe('canned responses', () => {
  const responses: CannedResponse[] = [
    { id: '1', title: '问候', text: '您好，请问有什么可以帮您', category: '开场' },
    { id: '2', title: 'Limit', text: 'The daily limit is in the app', category: 'Card' },
    { id: '3', title: '结束', text: '感谢问候', category: '结束语' },
  ];

  it('open on a slash at the start and on nothing else', () => {
    expect(cannedQuery('/')).to.equal('');
    expect(cannedQuery('/Lim ')).to.equal('lim');
    expect(cannedQuery('a/b')).to.equal(undefined);
    expect(cannedQuery('/a\nb')).to.equal(undefined);
  });

  it('match titles before texts, without regard to case', () => {
    expect(findCanned(responses, '问候').map((item) => item.id)).to.deep.equal(['1', '3']);
    expect(findCanned(responses, 'limit').map((item) => item.id)).to.deep.equal(['2']);
    expect(findCanned(responses, 'zzz')).to.deep.equal([]);
    expect(
      findCanned(
        Array.from({ length: 20 }, () => responses[0] as CannedResponse),
        '',
      ),
    ).to.have.length(8);
  });
});

describe('shortcuts', () => {
  const press = { altKey: true, ctrlKey: false, metaKey: false, shiftKey: false, code: 'KeyA' };

  it('need Alt alone', () => {
    expect(shortcutOf(press)).to.equal('accept');
    expect(shortcutOf({ ...press, altKey: false })).to.equal(undefined);
    // Ctrl+Alt is AltGr on many layouts and types a character.
    expect(shortcutOf({ ...press, ctrlKey: true })).to.equal(undefined);
    expect(shortcutOf({ ...press, code: 'KeyQ' })).to.equal(undefined);
  });

  it('use each key once', () => {
    expect(new Set(SHORTCUTS.map((shortcut) => shortcut.code)).size).to.equal(SHORTCUTS.length);
  });
});

describe('rows', () => {
  const rows = ['a', 'b', 'c'].map((id) => ({ id }) as Conversation);

  it('go up and down and stop at the ends', () => {
    expect(neighbourId(rows, 'b', 1)).to.equal('c');
    expect(neighbourId(rows, 'c', 1)).to.equal(undefined);
    expect(neighbourId(rows, 'a', -1)).to.equal(undefined);
    expect(neighbourId(rows, undefined, 1)).to.equal('a');
    expect(neighbourId([], 'a', 1)).to.equal(undefined);
  });

  it('are offered by permission', () => {
    const views = (...held: string[]) => viewsFor((permission) => held.includes(permission));
    expect(views('conversation:work')).to.deep.equal(['mine', 'queue', 'closed']);
    expect(views('conversation:work', 'conversation:supervise')).to.deep.equal([
      'mine',
      'queue',
      'all',
      'closed',
    ]);
    expect(views('conversation:read-any')).to.deep.equal(['all', 'closed']);
  });
});

describe('small decisions of the workbench', () => {
  it('count a suggestion as edited when a word was changed', () => {
    expect(suggestionOutcome('答案。', ' 答案。\n')).to.equal('used');
    expect(suggestionOutcome('答案。', '答案！')).to.equal('edited');
  });

  it('send only the filled fields of a customer', () => {
    expect(changedFields({ name: ' 张三 ', phone: '', email: '  ' })).to.deep.equal({ name: '张三' });
  });
});
