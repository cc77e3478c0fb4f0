import { AppError, type Clock } from '../../kernel/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { ConversationRow } from '../conversations/conversation.entity.ts';
import { listByState } from '../conversations/conversation.repo.ts';
import type { ConversationOwners } from '../conversations/conversation-owner.ts';
import type { ConversationService } from '../conversations/conversation.service.ts';
import { PresenceBoard, type Presence, type SharedPresence } from './presence.ts';
import { AGENT_CAPACITY_DEFAULT, chooseAgent } from './routing.rules.ts';

/** Who may take conversations of a skill group in a unit; no group means every agent whose scope covers the unit. */
export interface AgentDirectory {
  agentsOf(skillGroupId: string | null, unitId: string): Promise<readonly string[]>;
}

interface RoutingDeps {
  uow: UnitOfWork;
  clock: Clock;
  owners: ConversationOwners;
  conversations: ConversationService;
  directory: AgentDirectory;
  log: { warn(message: string, fields: Record<string, unknown>): void };
  /** Whether this process is the one that gives conversations to agents; default: it is. */
  lead?(): Promise<boolean>;
}

/** A waiting or assigned conversation more than this is a queue nobody can work off; the rest waits in the database. */
const RUNNING_MAX = 10_000;
const SWEEP_EVERY_MS = 2_000;
/** An agent without an open workbench for this long loses conversations whose requester is waiting. */
const ABSENT_MS = 60_000;

interface Place {
  state: 'queued' | 'assigned';
  skillGroupId: string | null;
  unitId: string;
  assigneeId: string | null;
  sinceMs: number;
  isRequesterWaiting: boolean;
}

/**
 * Gives queued conversations to agents. Presence is what open workbenches say; queue and loads are rebuilt from
 * the database at the start and follow every committed message after that.
 */
export class Routing {
  readonly #deps: RoutingDeps;
  readonly #running = new Map<string, Place>();
  /** How many of them wait; counted as they change, because every message asks. */
  #queued = 0;
  readonly #presence: PresenceBoard;
  readonly #lastAssignedAtMs = new Map<string, number>();
  #passing: Promise<void> | undefined;
  #isAskedAgain = false;
  #isStopping = false;
  #timer: NodeJS.Timeout | undefined;
  #onQueue: (queued: number) => void = () => undefined;
  /** Conversations that moved while the database was read: what they came to is newer. */
  #moved: Set<string> | undefined;

  constructor(deps: RoutingDeps) {
    this.#deps = deps;
    this.#presence = new PresenceBoard(deps.clock);
    deps.owners.onMessage((_message, row) => {
      this.#moved?.add(row.id);
      this.#follow(row);
    });
  }

  async start(): Promise<void> {
    await this.load();
    this.#timer = setInterval(() => void this.#sweep(), SWEEP_EVERY_MS);
    this.#timer.unref();
  }

  /** Reads queue and loads from the database; what another process told may have been missed. */
  async load(): Promise<void> {
    const moved = (this.#moved = new Set<string>());
    const rows = await this.#deps.uow.read(async (db) => [
      ...(await listByState(db, 'queued', RUNNING_MAX)),
      ...(await listByState(db, 'assigned', RUNNING_MAX)),
    ]);
    if (this.#moved === moved) this.#moved = undefined;
    const found = new Set(rows.map(({ id }) => id));
    for (const [id, place] of this.#running) {
      if (found.has(id) || moved.has(id)) continue;
      this.#running.delete(id);
      if (place.state === 'queued') this.#queued -= 1;
    }
    for (const row of rows) if (!moved.has(row.id)) this.#follow(row);
  }

  /** Ends after the conversation in hand; what waits is read from the database at the next start. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#timer);
    await this.#passing;
  }

  onQueueChange(listener: (queued: number) => void): void {
    this.#onQueue = listener;
  }

  get queuedCount(): number {
    return this.#queued;
  }

  /** Place in the queue, from 1; undefined when the conversation does not wait. */
  positionOf(conversationId: string): number | undefined {
    const own = this.#running.get(conversationId);
    if (own?.state !== 'queued') return undefined;
    const before = [...this.#running.values()].filter(
      (place) =>
        place.state === 'queued' &&
        place.skillGroupId === own.skillGroupId &&
        place.unitId === own.unitId &&
        place.sinceMs < own.sinceMs,
    );
    return before.length + 1;
  }

  presenceOf(agentId: string): Presence {
    return this.#presence.of(agentId);
  }

  loadOf(agentId: string): number {
    return this.conversationsOf(agentId).length;
  }

