import { expect } from 'chai';
import fc from 'fast-check';
import process from 'node:process';
import type { RecordClass, RecordSubject } from '../../kernel/index.ts';
import type { Db, RecordStore } from '../../platform/persistence/index.ts';
import { readClock } from './clock.rules.ts';
import type { Hold } from './hold.rules.ts';
import { CLASS_TERMS, thresholdsAt, type PeriodRules } from './period.rules.ts';
import { judgeAll } from './sweep-turn.ts';
import { CLASS_ORDER } from './sweep.rules.ts';

const HISTORIES = process.env['VAULTDESK_TEST_LONG'] === '1' ? 20_000 : 4_000;
const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2020, 0, 1);
const PEOPLE = ['r0', 'r1', 'r2'];
const AGENTS = ['a0', 'a1'];

/** What an officer's years may bring, in any order. Numbers choose among what is there. */
type Step =
  | { do: 'chat'; who: number; agent: number; days: number; isClosed: boolean; isEvaluated: boolean }
  | { do: 'ticket'; who: number; of: number; agent: number; days: number; isSolved: boolean }
  | { do: 'hold'; who: number; agent: number; ticket: number; by: number; recordClass: number; days: number }
  | { do: 'release'; which: number }
  | { do: 'period'; recordClass: number; months: number }
  | { do: 'wait'; days: number }
  | { do: 'clock-back'; days: number }
  | { do: 'sweep' };

