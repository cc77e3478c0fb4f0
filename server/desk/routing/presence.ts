import type { Clock } from '../../kernel/index.ts';

/** What an agent says about being there. `offline` is nobody's word: it is having no open workbench. */
export type Presence = 'online' | 'busy' | 'break' | 'offline';

/** What one process knows of an agent: open workbenches there, and the state set last. */
export interface SharedPresence {
  agentId: string;
  state: Exclude<Presence, 'offline'>;
  /** When the state was set, so that the last word counts. */
  stateAtMs: number;
  connections: number;
}

interface Known {
  state: Exclude<Presence, 'offline'>;
  stateAtMs: number;
  /** Workbenches open in this process, and in each other one. */
  here: number;
  there: Map<string, number>;
  leftAtMs: number;
}

/** Who is there, in all processes: each tells the others of its own workbenches. */
export class PresenceBoard {
  readonly #clock: Clock;
  readonly #known = new Map<string, Known>();
  #tell: (presence: SharedPresence) => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells the others what changes here. */
  onOwnChange(tell: (presence: SharedPresence) => void): void {
    this.#tell = tell;
  }

  of(agentId: string): Presence {
    const known = this.#known.get(agentId);
    return known && countOf(known) > 0 ? known.state : 'offline';
  }

  /** Since when an agent is away; `nowMs` while there is a workbench, undefined when never seen. */
  goneAtMs(agentId: string, nowMs: number): number | undefined {
    const known = this.#known.get(agentId);
    if (known === undefined) return undefined;
    return countOf(known) > 0 ? nowMs : known.leftAtMs;
  }

  /** A workbench was opened: the agent is there, in the state last set, at first `online`. */
  connect(agentId: string): void {
    const known = this.#of(agentId);
    known.here += 1;
    this.#told(agentId, known);
  }

  disconnect(agentId: string): void {
    const known = this.#known.get(agentId);
    if (!known) return;
    known.here -= 1;
    known.leftAtMs = this.#clock.now().getTime();
    this.#told(agentId, known);
  }

  set(agentId: string, state: Exclude<Presence, 'offline'>): void {
    const known = this.#of(agentId);
    known.state = state;
    known.stateAtMs = Math.max(known.stateAtMs + 1, this.#clock.now().getTime());
    this.#told(agentId, known);
  }

  /** What another process told. */
  hear({ agentId, state, stateAtMs, connections }: SharedPresence, nodeId: string): void {
    const known = this.#of(agentId);
    if (stateAtMs > known.stateAtMs) Object.assign(known, { state, stateAtMs });
    if (connections > 0) known.there.set(nodeId, connections);
    else if (known.there.delete(nodeId)) known.leftAtMs = this.#clock.now().getTime();
  }

  /** A process is gone, and its workbenches with it. */
  forgetNode(nodeId: string): void {
    const leftAtMs = this.#clock.now().getTime();
    for (const known of this.#known.values()) if (known.there.delete(nodeId)) known.leftAtMs = leftAtMs;
  }

  /** What this process would tell of everybody it knows. */
  snapshot(): SharedPresence[] {
    return [...this.#known].map(([agentId, known]) => shared(agentId, known));
  }

  #of(agentId: string): Known {
    const known = this.#known.get(agentId) ?? {
      state: 'online' as const,
      stateAtMs: 0,
      here: 0,
      there: new Map<string, number>(),
      leftAtMs: 0,
    };
    this.#known.set(agentId, known);
    return known;
  }

  #told(agentId: string, known: Known): void {
    this.#tell(shared(agentId, known));
  }
}

function countOf({ here, there }: Known): number {
  let count = here;
  for (const connections of there.values()) count += connections;
  return count;
}

function shared(agentId: string, { state, stateAtMs, here }: Known): SharedPresence {
  return { agentId, state, stateAtMs, connections: here };
}
