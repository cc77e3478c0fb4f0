import process from 'node:process';
import type { Config } from '../platform/config/index.ts';
import { readStatus } from './instance.ts';

/** `vaultdesk status [--json]`: exit code 0 when the instance runs, 1 when it does not. */
export async function statusCommand(args: string[], config: Config): Promise<number> {
  const status = readStatus(config);
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify(status)}\n`);
  } else if (status.state === 'stopped' || !('url' in status)) {
    process.stdout.write(`stopped (home ${config.home})\n`);
  } else {
    const { state, url, version, pids, database } = status;
    process.stdout.write(
      `${state} ${url}\nversion  ${version}\nserver   pid ${pids.server}${workersOf(pids.workers)}\n` +
        `database pid ${pids.database ?? '-'}, data in ${database.dataDir ?? 'a server of its own'}\n`,
    );
  }
  return status.state === 'stopped' ? 1 : 0;
}

function workersOf(pids: readonly number[]): string {
  return pids.length === 0 ? '' : `, ${pids.length} workers pid ${pids.join(' ')}`;
}