const small = fc.nat({ max: 6 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('chat' as const),
      who: small,
      agent: small,
      days: fc.nat(400),
      isClosed: fc.boolean(),
      isEvaluated: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('ticket' as const),
      who: small,
      of: small,
      agent: small,
      days: fc.nat(400),
      isSolved: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('hold' as const),
      who: small,
      agent: small,
      ticket: small,
      by: fc.nat(5),
      recordClass: small,
      days: fc.nat(900),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('release' as const), which: small }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('period' as const),
      recordClass: small,
      months: fc.integer({ min: 1, max: 30 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.nat(500) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clock-back' as const), days: fc.nat(900) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('sweep' as const) }) },
);

interface Chat extends RecordSubject {
  agentIds: string[];
}
interface Ticket extends RecordSubject {
  conversationId: string | null;
}
interface Evaluation extends RecordSubject {
  conversationId: string;
}

/** A bank in memory: what the stores show of it, and what happens to it. */
class World {
  nowMs = START_MS;
  highWater: Date | null = null;
  rules: PeriodRules = {
    ...CLASS_TERMS,
    chat: { months: 12, action: 'delete' },
    ticket: { months: 18, action: 'delete' },
  };
  profiles: RecordSubject[] = PEOPLE.map((id) =>
    subject('profile', id, { requesterId: id, endedAt: new Date(START_MS) }),
  );
  chats: Chat[] = [];
  tickets: Ticket[] = [];
  evaluations: Evaluation[] = [];
  holds: Hold[] = [];
  #count = 0;

  get now(): Date {
    return new Date(this.nowMs);
  }

  id(prefix: string): string {
    this.#count += 1;
    return `${prefix}${String(this.#count).padStart(4, '0')}`;
  }

  all(): RecordSubject[] {
    return [...this.tickets, ...this.chats, ...this.evaluations, ...this.profiles];
  }
}

function subject(recordClass: RecordClass, id: string, more: Partial<RecordSubject>): RecordSubject {
  const base = {
    requesterId: null,
    ticketId: null,
    accountIds: [],
    startedAt: new Date(START_MS),
    endedAt: null,
  };
  return { recordClass, id, ...base, rowCount: 1, ...more };
}

function act(world: World, step: Step): void {
  const person = world.profiles[('who' in step ? step.who : 0) % Math.max(1, world.profiles.length)]?.id;
  const agentId = AGENTS[('agent' in step ? step.agent : 0) % AGENTS.length] as string;
  switch (step.do) {
    case 'chat': {
      if (person === undefined) return;
      const startedAt = new Date(world.nowMs - step.days * DAY_MS);
      const endedAt = step.isClosed ? world.now : null;
      const record = subject('chat', world.id('c'), { requesterId: person, startedAt, endedAt });
      world.chats.push({ ...record, agentIds: [agentId] });
      if (!step.isClosed || !step.isEvaluated) return;
      const evaluation = subject('qa', world.id('e'), {
        startedAt: world.now,
        endedAt: world.now,
        accountIds: ['a1'],
      });
      world.evaluations.push({ ...evaluation, conversationId: record.id });
      return;
    }
    case 'ticket': {
      if (person === undefined) return;
      const own = world.chats.filter(({ requesterId }) => requesterId === person);
      const conversationId = own[step.of % (own.length + 1)]?.id ?? null;
      const startedAt = new Date(world.nowMs - step.days * DAY_MS);
      const id = world.id('t');
      const parts = { requesterId: person, ticketId: id, accountIds: [agentId], startedAt };
      const endedAt = step.isSolved ? world.now : null;
      world.tickets.push({ ...subject('ticket', id, { ...parts, endedAt }), conversationId });
      return;
    }
    case 'hold':
      world.holds.push(holdOf(world, step, person ?? null, agentId));
      return;
    case 'release':
      world.holds.splice(step.which % Math.max(1, world.holds.length), 1);
      return;
    case 'period': {
      const recordClass = (['chat', 'ticket', 'qa', 'profile'] as const)[step.recordClass % 4] as RecordClass;
      world.rules = { ...world.rules, [recordClass]: { months: step.months, action: 'delete' } };
      return;
    }
    case 'wait':
      world.nowMs += step.days * DAY_MS;
      return;
    case 'clock-back':
      world.nowMs -= step.days * DAY_MS;
      return;
    case 'sweep':
      return;
  }
}

function holdOf(world: World, step: Step & { do: 'hold' }, person: string | null, agentId: string): Hold {
  const nobody = {
    requesterId: null,
    accountId: null,
    ticketId: null,
    recordClass: null,
    fromAt: null,
    toAt: null,
  };
  const hold: Hold = { id: world.id('h'), ...nobody };
  const ticket = world.tickets[step.ticket % Math.max(1, world.tickets.length)];
  const classes = ['chat', 'ticket', 'qa', 'profile', null, null, null] as const;
  hold.recordClass = classes[step.recordClass] ?? null;
  if (step.by === 0) hold.requesterId = person;
  if (step.by === 1) hold.accountId = agentId;
  if (step.by === 2) hold.ticketId = ticket?.id ?? null;
  if (step.by === 3) hold.fromAt = new Date(world.nowMs - step.days * DAY_MS);
  if (step.by === 4) hold.toAt = new Date(world.nowMs - step.days * DAY_MS);
  if (step.by === 5) [hold.requesterId, hold.accountId] = [person, agentId];
  return hold;
}

/** The world as stores, obeying the same port as the database's. */
function storesOf(world: World): RecordStore[] {
  const due = (records: () => readonly RecordSubject[]): NonNullable<RecordStore['due']> => {
    return async (_db, { thresholds, after, limit }) =>
      records()
        .filter(({ recordClass, endedAt }) => endedAt !== null && endedAt < thresholds[recordClass])
        .map((record) => ({ record, cursor: { at: record.endedAt as Date, id: record.id } }))
        .sort((a, b) => a.cursor.at.getTime() - b.cursor.at.getTime() || (a.cursor.id < b.cursor.id ? -1 : 1))
        .filter(
          ({ cursor }) =>
            after === null || cursor.at > after.at || (+cursor.at === +after.at && cursor.id > after.id),
        )
        .slice(0, limit);
  };
  return [
    {
      name: 'spec.ticket',
      recordClass: 'ticket',
      rows: [],
      due: due(() => world.tickets),
      keeping: async (_db, { recordClass, ids }) =>
        world.tickets.flatMap((record) => {
          const keptId =
            recordClass === 'profile'
              ? record.requesterId
              : recordClass === 'chat'
                ? record.conversationId
                : null;
          return keptId !== null && ids.includes(keptId) ? [{ keptId, record }] : [];
        }),
    },
    {
      name: 'spec.chat',
      recordClass: 'chat',
      rows: [],
      due: due(() => world.chats),
      involved: async (_db, ids, accountIds) =>
        world.chats.flatMap(({ id, agentIds }) =>
          ids.includes(id)
            ? agentIds.filter((each) => accountIds.includes(each)).map((accountId) => ({ id, accountId }))
            : [],
        ),
      keeping: async (_db, { recordClass, ids }) =>
        recordClass === 'profile'
          ? world.chats
              .filter(({ requesterId }) => ids.includes(requesterId ?? ''))
              .map((record) => ({ keptId: record.requesterId ?? '', record }))
          : [],
    },
    {
      name: 'spec.qa',
      recordClass: 'qa',
      attachedTo: 'chat',
      rows: [],
      keeping: async (_db, { recordClass, ids }) =>
        recordClass === 'chat'
          ? world.evaluations
              .filter(({ conversationId }) => ids.includes(conversationId))
              .map((record) => ({ keptId: record.conversationId, record }))
          : [],
    },
    { name: 'spec.profile', recordClass: 'profile', rows: [], due: due(() => world.profiles) },
  ];
}

/**
 * What has to stay, said another way than the program says it: whatever is not over or under a hold stays, and so does
 * all that stands under something that stays.
 */
function mustStay(world: World, asOf: Date): Set<string> {
  const thresholds = thresholdsAt(asOf, world.rules);
  const chatOf = new Map(world.chats.map((chat) => [chat.id, chat]));
  const ticketsOfChat = (id: string) =>
    world.tickets.filter(({ conversationId }) => conversationId === id).map((each) => each.id);
  const facts = world.all().map((record) => {
    const chatId = record.recordClass === 'chat' ? record.id : (record as Evaluation).conversationId;
    const isTalk = record.recordClass === 'chat' || record.recordClass === 'qa';
    return {
      record,
      person: record.recordClass === 'qa' ? (chatOf.get(chatId)?.requesterId ?? null) : record.requesterId,
      tickets: record.recordClass === 'ticket' ? [record.id] : isTalk ? ticketsOfChat(chatId) : [],
      accounts: [...record.accountIds, ...((record as Chat).agentIds ?? [])],
    };
  });
  const stays = new Set<string>();
  for (const { record, person, tickets, accounts } of facts) {
    if (record.endedAt === null || record.endedAt >= thresholds[record.recordClass]) stays.add(record.id);
    for (const hold of world.holds) {
      const fits = [
        hold.recordClass === null || hold.recordClass === record.recordClass || hold.ticketId === record.id,
        hold.requesterId === null || hold.requesterId === person,
        hold.accountId === null || accounts.includes(hold.accountId),
        hold.ticketId === null || tickets.includes(hold.ticketId),
        hold.toAt === null || record.startedAt < hold.toAt,
        hold.fromAt === null || record.endedAt === null || record.endedAt >= hold.fromAt,
      ];
      if (fits.every(Boolean)) stays.add(record.id);
    }
  }
  // A ticket keeps its conversation; a conversation and its evaluation keep each other; a person stays for anything.
  for (const { id, conversationId } of world.tickets)
    if (stays.has(id) && conversationId) stays.add(conversationId);
  for (const { id, conversationId } of world.evaluations) if (stays.has(id)) stays.add(conversationId);
  for (const { id, conversationId } of world.evaluations) if (stays.has(conversationId)) stays.add(id);
  for (const { record, person } of facts) if (stays.has(record.id) && person !== null) stays.add(person);
  return stays;
}

/** What all histories together came to: a generator that never removes or never holds would prove nothing. */
const tally = { gone: 0, hold: 0, class: 0 };

async function sweep(world: World, stores: RecordStore[]): Promise<void> {
  const reading = readClock(world.now, world.highWater);
  // Two people confirm what the clock shows after a jump.
  const asOf = reading.state === 'jumped' ? reading.seenAt : reading.asOf;
  world.highWater = asOf;
  const stays = mustStay(world, asOf);
  const before = world.all().map(({ id }) => id);
  const terms = { thresholds: thresholdsAt(asOf, world.rules), holds: world.holds };
  const walk = stores
    .filter(({ due }) => due)
    .sort((a, b) => CLASS_ORDER.indexOf(a.recordClass) - CLASS_ORDER.indexOf(b.recordClass));
  for (const store of walk) {
    const page =
      (await store.due?.(undefined as unknown as Db, {
        thresholds: terms.thresholds,
        after: null,
        limit: 500,
      })) ?? [];
    const judged = await judgeAll(undefined as unknown as Db, stores, { store, page, terms });
    const gone = new Set(judged.filter(({ verdict }) => verdict.goes).map(({ record }) => record.id));
    tally.gone += gone.size;
    for (const { verdict } of judged) if (!verdict.goes && verdict.by !== 'period') tally[verdict.by] += 1;
    const isHere = ({ id }: RecordSubject) => !gone.has(id);
    world.evaluations = world.evaluations.filter(({ conversationId }) => !gone.has(conversationId));
    world.tickets = world.tickets.filter(isHere);
    world.chats = world.chats.filter(isHere);
    world.profiles = world.profiles.filter(isHere);
  }
  const left = new Set(world.all().map(({ id }) => id));
  const lost = before.filter((id) => stays.has(id) && !left.has(id));
  const forgotten = before.filter((id) => !stays.has(id) && left.has(id));
  expect({ lost, forgotten }).to.deep.equal({ lost: [], forgotten: [] });
}

describe('histories of records, holds, and sweeps', () => {
  it(`lose nothing that is held and leave nothing that is over (${HISTORIES})`, async function () {
    this.timeout(300_000);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 30 }), async (steps) => {
        const world = new World();
        const stores = storesOf(world);
        for (const each of [...steps, { do: 'sweep' } as const]) {
          if (each.do === 'sweep') await sweep(world, stores);
          else act(world, each);
        }
      }),
      { numRuns: HISTORIES },
    );
    for (const [what, count] of Object.entries(tally)) expect(count, what).to.be.greaterThan(HISTORIES / 10);
  });
});
