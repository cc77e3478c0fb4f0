import { tmpdir } from 'node:os';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import {
  createAuditLane,
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  type AuditDraft,
  type AuditLane,
} from '../../../../audit/index.ts';
import { createCompliance, createTimeline, WordIndexer } from '../../../compliance/index.ts';
import { openTimeZone, type Ids } from '../../../kernel/index.ts';
import { NO_REST } from '../../../platform/jobs/index.ts';
import { createAuditStorage, toAuditRow } from '../../../platform/persistence/index.ts';
import { inTransactionOf, withDb } from '../../../wiring.ts';
import { buildCore, QUIET_LOG, type Core } from '../../support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../support/serve-routes.ts';
import { say } from '../figure.ts';

const AT_ONCE = 10_000;
const YEAR_MS = 365 * 86_400_000;
const ACCOUNTS = 300;
const CUSTOMERS = 20_000;
/** Conversations that go on at the same time; each gets a dozen entries and makes room for another. */
const OPEN_AT_ONCE = 200;
const ENTRIES_PER_CONVERSATION = 12;
const REASONS = ['verify-identity', 'complaint', 'fraud-check', 'address-change'];
/** One entry in this many has it. */
const RARE_EVERY = 20_000;
/** A reason that few entries name. */
export const RARE_REASON = '反洗钱协查函';

/** What can be asked about. */
export interface ManyEntries {
  core: Core;
  served: ServedRoutes<'officer'>;
  accounts: readonly string[];
  customers: readonly string[];
  tickets: readonly string[];
  addresses: readonly string[];
  /** Writes and seals entries until there are so many, and makes them findable by words; ms of the last part. */
  growTo(count: number): Promise<number>;
  /** Counts everything for the charts; entries, and ms. */
  count(): Promise<{ entries: number; ms: number }>;
  /** Rows and bytes of the words. */
  sizeOfWords(): Promise<{ rows: number; bytes: number }>;
  close(): Promise<void>;
}

/** A trail with many entries of a bank's year, and its routes over HTTP for an officer. */
export async function openManyEntries(total: number): Promise<ManyEntries> {
  const core = await buildCore();
  const folder = await mkdtemp(join(tmpdir(), 'vd-bench-trail-'));
  const client = new pg.Client({ connectionString: core.url });
  await client.connect();
  const trail = createAuditStorage(core.database);
  const signer = createNoteSigner('vaultdesk/bench', generateSealKey());
  const anchors = [createFolderAnchor(folder)];
  const maker = new EntryMaker(core.ids, total);
  const sealer = createSealer({ storage: trail, signer, anchors, clock: { now: () => maker.now } });
  const words = new WordIndexer({
    ...{ trail, clock: core.clock, withDb: withDb(core.database), log: QUIET_LOG, pace: NO_REST },
    lease: { hold: async () => true },
  });
  const timeline = createTimeline({
    ...{ trail, clock: core.clock, zone: openTimeZone('Asia/Shanghai'), log: QUIET_LOG, pace: NO_REST },
    ...{ withDb: withDb(core.database), inTransaction: inTransactionOf(core.database) },
    lease: { hold: async () => true },
    accountNames: async () => new Map(),
  });
  const { routes } = createCompliance({
    ...{ trail, sealer, clock: core.clock, epoch: 1, outsideAnchors: () => [] },
    timeReading: () => ({ source: 'none' as const, state: 'unknown' as const, syncedAt: null }),
    ...{ anchorFolder: folder, stampFolder: join(folder, 'stamps'), auditKeys: createKeyFile(signer) },
    accountNames: async () => new Map(),
  });
  const served = await serveRoutes(core, [...routes, ...timeline.routes], {
    officer: { actor: { type: 'account', id: core.ids.next() }, permissions: ['audit:read'] },
  });
  await client.query(
    `INSERT INTO audit_epoch (node, epoch, host, lane_count, started_at) VALUES ('bench', 1, 'bench', 1, now())`,
  );
  return {
    ...{ core, served, ...maker.known },
    async growTo(count) {
      say(`making entries up to ${count}`);
      while (maker.made < count) {
        await insert(client, maker.next(Math.min(AT_ONCE, count - maker.made)));
        // Sealed when they were made: places in the tree are looked for from the time of an entry on.
        while (sealer.status().size < maker.made) await sealer.sealOnce();
      }
      await client.query('VACUUM ANALYZE audit_event');
      say('making them findable');
      const startedMs = performance.now();
      await words.catchUp();
      const ms = performance.now() - startedMs;
      await client.query('VACUUM ANALYZE audit_word');
      return ms;
    },
    async count() {
      const startedMs = performance.now();
      const entries = await timeline.counter.catchUp();
      return { entries, ms: performance.now() - startedMs };
    },
    async sizeOfWords() {
      const { rows } = await client.query<{ rows: string; bytes: string }>(
        `SELECT (SELECT COUNT(*) FROM audit_word) AS rows, pg_total_relation_size('audit_word') AS bytes`,
      );
      return { rows: Number(rows[0]?.rows), bytes: Number(rows[0]?.bytes) };
    },
    async close() {
      await served.stop();
      await client.end();
      await sealer.stop();
      await core.close();
      await rm(folder, { recursive: true });
    },
  };
}

interface Made {
  draft: AuditDraft;
  actor: { type: string; id: string; ip?: string };
}

