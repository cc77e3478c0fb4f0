import { expect } from 'chai';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { readManifest } from '../compliance/index.ts';
import { startListening } from './support/instance-client.ts';
import { Instance } from './support/instance.ts';

const CONVERSATIONS = 6_000;
const MESSAGES_EACH = 4;
const HELD = 3;
/** A restart, the take-over of a silent run, and the rest of the sweep, on a machine that others use too. */
const DONE_MS = 180_000;
const WHY = {
  ...{ reason: '监管调查', authority: 'CBIRC-2026-1' },
  endsAt: new Date(Date.now() + 30 * 86_400_000).toISOString(),
};

interface Run {
  id: string;
  state: string;
  chunk_count: string;
  rows_removed: string;
}

describe('kill -9 of the server in a sweep', function () {
  this.timeout(600_000);
  this.bail(true);
  const instance = new Instance();
  let held: string[] = [];
  let others = 0;

  before(() => instance.start());
  after(() => instance.dispose());

  const run = async () => (await rows<Run>(`SELECT * FROM sweep_run WHERE kind = 'real'`))[0];
  const rows = <T>(sql: string) => instance.sql(sql) as Promise<T[]>;
  const count = async (sql: string) =>
    Number((await rows<{ n: string }>(`SELECT COUNT(*) AS n FROM ${sql}`))[0]?.n);

  async function officer() {
    const { password } = instance.account('officer');
    const body = { username: 'officer', password };
    const reply = await instance.call('/api/v1/session', { method: 'POST', body });
    const cookie = String(reply.headers['set-cookie']).split(';')[0] ?? '';
    const { csrfToken } = reply.json as { csrfToken: string };
    return { cookie, 'x-csrf-token': csrfToken };
  }

  /** Waits for a file of the archive that is being written. */
  async function archiving(): Promise<string> {
    const folder = join(instance.home, 'archive');
    for (const endMs = Date.now() + DONE_MS; Date.now() < endMs; await nextTurn()) {
      if (!existsSync(folder)) continue;
      for (const each of readdirSync(folder)) {
        const part = readdirSync(join(folder, each)).find((name) => name.endsWith('.part'));
        if (part !== undefined) return part;
      }
    }
    throw new Error('no file of an archive was being written');
  }

  async function until(isSo: (run: Run) => boolean): Promise<Run> {
    for (const endMs = Date.now() + DONE_MS; Date.now() < endMs; await wait(50)) {
      const found = await run();
      if (found !== undefined && isSo(found)) return found;
    }
    throw new Error(`the sweep stands at ${JSON.stringify(await run())}`);
  }

  it('while it writes an archive, and in its later chunks: it goes on after each', async () => {
    others = await count('message');
    await seed();
    const headers = await officer();
    held = (await rows<{ id: string }>(`SELECT id FROM requester WHERE dek_id = 0 LIMIT ${HELD}`)).map(
      ({ id }) => id,
    );
    for (const requesterId of held) {
      const body = { requesterId, ...WHY };
      const placed = await instance.call('/api/v1/holds', { method: 'POST', headers, body });
      expect(placed.status, placed.text).to.equal(201);
    }
    await instance.sql('UPDATE sweep_guard SET is_scheduled = 1');
    const started = await instance.call('/api/v1/records/sweep', { method: 'POST', headers, body: {} });
    expect(started.status, started.text).to.be.lessThan(300);
    await archiving();
    await instance.kill();
    await startListening(instance);
    const after = await until(({ chunk_count }) => Number(chunk_count) >= 2);
    expect(after.state).to.equal('running');
    await instance.kill();
    expect((await run())?.state, 'killed in the middle').to.equal('running');
    await startListening(instance);
    await until(({ state }) => state === 'done');
  });

  it('nothing that should stay is lost, and nothing that is over is left', async () => {
    const gone = CONVERSATIONS - HELD;
    expect(await count('conversation WHERE dek_id = 0')).to.equal(HELD);
    expect(await count(`conversation WHERE dek_id = 0 AND requester_id IN ('${held.join(`','`)}')`)).to.equal(
      HELD,
    );
    expect(await count('requester WHERE dek_id = 0')).to.equal(HELD);
    expect(await count('message')).to.equal(others + HELD * MESSAGES_EACH);
    expect(await count(`sweep_run WHERE kind = 'real'`), 'one run went on').to.equal(1);
    expect(Number((await run())?.rows_removed)).to.equal(gone * (MESSAGES_EACH + 2));
  });

  it('what went is archived once, and the archive verifies', async () => {
    const folder = join(instance.home, 'archive', (await run())?.id ?? '');
    const { manifest } = await readManifest(folder);
    // Profiles are deleted without an archive.
    expect([...new Set(manifest.chunks.map(({ recordClass }) => recordClass))]).to.deep.equal(['chat']);
    const records = manifest.chunks.reduce((sum, { recordCount }) => sum + recordCount, 0);
    expect(records).to.equal(CONVERSATIONS - HELD);
    const listed = [...manifest.chunks.map(({ file }) => file), 'SHA256SUMS', 'manifest.json'];
    expect(readdirSync(folder).sort()).to.deep.equal(listed.sort());
    const verified = await instance.vaultdesk('archive', 'verify', folder);
    expect(verified.code, verified.stdout + verified.stderr).to.equal(0);
    const read = await instance.vaultdesk('archive', 'read', folder, '--reason', 'CASE-1');
    const lines = read.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { table: string; row: Record<string, string> });
    const keys = lines.map(({ table, row }) => `${table}/${row['conversation_id'] ?? ''}/${row['id']}`);
    expect(new Set(keys).size).to.equal(keys.length);
    expect(keys.length).to.equal((CONVERSATIONS - HELD) * (MESSAGES_EACH + 1));
  });

  it('the trail is whole', async () => {
    const verified = await instance.vaultdesk('audit', 'verify', '--json');
    expect(verified.code, verified.stdout + verified.stderr).to.equal(0);
  });

  /** Conversations closed four years ago with requesters and messages; no key opens what they hold. */
  async function seed(): Promise<void> {
    const at = `now() AT TIME ZONE 'UTC' - interval '48 months' + n * interval '1 second'`;
    await instance.sql(
      `INSERT INTO requester (id, dek_id, is_identified, created_at, updated_at, version)
        SELECT gen_random_uuid(), 0, 0, ${at}, ${at}, 1 FROM generate_series(1, ${CONVERSATIONS}) n`,
    );
    await instance.sql(
      `INSERT INTO conversation (id, requester_id, dek_id, site_id, channel, state, opened_month, opened_at, last_seq,
          last_from, last_at, agent_read_seq, robot_misses, closed_at, version)
        SELECT gen_random_uuid(), id, 0, 'demo', 'web', 'closed', 202201, created_at, ${MESSAGES_EACH}, 'requester',
          created_at, 0, 0, created_at, 1 FROM requester WHERE dek_id = 0`,
    );
    await instance.sql(
      `INSERT INTO message (conversation_id, opened_month, seq, id, sender, sender_id, kind, body_enc, at)
        SELECT id, 202201, s, gen_random_uuid(), 'requester', requester_id, 'text',
          decode('e10100000000' || repeat(md5(id::text || s), 25), 'hex'), opened_at
        FROM conversation, generate_series(1, ${MESSAGES_EACH}) s WHERE dek_id = 0`,
    );
  }
});
