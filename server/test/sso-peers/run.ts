/**
 * Signs in, out, and in again through identity providers that other people wrote, plain and encrypted. `.ci/peers` installs
 * them. Prints one line for each step that went well; the first that does not ends the run.
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { cookieOf, serveIdentity, type IdentityServer } from '../../identity/test/serve-identity.ts';
import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { createServerCertificate } from '../../platform/crypto/index.ts';
import type { Peer } from './peer.ts';
import { startSamlpPeer } from './samlp-idp.ts';
import { startSimpleSamlPhp } from './simplesamlphp-idp.ts';

const PYTHON = '/usr/bin/python3';
const PYSAML2 = fileURLToPath(new URL('./pysaml2-idp.py', import.meta.url));
const UID = 'urn:mace:dir:attribute-def:uid';
const AFFILIATION = 'urn:mace:dir:attribute-def:eduPersonAffiliation';
const START_MS = 60_000;
const HOPS_MAX = 10;
/** Our clock is moved by hand and stays behind that of the peers by less than the clocks may differ. */
const LAG_MS = 30_000;
const CACHE_MS = 2_500;
const MAP = {
  attributes: { username: 'uid', groups: 'groups' },
  roles: [{ group: 'agents', role: 'agent' }],
  jit: true,
};

function say(text: string): void {
  process.stdout.write(`  ok ${text}\n`);
}

function demand(condition: boolean, text: string): void {
  if (!condition) throw new Error(`It failed: ${text}`);
  say(text);
}

/** The form that a page of an identity provider sends by itself. */
function fieldsOf(html: string): URLSearchParams {
  const fields = new URLSearchParams();
  for (const [tag] of html.matchAll(/<input[^>]*>/g)) {
    const name = /name="([^"]+)"/.exec(tag)?.[1];
    const value = /value="([^"]*)"/.exec(tag)?.[1] ?? '';
    if (name === 'SAMLResponse' || name === 'RelayState') {
      fields.set(name, value.replaceAll('&#x3D;', '=').replaceAll('&#43;', '+').replaceAll('&amp;', '&'));
    }
  }
  return fields;
}

async function startPysaml2(folder: string): Promise<Peer> {
  const child: ChildProcess = spawn(PYTHON, [PYSAML2, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('pysaml2 did not start.')), START_MS);
    child.stdout?.once('data', (data: Buffer) => {
      clearTimeout(timer);
      resolve(data.toString().trim());
    });
  });
  const base = `http://127.0.0.1:${port}`;
  return {
    name: 'pysaml2',
    metadata: await (await fetch(`${base}/metadata`)).text(),
    person: 'py.person',
    map: {
      ...{ allowCbc: true, allow3des: true },
      // It names attributes as directories do.
      attributes: { username: UID, groups: AFFILIATION },
    },
    async introduce(metadata, { isEncrypted, certificate }) {
      const body = JSON.stringify({ metadata, encrypt: isEncrypted, certificate });
      const { status } = await fetch(base, { method: 'POST', body });
      if (status !== 200) throw new Error('pysaml2 does not take our metadata.');
    },
    leave: (entityId) => `${base}/leave?sp=${encodeURIComponent(entityId)}`,
    stop: () => void child.kill(),
  };
}

/** The path and query of an address of ours, whatever host it names. */
const pathOf = (location: unknown) => {
  const { pathname, search } = new URL(String(location));
  return `${pathname}${search}`;
};

class Journey {
  readonly #server: IdentityServer;
  readonly #peer: Peer;
  readonly #id: string;
  readonly #jar = new Map<string, string>();

  constructor(server: IdentityServer, peer: Peer, id: string) {
    this.#server = server;
    this.#peer = peer;
    this.#id = id;
  }

