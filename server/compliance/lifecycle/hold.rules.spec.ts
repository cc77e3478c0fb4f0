import { expect } from 'chai';
import { isCovered, isPeriodPossible, isScopeEmpty, type HeldSubject, type HoldScope } from './hold.rules.ts';

const at = (day: number) => new Date(Date.UTC(2024, 0, day));
const NOBODY: HoldScope = {
  requesterId: null,
  accountId: null,
  ticketId: null,
  recordClass: null,
  fromAt: null,
  toAt: null,
};
const RECORD: HeldSubject = {
  recordClass: 'chat',
  id: 'c1',
  requesterId: 'r1',
  ticketId: null,
  ticketIds: ['t1'],
  accountIds: ['a1', 'a2'],
  startedAt: at(10),
  endedAt: at(20),
  rowCount: 1,
};

describe('a hold', () => {
  for (const [name, scope, record, covers] of [
    ['the person', { requesterId: 'r1' }, {}, true],
    ['another person', { requesterId: 'r2' }, {}, false],
    ['a record of nobody', { requesterId: 'r1' }, { requesterId: null }, false],
    ['an account that took part', { accountId: 'a2' }, {}, true],
    ['another account', { accountId: 'a3' }, {}, false],
    ['the ticket', { ticketId: 't1' }, {}, true],
    ['another ticket', { ticketId: 't2' }, {}, false],
    ['the class', { recordClass: 'chat' }, {}, true],
    ['another class', { recordClass: 'ticket' }, {}, false],
    ['person and class', { requesterId: 'r1', recordClass: 'chat' }, {}, true],
    ['person but another class', { requesterId: 'r1', recordClass: 'qa' }, {}, false],
    ['a period around it', { fromAt: at(1), toAt: at(31) }, {}, true],
    ['a period within it', { fromAt: at(12), toAt: at(13) }, {}, true],
    ['a period up to its start', { fromAt: at(1), toAt: at(10) }, {}, false],
    ['a period just over its start', { fromAt: at(1), toAt: new Date(at(10).getTime() + 1) }, {}, true],
    ['a period from its end', { fromAt: at(20), toAt: at(21) }, {}, true],
    ['a period behind its end', { fromAt: new Date(at(20).getTime() + 1) }, {}, false],
    ['a later period of a record still open', { fromAt: at(25) }, { endedAt: null }, true],
    ['an open start', { toAt: at(11) }, {}, true],
    ['its ticket, for another class', { ticketId: 't1', recordClass: 'qa' }, { ticketId: 't1' }, true],
    ['a ticket that keeps it, for another class', { ticketId: 't1', recordClass: 'qa' }, {}, false],
  ] as [string, Partial<HoldScope>, Partial<HeldSubject>, boolean][]) {
    it(`on ${name} ${covers ? 'covers' : 'does not cover'} the record`, () =>
      expect(isCovered({ ...NOBODY, ...scope }, { ...RECORD, ...record })).to.equal(covers));
  }

  it('names something, and a period that can be', () => {
    expect(isScopeEmpty(NOBODY)).to.equal(true);
    expect(isScopeEmpty({ ...NOBODY, recordClass: 'qa' })).to.equal(false);
    expect(isPeriodPossible({ ...NOBODY, fromAt: at(2), toAt: at(1) })).to.equal(false);
    expect(isPeriodPossible({ ...NOBODY, fromAt: at(1), toAt: at(1) })).to.equal(false);
    expect(isPeriodPossible({ ...NOBODY, toAt: at(1) })).to.equal(true);
  });
});
