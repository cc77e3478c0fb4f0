import { mkdir, rename, writeFile } from 'node:fs/promises';
import { placesOf } from './foundation.ts';
import type { Config } from './platform/config/index.ts';

/** What `vaultdesk status` reads. */
export interface ServerStatus {
  state: 'starting' | 'ready' | 'draining';
  url: string;
  version: string;
  /** `server` is the process to stop; `workers` are its children that serve, none when it serves itself. */
  pids: { server: number; workers: number[]; database: number | null };
  database: { url: string; dataDir: string | null };
}

/** Writes `status.json` whole or not at all. */
export async function writeStatus(config: Config, status: ServerStatus): Promise<void> {
  const { status: path } = placesOf(config.home);
  await mkdir(config.home, { recursive: true, mode: 0o700 });
  await writeFile(`${path}.tmp`, JSON.stringify(status, null, 2), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}
