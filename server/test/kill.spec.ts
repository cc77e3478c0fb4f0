import { expect } from 'chai';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Instance, type CommandResult } from './support/instance.ts';

const IS_LONG = process.env.VAULTDESK_TEST_LONG === '1';
const KILL_COUNT = IS_LONG ? 200 : 3;
/** Acknowledged messages between two kills. */
const ACKS_PER_KILL = 40;
const ACK_WAIT_MS = 120_000;

/** What customers say of themselves; none of it may stand on the disk in a form that can be read. */
const PLANTED = ['13987650123', '欧阳明月', '11010519491231002X', 'ouyang.mingyue@example.com'];
const QUESTIONS = ['信用卡额度在哪里查？', '借记卡收年费吗？', '怎么注销银行卡账户？', '换卡后卡号会变吗？'];

describe('kill -9 in the middle of the work', function () {
  this.timeout(IS_LONG ? 3 * 60 * 60_000 : 300_000);
  this.bail(true);
  const instance = new Instance();
  const folder = mkdtempSync(join(tmpdir(), 'vd-kill-'));
  const ledger = join(folder, 'ledger.jsonl');

  before(() => instance.start());
  after(async () => {
    await instance.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  const replay = (...args: string[]) => {
    const address = ['--url', instance.url, '--ca', join(instance.home, 'tls', 'server.crt'), '--json'];
    return instance.run(['--import', 'tsx', 'server/evaluation/replay.ts', ...args, ...address]);
  };
  const ackCount = () => (readText(ledger).match(/"kind":"ack"/g) ?? []).length;

  /** Waits until so many messages were acknowledged; false when the replay ended before. */
  async function reaches(count: number, running: Promise<CommandResult>): Promise<boolean> {
    let isOver = false;
    void running.finally(() => (isOver = true));
    const deadlineMs = Date.now() + ACK_WAIT_MS;
    while (ackCount() < count && !isOver && Date.now() < deadlineMs) {
      await new Promise((resume) => setTimeout(resume, 20));
    }
    return ackCount() >= count && !isOver;
  }

  it(`loses no acknowledged message in ${KILL_COUNT} kills of server and database`, async () => {
    const count = (KILL_COUNT + 1) * ACKS_PER_KILL;
    const lines = Array.from({ length: count }, (_, i) => {
      const said = `我是${PLANTED[1]}，电话${PLANTED[0]}，证件${PLANTED[2]}，邮箱${PLANTED[3]}。`;
      return JSON.stringify({ text: `${said}${QUESTIONS[i % QUESTIONS.length]}` });
    });
    const file = join(folder, 'questions.jsonl');
    writeFileSync(file, lines.join('\n'));
    const running = replay(file, '--ledger', ledger, '--parallel', '8');
    for (let kill = 1; kill <= KILL_COUNT; kill += 1) {
      const isInTheMiddle = await reaches(kill * ACKS_PER_KILL, running);
      expect(isInTheMiddle, `${ackCount()} acknowledged before kill ${kill}`).to.equal(true);
      // By turns: the server, the database under it, both at once.
      if (kill % 3 !== 1) instance.killDatabase();
      await instance.kill();
      await instance.start();
    }
    const played = await running;
    expect(ackCount(), played.stdout + played.stderr).to.equal(count);
  });

  it('has every acknowledged message once, in order, unchanged', async () => {
    const checked = await replay('--check', ledger);
    const result = JSON.parse(checked.stdout) as Record<string, number>;
    expect(result, checked.stdout).to.include({ missing: 0, doubled: 0, misplaced: 0, changed: 0 });
    expect(result.acknowledged).to.be.at.least(KILL_COUNT * ACKS_PER_KILL);
    expect(checked.code).to.equal(0);
  });

  it('still proves that its trail is whole', async () => {
    const verified = await instance.vaultdesk('audit', 'verify', '--json');
    expect(verified.code, verified.stdout + verified.stderr).to.equal(0);
  });

  it('leaves nothing on the disk that names a customer', async () => {
    await instance.sql('CHECKPOINT');
    const { dataDir } = instance.status.database;
    const places =
      dataDir === null || dataDir.startsWith(instance.home) ? [instance.home] : [instance.home, dataDir];
    const needles = [...PLANTED, ...QUESTIONS.map((question) => `${PLANTED[3]}。${question}`)];
    const files = places.flatMap(listFiles);
    expect(files.length).to.be.greaterThan(100);
    const found = files.flatMap((path) => {
      const content = readBytes(path);
      return needles.filter((needle) => content.includes(needle)).map((needle) => `${path}: ${needle}`);
    });
    expect(found).to.deep.equal([]);
  });
});

function readText(path: string): string {
  return readBytes(path).toString('utf8');
}

/** Empty for a file that went away or never was: PostgreSQL recycles its own. */
function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    return Buffer.alloc(0);
  }
}

function listFiles(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}
