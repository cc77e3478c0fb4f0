import { WebSocket } from 'ws';
import type { Instance } from '../../support/instance.ts';

const TAKEN_AT_ONCE = 3;
/** Agents made for a benchmark have the password of this one. */
const MODEL = 'agent';
const MADE = 'bench-agent-';

/** Makes agents like the evaluation's one, behind the product's back: their number is the point, not their making. */
export async function makeAgents(instance: Instance, count: number): Promise<string[]> {
  await instance.sql(`WITH made AS (
      INSERT INTO account SELECT (json_populate_record(model, json_build_object('id', gen_random_uuid(),
          'username', '${MADE}' || n))).* FROM account model, generate_series(1, ${count}) n
        WHERE model.username = '${MODEL}' RETURNING id)
    INSERT INTO account_role (account_id, role, scope_kind, scope_unit_id)
    SELECT made.id, r.role, r.scope_kind, r.scope_unit_id FROM made, account_role r
      JOIN account m ON m.id = r.account_id WHERE m.username = '${MODEL}'`);
  return Array.from({ length: count }, (_, index) => `${MADE}${index + 1}`);
}

/** A person signed in over HTTP. */
export interface SignedIn {
  cookie: string;
  csrfToken: string;
}

/** Signs an account of the evaluation instance in; `url` is that of the plain listener. */
export async function signIn(instance: Instance, url: string, username: string): Promise<SignedIn> {
  const { password } = instance.account(username.startsWith(MADE) ? MODEL : username);
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  if (!response.ok) throw new Error(`${username} may not sign in: ${await response.text()}`);
  const cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const { csrfToken } = (await response.json()) as { csrfToken: string };
  return { cookie, csrfToken };
}

/** Sends one unsafe request as this person. */
export function post(url: string, person: SignedIn, path: string, body: object): Promise<Response> {
  return fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie: person.cookie,
      'x-csrf-token': person.csrfToken,
    },
    body: JSON.stringify(body),
  });
}

/** The agents at their workbenches: every message of a conversation reaches the one it is assigned to. */
export class Agents {
  readonly #url: string;
  readonly #sockets: WebSocket[] = [];
  readonly #people: SignedIn[] = [];
  /** From sending to the agent's screen, whole milliseconds; since the last `reset`. */
  pushMs: number[] = [];

  constructor(url: string) {
    this.#url = url;
  }

  async open(instance: Instance, usernames: readonly string[]): Promise<void> {
    for (const username of usernames) {
      const person = await signIn(instance, this.#url, username);
      const socket = new WebSocket(`${this.#url.replace('http', 'ws')}/ws/agent`, 'vaultdesk.v1', {
        perMessageDeflate: false,
        headers: { cookie: person.cookie, origin: this.#url.replace('http:', 'https:') },
      });
      await new Promise<void>((done, fail) => {
        socket.once('open', () => socket.send(JSON.stringify({ t: 'hello', csrf: person.csrfToken })));
        socket.once('message', () => done());
        socket.once('error', fail);
      });
      socket.on('message', (data: Buffer) => this.#hear(data));
      this.#people.push(person);
      this.#sockets.push(socket);
    }
  }

  /** Takes the conversations from the robot, in turn among the agents. */
  async take(conversations: readonly string[]): Promise<void> {
    let next = 0;
    const work = async () => {
      while (next < conversations.length) {
        const index = next;
        next += 1;
        const person = this.#people[index % this.#people.length] as SignedIn;
        const response = await post(this.#url, person, `conversations/${conversations[index]}/take`, {});
        if (!response.ok) throw new Error(`take refused: ${await response.text()}`);
        await response.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: TAKEN_AT_ONCE }, work));
  }

  reset(): void {
    this.pushMs = [];
  }

  close(): void {
    for (const socket of this.#sockets) socket.terminate();
  }

  #hear(data: Buffer): void {
    const frame = JSON.parse(data.toString('utf8')) as { t: string; from?: string; text?: string };
    if (frame.t !== 'message' || frame.from !== 'requester') return;
    const sentMs = Number.parseInt(frame.text?.slice(frame.text.lastIndexOf('#') + 1) ?? '', 36);
    this.pushMs.push(Date.now() - sentMs);
  }
}
