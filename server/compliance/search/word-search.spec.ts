import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  type AuditDraft,
  type EventRow,
  type Sealer,
} from '../../../audit/index.ts';
import { createFakeClock, type Actor } from '../../kernel/index.ts';
import { NO_REST } from '../../platform/jobs/index.ts';
import { createAuditStorage } from '../../platform/persistence/index.ts';
import { buildCore, QUIET_LOG, type Core } from '../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../test/support/serve-routes.ts';
import { createCompliance } from '../index.ts';
import { readEntryBody, readQuestion, wordsOf } from './entry-words.ts';
import { BLOCK_ENTRIES_MAX, intersect, packPlaces, unpackPlaces } from './postings.ts';
import { WORD_INDEX_LIMITS, WordIndexer } from './word-indexer.ts';

const LIN: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000a1', ip: '10.0.0.7' };
const WU: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000a2', ip: 'fe80::7' };
const CUSTOMER = '01900000-0000-7000-8000-00000000c001';
const TICKET = '01900000-0000-7000-8000-00000000f001';
const EXPORT = '01900000-0000-7000-8000-00000000e001';
const CALLERS = {
  officer: {
    actor: { type: 'account', id: '01900000-0000-7000-8000-0000000000d1' },
    permissions: ['audit:read'],
  },
  auditAdmin: {
    actor: { type: 'account', id: '01900000-0000-7000-8000-0000000000e1' },
    permissions: ['audit:read-admin'],
  },
} as const;