/** Entries as a bank makes them: mostly messages, some looks at customers, a few sign-ins and tickets. */
class EntryMaker {
  readonly #ids: Ids;
  readonly #lane: AuditLane;
  readonly #stepMs: number;
  readonly #startMs = Date.now() - YEAR_MS;
  readonly #open: { id: string; customer: string; account: string; left: number }[] = [];
  #seed = 7;
  made = 0;
  /** Time of the next entry. */
  get now(): Date {
    return new Date(Math.floor(this.#startMs + this.made * this.#stepMs));
  }
  readonly known: Pick<ManyEntries, 'accounts' | 'customers' | 'tickets' | 'addresses'>;

  constructor(ids: Ids, total: number) {
    this.#ids = ids;
    this.#stepMs = YEAR_MS / total;
    this.#lane = createAuditLane({ node: 'bench', epoch: 1, lane: 0, chained: false });
    const make = (count: number) => Array.from({ length: count }, () => ids.next());
    this.known = {
      accounts: make(ACCOUNTS),
      customers: make(CUSTOMERS),
      tickets: make(CUSTOMERS),
      addresses: Array.from({ length: ACCOUNTS }, (_, i) => `10.20.${i >> 6}.${i & 63}`),
    };
  }

  next(count: number) {
    return Array.from({ length: count }, () => {
      const at = this.now;
      const { draft, actor } = this.#draft();
      this.made += 1;
      const request = actor.type === 'account' ? { request: { id: this.#ids.next() } } : {};
      return toAuditRow(
        this.#lane.draw(draft, { id: this.#ids.next(), at, actor, installation: 'bench', ...request }),
      );
    });
  }

  #draft(): Made {
    const { accounts, customers, tickets, addresses } = this.known;
    const kind = this.#pick(100);
    const who = this.#pick(ACCOUNTS);
    const one = this.#pick(CUSTOMERS);
    const account = { type: 'account', id: accounts[who] as string, ip: addresses[who] as string };
    const customer = customers[one] as string;
    const ticket = tickets[one] as string;
    const reveal = (reason: string): AuditDraft => ({
      ...{ action: 'requester.reveal', outcome: 'ok', customer, fields: ['phone'], reason, ticket },
    });
    if (this.made % RARE_EVERY === 0) {
      return { draft: reveal(RARE_REASON), actor: account };
    }
    if (kind < 70) return this.#message();
    if (kind < 82) return { draft: { action: 'requester.view', outcome: 'ok', customer }, actor: account };
    if (kind < 86) {
      const reason = REASONS[this.#pick(REASONS.length)] as string;
      return { draft: reveal(reason), actor: account };
    }
    if (kind < 97) {
      const target = { type: 'ticket', id: ticket };
      return { draft: { action: 'ticket.view', outcome: 'ok', target, customer }, actor: account };
    }
    if (kind < 99) return { draft: { action: 'session.open', outcome: 'ok' }, actor: account };
    return {
      draft: { action: 'access.refuse', outcome: 'refused', reason: 'access.refused' },
      actor: account,
    };
  }

  #message(): Made {
    const index = this.#pick(OPEN_AT_ONCE);
    let talk = this.#open[index];
    if (talk === undefined || talk.left === 0) {
      const customer = this.known.customers[this.#pick(CUSTOMERS)] as string;
      const account = this.known.accounts[this.#pick(ACCOUNTS)] as string;
      talk = { id: this.#ids.next(), customer, account, left: ENTRIES_PER_CONVERSATION };
      this.#open[index] = talk;
    }
    talk.left -= 1;
    const isReply = talk.left % 2 === 1;
    const { id, customer, account, left } = talk;
    const draft: AuditDraft = {
      ...{ action: isReply ? 'message.send' : 'message.receive', outcome: 'ok', customer },
      target: { type: 'conversation', id },
      details: { seq: ENTRIES_PER_CONVERSATION - left, messageId: this.#ids.next() },
    };
    const from = this.#pick(60_000);
    const visitor = { type: 'requester', id: customer, ip: `36.${from >> 8}.${from & 255}.9` };
    return { draft, actor: isReply ? { type: 'account', id: account } : visitor };
  }

  /** The same numbers each time; a plain linear congruence is random enough for a load. */
  #pick(below: number): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.#seed >>> 8) % below;
  }
}

async function insert(client: pg.Client, rows: ReturnType<EntryMaker['next']>): Promise<void> {
  const list = rows.map(({ leaf, occurredAt, ...row }) => ({
    ...row,
    leaf: leaf.toString('hex'),
    at: occurredAt.toISOString().slice(0, -1),
  }));
  await client.query(
    `INSERT INTO audit_event (node, epoch, lane, n, id, occurred_at, actor_type, actor_id, action, class,
        target_type, target_id, customer_ref, outcome, body, leaf)
      SELECT node, epoch, lane, n, id, at, "actorType", "actorId", action, class, "targetType", "targetId",
        "customerRef", outcome, body, decode(leaf, 'hex')
      FROM json_to_recordset($1::json) AS x(node text, epoch bigint, lane bigint, n bigint, id uuid, at timestamp,
        "actorType" text, "actorId" text, action text, class text, "targetType" text, "targetId" text,
        "customerRef" text, outcome text, body text, leaf text)`,
    [JSON.stringify(list)],
  );
}
