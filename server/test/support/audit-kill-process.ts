import { randomBytes, randomUUID } from 'node:crypto';
import process from 'node:process';
import { createFolderAnchor, createNoteSigner, createSealer } from '../../../audit/index.ts';
import { createIds, systemClock as clock } from '../../kernel/index.ts';
import {
  createAuditStorage,
  createOutboxWriter,
  createUnitOfWork,
  openDatabase,
  openTrail,
} from '../../platform/persistence/index.ts';
import { TEST_INSTALLATION as installationId } from './core.ts';

/**
 * A process that writes the trail under load, and seals it, until it is killed: `audit-kill-process.ts URL ANCHORS`, the
 * seal key in SEAL_KEY. Prints the target of each acknowledged entry on a line of its own.
 */
const [url = '', folder = ''] = process.argv.slice(2);
/** Units of work at once: when the blow falls, so many numbers may be drawn and not stored. */
const AT_ONCE = 16;
const ids = createIds({ clock, randomBytes });
const database = await openDatabase({ url, poolSize: AT_ONCE + 2 });
const trail = await openTrail({ database, clock, ids, node: 'killed', installationId, batchLanes: 0 });
const sealer = createSealer({
  ...{ storage: createAuditStorage(database), clock, anchors: [createFolderAnchor(folder)] },
  signer: createNoteSigner('vaultdesk/spec', process.env['SEAL_KEY'] ?? ''),
});
const uow = createUnitOfWork({
  ...{ database, trail, toOutboxRow: createOutboxWriter({ clock, ids }) },
  onCommit: () => sealer.wake(),
});
sealer.start();

async function write(): Promise<never> {
  for (;;) {
    const target = { type: 'requester', id: randomUUID() };
    await uow.run({ actor: { type: 'system', id: 'load' } }, async (tx) =>
      tx.record({ action: 'requester.view', outcome: 'ok', target }),
    );
    process.stdout.write(`${target.id}\n`);
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, write));
