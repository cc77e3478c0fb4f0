import { randomBytes } from 'node:crypto';
import process from 'node:process';
// The composition root imports every module, and with them every table there is.
import '../../compose.ts';
import { createIds, systemClock as clock } from '../../kernel/index.ts';
import { createCrypto, createFileKeyProvider } from '../../platform/crypto/index.ts';
import {
  createDekStore,
  createOutboxWriter,
  createUnitOfWork,
  openDatabase,
  openTrail,
} from '../../platform/persistence/index.ts';
import { buildHost } from './connector-host.ts';
import { TEST_INSTALLATION as installationId, type Core } from './core.ts';

/** A process that sends writes to a system outside until it is killed: `connector-write-process.ts URL KEYS PORT`. */
const [url = '', folder = '', port = ''] = process.argv.slice(2);
const ids = createIds({ clock, randomBytes });
const database = await openDatabase({ url, poolSize: 4 });
const provider = await createFileKeyProvider({ folder });
const store = createDekStore(database);
const crypto = await createCrypto({ provider, store, clock, installationId, suite: 'intl' });
const node = `write-${process.pid}`;
const trail = await openTrail({ database, clock, ids, node, installationId, batchLanes: 1 });
const toOutboxRow = createOutboxWriter({ clock, ids });
const uow = createUnitOfWork({ database, trail, toOutboxRow, onCommit: () => undefined });
const core = { uow, ids, database, crypto, clock } as Core;
buildHost(core, clock, { ports: [Number(port)], protocols: ['http'] }).writes.start();
