import { expect } from 'chai';
// The composition root imports every module, and with them every table there is.
import '../compose.ts';
import type { Field } from '../desk/fields/field.section.ts';
import { deskIndexWalks } from '../desk/index.ts';
import { MessageIndexer } from '../desk/search/message-indexer.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { RequesterService } from '../desk/requesters/requester.service.ts';
import { searchRequesters } from '../desk/requesters/requester.view.ts';
import { SCOPE_ALL, SYSTEM_ACTOR } from '../kernel/index.ts';
import { createCrypto, type Crypto } from '../platform/crypto/index.ts';
import type { JobContext } from '../platform/jobs/index.ts';
import { createDekStore } from '../platform/persistence/index.ts';
import { createWornKeys, REKEY_JOBS, REKEY_LIMITS, rekeyJobs } from '../platform/rekey/index.ts';
import { QUIET_LOG } from './support/core.ts';

const PROFILE = { name: '王小明', phone: '13812345678', idNumber: '11010519491231002X', external: 'K-1' };
const HOLDER: Field = {
  ...{ key: 'holder', type: 'text', mask: 'name', class: 'C2', label: { zh: '户名', en: 'Holder' } },
  ...{
    isRequired: false,
    isArchived: false,
    isInList: false,
    choices: [],
    pattern: null,
    min: null,
    max: null,
  },
};
const HASHED = ['requester', 'ticket', 'custom_value', 'message_token'];

