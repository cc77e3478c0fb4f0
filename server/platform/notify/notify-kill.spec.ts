import { spawn, type ChildProcess } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { startMail } from '../../test/support/mail-server.ts';
import { buildNotifyBench, PEOPLE, type NotifyBench } from '../../test/support/notify-bench.ts';

/** The notices of the must are for the long suite. */
const COUNT = process.env.VAULTDESK_TEST_LONG === '1' ? 1_000 : 100;

describe('notices and a killed process', function () {
  this.timeout(300_000);
  let bench: NotifyBench;
  let server: Awaited<ReturnType<typeof startMail>>;
  const children: ChildProcess[] = [];

  before(async () => {
    bench = await buildNotifyBench();
  });
  after(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.stop();
    await bench.close();
  });

  it(`carries ${COUNT} notices over a kill -9: each at least once, each shown once`, async () => {
    const mailed = new Set<string>();
    let reached: () => void = () => undefined;
    server = await startMail();
    const record = server.mails.push.bind(server.mails);
    server.mails.push = (...mails) => {
      for (const each of mails) mailed.add(/^Message-ID: <([^@]+)@/m.exec(each)?.[1] ?? '');
      if (mailed.size >= COUNT * 0.3) reached();
      return record(...mails);
    };
    await bench.core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
      bench.notify.channels.create(tx, {
        ...{ type: 'smtp', name: 'Mail', isEnabled: true, minSeverity: 'info', lang: 'zh-CN' },
        settings: {
          ...{ host: '127.0.0.1', port: server.port, tls: 'none', from: 'desk@bank.example' },
          recipients: ['ops@bank.example'],
        },
      }),
    );
    for (let index = 0; index < COUNT; index += 1) await bench.send({ params: { what: 'x', count: index } });
    const start = (): ChildProcess => {
      const child = spawn(
        process.execPath,
        [
          ...['--import', 'tsx', fileURLToPath(new URL('./test/notify-process.ts', import.meta.url))],
          ...[bench.core.url, String(server.port), bench.folder],
        ],
        { stdio: ['ignore', 'ignore', 'inherit'] },
      );
      children.push(child);
      return child;
    };
    const first = start();
    await new Promise<void>((resolve) => (reached = resolve));
    first.kill('SIGKILL');
    await new Promise((resolve) => first.once('exit', resolve));
    const before = (await bench.deliveries()).filter(({ state }) => state === 'sent').length;
    expect(before).to.be.within(1, COUNT - 1);
    const all = new Promise<void>((resolve) => (reached = () => mailed.size >= COUNT && resolve()));
    const second = start();
    await all;
    second.kill('SIGKILL');
    await new Promise((resolve) => second.once('exit', resolve));
    const shown = await bench.notices();
    expect(shown).to.have.length(2 * COUNT);
    expect(shown.filter(({ occurrences }) => occurrences !== 1)).to.deep.equal([]);
    expect(new Set(shown.map(({ accountId }) => accountId))).to.deep.equal(new Set(PEOPLE));
    const ids = (await bench.deliveries()).map(({ id }) => id);
    expect(ids.filter((id) => !mailed.has(id))).to.deep.equal([]);
  });
});
