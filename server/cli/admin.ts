import { userInfo } from 'node:os';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openFoundation } from '../foundation.ts';
import { createSetup } from '../identity/index.ts';
import { systemClock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Log } from '../platform/log/index.ts';
import { openInstanceDatabase } from './instance.ts';

const USAGE = `usage: vaultdesk admin setup [--json]

  setup   makes the code that opens the page /setup, where three people make the first three administrators
`;

/** What goes wrong is thrown; the log of the running server is not this command's to write. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;

type Write = (text: string) => void;
const toStdout: Write = (text) => void process.stdout.write(text);

/** `vaultdesk admin setup`: exit code 0 done, 1 refused, 2 bad use. The code is shown once and stored as a hash. */
export async function adminCommand(args: string[], config: Config, write: Write = toStdout): Promise<number> {
  const read = readArguments(args);
  if (read === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const { database, stop } = await openInstanceDatabase(config);
  await database.close();
  const options = { config, databaseUrl: database.url, clock: systemClock, log: QUIET };
  const foundation = await openFoundation({ ...options, node: `admin-${process.pid}` });
  try {
    const actor = { type: 'os' as const, id: userInfo().username };
    const { code, expiresAt } = await foundation.uow.run({ actor }, (tx) =>
      createSetup(foundation).begin(tx),
    );
    const until = expiresAt.toISOString();
    const page = `${config.publicBaseUrl ?? `https://${config.bind}:${config.port}`}/setup`;
    write(
      read.isJson
        ? `${JSON.stringify({ code, page, expiresAt: until })}\n`
        : `Open ${page} with this code; it is shown once and good until ${until}:\n${code}\n`,
    );
    return 0;
  } finally {
    await foundation.close();
    await stop();
  }
}

function readArguments(args: string[]): { isJson: boolean } | undefined {
  try {
    const options = { json: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
    return positionals.join(' ') === 'setup' ? { isJson: values.json === true } : undefined;
  } catch {
    return undefined;
  }
}
