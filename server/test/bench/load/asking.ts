import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Ask, Reply } from '../../support/ask.ts';
import type { AskerAnswer, AskerOrder } from './asker.ts';

const PROGRAM = fileURLToPath(new URL('./asker.ts', import.meta.url));

/** Asks a server of this process from another one. */
export interface Asking {
  ask(path: string, options?: Ask): Promise<Reply>;
  stop(): void;
}

/** Starts the client. */
export function startAsking(port: number): Asking {
  const child = fork(PROGRAM, [], { execArgv: ['--import', 'tsx'] });
  const waiting = new Map<number, { resolve(reply: Reply): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', ({ id, reply, fault }: AskerAnswer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (reply === undefined) one?.reject(new Error(fault));
    else one?.resolve(reply);
  });
  return {
    ask(path, options = {}) {
      last += 1;
      const order: AskerOrder = { id: last, port, path, options };
      return new Promise((resolve, reject) => {
        waiting.set(order.id, { resolve, reject });
        child.send(order);
      });
    },
    stop: () => void child.kill(),
  };
}
