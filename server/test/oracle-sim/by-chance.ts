import type { Chance } from './compare-answers.ts';

/** Where something other than the database decides on the answers, test by test; all others have to be equal. */
export const BY_CHANCE: readonly Chance[] = [
  {
    tests: /two agents who accept at once|among the closed ones of its agent alone/,
    why: 'one of two at once wins',
  },
  {
    tests: /one of two changes at once|one of several changes at once win|when both come at once/,
    why: 'one of several at once wins',
  },
  {
    tests: /^tickets over the route table › (mask numbers|hide from agents)/,
    why: 'tickets that were made at once before have their numbers in any order',
  },
  {
    tests: /keeps 1000 events for a dead receiver|keeps what arrived before a cut/,
    why: 'how often was tried by then',
  },
  {
    tests:
      /^approvals › counts what waits|^roles composed by the bank|a next certificate without going down|^case files for a regulator/,
    why: 'made within one instant of a clock that stands still: random ids decide on the order',
  },
  {
    tests: /^canned responses › are kept by those who may write/,
    why: 'the PostgreSQL of the specs orders texts by pinyin, Oracle by their codes',
  },
  {
    tests: /^sealed columns › |^a purge of the trail › /,
    why: 'what a test before it made, which the stand-in leaves out for want of triggers',
  },
];
