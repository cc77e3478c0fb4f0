import { laneText, type EventRow, type LaneRange } from '../../../audit/index.ts';
import { AppError, decodeCursor, encodeCursor } from '../../kernel/index.ts';
import { findMaskedSpans } from '../../platform/crypto/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { isVisible, type TrailScope } from '../access.ts';
import { answers, readEntryBody, readQuestion, wholeWord, type Question } from './entry-words.ts';
import type { EventFilter } from './event.view.ts';
import { BLOCK_ENTRIES_MAX, intersect, unpackPlaces } from './postings.ts';
import type { AuditBlockRow } from './word-index.entity.ts';
import {
  countBlocks,
  findLastBlock,
  listBlocks,
  listEventsAt,
  listPlaces,
  listPlacesIn,
} from './word-index.repo.ts';
import { entryAt, rangesOf } from './word-places.ts';

/** Limits of one search by words. */
export const WORD_SEARCH_LIMITS = {
  /** Blocks looked at in one step: a word's places in them are read at once. */
  blocksPerStep: 200,
  /** After so many steps, or entries read that did not fit, the page ends where it stands; the cursor goes on. */
  stepsMax: 25,
  entriesReadMax: 2_000,
  /** The rarest word leads; more blocks than this are as many as any. */
  countedMax: 2_000,
} as const;

/** A page of entries, and up to when all entries can be found by words. */
export interface WordPage {
  rows: EventRow[];
  nextCursor: string | undefined;
  searchedTo: Date | null;
}

const UUIDS = /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;

interface Place {
  blockNo: number;
  place: number;
}

/** Whether a filter asks for something that only words find. */
export function needsWords(filter: EventFilter): boolean {
  return filter.q !== undefined || filter.address !== undefined || filter.ticket !== undefined;
}

/**
 * Refuses a question without any word, and one that holds what looks like personal data: no entry holds any, and the
 * address of a page is no place for it. Throws `request.invalid`, `audit.search_personal`.
 */
export function assertWords({ q }: EventFilter): void {
  if (q === undefined) return;
  if (readQuestion(q).words.length === 0) throw new AppError('request.invalid', { details: { part: 'q' } });
  if (findMaskedSpans(q.replaceAll(UUIDS, ' ')).length > 0) throw new AppError('audit.search_personal');
}

/**
 * Entries that fit a filter with words, newest leaves first. Each condition that is a whole word narrows the places;
 * what is left is read and compared with the entry itself, so the index may only leave out, never put in.
 */
export async function searchByWords(
  db: Db,
  filter: EventFilter,
  page: { cursor: string | undefined; limit: number; scope: TrailScope },
): Promise<WordPage> {
  const question = readQuestion(filter.q ?? '');
  const newest = await findLastBlock(db);
  if (newest === undefined) return { rows: [], nextCursor: undefined, searchedTo: null };
  const isHit = (row: EventRow) => isVisible(page.scope, row.class) && fits(row, filter, question);
  const walk = new Walk(db, await byRarity(db, wordsFor(filter, question)), { isHit, filter });
  const from = page.cursor === undefined ? behind(newest.blockNo) : placeOf(page.cursor);
  const { rows, next } = await walk.collect(from, page.limit);
  return {
    rows,
    nextCursor: next && encodeCursor([next.blockNo, next.place]),
    searchedTo: newest.lastAt,
  };
}

/** The place behind the last one of a block. */
function behind(blockNo: number): Place {
  return { blockNo, place: BLOCK_ENTRIES_MAX };
}

/** Throws `request.cursor_invalid`. */
function placeOf(cursor: string): Place {
  const [blockNo, place] = decodeCursor(cursor, 2);
  if (!Number.isSafeInteger(blockNo) || !Number.isSafeInteger(place))
    throw new AppError('request.cursor_invalid');
  return { blockNo: blockNo as number, place: place as number };
}

function wordsFor(filter: EventFilter, question: Question): string[] {
  const { address, ticket, actor, customer, target, action } = filter;
  const whole = [address, ticket, actor, customer, target, action].filter((value) => value !== undefined);
  return [...new Set([...question.words, ...whole.map(wholeWord)])];
}

/** The rarest first. */
async function byRarity(db: Db, words: readonly string[]): Promise<string[]> {
  const counted: { word: string; count: number }[] = [];
  for (const word of words) {
    counted.push({ word, count: await countBlocks(db, word, WORD_SEARCH_LIMITS.countedMax) });
  }
  return counted.sort((a, b) => a.count - b.count).map(({ word }) => word);
}

function fits(row: EventRow, filter: EventFilter, question: Question): boolean {
  const { actor, customer, target, action, outcome, from, to, address, ticket } = filter;
  const at = row.at.getTime();
  const isNamed =
    (actor === undefined || row.actorId === actor) &&
    (customer === undefined || row.customerRef === customer) &&
    (target === undefined || row.targetId === target) &&
    (action === undefined || row.action === action) &&
    (outcome === undefined || row.outcome === outcome) &&
    (filter.class === undefined || row.class === filter.class);
  const isInTime =
    (from === undefined || at >= Date.parse(from)) && (to === undefined || at < Date.parse(to));
  if (!isNamed || !isInTime) return false;
  const body = readEntryBody(row.body);
  return (
    (address === undefined || body.actor?.ip?.toLowerCase() === address.toLowerCase()) &&
    (ticket === undefined || body.ticket === ticket || isTicket(row, ticket)) &&
    answers(question, row, body)
  );
}

