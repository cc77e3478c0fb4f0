import { expect } from 'chai';
// The composition root imports every module, and with them every table there is.
import '../compose.ts';
import { buildDesk, type Desk } from '../desk/test/build-desk.ts';
import { createCrypto, parseEnvelope, type Crypto, type Suite } from '../platform/crypto/index.ts';
import type { AnyJobKind, JobContext } from '../platform/jobs/index.ts';
import { createDekStore, sealedTables } from '../platform/persistence/index.ts';
import { countNeeding, REKEY_JOBS, rekeyJobs } from '../platform/rekey/index.ts';

const PROFILE = { name: '王小明', phone: '13812345678', idNumber: '11010519491231002X' };

describe('changing keys', () => {
  let desk: Desk;
  let announced: number[];
  beforeEach(async () => {
    desk = await buildDesk();
    announced = [];
  });
  afterEach(() => desk.close());

  function jobsWith(suite: Suite, crypto: Crypto = desk.core.crypto): Map<string, AnyJobKind> {
    const { uow, keys: provider, installationId } = desk.core;
    const announce = (_tx: unknown, ids: readonly number[]) => void announced.push(...ids);
    const deps = { uow, crypto, provider, suite, installationId, announce, indexes: [], settleMs: 0 };
    return new Map(rekeyJobs(deps).map((job) => [job.kind, job]));
  }
  /** Runs a job as the engine does; `checkpoint` may throw, as a kill does. */
  function run(
    kind: string,
    options: {
      params?: object;
      suite?: Suite;
      crypto?: Crypto;
      checkpoint?: (state: unknown) => void;
      state?: unknown;
    } = {},
  ) {
    const context = {
      ...{ jobId: 'j', actor: { type: 'system', id: 'system' }, signal: new AbortController().signal },
      state: options.state,
      checkpoint: async (state: unknown) => options.checkpoint?.(state),
      now: () => new Date(),
    } as unknown as JobContext;
    return jobsWith(options.suite ?? 'intl', options.crypto)
      .get(kind)
      ?.run(context, options.params ?? {});
  }
  const renew = () => run(REKEY_JOBS.renew, { params: { before: '2099-01-01T00:00:00Z' } });
  const sql = (text: string, values: unknown[] = []) => desk.core.sql(text, values);
  async function fill() {
    const conversation = await desk.buildConversation({ profile: PROFILE, texts: ['我的卡丢了', '请挂失'] });
    const body = { subject: '补卡', description: '客户要求补卡', requesterId: conversation.requesterId };
    await desk.call('lin', 'POST /tickets', { body });
    return conversation;
  }
  /** Every envelope of the walked tables by table and row. */
  async function envelopes(): Promise<{ table: string; rowId: string; dekId: number; alg: number }[]> {
    const all = [];
    for (const table of sealedTables()) {
      const [statement, params] = table.pageOf(undefined, 1_000);
      const rows = await desk.core.uow.read((db) => db.all(statement, params));
      for (const row of rows) {
        const { rowId, values } = table.read(row);
        for (const { envelope } of values) {
          const parsed = parseEnvelope(envelope);
          if (parsed) all.push({ table: table.table, rowId, dekId: parsed.dekId, alg: parsed.alg });
        }
      }
    }
    return all;
  }
  const readTexts = async (conversation: { id: string }) => {
    const row = await desk.service.get(conversation.id);
    return (await desk.core.uow.read((db) => desk.service.history(db, row, 0))).map(({ text }) => text);
  };

  it('wraps every data key by a new master key and touches no row of data', async () => {
    const conversation = await fill();
    const { keys, uow, crypto } = desk.core;
    const before = await sql('SELECT id, body_enc FROM message ORDER BY id');
    const old = keys.kekId;
    const made = await keys.newKek();
    expect(await uow.read((db) => countNeeding(db, old))).to.be.greaterThan(1);
    const result = (await run(REKEY_JOBS.rewrap)) as { keys: number };
    expect(result.keys).to.equal((await sql('SELECT id FROM crypto_dek')).length);
    expect(await uow.read((db) => countNeeding(db, old))).to.equal(0);
    expect(await uow.read((db) => countNeeding(db, made))).to.equal(result.keys);
    expect(await sql('SELECT id, body_enc FROM message ORDER BY id')).to.deep.equal(before);
    await keys.retire(old);
    expect(await keys.list()).to.deep.equal([made]);
    crypto.refresh((await sql('SELECT id FROM crypto_dek')).map(({ id }) => Number(id)));
    expect(await readTexts(conversation)).to.deep.equal(['我的卡丢了', '请挂失']);
    expect(await run(REKEY_JOBS.rewrap)).to.deep.equal({ kekId: made, keys: 0 });
  });

  it('gives requesters new keys, seals everything anew, and reads it as before', async () => {
    const conversation = await fill();
    const olds = (await envelopes()).map(({ dekId }) => dekId);
    const installation = desk.core.crypto.installation.id;
    // The requester's and the installation's own.
    expect(await renew()).to.deep.equal({ keys: 2 });
    // The installation's next is told before it is used.
    const next = desk.core.crypto.installation.id;
    expect(announced).to.deep.equal([olds[0], next, installation, next]);
    desk.core.crypto.refresh(announced);
    const result = (await run(REKEY_JOBS.reseal)) as Record<string, number>;
    expect(result).to.include({ unreadable: 0, raced: 0 });
    const rows = new Set((await envelopes()).map(({ table, rowId }) => `${table} ${rowId}`));
    expect(result['resealed']).to.equal(rows.size);
    const news = await envelopes();
    expect(news).to.have.lengthOf(olds.length);
    for (const { dekId } of news) expect(olds).to.not.include(dekId);
    expect(await readTexts(conversation)).to.deep.equal(['我的卡丢了', '请挂失']);
    expect(await run(REKEY_JOBS.reseal)).to.include({ resealed: 0 });
    const states = await sql(`SELECT state FROM crypto_dek WHERE scope = 'requester' ORDER BY id`);
    expect(states.map(({ state }) => state)).to.deep.equal(['decrypt_only', 'active']);
  });

  it('seals new messages of a running conversation under the new key', async () => {
    const conversation = await fill();
    await renew();
    desk.core.crypto.refresh(announced);
    await desk.owners.forgetKeys(new Set(announced));
    const by = { actor: { type: 'requester' as const, id: conversation.requesterId } };
    const message = { conversationId: conversation.id, id: desk.core.ids.next(), text: '还在吗' };
    await desk.service.receive(by, message);
    const [row] = await sql('SELECT body_enc FROM message WHERE id = $1', [message.id]);
    expect(announced).to.not.include(parseEnvelope(row?.['body_enc'] as Buffer)?.dekId);
    expect(await readTexts(conversation)).to.deep.equal(['我的卡丢了', '请挂失', '还在吗']);
  });

  it('writes each page in one statement, and reads a row again that changed meanwhile', async () => {
    const conversation = await fill();
    await renew();
    desk.core.crypto.refresh(announced);
    const [{ id: messageId } = {}] = await sql('SELECT id FROM message WHERE seq = 1');
    const dek = await desk.core.crypto.dek(announced[0] as number);
    const changed = dek.seal({ table: 'message', column: 'body_enc', rowId: String(messageId) }, '改过的');
    // Between the reading of the page and the writing of it somebody puts another value in place.
    const { crypto } = desk.core;
    let changes = 0;
    const racing: Crypto = Object.create(crypto, {
      openManyBytes: {
        value: async (items: Parameters<Crypto['openManyBytes']>[0]) => {
          const opened = await crypto.openManyBytes(items);
          if (changes === 0 && items.some(({ cell }) => cell.rowId === messageId)) {
            changes += 1;
            await sql('UPDATE message SET body_enc = $1 WHERE id = $2', [changed, messageId]);
          }
          return opened;
        },
      },
    });
    const bind = (name: 'deks' | 'successors' | 'prepare') => ({ value: crypto[name].bind(crypto) });
    Object.defineProperties(racing, {
      deks: bind('deks'),
      successors: bind('successors'),
      prepare: bind('prepare'),
    });
    const result = await run(REKEY_JOBS.reseal, { crypto: racing });
    expect(changes).to.equal(1);
    expect(result).to.include({ raced: 0, unreadable: 0 });
    expect(await readTexts(conversation)).to.deep.equal(['改过的', '请挂失']);
    for (const { dekId } of await envelopes()) expect(announced).to.not.include(dekId);
  });

  it('goes on from its checkpoint after a kill', async () => {
    await fill();
    await fill();
    await renew();
    desk.core.crypto.refresh(announced);
    let kept: unknown;
    let calls = 0;
    const killed = run(REKEY_JOBS.reseal, {
      checkpoint(state) {
        calls += 1;
        if (calls === 8) throw new Error('killed');
        kept = state;
      },
    });
    expect(
      await killed?.then(
        () => 'done',
        () => 'killed',
      ),
    ).to.equal('killed');
    const result = (await run(REKEY_JOBS.reseal, { state: kept })) as Record<string, number>;
    expect(result['unreadable']).to.equal(0);
    for (const { dekId } of await envelopes()) expect(announced).to.not.include(dekId);
  });

  it('leaves what cannot be read as it is, and counts it', async () => {
    await fill();
    const [message] = await sql('SELECT id, body_enc FROM message');
    const damaged = Buffer.from(message?.['body_enc'] as Buffer);
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1;
    await sql('UPDATE message SET body_enc = $1 WHERE id = $2', [damaged, message?.['id']]);
    await renew();
    desk.core.crypto.refresh(announced);
    expect(await run(REKEY_JOBS.reseal)).to.include({ unreadable: 1 });
    const [after] = await sql('SELECT body_enc FROM message WHERE id = $1', [message?.['id']]);
    expect((after?.['body_enc'] as Buffer).equals(damaged)).to.equal(true);
  });

  it('moves to the other suite and back while both stay readable', async () => {
    const conversation = await fill();
    const { keys: provider, database, clock, installationId } = desk.core;
    const gm = await createCrypto({
      ...{ provider, store: createDekStore(database), clock, installationId, suite: 'gm' },
    });
    await run(REKEY_JOBS.reseal, { suite: 'gm', crypto: gm });
    expect(new Set((await envelopes()).map(({ alg }) => alg))).to.deep.equal(new Set([2]));
    expect(await readTexts(conversation)).to.deep.equal(['我的卡丢了', '请挂失']);
    await run(REKEY_JOBS.reseal);
    expect(new Set((await envelopes()).map(({ alg }) => alg))).to.deep.equal(new Set([1]));
    expect(await readTexts(conversation)).to.deep.equal(['我的卡丢了', '请挂失']);
  });

  it('walks every sealed column of every table', () => {
    expect(sealedTables().map(({ table }) => table)).to.include.members([
      ...['requester', 'message', 'conversation_note', 'conversation_rating', 'ticket', 'ticket_comment'],
      ...['custom_value', 'stored_file', 'stored_file_chunk', 'evaluation', 'evaluation_criterion'],
    ]);
  });
});