describe('rotation of the index key', () => {
  let desk: Desk;
  beforeEach(async () => {
    desk = await buildDesk();
  });
  afterEach(() => desk.close());
  const sql = (text: string, values: unknown[] = []) => desk.core.sql(text, values);

  /** Runs a job as the engine does; `checkpoint` may throw, as a kill does. */
  async function run(
    kind: string,
    options: {
      params?: object;
      state?: unknown;
      settleMs?: number;
      checkpoint?: (state: never) => void | Promise<void>;
    } = {},
  ): Promise<Record<string, unknown>> {
    const { uow, crypto, keys: provider, installationId } = desk.core;
    const { settleMs = 0 } = options;
    const fixed = { suite: 'intl' as const, settleMs, announce: () => undefined };
    const indexes = deskIndexWalks({ uow, crypto, fields: desk.fields });
    const jobs = rekeyJobs({ ...fixed, uow, crypto, provider, installationId, indexes });
    const context = {
      ...{ jobId: 'j', actor: SYSTEM_ACTOR, signal: new AbortController().signal, state: options.state },
      checkpoint: async (state: never) => options.checkpoint?.(state),
      now: () => new Date(),
    } as unknown as JobContext;
    const job = jobs.find((one) => one.kind === kind);
    return (await job?.run(context, options.params ?? {})) as Record<string, unknown>;
  }
  const rotate = (options: Parameters<typeof run>[1] = {}) => run(REKEY_JOBS.rotateIndex, options);

  async function fill() {
    const { clock, crypto, database } = desk.core;
    const withDb = database.read.bind(database);
    const indexer = new MessageIndexer({ owners: desk.owners, crypto, clock, withDb, log: QUIET_LOG });
    const conversation = await desk.buildConversation({ profile: PROFILE, texts: ['我的卡丢了', '请挂失'] });
    const { requesterId } = conversation;
    desk.own.fields = { ticket: [HOLDER], requester: [], conversation: [] };
    const customFields = { holder: '爱新觉罗启明' };
    const body = { subject: '补卡', description: '客户要求补卡', requesterId, customFields };
    await desk.call('lin', 'POST /tickets', { body });
    await indexer.drain();
    return requesterId;
  }
  const find = async (query: object, crypto: Crypto = desk.core.crypto) => {
    const request = { query, scope: SCOPE_ALL, cursor: undefined, limit: 10 };
    const page = await desk.core.uow.read((db) => searchRequesters(crypto, db, request));
    return page.items.map(({ id }) => id);
  };
  const QUERIES = [
    { phone: '13812345678' },
    { phoneLast4: '5678' },
    { name: '王小明' },
    { surname: '王' },
    { namePart: '小明' },
  ];
  async function expectFound(id: string) {
    for (const query of QUERIES) expect(await find(query), JSON.stringify(query)).to.deep.equal([id]);
    const listed = async (route: string, query: Record<string, string>) =>
      ((await desk.call('zhao', route, { query })) as { items: unknown[] }).items.length;
    expect(await listed('GET /messages', { q: '挂失' })).to.equal(1);
    expect(await listed('GET /tickets', { q: '补卡' })).to.equal(1);
    for (const [match, value] of [
      ['whole', '爱新觉罗启明'],
      ['start', '爱'],
      ['words', '启明'],
    ] as const) {
      expect(await listed('GET /tickets', { field: 'holder', match, value }), match).to.equal(1);
    }
    const known = await desk.core.uow.read((db) => desk.requesters.findByExternal(db, 'demo', 'K-1'));
    expect(known?.id).to.equal(id);
  }
  const versions = async (): Promise<Set<number>> => {
    const all = await Promise.all(
      HASHED.map((table) => sql(`SELECT DISTINCT index_version AS v FROM ${table}`)),
    );
    return new Set(all.flat().map(({ v }) => Number(v)));
  };

  it('hashes every row anew, and finds everything before, between, and after', async () => {
    const id = await fill();
    await expectFound(id);
    expect(await versions()).to.deep.equal(new Set([1]));
    const [before] = await sql('SELECT phone_bix FROM requester WHERE id = $1', [id]);
    const result = await rotate({ checkpoint: () => expectFound(id) });
    expect(result).to.include({ unreadable: 0, left: 0, version: desk.core.crypto.indexVersion });
    expect(await versions()).to.deep.equal(new Set([desk.core.crypto.indexVersion]));
    const [after] = await sql('SELECT phone_bix FROM requester WHERE id = $1', [id]);
    expect((after?.['phone_bix'] as Buffer).equals(before?.['phone_bix'] as Buffer)).to.equal(false);
    await expectFound(id);
  });

  it('goes on after a kill at any checkpoint', async () => {
    const id = await fill();
    let kept: unknown;
    let kills = 0;
    for (;;) {
      let isFirst = true;
      const outcome = await rotate({
        state: kept,
        checkpoint(state) {
          kept = structuredClone(state);
          if (isFirst) {
            isFirst = false;
            return;
          }
          throw new Error('killed');
        },
      }).then(
        () => 'done',
        (error: Error) => error.message,
      );
      if (outcome === 'done') break;
      expect(outcome).to.equal('killed');
      kills += 1;
    }
    expect(kills).to.be.greaterThan(1);
    const keys = await sql(`SELECT state FROM crypto_dek WHERE scope = 'index' ORDER BY id`);
    expect(keys.map(({ state }) => state)).to.deep.equal(['decrypt_only', 'active']);
    expect(await versions()).to.deep.equal(new Set([desk.core.crypto.indexVersion]));
    await expectFound(id);
  });

  it('lets a process that hears late find what others write, and hashes its rows in the second walk', async () => {
    await fill();
    const { keys: provider, database, clock, installationId, ids, uow } = desk.core;
    const deps = { provider, store: createDekStore(database), clock, installationId };
    const late = await createCrypto({ ...deps, suite: 'intl' });
    const elsewhere = new RequesterService({ crypto: late, clock, ids });
    let made: string | undefined;
    await rotate({
      async checkpoint(state: { phase: string }) {
        if (state.phase === 'announced') await late.reload();
        if (state.phase !== 'settling' || made !== undefined) return;
        // Active elsewhere for a while already; this process has not been told.
        const profile = { name: '李雷', phone: '13900001111' };
        const input = { siteId: 'demo', profile, isIdentified: true };
        made = (await uow.run({ actor: SYSTEM_ACTOR }, (tx) => elsewhere.create(tx, input))).row.id;
        expect(late.indexVersion).to.equal(1);
        expect(await find({ phone: '13812345678' }, late)).to.have.lengthOf(1);
        expect(await find({ phone: '13900001111' })).to.deep.equal([made]);
      },
    });
    expect(await versions()).to.deep.equal(new Set([desk.core.crypto.indexVersion]));
    expect(await find({ namePart: '李雷' })).to.deep.equal([made]);
  });

  it('does not destroy a key that a row needs, says how many, and destroys it when none does', async () => {
    const id = await fill();
    await rotate();
    const [old] = await sql(`SELECT id FROM crypto_dek WHERE scope = 'index' ORDER BY id`);
    const params = { id: Number(old?.['id']) };
    await sql('UPDATE requester SET index_version = 1 WHERE id = $1', [id]);
    expect(await run(REKEY_JOBS.retire, { params })).to.include({ isDestroyed: false, count: 1 });
    expect(await run(REKEY_JOBS.rehash)).to.include({ rows: 1, unreadable: 0 });
    expect(await run(REKEY_JOBS.retire, { params })).to.include({ isDestroyed: true, count: 0 });
    expect(desk.core.crypto.blindIndexes('requester.phone', 'x')).to.have.lengthOf(1);
    const active = { id: desk.core.crypto.indexVersion };
    expect(await run(REKEY_JOBS.retire, { params: active })).to.include({
      isDestroyed: false,
      state: 'active',
    });
    await expectFound(id);
  });

  it('looks at a bounded number of rows in each statement, also where all are hashed already', async () => {
    const { uow, crypto } = desk.core;
    const place = (await desk.buildConversation({ texts: [] })).id;
    const [first, last] = [REKEY_LIMITS.spanRows - 1, REKEY_LIMITS.spanRows + 1];
    for (let from = 0; from < last; from += 1_000)
      await makeHashed(place, from, Math.min(from + 1_000, last));
    const walk = deskIndexWalks({ uow, crypto, fields: desk.fields }).find(({ name }) => name === 'message');
    const look = await walk?.page(null, 125);
    expect(look).to.deep.equal({ rows: 0, unreadable: 0, after: `${place}/${first + 1}` });
    expect(await walk?.page(look?.after ?? null, 125)).to.include({ rows: 0, after: `${place}/${last}` });
    expect(await walk?.page(`${place}/${last}`, 125)).to.include({ rows: 0, after: null });
    const count = await uow.read(
      (db) => walk?.countSpan(db, 99, null) ?? Promise.reject(new Error('no walk')),
    );
    expect(count).to.deep.equal({ rows: first + 1, after: `${place}/${first + 1}` });
  });

  /** Rows of tokens without their messages: the walk has to pass them. */
  async function makeHashed(place: string, from: number, to: number) {
    const isOracle = desk.core.database.dialect.name === 'oracle';
    const seqs = Array.from({ length: to - from }, (_, i) => from + i + 1);
    const month = 202611;
    await desk.core.sql(
      isOracle
        ? `INSERT INTO message_token (conversation_id, opened_month, seq, message_id, at, index_version, tokens)
            SELECT $1, ${month}, j.s, $1, TIMESTAMP '2026-11-21 00:00:00', 1, 0
            FROM JSON_TABLE($2, '$[*]' COLUMNS (s NUMBER PATH '$')) j`
        : `INSERT INTO message_token (conversation_id, opened_month, seq, message_id, at, index_version, tokens)
            SELECT $1::uuid, ${month}, j.s::bigint, $1::uuid, TIMESTAMP '2026-11-21 00:00:00', 1, '{}'
            FROM json_array_elements_text($2::json) AS j (s)`,
      [place, JSON.stringify(seqs)],
    );
  }

  it('tells every process of the next key of the installation before the first seals with it', async () => {
    const { crypto, keys: provider, database, clock, installationId } = desk.core;
    const deps = { provider, store: createDekStore(database), clock, installationId };
    const late = await createCrypto({ ...deps, suite: 'intl' });
    const cell = { table: 'setting', column: 'value_enc', rowId: 'r' };
    const old = crypto.installation.id;
    let states: unknown[] = [];
    await run(REKEY_JOBS.renew, {
      params: { before: '2099-01-01T00:00:00Z' },
      settleMs: 50,
      async checkpoint() {
        states = (await sql(`SELECT state FROM crypto_dek WHERE scope = 'installation' ORDER BY id`)).map(
          ({ state }) => state,
        );
        expect(crypto.installation.id).to.equal(old);
        await late.reload();
      },
    });
    expect(states).to.deep.equal(['active', 'pre_active']);
    expect(crypto.installation.id).to.not.equal(old);
    expect(late.installation.id).to.equal(old);
    expect(await late.open(cell, crypto.installation.seal(cell, '新'))).to.equal('新');
  });

  it('gives the installation a new key; the old one goes when nothing is sealed with it', async () => {
    const { crypto } = desk.core;
    const cell = { table: 'setting', column: 'value_enc', rowId: 'r' };
    const before = crypto.installation.seal(cell, '旧');
    const old = crypto.installation.id;
    await run(REKEY_JOBS.renew, { params: { before: '2099-01-01T00:00:00Z' } });
    expect(crypto.installation.id).to.not.equal(old);
    expect(await crypto.open(cell, before)).to.equal('旧');
    expect(await crypto.open(cell, crypto.installation.seal(cell, '新'))).to.equal('新');
    const { row, dek } = await desk.buildRequester({ name: '王小明' });
    expect(await run(REKEY_JOBS.retire, { params: { id: dek.id } })).to.include({
      isDestroyed: false,
      count: 1,
    });
    expect(row.indexVersion).to.equal(1);
    expect(await run(REKEY_JOBS.retire, { params: { id: old } })).to.include({ isDestroyed: true });
    const [gone] = await sql('SELECT state, wrapped FROM crypto_dek WHERE id = $1', [old]);
    expect(gone?.['state']).to.equal('destroyed');
    expect(await find({ name: '王小明' })).to.deep.equal([row.id]);
  });

  it('gives a key that has sealed as much as one may a successor', async () => {
    const { crypto, uow, database, installationId } = desk.core;
    const { dek } = await desk.buildRequester({ name: '王小明', phone: '13812345678' });
    const faults: unknown[] = [];
    const worn = createWornKeys({
      ...{ uow, crypto, installationId, withDb: database.read.bind(database), writesMax: 5 },
      announce: (_tx, ids) => crypto.refresh(ids),
      onFault: (error) => faults.push(error),
    });
    expect(await worn.flush()).to.deep.equal([]);
    for (let i = 0; i < 3; i += 1) dek.seal({ table: 'requester', column: 'name_enc', rowId: 'x' }, '王');
    expect(await worn.flush()).to.deep.equal([dek.id]);
    const [row] = await sql('SELECT writes, state FROM crypto_dek WHERE id = $1', [dek.id]);
    expect(row).to.deep.include({ state: 'decrypt_only' });
    expect(Number(row?.['writes'])).to.equal(5);
    expect((await crypto.dek(dek.id)).id).to.not.equal(dek.id);
    // The installation's own is told first, and used from the next count on.
    const own = crypto.installation.id;
    for (const rounds of [1, 2]) {
      for (let i = 0; i < 6; i += 1) {
        crypto.installation.seal({ table: 'setting', column: 'value_enc', rowId: 'x' }, '值');
      }
      expect(await worn.flush()).to.deep.equal([own]);
      expect(crypto.installation.id === own, `round ${rounds}`).to.equal(rounds === 1);
    }
    expect(faults).to.deep.equal([]);
  });
});
