import { expect } from 'chai';
import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import {
  askInstance,
  askUntil,
  openVisitor,
  startListening,
  TestSocket,
  untilReady,
  type VisitorSession,
} from './support/instance-client.ts';
import { Instance } from './support/instance.ts';

const SERVER = ['dist/server/evaluation.mjs'];
const FRAME_BYTES_MAX = 64 * 1024;
const BODY_BYTES_MAX = 512 * 1024;
/** Raises what PostgreSQL raises when it cannot extend a file (SQLSTATE 53100). */
const FILL_DISK = `
  CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;
  CREATE TRIGGER disk_is_full BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION disk_is_full();
  CREATE TRIGGER disk_is_full BEFORE INSERT ON ticket FOR EACH ROW EXECUTE FUNCTION disk_is_full()`;

describe('bad input and bad weather', function () {
  this.timeout(180_000);
  const instance = new Instance();
  let session: VisitorSession;

  before(async () => {
    await startListening(instance);
    session = await openVisitor(instance);
  });
  after(() => instance.dispose());

  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });
  /** The headers of a person who has signed in. */
  const signIn = async (username: string) => {
    const { password } = instance.account(username);
    const reply = await askInstance(instance, '/api/v1/session', { body: { username, password } });
    const cookie = String(reply.headers['set-cookie']?.[0]).split(';')[0] ?? '';
    const session = await askInstance(instance, '/api/v1/session', { headers: { Cookie: cookie } });
    return { Cookie: cookie, 'X-CSRF-Token': String(session.json.csrfToken) };
  };
  const openTicket = () =>
    askInstance(instance, '/api/v1/tickets', {
      headers: bearer(instance.token),
      body: { subject: '磁盘已满', description: '写入被拒绝。' },
    });
  const say = (text: unknown, id: unknown = randomUUID()) => ({ t: 'send', id, kind: 'text', text });
  /** A socket that has said hello. */
  const enter = async (of = session) => {
    const socket = await TestSocket.enter(instance, of);
    await socket.next(({ t }) => t === 'welcome');
    return socket;
  };
  /** The error that a frame gets. */
  const refusalOf = async (socket: TestSocket, frame: object | string) => {
    const heard = socket.frames.length;
    socket.send(frame);
    const { code, message } = await socket.next(
      (frame) => frame.t === 'error' && socket.frames.indexOf(frame) >= heard,
    );
    expect(message).to.be.a('string').that.has.length.above(10);
    return code as string;
  };

  describe('on the socket', () => {
    let socket: TestSocket;
    before(async () => {
      socket = await enter();
    });
    after(() => socket.close());

    const cases: [string, object | string, string][] = [
      ['no JSON', '{"t":', 'frame.malformed'],
      ['no object', '[1]', 'frame.malformed'],
      ['brackets without end', '['.repeat(30_000), 'frame.malformed'],
      ['an unknown type', { t: 'shout' }, 'frame.unknown_type'],
      ['a prototype as its only key', '{"__proto__":{"t":"ping"}}', 'frame.unknown_type'],
      ['a second hello', { t: 'hello', token: 'x', after: 0 }, 'frame.malformed'],
      ['a message without an id', { t: 'send', kind: 'text', text: '好' }, 'message.id_invalid'],
      ['a message whose id is no UUID', say('好', '../etc'), 'message.id_invalid'],
      ['a text that is no text', say({ $gt: '' }), 'frame.malformed'],
      ['an empty text', say(' '), 'message.text_empty'],
      ['a text with NUL', say('a\u0000b'), 'message.text_invalid'],
      [
        'half of a character pair',
        '{"t":"send","id":"ID","kind":"text","text":"\\ud83d"}',
        'message.text_invalid',
      ],
      ['a text over 8,000 characters', say('长'.repeat(8_001)), 'message.text_too_long'],
      ['a read mark that is no number', { t: 'read', seq: 'all' }, 'frame.malformed'],
    ];
    for (const [what, frame, code] of cases) {
      it(`answers ${what} with ${code}`, async () => {
        const sent = typeof frame === 'string' ? frame.replace('ID', randomUUID()) : frame;
        expect(await refusalOf(socket, sent)).to.equal(code);
      });
    }

    it('goes on after all of that, and nothing of it was stored', async () => {
      socket.send(say('还在吗', 'a0000000-0000-4000-8000-000000000001'));
      const { seq } = await socket.next(({ t }) => t === 'ack');
      expect(seq).to.equal(1);
    });

    it('refuses an id that was used with another text, and keeps the first', async () => {
      const id = 'a0000000-0000-4000-8000-000000000001';
      expect(await refusalOf(socket, say('别的话', id))).to.equal('message.id_reused');
      const second = await enter();
      const kept = await second.next((frame) => frame.t === 'message' && frame.id === id);
      expect(kept).to.deep.include({ seq: 1, text: '还在吗' });
      second.close();
    });

    it('names a frame over 64 KiB and closes; the largest one is read', async () => {
      const largest = await enter();
      const frame = (bytes: number) =>
        JSON.stringify({ t: 'x', pad: '' }).replace('""', `"${'x'.repeat(bytes)}"`);
      const padding = FRAME_BYTES_MAX - frame(0).length;
      expect(await refusalOf(largest, frame(padding))).to.equal('frame.unknown_type');
      expect(await refusalOf(largest, frame(padding + 1))).to.equal('frame.too_large');
      expect((await largest.closed).code).to.equal(1009);
      const huge = await enter();
      huge.send(frame(16 * FRAME_BYTES_MAX));
      expect((await huge.closed).code).to.equal(1009);
    });

    it('wants the hello first, with a token that is known', async () => {
      const stranger = await TestSocket.open(instance);
      expect(await refusalOf(stranger, say('你好'))).to.equal('frame.hello_expected');
      const hello = { t: 'hello', token: 'x'.repeat(43), after: 0 };
      expect(await refusalOf(stranger, hello)).to.equal('visitor.token_invalid');
      expect(await refusalOf(stranger, { t: 'hello', after: 0 })).to.equal('visitor.token_invalid');
      expect((await stranger.closed).code).to.equal(4408);
    });

    it('knows a session no longer that has expired', async () => {
      const expired = await openVisitor(instance);
      await instance.sql(
        `UPDATE visitor_session SET expires_at = '2026-01-01' WHERE conversation_id = '${expired.conversationId}'`,
      );
      const late = await TestSocket.open(instance);
      const hello = { t: 'hello', token: expired.token, after: 0 };
      expect(await refusalOf(late, hello)).to.equal('visitor.token_invalid');
      late.close();
    });

    it('writes nothing into a closed conversation, and is rated once', async () => {
      const ended = await openVisitor(instance);
      const page = await enter(ended);
      const supervisor = await signIn('supervisor');
      const path = `/api/v1/conversations/${ended.conversationId}/close`;
      expect((await askInstance(instance, path, { headers: supervisor, body: {} })).status).to.equal(200);
      expect(await refusalOf(page, say('再问一句'))).to.equal('conversation.closed');
      page.close();
      const rate = (score: number) =>
        askInstance(instance, '/api/v1/visitor/csat', { headers: bearer(ended.token), body: { score } });
      expect((await rate(5)).status).to.equal(204);
      const again = await rate(1);
      expect([again.status, again.json.code]).to.deep.equal([409, 'conversation.rated']);
      const rows = await instance.sql(
        `SELECT score FROM conversation_rating WHERE conversation_id = '${ended.conversationId}'`,
      );
      expect(rows.map((row) => Number((row as { score: unknown }).score))).to.deep.equal([5]);
    });
  });

  describe('over HTTP', () => {
    const start = (body: unknown) => askInstance(instance, '/api/v1/visitor/session', { body });
    const codeOf = async (reply: Promise<{ status: number; json: { code: string; detail: string } }>) => {
      const { status, json } = await reply;
      expect(json.detail).to.be.a('string').that.has.length.above(10);
      return [status, json.code];
    };
    const raw = (body: string, type = 'application/json') =>
      askInstance(instance, '/api/v1/visitor/session', { raw: body, headers: { 'Content-Type': type } });

    it('knows no site that was not made', async () => {
      expect(await codeOf(start({ site: 'nowhere' }))).to.deep.equal([404, 'site.unknown']);
    });
    it('gives a forged resume token a conversation of its own, nobody else’s', async () => {
      const forged = await start({ site: 'demo', resumeToken: `${session.resumeToken.slice(0, -2)}AA` });
      expect(forged.json.conversationId).not.to.equal(session.conversationId);
    });
    it('refuses an identity that the site did not sign', async () => {
      const identity = `${btoa('{"alg":"none"}')}.${btoa('{"sub":"1"}')}.`;
      expect(await codeOf(start({ site: 'demo', identity }))).to.deep.equal([401, 'site.identity_invalid']);
    });
    it('refuses an unknown field', async () => {
      expect(await codeOf(start({ site: 'demo', admin: true }))).to.deep.equal([400, 'request.invalid']);
    });
    it('refuses a body over 512 KiB', async () => {
      const body = JSON.stringify({ site: 'x'.repeat(BODY_BYTES_MAX) });
      expect(await codeOf(raw(body))).to.deep.equal([413, 'request.too_large']);
    });
    it('refuses nesting without end, a prototype, and what is no JSON', async () => {
      const deep = `{"site":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
      for (const body of [
        deep,
        '{"site":"demo","__proto__":{"admin":true}}',
        '{"site":',
        '{"site":"a\\u0000"}',
      ]) {
        expect(await codeOf(raw(body))).to.deep.equal([400, 'request.invalid']);
      }
    });
    it('refuses another content type', async () => {
      expect(await codeOf(raw('site=demo', 'application/x-www-form-urlencoded'))).to.deep.equal([
        415,
        'request.media_type',
      ]);
    });
    it('refuses two Host headers', async () => {
      const { port } = new URL(instance.url);
      const answer = await new Promise<string>((resolve, reject) => {
        const socket = connectTls({ port: Number(port), host: '127.0.0.1', ca: instance.certificate });
        let text = '';
        socket.on('error', reject);
        socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        socket.on('end', () => resolve(text));
        const host = `Host: 127.0.0.1:${port}\r\n`;
        socket.write(`GET /api/v1/session HTTP/1.1\r\n${host}${host}Connection: close\r\n\r\n`);
      });
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
    });
    it('knows no token that it did not give', async () => {
      const headers = bearer('x'.repeat(43));
      const tickets = askInstance(instance, '/api/v1/tickets', { headers });
      expect(await codeOf(tickets)).to.deep.equal([401, 'access.unauthenticated']);
      const messages = askInstance(instance, '/api/v1/visitor/messages', { headers });
      expect(await codeOf(messages)).to.deep.equal([401, 'visitor.token_invalid']);
    });
  });

  describe('when the disk is full', () => {
    it('refuses writes by name, reads on, is not ready, and heals by itself', async () => {
      const socket = await enter();
      await instance.sql(FILL_DISK);
      const ticket = await openTicket();
      expect([ticket.status, ticket.json.code]).to.deep.equal([503, 'storage.full']);
      const message = say('写不进去', 'b0000000-0000-4000-8000-000000000001');
      expect(await refusalOf(socket, message)).to.equal('storage.full');
      expect(socket.frames.at(-1)).to.include({ id: message.id }).and.have.property('retryMs');
      expect(await refusalOf(socket, say('后面的也不行'))).to.equal('message.blocked');
      const ready = await askUntil(instance, '/readyz', ({ status }) => status === 503, 5_000);
      expect(ready.json.checks).to.deep.include({ disk: 'failed', database: 'ok' });
      const read = await askInstance(instance, '/api/v1/visitor/messages?after=0', {
        headers: bearer(session.token),
      });
      expect([read.status, read.json.items[0].text]).to.deep.equal([200, '还在吗']);
      const list = await askInstance(instance, '/api/v1/tickets', { headers: bearer(instance.token) });
      expect(list.status).to.equal(200);
      await instance.sql('DROP FUNCTION disk_is_full CASCADE');
      socket.send(message);
      await socket.next((frame) => frame.t === 'ack' && frame.id === message.id);
      expect((await openTicket()).status).to.equal(201);
      await untilReady(instance);
      socket.close();
    });
  });

  describe('when the database dies while the server runs', () => {
    it('answers 503 and retryable error frames, and comes back by itself', async () => {
      const socket = await enter();
      const { database, server } = instance.status.pids;
      instance.killDatabase();
      const ticket = await openTicket();
      expect(ticket.headers['content-type']).to.match(/^application\/problem\+json/);
      expect([ticket.status, ticket.json.code]).to.deep.equal([503, 'storage.unavailable']);
      const stranger = await TestSocket.open(instance);
      stranger.send({ t: 'hello', token: session.token, after: 0 });
      const refused = await stranger.next(({ t }) => t === 'error' || t === 'welcome');
      if (refused.t === 'error') expect(refused).to.include({ code: 'storage.unavailable', retryMs: 1000 });
      stranger.close();
      // Readiness is asked of the database twice a second at most, so the first answer may still be the old one.
      await askUntil(instance, '/readyz', ({ status }) => status === 503);
      await untilReady(instance);
      expect((await openTicket()).status).to.equal(201);
      const message = say('数据库回来了', 'c0000000-0000-4000-8000-000000000001');
      socket.send(message);
      await socket.next((frame) => frame.t === 'ack' && frame.id === message.id);
      const { pids } = instance.status;
      expect(pids.server).to.equal(server);
      expect(pids.database).not.to.equal(database);
      socket.close();
    });
  });

  describe('at the start', () => {
    /** Starts the stopped instance in a way that cannot work: one line, an exit code, nothing left running. */
    const refusedStart = async (overrides: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await instance.run(SERVER, overrides);
      expect(code).to.equal(1);
      expect(stdout).not.to.contain('vaultdesk ready');
      const lines = stderr.split('\n').filter((line) => line.startsWith('vaultdesk: '));
      expect(lines).to.have.length(1);
      return lines[0] as string;
    };

    before(async () => {
      expect(await instance.stop()).to.equal(0);
    });

    it('names an unknown configuration key', async () => {
      const file = join(instance.home, 'config.yaml');
      writeFileSync(file, 'databse:\n  poolSize: 4\n');
      expect(await refusedStart()).to.contain('databse');
      rmSync(file);
    });

    it('says that the configured database does not answer', async () => {
      const line = await refusedStart({
        VAULTDESK_HOME: join(instance.home, '..', 'other'),
        VAULTDESK_DATABASE_URL: 'postgres://vaultdesk@127.0.0.1:1/vaultdesk',
      });
      expect(line).to.contain('[database.unreachable]');
    });

    it('says that its port is in use', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      await new Promise((done) => other.once('listening', done));
      const { port } = other.address() as { port: number };
      expect(await refusedStart({ VAULTDESK_PORT: String(port) })).to.contain('[listen.in_use]');
      await new Promise((done) => other.close(done));
    });

    it('refuses a master key that is not the installation’s', async () => {
      const file = join(instance.home, 'keys', 'master.key');
      const kept = `${file}.kept`;
      renameSync(file, kept);
      const line = await refusedStart();
      expect(line).to.match(/key/i);
      rmSync(file, { force: true });
      writeFileSync(file, randomBytes(64), { mode: 0o600 });
      expect(await refusedStart()).to.match(/key/i);
      rmSync(file);
      copyFileSync(kept, file);
      rmSync(kept);
    });

    it('starts again after each of these, and has lost nothing', async () => {
      await startListening(instance);
      const socket = await TestSocket.enter(instance, session);
      for (const id of ['a', 'b', 'c'].map((letter) => `${letter}0000000-0000-4000-8000-000000000001`)) {
        await socket.next((frame) => frame.t === 'message' && frame.id === id);
      }
      socket.close();
      const { code, stdout, stderr } = await instance.vaultdesk('audit', 'verify');
      expect({ code, said: code === 0 ? '' : stdout + stderr }).to.deep.equal({ code: 0, said: '' });
    });

    it('refuses a schema that is newer than the program', async () => {
      await instance.sql(
        `INSERT INTO schema_step (position, name, kind, checksum, applied_at, took_ms)
         VALUES (900, '0900-future', 'expand', repeat('0', 64), '2026-11-21', 1)`,
      );
      expect(await instance.stop()).to.equal(0);
      expect(await refusedStart()).to.contain('[migration.schema_newer]');
    });
  });
});
