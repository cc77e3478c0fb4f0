import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { startMail } from '../support/mail-server.ts';
import { buildNotifyBench, type NotifyBench } from '../support/notify-bench.ts';
import { figure, say, type Figure } from './figure.ts';

const COUNT = 1_000;
const LOOK_EVERY_MS = 5;
const MUST_PER_SECOND = 100;

/** Notices for two people each, from their posts to a mail server on the loopback: handed out, queued, and mailed. */
export async function* run(): AsyncGenerator<Figure> {
  const server = await startMail();
  const allow = [`notify:smtp smtp 127.0.0.1:${server.port}`];
  const bench = await buildNotifyBench({ allow, perMinute: COUNT * 60 });
  try {
    await addMailChannel(bench, server.port);
    for (let index = 0; index < COUNT; index += 1) await bench.send({ params: { what: 'x', count: index } });
    say(`${COUNT} notices posted`);
    const startedMs = performance.now();
    bench.notify.start();
    while (server.mails.length < COUNT) await new Promise((resume) => setTimeout(resume, LOOK_EVERY_MS));
    const seconds = (performance.now() - startedMs) / 1000;
    await bench.notify.stop();
    yield figure('notices.mails_per_second', COUNT / seconds, '1/s', MUST_PER_SECOND);
  } finally {
    await bench.close();
    await server.stop();
  }
}

function addMailChannel(bench: NotifyBench, port: number): Promise<unknown> {
  return bench.core.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
    bench.notify.channels.create(tx, {
      ...{ type: 'smtp', name: 'Mail', isEnabled: true, minSeverity: 'info', lang: 'zh-CN' },
      settings: {
        ...{ host: '127.0.0.1', port, tls: 'none', from: 'desk@bank.example' },
        recipients: ['ops@bank.example'],
      },
    }),
  );
}