describe('words of the trail', () => {
  const clock = createFakeClock(new Date('2026-03-02T06:00:00.000Z'));
  let core: Core;
  let sealer: Sealer;
  let indexer: WordIndexer;
  let http: ServedRoutes<keyof typeof CALLERS>;
  let folder: string;
  let isLeader = true;

  before(async () => {
    core = await buildCore({ clock });
    folder = await mkdtemp(join(tmpdir(), 'vd-words-'));
    const trail = createAuditStorage(core.database);
    const signer = createNoteSigner('vaultdesk/spec', generateSealKey());
    sealer = createSealer({ storage: trail, signer, anchors: [], clock });
    const { routes } = createCompliance({
      ...{ trail, sealer, clock, epoch: core.trail.epoch, outsideAnchors: () => [] },
      timeReading: () => ({ source: 'none' as const, state: 'unknown' as const, syncedAt: null }),
      ...{ anchorFolder: folder, stampFolder: folder, auditKeys: createKeyFile(signer) },
      accountNames: async () => new Map(),
    });
    http = await serveRoutes(core, routes, CALLERS);
    indexer = makeIndexer();
  });
  after(async () => {
    await http.stop();
    await sealer.stop();
    await core.close();
    await rm(folder, { recursive: true });
  });

  const makeIndexer = () =>
    new WordIndexer({
      ...{
        trail: createAuditStorage(core.database),
        clock,
        withDb: (work) => core.database.read(work),
        log: QUIET_LOG,
      },
      ...{ lease: { hold: async () => isLeader }, pace: NO_REST },
    });
  const record = (actor: Actor, ...drafts: AuditDraft[]) =>
    core.uow.run({ actor }, async (tx) => drafts.forEach((draft) => tx.record(draft)));
  /** Seals, lets the open block grow old, and indexes. */
  async function index(): Promise<number> {
    await sealer.sealOnce();
    clock.advance(WORD_INDEX_LIMITS.openMs);
    return indexer.catchUp();
  }
  const ask = (query: Record<string, string>, caller: keyof typeof CALLERS = 'officer') =>
    http.ask(caller, `/api/v1/audit/events?${new URLSearchParams(query).toString()}`);
  const found = async (query: Record<string, string>, caller?: keyof typeof CALLERS): Promise<string[]> =>
    (await ask(query, caller)).json.items
      .map(({ action }: { action: string }) => action)
      .filter((action: string) => action !== 'audit.search');

  it('are found once the block is closed, and the answer says up to when', async () => {
    await record(LIN, {
      ...{ action: 'requester.reveal', outcome: 'ok', customer: CUSTOMER, ticket: TICKET },
      ...{ fields: ['phone', 'idNumber'], reason: '反洗钱协查函 2026-017' },
    });
    await record(WU, { action: 'ticket.view', outcome: 'refused', target: { type: 'ticket', id: TICKET } });
    await record(LIN, {
      ...{ action: 'export.collect', outcome: 'ok', target: { type: 'export', id: EXPORT } },
      details: { kind: 'ticket.list', ids: [TICKET, CUSTOMER] },
    });
    expect((await ask({ q: 'phone' })).json).to.deep.equal({ items: [] });
    await sealer.sealOnce();
    expect(await indexer.catchUp()).to.equal(0);
    clock.advance(WORD_INDEX_LIMITS.openMs);
    expect(await indexer.catchUp()).to.be.greaterThan(2);
    expect(await indexer.catchUp()).to.equal(0);
    const { json } = await ask({ q: 'phone' });
    expect(json.items.map(({ action }: { action: string }) => action)).to.deep.equal(['requester.reveal']);
    expect(json.searchedTo).to.equal('2026-03-02T06:00:00.000Z');
  });

  const cases: [string, Record<string, string>, string[]][] = [
    ['a word in whatever case', { q: 'PHONE' }, ['requester.reveal']],
    ['Chinese within a longer text', { q: '洗钱协查' }, ['requester.reveal']],
    ['all of several words', { q: '反洗钱 017 idNumber' }, ['requester.reveal']],
    ['a code as it stands', { q: 'export.collect' }, ['export.collect']],
    ['no entry that has only some of the words', { q: '反洗钱 018' }, []],
    ['no entry whose neighbours stand apart', { q: '协查洗钱' }, []],
    ['a record that an act only lists', { q: CUSTOMER }, ['export.collect', 'requester.reveal']],
    ['a ticket as reason and as object', { ticket: TICKET }, ['ticket.view', 'requester.reveal']],
    ['an address', { address: '10.0.0.7' }, ['export.collect', 'requester.reveal']],
    ['an address of version 6', { address: 'FE80::7' }, ['ticket.view']],
    ['no address of which it is the beginning', { address: '10.0.0' }, []],
    ['an address and an act', { address: '10.0.0.7', action: 'export.collect' }, ['export.collect']],
    ['a ticket and an outcome', { ticket: TICKET, outcome: 'refused' }, ['ticket.view']],
    ['a ticket and an account', { ticket: TICKET, actor: LIN.id }, ['requester.reveal']],
    ['a word and a class', { q: TICKET, class: 'business' }, ['ticket.view']],
    ['a word before an instant', { q: 'phone', to: '2026-03-02T06:00:00.000Z' }, []],
    ['a word from an instant on', { q: 'phone', from: '2026-03-02T06:00:00.000Z' }, ['requester.reveal']],
  ];
  for (const [name, query, expected] of cases) {
    it(`find ${name}`, async () => expect(await found(query)).to.deep.equal(expected));
  }

  it('refuse what looks like personal data, and keep the question out of the trail', async () => {
    for (const q of ['13812345678', '证件 11010519491231002X', 'zhang@example.com']) {
      const { status, json } = await ask({ q });
      expect([status, json.code], q).to.deep.equal([422, 'audit.search_personal']);
    }
    await found({ q: '反洗钱', address: '10.0.0.7' });
    const [row] = await core.sql(
      `SELECT body FROM audit_event WHERE action = 'audit.search' ORDER BY n DESC FETCH FIRST 1 ROW ONLY`,
    );
    expect(JSON.parse(String(row!.body)).details).to.deep.include({
      by: ['q', 'address'],
      address: '10.0.0.7',
    });
    expect(String(row!.body)).not.to.contain('洗钱');
  });

  it('show the audit administrator nothing about customers', async () => {
    expect(await found({ q: TICKET }, 'auditAdmin')).to.deep.equal([]);
    expect(await found({ ticket: TICKET }, 'auditAdmin')).to.deep.equal([]);
  });

  it('are paged without gap or repetition over many blocks while new entries come', async () => {
    for (let block = 0; block < 4; block += 1) {
      const drafts = Array.from({ length: 7 }, (_, i) => ({
        ...({ action: 'ticket.view', outcome: 'ok', reason: `round ${block}` } as const),
        target: { type: 'ticket', id: `t-${block}-${i}` },
      }));
      await record(WU, ...drafts);
      await index();
    }
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const { json } = await ask({ q: 'round', limit: '5', ...(cursor === undefined ? {} : { cursor }) });
      ids.push(...json.items.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
      await record(LIN, { action: 'ticket.view', outcome: 'ok', reason: 'round later' });
      await index();
    } while (cursor !== undefined);
    expect(ids).to.have.length(28);
    expect(new Set(ids).size).to.equal(28);
    const foreign = (await ask({ action: 'ticket.view', limit: '1' })).json.nextCursor;
    expect((await ask({ q: 'round', cursor: foreign })).status).to.equal(400);
  });

  it('fill blocks to the last place, over seals and within them', async () => {
    const drafts = Array.from({ length: BLOCK_ENTRIES_MAX + 76 }, (_, i) => ({
      ...({ action: 'ticket.list', outcome: 'ok', reason: `bulk ${i}` } as const),
    }));
    for (let from = 0; from < drafts.length; from += 500)
      await record(LIN, ...drafts.slice(from, from + 500));
    await index();
    const [row] = await core.sql(
      'SELECT MAX(entry_count) AS most, SUM(entry_count) AS entry_sum, MIN(is_done) AS done FROM audit_block',
    );
    const [sealed] = await core.sql('SELECT MAX(tree_size) AS leaves FROM audit_seal');
    expect(Number(row!.most)).to.equal(BLOCK_ENTRIES_MAX);
    expect([Number(row!.entry_sum), Number(row!.done)]).to.deep.equal([Number(sealed!.leaves), 1]);
    for (const i of [0, 1, 1_000, BLOCK_ENTRIES_MAX + 75])
      expect(await found({ q: `bulk ${i}` })).to.have.length(1);
  });

  it('of a block that a kill left half are written by whoever comes next', async () => {
    await record(LIN, { action: 'ticket.list', outcome: 'ok', reason: 'before the kill' });
    await index();
    const [last] = await core.sql('SELECT MAX(block_no) AS block_no FROM audit_block');
    const no = Number(last!.block_no);
    await core.sql(`DELETE FROM audit_word WHERE block_no = $1 AND word IN ('before', 'kill')`, [no]);
    await core.sql('UPDATE audit_block SET is_done = 0 WHERE block_no = $1', [no]);
    expect(await found({ q: 'before the kill' })).to.deep.equal([]);
    indexer = makeIndexer();
    await indexer.catchUp();
    expect(await found({ q: 'before the kill' })).to.deep.equal(['ticket.list']);
  });

  it('can be thrown away and made anew', async () => {
    await core.sql('DELETE FROM audit_word');
    await core.sql('DELETE FROM audit_block');
    indexer = makeIndexer();
    await index();
    expect(await found({ q: '反洗钱' })).to.deep.equal(['requester.reveal']);
  });

  it('are left to the process that holds the lease', async () => {
    await record(LIN, { action: 'ticket.list', outcome: 'ok', reason: 'elsewhere' });
    await sealer.sealOnce();
    clock.advance(WORD_INDEX_LIMITS.openMs);
    isLeader = false;
    await indexer.look();
    expect(await found({ q: 'elsewhere' })).to.deep.equal([]);
    isLeader = true;
    clock.advance(WORD_INDEX_LIMITS.lookMs);
    await indexer.look();
    expect(await found({ q: 'elsewhere' })).to.deep.equal(['ticket.list']);
  });

  describe('as rules', () => {
    const rowOf = (body: object) =>
      ({ id: 'x', action: 'a.b', actorId: 'a', body: JSON.stringify(body) }) as EventRow;
    const wordsIn = (body: object) => wordsOf(rowOf(body), readEntryBody(JSON.stringify(body)));

    it('never hold what a database refuses: halves of characters, controls, more than 64 characters', () => {
      const text = fc.string({ unit: 'binary', maxLength: 200 });
      fc.assert(
        fc.property(text, fc.array(text), (reason, ids) => {
          for (const word of wordsIn({ reason, details: { ids } })) {
            expect(word.length).to.be.within(1, 64);
            expect(word).not.to.match(/[\p{Cc}\p{Cs}\s]/u);
          }
        }),
        { numRuns: 300 },
      );
    });

    it('leave out ids of single messages, and stand nothing damaged in the way', () => {
      expect(wordsIn({ details: { messageId: 'm-1', seq: 3 } })).not.to.include('m-1');
      expect(readEntryBody('{')).to.deep.equal({});
      expect(readEntryBody('null')).to.deep.equal({});
    });

    it('read a question as words and parts', () => {
      expect(readQuestion('  Fraud-Check 反洗钱 ')).to.deep.equal({
        words: ['fraud', 'check', '反洗', '洗钱'],
        parts: ['fraud-check', '反洗钱'],
      });
      expect(readQuestion(' .. ').words).to.deep.equal([]);
    });

    it('pack any places and give them back', () => {
      const places = fc.uniqueArray(fc.integer({ min: 0, max: BLOCK_ENTRIES_MAX - 1 }), { maxLength: 1_024 });
      fc.assert(
        fc.property(places, (some) => {
          const sorted = some.sort((a, b) => a - b);
          const bytes = packPlaces(sorted);
          expect(bytes.length).to.be.at.most(128);
          expect(unpackPlaces(bytes)).to.deep.equal(sorted);
        }),
      );
      expect(
        intersect([
          [1, 5, 9],
          [5, 9],
          [2, 9],
        ]),
      ).to.deep.equal([9]);
    });
  });
});
