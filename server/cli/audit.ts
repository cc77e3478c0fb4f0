import process from 'node:process';
import { runAuditCli } from '../../audit/index.ts';
import { placesOf } from '../foundation.ts';
import type { Config } from '../platform/config/index.ts';
import { createAuditStorage, openDatabase, type Database } from '../platform/persistence/index.ts';
import { recordAuditVerb } from './audit-recorder.ts';
import { openInstanceDatabase } from './instance.ts';

/**
 * `vaultdesk audit …` on the instance's database, or on the one of `--db`, which is only read. What is done with the
 * instance's own trail is an entry of it.
 */
export function auditVerb(args: string[], config: Config): Promise<number> {
  const places = placesOf(config.home);
  let own: Database | undefined;
  return runAuditCli(args, {
    async openSource(url) {
      const opened = url
        ? { database: await openDatabase({ url, poolSize: 2 }), stop: async () => undefined }
        : await openInstanceDatabase(config);
      own = url === undefined ? opened.database : undefined;
      return {
        source: createAuditStorage(opened.database),
        async close() {
          await opened.database.close();
          await opened.stop();
        },
      };
    },
    defaultAnchors: places.anchors,
    defaultStamps: places.stamps,
    defaultKeys: places.auditKeys,
    record: async (entry) => {
      if (own !== undefined) await recordAuditVerb(own, config.home, entry);
    },
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  });
}