function isTicket({ targetType, targetId }: EventRow, ticket: string): boolean {
  return targetType === 'ticket' && targetId === ticket;
}

/** What a walk looks for. */
interface Asked {
  isHit: (row: EventRow) => boolean;
  filter: EventFilter;
}

/** Walks the places of the rarest word from new to old. */
class Walk {
  readonly #db: Db;
  readonly #lead: string;
  readonly #others: readonly string[];
  readonly #asked: Asked;

  constructor(db: Db, words: readonly string[], asked: Asked) {
    this.#db = db;
    [this.#lead = '', ...this.#others] = words;
    this.#asked = asked;
  }

  /** Up to `limit` hits before a place, and where to go on; nowhere when nothing is left. */
  async collect(from: Place, limit: number): Promise<{ rows: EventRow[]; next: Place | undefined }> {
    const rows: EventRow[] = [];
    let readCount = 0;
    let at: Place = from;
    let edge: Place | undefined;
    for (let step = 0; step < WORD_SEARCH_LIMITS.stepsMax; step += 1) {
      const { places, blocks, next } = await this.#step(at);
      for (let begin = 0; begin < places.length; begin += limit + 1) {
        const chunk = places.slice(begin, begin + limit + 1);
        for (const { row, place } of await this.#read(chunk, blocks)) {
          if (row === undefined || !this.#asked.isHit(row)) continue;
          if (rows.length === limit) return { rows, next: edge };
          rows.push(row);
          if (rows.length === limit) edge = place;
        }
        readCount += chunk.length;
        if (readCount >= WORD_SEARCH_LIMITS.entriesReadMax) return { rows, next: edge ?? chunk.at(-1) };
      }
      if (next === undefined) return { rows, next: undefined };
      at = next;
    }
    return { rows, next: edge ?? at };
  }

  /** Places of one step, the newest first. */
  async #step({ blockNo, place }: Place) {
    const limit = WORD_SEARCH_LIMITS.blocksPerStep;
    const lead = await listPlaces(this.#db, { word: this.#lead, toBlock: blockNo, limit });
    const last = lead.at(-1);
    const next = lead.length < limit || last === undefined ? undefined : behind(last.blockNo - 1);
    const known = await this.#blocksOf(lead.map((one) => one.blockNo));
    const numbers = [...known.keys()];
    const lists = new Map<number, number[][]>();
    for (const one of await listPlacesIn(this.#db, this.#others, numbers)) {
      lists.set(one.blockNo, [...(lists.get(one.blockNo) ?? []), unpackPlaces(one.places)]);
    }
    const places: Place[] = [];
    for (const one of lead) {
      const others = lists.get(one.blockNo) ?? [];
      if (!known.has(one.blockNo) || others.length < this.#others.length) continue;
      const both = intersect([unpackPlaces(one.places), ...others]).reverse();
      for (const found of both) {
        if (one.blockNo < blockNo || found < place) places.push({ blockNo: one.blockNo, place: found });
      }
    }
    return { places, blocks: known, next };
  }

  /** Blocks of these numbers that are done and lived within the filter's time. */
  async #blocksOf(numbers: number[]): Promise<Map<number, AuditBlockRow & { ranges: LaneRange[] }>> {
    const { from, to } = this.#asked.filter;
    const blocks = await listBlocks(this.#db, numbers);
    const within = blocks.filter(
      ({ isDone, firstAt, lastAt }) =>
        isDone &&
        (from === undefined || lastAt >= new Date(from)) &&
        (to === undefined || firstAt < new Date(to)),
    );
    return new Map(within.map((block) => [block.blockNo, { ...block, ranges: rangesOf(block) }]));
  }

  /** The entries at some places, in their order; one statement for each lane. */
  async #read(
    places: readonly Place[],
    blocks: ReadonlyMap<number, AuditBlockRow & { ranges: LaneRange[] }>,
  ): Promise<{ place: Place; row: EventRow | undefined }[]> {
    const wanted = places.flatMap((place) => {
      const block = blocks.get(place.blockNo);
      const entry = block && entryAt(block.ranges, place.place);
      return block && entry ? [{ place, block, entry, key: laneText(entry) }] : [];
    });
    const found = new Map<string, EventRow>();
    for (const key of new Set(wanted.map((one) => one.key))) {
      const same = wanted.filter((one) => one.key === key);
      const times = {
        firstAt: new Date(Math.min(...same.map(({ block }) => block.firstAt.getTime()))),
        lastAt: new Date(Math.max(...same.map(({ block }) => block.lastAt.getTime()))),
      };
      const numbers = same.map(({ entry }) => entry.n);
      for (const row of await listEventsAt(this.#db, same[0]!.entry, { numbers, ...times }))
        found.set(`${key}/${row.n}`, row);
    }
    return wanted.map(({ place, key, entry }) => ({ place, row: found.get(`${key}/${entry.n}`) }));
  }
}
