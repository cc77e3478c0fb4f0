import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { URL } from 'node:url';

const SOCKET_NAME = '.s.PGSQL.5432';

/** A network between the server and PostgreSQL that can be cut, held up, and made to lose an answer. */
export interface DatabaseProxy {
  /** The database as it is reached through here. */
  readonly url: string;
  /** Connections open now. */
  readonly count: number;
  /** Cuts every connection without a word. */
  cut(): void;
  /** Cuts the connection over which PostgreSQL answers next, before the answer: what was asked has happened. */
  loseAnswer(): void;
  /** Milliseconds that everything is under way, in each direction. */
  delayMs: number;
  /** While set, who connects is cut off at once. */
  isDown: boolean;
  close(): Promise<void>;
}

/** Opens it on a free port of the loopback, before a PostgreSQL on a Unix socket. */
export async function openDatabaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url);
  const path = join(decodeURIComponent(target.hostname), SOCKET_NAME);
  const pairs = new Set<{ near: Socket; far: Socket }>();
  let losesAnswer = false;

  const server = createServer((near) => {
    if (proxy.isDown) return void near.destroy();
    const far = connect(path);
    const pair = { near, far };
    pairs.add(pair);
    const end = () => {
      near.destroy();
      far.destroy();
      pairs.delete(pair);
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    carry(near, far);
    carry(far, near, () => {
      if (!losesAnswer) return true;
      losesAnswer = false;
      end();
      return false;
    });
  });
  function carry(from: Socket, to: Socket, mayPass: () => boolean = () => true): void {
    from.on('data', (chunk: Buffer) => {
      if (!mayPass()) return;
      const pass = () => void (to.destroyed || to.write(chunk));
      if (proxy.delayMs > 0) setTimeout(pass, proxy.delayMs);
      else pass();
    });
  }
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  const proxy: DatabaseProxy = {
    url: `postgres://${target.username}@127.0.0.1:${port}${target.pathname}`,
    get count() {
      return pairs.size;
    },
    cut() {
      for (const { near } of pairs) near.destroy();
    },
    loseAnswer: () => void (losesAnswer = true),
    ...{ delayMs: 0, isDown: false },
    async close() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      proxy.cut();
      await closed;
    },
  };
  return proxy;
}
