import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PageCount, StormResult } from './page-load.ts';
import type { LoadOrder, LoadResult } from './visitor-load.ts';

const GENERATOR = fileURLToPath(new URL('./generator.ts', import.meta.url));
const PROCESSES = 2;

/** The generators: two processes, each from an address of its own. */
export class Fleet {
  readonly #children: ChildProcess[];

  /** `caFile` holds the certificate of a server that speaks TLS itself. */
  constructor(caFile?: string) {
    const env = caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile };
    this.#children = Array.from({ length: PROCESSES }, () =>
      fork(GENERATOR, [], { execArgv: ['--import', 'tsx'], env }),
    );
  }

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

  /** Opens pages that stay idle, of `sessions` customers. */
  async openPages(url: string, { count, sessions }: { count: number; sessions: number }): Promise<PageCount> {
    const share = (whole: number, index: number) => Math.ceil((whole - index) / PROCESSES);
    const orders = this.#children.map((_, index): LoadOrder => ({
      ...{ order: 'pages', url, address: `127.0.0.${index + 21}` },
      ...{ count: share(count, index), sessions: share(sessions, index) },
    }));
    return sumPages(await this.#all<PageCount>(orders));
  }

  /** Opens sockets that never say a word, of `addresses` addresses; answers how many were let in. */
  async openSilent(url: string, { count, addresses }: { count: number; addresses: number }): Promise<number> {
    const orders = this.#children.map((_, index): LoadOrder => ({
      ...{ order: 'silent', url, address: `127.0.0.${index + 41}` },
      ...{
        count: Math.ceil((count - index) / PROCESSES),
        addresses: Math.ceil((addresses - index) / PROCESSES),
      },
    }));
    return (await this.#all<number>(orders)).reduce((sum, opened) => sum + opened, 0);
  }

  async countPages(): Promise<PageCount> {
    return sumPages(await this.#all<PageCount>(this.#children.map(() => ({ order: 'count-pages' }))));
  }

  /** Cuts every page off; each customer misses a message. */
  async cut(): Promise<void> {
    await this.#all<undefined>(this.#children.map(() => ({ order: 'cut' })));
  }

  /** Lets all pages come back at once. */
  async storm(): Promise<StormResult> {
    const results = await this.#all<StormResult>(this.#children.map(() => ({ order: 'storm' })));
    return { ...sumPages(results), inStepMs: results.flatMap(({ inStepMs }) => inStepMs) };
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

function sumPages(counts: PageCount[]): PageCount {
  return {
    open: counts.reduce((all, { open }) => all + open, 0),
    inStep: counts.reduce((all, { inStep }) => all + inStep, 0),
  };
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
