import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadOrder, LoadResult } from './visitor-load.ts';

const GENERATOR = fileURLToPath(new URL('./generator.ts', import.meta.url));
const PROCESSES = 2;

/** The generators: two processes, each from an address of its own. */
export class Fleet {
  readonly #children: ChildProcess[] = Array.from({ length: PROCESSES }, () =>
    fork(GENERATOR, [], { execArgv: ['--import', 'tsx'], env: {} }),
  );

  /** Opens `count` customers in all; answers their conversations. */
  async open(url: string, count: number): Promise<string[]> {
    const orders = this.#children.map((_, index): LoadOrder => ({
      order: 'open',
      url,
      address: `127.0.0.${index + 11}`,
      count: Math.ceil((count - index) / PROCESSES),
    }));
    return (await this.#all<string[]>(orders)).flat();
  }

  async closedLoop(ms: number): Promise<LoadResult> {
    return sum(await this.#all<LoadResult>(this.#children.map(() => ({ order: 'closed-loop', ms }))));
  }

  async fixedRate(perSecond: number, ms: number): Promise<LoadResult> {
    const each: LoadOrder = { order: 'fixed-rate', perSecond: perSecond / PROCESSES, ms };
    return sum(await this.#all<LoadResult>(this.#children.map(() => each)));
  }

  close(): void {
    for (const child of this.#children) child.disconnect();
  }

  #all<T>(orders: LoadOrder[]): Promise<T[]> {
    return Promise.all(
      this.#children.map(
        (child, index) =>
          new Promise<T>((resolve, reject) => {
            const onExit = (code: number | null) => reject(new Error(`a generator ended with ${code}`));
            child.once('exit', onExit);
            child.once('message', (answer: { value?: T; failure?: string }) => {
              child.off('exit', onExit);
              if (answer.failure !== undefined) reject(new Error(answer.failure));
              else resolve(answer.value as T);
            });
            child.send(orders[index] as LoadOrder);
          }),
      ),
    );
  }
}

function sum(results: LoadResult[]): LoadResult {
  const total = (of: (result: LoadResult) => number) => results.reduce((all, result) => all + of(result), 0);
  return {
    sent: total(({ sent }) => sent),
    acked: total(({ acked }) => acked),
    ackMs: results.flatMap(({ ackMs }) => ackMs),
    outOfStep: total(({ outOfStep }) => outOfStep),
    refused: total(({ refused }) => refused),
    seconds: Math.max(...results.map(({ seconds }) => seconds)),
  };
}
