import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import '../compose.ts';
import { MESSAGE_WORDS } from '../desk/search/message-indexer.ts';
import { searchMessages } from '../desk/search/message-search.view.ts';
import { buildDesk, PEOPLE, type Desk } from '../desk/test/build-desk.ts';
import { FROM_NEWEST, SCOPE_ALL, SYSTEM_ACTOR } from '../kernel/index.ts';
import { createJobs } from '../platform/jobs/index.ts';
import { REKEY_JOBS, rekeyJobs } from '../platform/rekey/index.ts';
import { IS_ORACLE_SIM, QUIET_LOG } from './support/core.ts';

const MESSAGES = 200_000;
const AT_ONCE = 5_000;
/** Killed when so many rows are hashed. */
const KILLS = [20_000, 90_000];
const DONE_MS = 1_800_000;
const PROGRAM = fileURLToPath(new URL('./support/rotate-index-process.ts', import.meta.url));

interface Job {
  state: string;
  done: number;
  result: { rows: number; unreadable: number; left: number; version: number };
  /** A count as the driver gives it. */
  restarts: string;
}

// Each kill costs the quarter of a minute after which a silent process is taken for dead: npm run test:long.
if (process.env['VAULTDESK_TEST_LONG'] === '1' && !IS_ORACLE_SIM) {
  describe(`rotation of the index key over ${MESSAGES} messages`, function () {
    this.timeout(DONE_MS);
    let desk: Desk;
    const children: ChildProcess[] = [];
    before(async () => {
      desk = await buildDesk();
    });
    after(async () => {
      for (const child of children) child.kill('SIGKILL');
      await desk?.close();
    });

    const start = () => {
      const args = ['--import', 'tsx', PROGRAM, desk.core.url, desk.core.keysFolder];
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
      children.push(child);
      return child;
    };
    async function job(id: string): Promise<Job> {
      const [row] = await desk.core.sql('SELECT state, done, run_result, restarts FROM job WHERE id = $1', [
        id,
      ]);
      const { run_result: result, done } = row as Record<string, unknown>;
      return {
        ...row,
        done: Number(done),
        result: typeof result === 'string' ? JSON.parse(result) : result,
      } as Job;
    }
    async function until(id: string, isSo: (one: Job) => boolean): Promise<Job> {
      for (;;) {
        const one = await job(id);
        if (isSo(one)) return one;
        expect(one.state, 'a job that ended').to.be.oneOf(['queued', 'running']);
        await wait(20);
      }
    }

    it('goes on behind its last page after each kill -9, and leaves no row of the old version', async () => {
      await fill(desk);
      const { uow, clock, ids, database, crypto, keys: provider, installationId } = desk.core;
      const withDb = database.read.bind(database);
      const jobs = createJobs({ uow, clock, ids, log: QUIET_LOG, withDb, timeZone: 'UTC' });
      const deps = { uow, crypto, provider, suite: 'intl' as const, installationId, indexes: [] };
      jobs.add(rekeyJobs({ ...deps, settleMs: 0, announce: () => undefined }));
      const id = await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        tx.record({ action: 'key.rotate', outcome: 'ok', target: { type: 'job', id: 'spec' } });
        return jobs.queue.enqueue(tx, REKEY_JOBS.rotateIndex, {}, { key: REKEY_JOBS.rotateIndex });
      });
      for (const rows of KILLS) {
        const child = start();
        await until(id, ({ done }) => done >= rows);
        child.kill('SIGKILL');
        await new Promise((resolve) => child.once('exit', resolve));
      }
      start();
      const ended = await until(id, ({ state }) => state === 'succeeded');
      expect(Number(ended.restarts)).to.equal(KILLS.length);
      expect(ended.result).to.include({ unreadable: 0, left: 0 });
      // A page that was written and not yet told of is found hashed, so that nothing is hashed twice.
      expect(ended.result.rows).to.be.within(MESSAGES - KILLS.length * 125, MESSAGES + 1);
      const versions = await desk.core.sql('SELECT DISTINCT index_version AS v FROM message_token');
      expect(versions.map(({ v }) => Number(v))).to.deep.equal([ended.result.version]);
      await crypto.reload();
      const viewer = { accountId: PEOPLE.zhao.id, seesAll: true, groupIds: [], scope: SCOPE_ALL };
      for (const n of [0, MESSAGES / 2, MESSAGES - 1]) {
        const request = { viewer, text: wordOf(n), before: FROM_NEWEST, limit: 10 };
        const { items } = await uow.read((db) => searchMessages(crypto, db, request));
        expect(items.map(({ seq }) => seq)).to.deep.equal([n + 1]);
      }
    });
  });
}

function wordOf(n: number): string {
  return `订单号${n}x`;
}

async function fill(desk: Desk): Promise<void> {
  const { crypto, ids } = desk.core;
  const conversation = await desk.buildConversation({ texts: [] });
  const dek = await crypto.dek(conversation.dekId);
  for (let first = 0; first < MESSAGES; first += AT_ONCE) {
    const rows = Array.from({ length: AT_ONCE }, (_, offset) => {
      const [id, text] = [ids.next(), wordOf(first + offset)];
      const body = dek.seal({ table: 'message', column: 'body_enc', rowId: id }, text).toString('hex');
      const tokens = crypto.wordTokens(MESSAGE_WORDS, text).join(',');
      return { i: id, s: first + offset + 1, b: body, t: `{${tokens}}` };
    });
    const values = [
      conversation.id,
      conversation.openedMonth,
      conversation.requesterId,
      JSON.stringify(rows),
    ];
    const of = 'FROM json_to_recordset($4::json) AS x(i uuid, s bigint, b text, t text)';
    await desk.core.sql(
      `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
        SELECT $1::uuid, $2::bigint, x.s, x.i, 'requester', $3::uuid, 'text', decode(x.b, 'hex'),
          TIMESTAMP '2026-11-21 00:00:00' + x.s * INTERVAL '1 second' ${of}`,
      values,
    );
    await desk.core.sql(
      `INSERT INTO message_token (conversation_id, opened_month, seq, message_id, at, index_version, tokens)
        SELECT $1::uuid, $2::bigint, x.s, x.i, TIMESTAMP '2026-11-21 00:00:00' + x.s * INTERVAL '1 second', 1,
          x.t::bigint[] ${of.replace('$4', '$3')}`,
      [values[0], values[1], values[3]],
    );
  }
}
