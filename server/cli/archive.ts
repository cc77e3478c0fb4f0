import { userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import process from 'node:process';
import { readArchiveFile, readManifest, type ArchiveLine } from '../compliance/index.ts';
import { openFoundation } from '../foundation.ts';
import { AppError, systemClock } from '../kernel/index.ts';
import type { Config } from '../platform/config/index.ts';
import type { Crypto } from '../platform/crypto/index.ts';
import type { Log } from '../platform/log/index.ts';
import { openInstanceDatabase } from './instance.ts';

const USAGE = `usage: vaultdesk archive verify FOLDER
       vaultdesk archive read FOLDER --reason CODE

  verify  compares every file with the manifest, and opens it
  read    writes one JSON line a row, sealed values opened; who read it and why is recorded
`;

/** What goes wrong is thrown; the log of the running server is not this command's to write. */
const QUIET = { info: () => undefined, warn: () => undefined, error: () => undefined } as unknown as Log;

/** A code or case number: what somebody typed must not carry a name into the trail. */
const REASON = /^[A-Za-z0-9._/-]{2,60}$/;

/** `vaultdesk archive verify|read`: exit code 0 whole, 1 damaged, 2 bad use. */
export async function archiveCommand(args: string[], config: Config): Promise<number> {
  const [verb, folder, option, reason] = args;
  const isRead = verb === 'read' && option === '--reason' && REASON.test(reason ?? '');
  if (folder === undefined || !(isRead || (verb === 'verify' && args.length === 2))) {
    process.stderr.write(USAGE);
    return 2;
  }
  const path = resolve(folder);
  const { database, stop } = await openInstanceDatabase(config);
  await database.close();
  const options = {
    config,
    databaseUrl: database.url,
    clock: systemClock,
    log: QUIET,
    node: `archive-${process.pid}`,
  };
  const foundation = await openFoundation(options);
  try {
    if (isRead) {
      const actor = { type: 'os' as const, id: userInfo().username };
      await foundation.uow.run({ actor }, async (tx) =>
        tx.record({
          action: 'archive.read',
          outcome: 'ok',
          target: { type: 'archive', id: basename(path) },
          reason: reason as string,
        }),
      );
    }
    return await walk(foundation.crypto, path, isRead);
  } finally {
    await foundation.close();
    await stop();
  }
}

async function walk(crypto: Crypto, folder: string, isRead: boolean): Promise<number> {
  const { manifest, sha256 } = await readManifest(folder);
  for (const chunk of manifest.chunks) {
    const place = { runId: manifest.runId, chunkNo: chunk.chunkNo };
    const file = await readArchiveFile(crypto, join(folder, basename(chunk.file)), place);
    if (file.sha256.toString('hex') !== chunk.sha256) throw new AppError('archive.damaged');
    if (!isRead) continue;
    for (const line of file.lines) process.stdout.write(`${JSON.stringify(await openLine(crypto, line))}\n`);
  }
  if (!isRead) process.stdout.write(`whole: ${manifest.chunks.length} files, manifest ${sha256}\n`);
  return 0;
}

/** The row with its sealed columns in clear; null where the key was destroyed. */
async function openLine(crypto: Crypto, { t: table, k: rowId, r: row }: ArchiveLine): Promise<object> {
  const names = Object.keys(row).filter((name) => name.endsWith('_enc') && row[name] !== null);
  const opened = await crypto.openMany(
    names.map((column) => ({
      cell: { table, column, rowId },
      envelope: Buffer.from(row[column] as string, 'base64'),
    })),
  );
  const clear = names.map((name, index): [string, string | null] => {
    const value = opened[index];
    return [name.replace(/_enc$/, ''), value?.ok === true ? value.text : null];
  });
  const open = Object.entries(row).filter(([name]) => !name.endsWith('_enc'));
  return { table, row: Object.fromEntries([...open, ...clear]) };
}
