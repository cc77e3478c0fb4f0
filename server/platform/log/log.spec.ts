import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../../kernel/index.ts';
import { createLog, type Log, type LogOptions } from './log.ts';

const now = () => new Date('2026-01-05T01:02:03.004Z');

describe('the log', () => {
  let home: string;
  let terminal: { text: string; write(text: string): void };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'vd-log-'));
    terminal = {
      text: '',
      write(text) {
        this.text += text;
      },
    };
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const open = (options: Partial<LogOptions> = {}): Log =>
    createLog({ home, level: 'info', fileMegabytes: 1, fileCount: 3, now, terminal, ...options });
  const file = () => join(home, 'log', 'vaultdesk.log');
  const lines = () =>
    readFileSync(file(), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  async function logged(write: (log: Log) => void): Promise<Record<string, unknown>[]> {
    const log = open();
    write(log);
    await log.close();
    return lines();
  }

  it('writes one JSON object a line, in a file of the owner alone', async () => {
    const written = await logged((log) =>
      log.info('http.request', { status: 200, ms: 1.5, route: '/api/v1/tickets/:id' }),
    );
    expect(written).to.deep.equal([
      {
        at: '2026-01-05T01:02:03.004Z',
        level: 'info',
        event: 'http.request',
        status: 200,
        ms: 1.5,
        route: '/api/v1/tickets/:id',
      },
    ]);
    expect(statSync(file()).mode & 0o777).to.equal(0o600);
    expect(terminal.text).to.equal('');
  });

  it('leaves out what is less serious than its level', async () => {
    expect(await logged((log) => log.debug('detail'))).to.deep.equal([]);
  });

  it('shows warnings and errors on the terminal as well, without colours when it is none', async () => {
    await logged((log) => log.warn('routing pauses', { code: 'storage.unavailable' }));
    expect(terminal.text).to.equal('01:02:03 warn routing pauses code=storage.unavailable\n');
  });

  it('never lets a canary through, wherever it is put', async () => {
    const canaries = [
      '13800138000',
      '张三丰',
      'canary-secret-word',
      'zhang@example.com',
      '110101199003078515',
    ];
    const log = open({ level: 'debug' });
    for (const canary of canaries) {
      const nested = { text: canary, deep: [canary] };
      log.info(`message ${canary} 1`, { text: canary, phone: canary, name: canary, [canary]: canary });
      log.warn('event', { count: canary, requester: nested, details: nested, code: `${canary} 号` });
      log.error('event', { body: canary }, new Error(`duplicate key (phone)=(${canary})`));
      log.error('event', { error: new AppError('server.internal', { cause: new TypeError(canary) }) });
      log.error('event', {}, canary);
      log.error('event', {}, { message: canary });
    }
    for (const phone of ['13800138000', '110101199003078515'])
      log.info('event', { requestId: phone, code: phone });
    await log.close();
    const all = readFileSync(file(), 'utf8') + terminal.text;
    for (const canary of canaries) expect(all).not.to.contain(canary);
    expect(all).to.contain('withheldCount').and.contain('log.event_withheld');
  });

  it('keeps ids and hashes although they hold digits', async () => {
    const id = '01993417-1234-7000-8000-123456789012';
    const root = '0'.repeat(64);
    expect((await logged((log) => log.info('event', { ticketId: id, root })))[0]).to.include({
      ticketId: id,
      root,
    });
  });

  it('shortens client addresses to their network', async () => {
    const addresses = ['203.0.113.77', '::ffff:203.0.113.77', '2001:db8:1:2::77', '::1', 'not an address'];
    const written = await logged((log) => addresses.forEach((ip) => log.info('event', { ip })));
    expect(written.map((line) => line.ip)).to.deep.equal([
      '203.0.113.0/24',
      '203.0.113.0/24',
      '2001:db8:1::/48',
      '::1',
      undefined,
    ]);
  });

  it('escapes what could forge a line or steer a terminal', async () => {
    const log = open();
    log.warn('event', { file: 'a\r\n{"level":"info"}\u001b[31m\u202e\u2028\u009b' });
    await log.close();
    expect(lines()).to.have.length(1);
    for (const text of [readFileSync(file(), 'utf8'), terminal.text]) {
      expect(text.trimEnd()).not.to.match(/[\u0000-\u001f\u007f-\u009f\u2028\u202e]/);
    }
  });

  it('tells class, code, and place of a foreign error, not its message', async () => {
    const error = Object.assign(new RangeError('value 42 of Li Si'), { code: '23505' });
    const [line] = await logged((log) => log.error('storage.failed', {}, error));
    expect(line?.error).to.match(/^RangeError \[23505\] at /);
    expect(line?.error).not.to.contain('Li Si');
  });

  it('is not fooled by a message that looks like a place', async () => {
    const [line] = await logged((log) =>
      log.error('event', {}, new Error('x\n    at 13800138000 (file:1:1)')),
    );
    expect(line?.error).not.to.contain('13800138000');
  });

  it('tells the fixed sentence of our own error and the class of its cause', async () => {
    const error = new AppError('storage.full', { cause: new Error('secret') });
    const [line] = await logged((log) => log.error('storage.failed', { error }));
    expect(line?.error).to.match(/AppError \[storage\.full\]: The disk is full.* caused by Error/);
    expect(line?.error).not.to.contain('secret');
  });

  it('survives an error that is its own cause', async () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect((await logged((log) => log.error('event', {}, error)))[0]?.error).to.match(/caused by Error/);
  });

  it('rotates by size and keeps the given number of files', async () => {
    const log = open({ fileCount: 2 });
    const long = 'x'.repeat(190);
    for (let i = 0; i < 30; i += 1) {
      for (let j = 0; j < 500; j += 1) log.info('event', { handler: long });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close();
    const files = readdirSync(join(home, 'log'));
    expect(files).to.have.length.at.most(2).and.include('vaultdesk.log');
    for (const name of files) expect(statSync(join(home, 'log', name)).size).to.be.below(2.5 * 1024 * 1024);
  });

  it('may be closed twice and ignores what comes after', async () => {
    const log = open();
    await log.close();
    await log.close();
    log.error('event');
    expect(lines()).to.deep.equal([]);
  });
});
