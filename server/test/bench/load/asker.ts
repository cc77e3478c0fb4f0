import process from 'node:process';
import { ask, type Ask, type Reply } from '../../support/ask.ts';

/** What a benchmark wants asked. */
export interface AskerOrder {
  id: number;
  port: number;
  path: string;
  options: Ask;
}

/** What came of it. */
export interface AskerAnswer {
  id: number;
  reply?: Reply;
  fault?: string;
}

// A client in a process of its own, so that its work is not counted as the server's.
process.on('message', ({ id, port, path, options }: AskerOrder) => {
  ask(port, path, options).then(
    (reply) => process.send?.({ id, reply } satisfies AskerAnswer),
    (error: unknown) => process.send?.({ id, fault: String(error) } satisfies AskerAnswer),
  );
});
