import { randomBytes } from 'node:crypto';
import process from 'node:process';
// The composition root imports every module, and with them every table there is.
import '../../compose.ts';
import { deskIndexWalks } from '../../desk/index.ts';
import { FIELDS } from '../../desk/fields/field.section.ts';
import { FieldService } from '../../desk/fields/field.service.ts';
import { createIds, systemClock as clock } from '../../kernel/index.ts';
import { createCrypto, createFileKeyProvider } from '../../platform/crypto/index.ts';
import { createJobs } from '../../platform/jobs/index.ts';
import {
  createDekStore,
  createOutboxWriter,
  createUnitOfWork,
  openDatabase,
  openTrail,
} from '../../platform/persistence/index.ts';
import { rekeyJobs } from '../../platform/rekey/index.ts';
import { QUIET_LOG, TEST_INSTALLATION as installationId } from './core.ts';

/** A process that runs jobs over keys until it is killed: `rotate-index-process.ts URL KEYS`. */
const [url = '', folder = ''] = process.argv.slice(2);
const ids = createIds({ clock, randomBytes });
const database = await openDatabase({ url, poolSize: 4 });
const provider = await createFileKeyProvider({ folder });
const store = createDekStore(database);
const crypto = await createCrypto({ provider, store, clock, installationId, suite: 'intl' });
const node = `rotate-${process.pid}`;
const trail = await openTrail({ database, clock, ids, node, installationId, batchLanes: 1 });
const toOutboxRow = createOutboxWriter({ clock, ids });
const uow = createUnitOfWork({ database, trail, toOutboxRow, onCommit: () => undefined });
const fields = new FieldService({ crypto, ids, fields: () => FIELDS.defaults });
const withDb = database.read.bind(database);
const jobs = createJobs({ uow, clock, ids, log: QUIET_LOG, withDb, timeZone: 'UTC' });
const indexes = deskIndexWalks({ uow, crypto, fields });
const deps = { uow, crypto, provider, suite: 'intl' as const, installationId, indexes };
jobs.add(rekeyJobs({ ...deps, settleMs: 0, announce: () => undefined }));
jobs.start();
