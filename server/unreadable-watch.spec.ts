import { expect } from 'chai';
import type { AuditDraft } from '../audit/index.ts';
import { createFakeClock } from './kernel/index.ts';
import type { Notice } from './platform/notify/index.ts';
import { createUnreadableWatch, UNREADABLE_LIMITS, type UnreadableWatch } from './unreadable-watch.ts';

const { perHour, hourMs, knownMs } = UNREADABLE_LIMITS;
const cell = (rowId: string, column = 'name_enc') => ({ table: 'requester', column, rowId });

describe('values that cannot be read', () => {
  const clock = createFakeClock();
  let entries: AuditDraft[];
  let notices: Notice[];
  let faults: unknown[];
  let fault: Error | undefined;
  let watch: UnreadableWatch;
  beforeEach(() => {
    [entries, notices, faults, fault] = [[], [], [], undefined];
    watch = createUnreadableWatch({
      clock,
      audit: {
        async emit(_context, draft) {
          if (fault !== undefined) throw fault;
          entries.push(draft);
        },
      },
      notifier: { raise: async (notice) => void notices.push(notice) },
      log: { error: (_text, _fields, error) => void faults.push(error) },
    });
  });

  it('are an entry for each row, which names the place and nothing else, and one notice', async () => {
    for (const each of [cell('a'), cell('a', 'phone_enc'), cell('b'), cell('a')]) watch.note(each);
    await watch.settled();
    expect(entries).to.deep.equal(
      ['a', 'b'].map((id) => ({
        ...{ action: 'crypto.auth-failed', outcome: 'failed', target: { type: 'value', id } },
        details: { table: 'requester', column: 'name_enc' },
      })),
    );
    expect(notices.map(({ kind }) => kind)).to.deep.equal(['alarm.value-unreadable']);
  });

  it('are told of again after a day', async () => {
    watch.note(cell('a'));
    clock.advance(knownMs - 1);
    watch.note(cell('a'));
    await watch.settled();
    expect(entries).to.have.length(1);
    clock.advance(1);
    watch.note(cell('a'));
    await watch.settled();
    expect(entries).to.have.length(2);
    expect(notices).to.have.length(2);
  });

  it('are so many an hour at most; the first of the next says how many were left out', async () => {
    for (let i = 0; i < perHour + 7; i += 1) watch.note(cell(`row ${i}`));
    await watch.settled();
    expect(entries).to.have.length(perHour);
    clock.advance(hourMs);
    watch.note(cell(`row ${perHour}`));
    await watch.settled();
    expect(entries.at(-1)?.details).to.deep.include({ skipped: 7 });
  });

  it('do not stop the reader when nobody can be told', async () => {
    fault = new Error('no database');
    watch.note(cell('a'));
    await watch.settled();
    expect(faults).to.deep.equal([fault]);
    expect(entries).to.deep.equal([]);
  });
});
