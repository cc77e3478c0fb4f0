import { createServer } from 'node:net';
import { InstallFault } from '../fault.ts';

/**
 * Holds the installer's lock until the process ends: a socket without a file, which the kernel takes away with its owner
 * however that ends. Throws `install.locked` while another run has it.
 */
export async function holdLock(prefix: string | undefined): Promise<() => Promise<void>> {
  const name = `vaultdesk-installer${prefix === undefined ? '' : `:${prefix}`}`.slice(0, 100);
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(cause.code === 'EADDRINUSE' ? new InstallFault('install.locked', name, cause) : cause);
    });
    server.listen(`\0${name}`, resolve);
  });
  return () => new Promise((resolve) => void server.close(() => resolve()));
}