  /** Ids of the conversations an agent has now. */
  conversationsOf(agentId: string): string[] {
    return [...this.#running].filter(([, place]) => place.assigneeId === agentId).map(([id]) => id);
  }

  /** A workbench was opened: the agent is there, in the state last set, at first `online`. */
  connect(agentId: string): void {
    this.#presence.connect(agentId);
    this.#pass();
  }

  disconnect(agentId: string): void {
    this.#presence.disconnect(agentId);
  }

  setPresence(agentId: string, state: Exclude<Presence, 'offline'>): void {
    this.#presence.set(agentId, state);
    this.#pass();
  }

  /** Shares with the other processes who is there. */
  share(others: {
    tell(presence: SharedPresence): void;
    onTold(hear: (presence: SharedPresence, nodeId: string) => void): void;
    onGone(forget: (nodeId: string) => void): void;
    onPeer(greet: (tell: (presence: SharedPresence) => void) => void): void;
  }): void {
    this.#presence.onOwnChange((presence) => others.tell(presence));
    others.onPeer((tell) => this.#presence.snapshot().forEach(tell));
    others.onGone((nodeId) => this.#presence.forgetNode(nodeId));
    others.onTold((presence, nodeId) => {
      this.#presence.hear(presence, nodeId);
      this.#pass();
    });
  }

  #follow(row: Readonly<ConversationRow>): void {
    const before = this.#queued;
    if (this.#running.get(row.id)?.state === 'queued') this.#queued -= 1;
    if (row.state === 'queued') this.#queued += 1;
    if (row.state === 'queued' || row.state === 'assigned') {
      this.#running.set(row.id, {
        state: row.state,
        skillGroupId: row.skillGroupId,
        unitId: row.unitId,
        assigneeId: row.assigneeId,
        sinceMs: (row.queuedAt ?? row.openedAt).getTime(),
        isRequesterWaiting: row.lastFrom === 'requester' || row.firstResponseAt === null,
      });
    } else {
      this.#running.delete(row.id);
    }
    if (row.state === 'assigned' && row.assigneeId && row.assignedAt) {
      this.#lastAssignedAtMs.set(row.assigneeId, row.assignedAt.getTime());
    }
    if (this.#queued !== before) this.#onQueue(this.#queued);
    if (row.state === 'queued' || row.state === 'closed') this.#pass();
  }

  #pass(): void {
    this.#isAskedAgain = true;
    this.#passing ??= this.#walk().finally(() => (this.#passing = undefined));
  }

  async #walk(): Promise<void> {
    while (this.#isAskedAgain && !this.#isStopping) {
      this.#isAskedAgain = false;
      try {
        if (this.#queued > 0 && (await this.#leads())) await this.#assignWaiting();
      } catch (error) {
        this.#deps.log.warn('routing pauses', {
          code: error instanceof AppError ? error.code : 'server.internal',
        });
        return;
      }
    }
  }

  async #leads(): Promise<boolean> {
    return (await this.#deps.lead?.()) ?? true;
  }

  async #assignWaiting(): Promise<void> {
    const waiting = [...this.#running]
      .filter(([, place]) => place.state === 'queued')
      .sort(([, a], [, b]) => a.sinceMs - b.sinceMs);
    for (const [conversationId, place] of waiting) {
      if (this.#isStopping) return;
      const members = await this.#deps.directory.agentsOf(place.skillGroupId, place.unitId);
      const candidates = members
        .filter((agentId) => this.presenceOf(agentId) === 'online')
        .map((agentId) => ({
          agentId,
          load: this.loadOf(agentId),
          lastAssignedAtMs: this.#lastAssignedAtMs.get(agentId) ?? 0,
        }));
      const agentId = chooseAgent(candidates, AGENT_CAPACITY_DEFAULT);
      if (agentId) await this.#deps.conversations.assign(conversationId, agentId);
    }
  }

  /** Looks again at what waits, and takes conversations back from agents who have gone. */
  async #sweep(): Promise<void> {
    if (this.#running.size === 0 || !(await this.#leads().catch(() => false))) return;
    const nowMs = this.#deps.clock.now().getTime();
    for (const [conversationId, place] of this.#running) {
      if (place.state !== 'assigned' || !place.assigneeId || !place.isRequesterWaiting) continue;
      const goneAtMs = this.#presence.goneAtMs(place.assigneeId, nowMs) ?? place.sinceMs;
      if (nowMs - goneAtMs < ABSENT_MS) continue;
      await this.#deps.conversations
        .requeueAbsent(conversationId, place.assigneeId)
        .catch((error: unknown) => this.#deps.log.warn('requeue failed', { conversationId, error }));
    }
    if (this.queuedCount > 0) this.#pass();
  }
}
