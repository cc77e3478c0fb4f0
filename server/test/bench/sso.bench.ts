import process from 'node:process';
import { serveIdentity, type IdentityServer } from '../../identity/test/serve-identity.ts';
import { TestIdp } from '../../identity/sso/test/test-idp.ts';
import { figure, isFull, say, type Figure } from './figure.ts';
import { startAsking } from './load/asking.ts';

/** Processor time of a sign-in, from its beginning to the session, on the server's side; see docs/performance.md. */
const MUST_MS = 15;
const LOGINS = 200;
const LOGINS_FULL = 1_000;
const WARM_UP = 40;
const PEOPLE = 20;
const KINDS = ['signed', 'encrypted'] as const;

/** Processor milliseconds of this process so far. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/**
 * One sign-in. The identity provider's part (signing, encrypting) runs between the two halves and is not counted; the client
 * of both requests is a process of its own.
 */
async function signIn(idp: TestIdp, kind: (typeof KINDS)[number], number: number): Promise<number> {
  const who = number % PEOPLE;
  const startMs = cpuMs();
  const begun = await idp.begin('/');
  const begunMs = cpuMs() - startMs;
  const attributes = { uid: [`person${who}`], groups: ['agents'] };
  const form = await idp.formOf(
    begun,
    { nameId: `n-${who}`, attributes },
    { isEncrypted: kind === 'encrypted' },
  );
  const answeredMs = cpuMs();
  const reply = await idp.post(form, begun.cookie);
  if (reply.status !== 303) throw new Error(`A sign-in was refused: ${reply.status}`);
  return begunMs + cpuMs() - answeredMs;
}

/** Sign-ins with signed and with encrypted answers, by turns. */
export async function* run(): AsyncIterable<Figure> {
  const server: IdentityServer = await serveIdentity();
  const client = startAsking(server.port);
  try {
    const idp = new TestIdp({ ...server, ask: client.ask });
    await idp.register();
    const total = isFull() ? LOGINS_FULL : LOGINS;
    const spent = { signed: 0, encrypted: 0 };
    for (let number = 0; number < WARM_UP + total; number += 1) {
      for (const kind of KINDS) {
        const ms = await signIn(idp, kind, number);
        if (number >= WARM_UP) spent[kind] += ms;
      }
    }
    say(`${total} sign-ins of each kind`);
    for (const kind of KINDS) yield figure(`sso.${kind}.cpu`, spent[kind] / total, 'ms', MUST_MS);
  } finally {
    client.stop();
    await server.close();
  }
}
