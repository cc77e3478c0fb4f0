import { connect, type Socket } from 'node:net';
import { fault, toFault } from './fault.ts';

/**
 * Connects to a program of this machine over its Unix socket. Nothing leaves the machine, so no rule is asked; the
 * rights of the file decide. Throws `egress.unreachable` and `egress.timeout`.
 */
export function connectLocal(path: string, limits: { timeoutMs: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(fault('egress.timeout', 'connect'));
    }, limits.timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (cause) => {
      clearTimeout(timer);
      reject(toFault(cause));
    });
  });
}
