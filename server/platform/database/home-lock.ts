import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { StartError } from '../../kernel/index.ts';

/**
 * Makes this process the only one that starts or stops the database of `home`. The lock is an abstract Unix socket
 * named after the folder's device and inode: the kernel drops it with the process, kill -9 included, so there is no
 * stale lock file to argue about. Throws StartError `database.in_use`.
 */
export async function lockHome(home: string): Promise<() => Promise<void>> {
  const { dev, ino } = statSync(home);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(`\0vaultdesk-database-${dev}-${ino}`, resolve);
  }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'EADDRINUSE') throw cause;
    throw new StartError({
      code: 'database.in_use',
      sentence: `Another Vaultdesk process is using the home folder ${home}.`,
      remedy: 'Stop it first, or set VAULTDESK_HOME to another folder.',
      cause,
    });
  });
  server.unref();
  return () => new Promise<void>((resolve) => server.close(() => resolve()));
}
