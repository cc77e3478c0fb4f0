import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import {
  assertTransition,
  mayAssign,
  maySeeTicket,
  nextStates,
  solvedAtAfter,
  TICKET_STATES,
  type TicketState,
} from './ticket.rules.ts';

const ALLOWED: Record<TicketState, TicketState[]> = {
  new: ['open', 'pending', 'on-hold', 'solved'],
  open: ['pending', 'on-hold', 'solved'],
  pending: ['open', 'on-hold', 'solved'],
  'on-hold': ['open', 'pending', 'solved'],
  solved: ['open', 'closed'],
  closed: [],
};

describe('states of a ticket', () => {
  for (const from of TICKET_STATES) {
    for (const to of TICKET_STATES) {
      const isAllowed = ALLOWED[from].includes(to);
      it(`${isAllowed ? 'go' : 'never go'} from ${from} to ${to}`, () => {
        const move = () => assertTransition(from, to);
        if (isAllowed) expect(move).to.not.throw();
        else expect(move).to.throw(AppError).that.includes({ code: 'ticket.transition_refused' });
      });
    }
  }

  it('lead back to nothing but new tickets once closed', () => {
    expect(nextStates('closed')).to.deep.equal([]);
    expect(TICKET_STATES.filter((state) => nextStates(state).includes('new'))).to.deep.equal([]);
  });

  it('date the solution from the move to solved until it is opened again', () => {
    const before = new Date(1);
    const at = new Date(2);
    expect(solvedAtAfter('solved', null, at)).to.equal(at);
    expect(solvedAtAfter('closed', before, at)).to.equal(before);
    expect(solvedAtAfter('open', before, at)).to.equal(null);
  });
});

describe('who may see a ticket', () => {
  const viewer = { accountId: 'me', seesAll: false, groupIds: ['a'] };
  const cases: [string, { assigneeId: string | null; skillGroupId: string | null }, boolean][] = [
    ['of no group', { assigneeId: 'other', skillGroupId: null }, true],
    ['of the own group', { assigneeId: 'other', skillGroupId: 'a' }, true],
    ['of another group', { assigneeId: null, skillGroupId: 'b' }, false],
    ['of another group, but the own', { assigneeId: 'me', skillGroupId: 'b' }, true],
  ];
  for (const [name, ticket, expected] of cases) {
    it(`one ${name}: ${expected}`, () => expect(maySeeTicket(viewer, ticket)).to.equal(expected));
  }
  it('those who assign see all', () => {
    const ticket = { assigneeId: null, skillGroupId: 'b' };
    expect(maySeeTicket({ ...viewer, seesAll: true }, ticket)).to.equal(true);
  });
});

describe('who may assign a ticket', () => {
  const none = new Set<string>();
  const cases: [string | null, string | null, boolean][] = [
    [null, 'me', true],
    ['me', null, true],
    ['me', 'me', true],
    [null, 'other', false],
    ['me', 'other', false],
    ['other', 'me', false],
    ['other', null, false],
  ];
  for (const [from, to, expected] of cases) {
    it(`an agent from ${from} to ${to}: ${expected}; a supervisor always`, () => {
      expect(mayAssign({ actorId: 'me', from, to }, none)).to.equal(expected);
      expect(mayAssign({ actorId: 'me', from, to }, new Set(['ticket:assign']))).to.equal(true);
    });
  }
});