  async register(isEncrypted: boolean): Promise<string> {
    const { core, identity, clock } = this.#server;
    const input = {
      id: this.#id,
      metadata: this.#peer.metadata,
      map: { ...MAP, ...this.#peer.map, requireEncrypted: isEncrypted },
    };
    const { idps } = identity.sso;
    await core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) =>
      idps.put(tx, await idps.draft(tx, input), 'live'),
    );
    clock.advance(CACHE_MS);
    const { text } = await this.#server.ask(`/sso/${this.#id}/metadata`);
    const certificate = /use="encryption"[\s\S]*?X509Certificate>([^<]+)</.exec(text)?.[1] ?? '';
    await this.#peer.introduce(text, { isEncrypted, certificate });
    return /entityID="([^"]+)"/.exec(text)?.[1] ?? '';
  }

  async signIn(): Promise<{ cookie: string; browser: string }> {
    const { clock } = this.#server;
    const behindMs = Date.now() - clock.now().getTime();
    if (behindMs > LAG_MS) clock.advance(behindMs - LAG_MS);
    const begun = await this.#server.ask(`/sso/${this.#id}/login?returnTo=/inbox`);
    const browser = cookieOf(begun);
    const { html } = await this.#visit(String(begun.headers.location));
    const fields = fieldsOf(html);
    if (!fields.has('SAMLResponse'))
      throw new Error(`No answer from ${this.#peer.name}: ${html.slice(0, 500)}`);
    const answered = await this.#server.ask(`/sso/${this.#id}/acs`, {
      method: 'POST',
      raw: fields.toString(),
      headers: { Cookie: browser, 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    if (answered.status !== 303) throw new Error(`The sign-in was refused: ${await this.#refusal()}`);
    return { cookie: cookieOf(answered), browser };
  }

  /** A page of the peer with its cookies; goes on while the peer sends to itself. */
  async #visit(first: string): Promise<{ status: number; html: string; location: string | undefined }> {
    const { origin } = new URL(first);
    let url = first;
    for (let hop = 0; hop < HOPS_MAX; hop += 1) {
      const reply = await fetch(url, {
        redirect: 'manual',
        headers: { Cookie: [...this.#jar.values()].join('; ') },
      });
      for (const cookie of reply.headers.getSetCookie()) {
        const pair = cookie.split(';')[0] ?? '';
        this.#jar.set(pair.split('=')[0] ?? '', pair);
      }
      const to = reply.headers.get('location');
      const location = to === null ? undefined : new URL(to, url).toString();
      if (location === undefined || new URL(location).origin !== origin) {
        return { status: reply.status, html: await reply.text(), location };
      }
      url = location;
    }
    throw new Error(`${this.#peer.name} sends to itself without end.`);
  }

  /** Why the last sign-in was refused, as the trail has it. */
  async #refusal(): Promise<string> {
    const rows = await this.#server.core.sql(
      "SELECT body FROM audit_event WHERE action = 'assertion.refuse' ORDER BY epoch, lane, n",
    );
    return String(rows.at(-1)?.['body']);
  }

  async session(cookie: string): Promise<number> {
    return (await this.#server.ask('/api/v1/session', { headers: { Cookie: cookie } })).status;
  }

  /** Begun here: out to the peer, and back with its answer. */
  async leaveHere({ cookie, browser }: { cookie: string; browser: string }): Promise<boolean> {
    const begun = await this.#server.ask(`/sso/${this.#id}/logout`, {
      headers: { Cookie: `${cookie}; ${browser}` },
    });
    if (this.#peer.leave === undefined) return begun.status === 303;
    const back = pathOf((await this.#visit(String(begun.headers.location))).location);
    const ended = await this.#server.ask(back, { headers: { Cookie: browser } });
    return ended.status === 303 && String(ended.headers.location).startsWith('/sign-in');
  }

  /** Begun there: a signed request through the browser, and our signed answer, which the peer has to take. */
  async leaveThere(entityId: string): Promise<boolean> {
    const begun = await this.#visit(this.#peer.leave?.(entityId) ?? '');
    const answered = await this.#server.ask(pathOf(begun.location));
    if (answered.status !== 303) return false;
    return (await this.#visit(String(answered.headers.location))).status === 200;
  }
}

async function travel(server: IdentityServer, peer: Peer, isEncrypted: boolean): Promise<void> {
  const title = `${peer.name}, ${isEncrypted ? 'encrypted' : 'plain'}`;
  const journey = new Journey(server, peer, peer.name);
  const entityId = await journey.register(isEncrypted);
  const first = await journey.signIn();
  demand((await journey.session(first.cookie)) === 200, `${title}: sign-in`);
  const attributes = await server.ask('/api/v1/session', { headers: { Cookie: first.cookie } });
  const { roles, account } = attributes.json as { roles: string[]; account: { username: string } };
  demand(account.username === peer.person && roles.join() === 'agent', `${title}: attributes and roles`);
  demand(await journey.leaveHere(first), `${title}: logout begun here`);
  demand((await journey.session(first.cookie)) === 401, `${title}: the session has ended`);
  const second = await journey.signIn();
  demand((await journey.session(second.cookie)) === 200, `${title}: signed in again`);
  if (peer.leave === undefined) return;
  demand(await journey.leaveThere(entityId), `${title}: logout begun there`);
  demand((await journey.session(second.cookie)) === 401, `${title}: the session has ended`);
  const third = await journey.signIn();
  demand((await journey.session(third.cookie)) === 200, `${title}: signed in once more`);
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'vd-peers-'));
  const server = await serveIdentity([], { startMs: Date.now() - LAG_MS });
  const peers: Peer[] = [];
  try {
    const { certificate, privateKey } = await createServerCertificate({ now: new Date(), validDays: 30 });
    writeFileSync(join(folder, 'idp.crt'), certificate);
    writeFileSync(join(folder, 'idp.key'), privateKey, { mode: 0o600 });
    peers.push(await startSamlpPeer({ certificate, privateKey }));
    if (!existsSync(PYTHON)) throw new Error('There is no Python; .ci/peers installs it.');
    execFileSync(PYTHON, ['-c', 'import saml2']);
    peers.push(await startPysaml2(folder));
    peers.push(await startSimpleSamlPhp(folder));
    for (const peer of peers)
      for (const isEncrypted of [false, true]) await travel(server, peer, isEncrypted);
  } finally {
    for (const peer of peers) peer.stop();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await main();
