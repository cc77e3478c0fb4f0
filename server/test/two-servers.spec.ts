import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { buildHome, removeHome, startOwnDatabase } from './support/database.ts';
import { readAll, SETTLE_MS, Writer } from './support/fault-load.ts';
import { openVisitor, startListening } from './support/instance-client.ts';
import { Instance } from './support/instance.ts';
import { freePort } from './support/free-port.ts';

const VISITORS = 6;
/** When a server dies its conversations are written again within this. */
const MOVED_MS = 10_000;

// Two whole servers and a database take half a minute: npm run test:long.
if (process.env['VAULTDESK_TEST_LONG'] === '1') {
  describe('two servers with a home each on one database', function () {
    this.timeout(600_000);
    const homeOfDatabase = buildHome();
    let own: Awaited<ReturnType<typeof startOwnDatabase>>;
    let first: Instance;
    let second: Instance;
    let links: [string, string];
    let writers: Writer[] = [];

    before(async () => {
      own = await startOwnDatabase(homeOfDatabase, {});
      links = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
      const settings = { VAULTDESK_DATABASE_URL: own.place.url };
      [first, second] = [new Instance(settings), new Instance(settings)];
      mkdirSync(first.home, { recursive: true, mode: 0o700 });
    });
    after(async () => {
      await Promise.all([first, second].map((instance) => instance?.dispose()));
      await own?.place.drop();
      removeHome(homeOfDatabase);
    });

    const join2 = (...args: string[]) =>
      second.vaultdesk('join', '--from', first.home, '--node', 'server-2', '--listen', links[1], ...args);
    const untilAnswered = async (sinceMs: number, limitMs: number) => {
      const endMs = performance.now() + limitMs;
      while (!writers.every(({ ackedAtMs }) => ackedAtMs > sinceMs)) {
        if (performance.now() > endMs) throw new Error(`not every visitor was acknowledged in ${limitMs} ms`);
        await wait(10);
      }
      return Math.max(...writers.map(({ ackedAtMs }) => ackedAtMs)) - sinceMs;
    };

    it('takes nobody in who is not let in, and leaves nothing behind', async () => {
      await startListening(first);
      const alone = await join2();
      expect(alone).to.include({ code: 1 });
      expect(alone.stderr).to.contain('[join.alone]');
      expect(() => readdirSync(second.home)).to.throw();
      expect(await first.stop()).to.equal(0);
      writeFileSync(join(first.home, 'config.yaml'), `cluster:\n  listen: ${links[0]}\n`);
      await startListening(first);
      const taken = await second.vaultdesk(
        'join',
        '--from',
        first.home,
        '--node',
        'server-1',
        '--listen',
        links[1],
      );
      expect(taken.stderr).to.contain('[join.name_taken]');
      const keyless = await second.vaultdesk(
        'join',
        '--from',
        '/nowhere',
        '--node',
        'x',
        '--listen',
        links[1],
      );
      expect(keyless.stderr).to.contain('[join.keys_missing]');
    });

    it('makes a home with the same keys and a certificate of its own', async () => {
      const made = await join2();
      expect(made, made.stderr).to.include({ code: 0 });
      for (const name of readdirSync(join(first.home, 'keys'))) {
        const [mine, theirs] = [second, first].map(({ home }) => join(home, 'keys', name)) as [
          string,
          string,
        ];
        expect(readFileSync(mine).equals(readFileSync(theirs)), name).to.equal(true);
        expect(statSync(mine).mode & 0o077).to.equal(0);
      }
      await startListening(second);
      expect(second.certificate).to.not.equal(first.certificate);
      const again = await join2();
      expect(again.stderr).to.contain('[join.home_taken]');
    });

    it('serves one conversation over both, and moves all to the other when one is killed', async () => {
      const sessions = await Promise.all(Array.from({ length: VISITORS }, () => openVisitor(first)));
      // Every second one comes to the server that did not open its conversation.
      writers = sessions.map((session, index) => new Writer(index % 2 ? second : first, session));
      await untilAnswered(performance.now(), SETTLE_MS);
      await second.kill();
      const killedMs = performance.now();
      for (const writer of writers) writer.instance = first;
      expect(await untilAnswered(killedMs, SETTLE_MS)).to.be.below(MOVED_MS);
      await startListening(second);
      writers.forEach((writer, index) => (writer.instance = index % 2 ? first : second));
      await first.kill();
      const againMs = performance.now();
      for (const writer of writers) writer.instance = second;
      expect(await untilAnswered(againMs, SETTLE_MS)).to.be.below(MOVED_MS);
      await startListening(first);
    });

    it('leaves every acknowledged message there once, in order, whichever of them is asked', async () => {
      await Promise.all(writers.map((writer) => writer.finish()));
      for (const { session, acked, sentOrder, contradictions } of writers) {
        expect(contradictions).to.deep.equal([]);
        for (const instance of [first, second]) {
          const messages = await readAll(instance, session);
          expect(messages.map(({ seq }) => seq)).to.deep.equal(messages.map((_, index) => index + 1));
          const said = messages.filter(({ from }) => from === 'requester');
          expect(said.map(({ id, seq }) => [id, seq])).to.deep.equal(
            sentOrder.map((id) => [id, acked.get(id)]),
          );
        }
      }
    });

    it('leaves a trail that verifies whole', async () => {
      for (const instance of [first, second]) expect(await instance.stop()).to.equal(0);
      const { code, stdout, stderr } = await first.vaultdesk('audit', 'verify');
      expect({ code, said: code === 0 ? '' : stdout + stderr }).to.deep.equal({ code: 0, said: '' });
    });
  });
}
