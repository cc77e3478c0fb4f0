import process from 'node:process';
import { runAuditCli } from '../../audit/index.ts';
import { placesOf } from '../foundation.ts';
import type { Config } from '../platform/config/index.ts';
import { createAuditStorage, openDatabase } from '../platform/persistence/index.ts';
import { openInstanceDatabase } from './instance.ts';

/** `vaultdesk audit …` on the instance's database, or on the one of `--db`. Reads only. */
export function auditVerb(args: string[], config: Config): Promise<number> {
  const places = placesOf(config.home);
  return runAuditCli(args, {
    async openSource(url) {
      const opened = url
        ? { database: await openDatabase({ url, poolSize: 2 }), stop: async () => undefined }
        : await openInstanceDatabase(config);
      return {
        source: createAuditStorage(opened.database),
        async close() {
          await opened.database.close();
          await opened.stop();
        },
      };
    },
    defaultAnchors: places.anchors,
    defaultKeys: places.auditKeys,
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  });
}
