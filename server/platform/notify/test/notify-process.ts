import { createIds, systemClock } from '../../../kernel/index.ts';
import { randomBytes as systemRandomBytes } from 'node:crypto';
import process from 'node:process';
import { QUIET_LOG, TEST_INSTALLATION, type Core } from '../../../test/support/core.ts';
import { buildEgress } from '../../../test/support/build-egress.ts';
import { createOutboxWriter, createUnitOfWork, openDatabase, openTrail } from '../../persistence/index.ts';
import { createNotify } from '../index.ts';

/** A process that hands out and carries notices until it is killed: `notify-process.ts URL PORT FOLDER`. */
const [url = '', port = '', folder = ''] = process.argv.slice(2);
const clock = systemClock;
const ids = createIds({ clock, randomBytes: systemRandomBytes });
const database = await openDatabase({ url, poolSize: 4 });
const node = `notify-${process.pid}`;
const installationId = TEST_INSTALLATION;
const trail = await openTrail({ database, clock, ids, node, installationId, batchLanes: 1 });
const toOutboxRow = createOutboxWriter({ clock, ids });
const uow = createUnitOfWork({ database, trail, toOutboxRow, onCommit: () => undefined });
const core = { clock, ids, uow } as Core;
const { egress } = buildEgress(core, { allow: [`notify:smtp smtp 127.0.0.1:${port}`] });
const notify = createNotify({
  ...{ uow, clock, ids, egress, folder, hostname: 'spec', log: QUIET_LOG, perMinute: 100_000 },
  withDb: (work) => database.read(work),
  publicBaseUrl: 'https://desk.bank.example',
  randomRatio: () => 0.5,
  crypto: {} as Core['crypto'],
});
notify.connect({
  holdersOf: async () => ['0190a000-0000-7000-8000-00000000000a', '0190a000-0000-7000-8000-00000000000b'],
  onNotice: () => undefined,
});
notify.start();
