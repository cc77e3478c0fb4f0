import './alarm-texts.ts';
import { createClockWatch } from './clock-watch.ts';
import { SYSTEM_ACTOR, type Clock } from './kernel/index.ts';
import { createLoop, type Loop } from './platform/jobs/index.ts';
import { portable, type Tx } from './platform/persistence/index.ts';
import type { Notice, Notifier } from './platform/notify/index.ts';
import type { Foundation } from './foundation.ts';

/** No head for this long although the sealer runs: sealing hangs. */
export const SEAL_AGE_MAX_MS = 5 * 60_000;
/** Below this the administrator is told, long before writing stops. */
export const DISK_LOW_BYTES = 1024 * 1024 * 1024;
/** So many failed sign-ins within this time are told. */
export const BURST_FAILURES = 20;
export const BURST_MS = 5 * 60_000;
/** An outage is told when it lasted this long. */
export const OUTAGE_TOLD_MS = 5_000;

const ALIVE = portable<Record<never, never>, { alive: number }>(
  'installation.heartbeat',
  'SELECT COUNT(*) AS alive FROM installation',
  { params: {}, result: { alive: 'int' } },
);

/** Watches the installation, and tells people of a change for the worse: once, until they have read it. */
export interface Alarms {
  start(): void;
  stop(): Promise<void>;
  /** One look at everything; for tests. */
  look(): Promise<void>;
  /** A sign-in failed; `lockedAccountId` when that locked an account. Joins the unit of work. */
  signInFailed(tx: Tx, lockedAccountId: string | undefined): Promise<void>;
}

/** What is watched. */
export interface AlarmDeps {
  clock: Clock;
  uow: Pick<Foundation['uow'], 'read'>;
  /** Keeps the entry of a clock that was set. */
  audit: Pick<Foundation['audit'], 'emit'>;
  /** A clock nobody can set; by default that of the process. */
  monotonicMs?: () => number;
  sealer: Pick<Foundation['sealer'], 'status'>;
  /** An installed server whose heads go to one place alone; officers are reminded at each start. */
  isAnchorSingle?: boolean;
  guard: Pick<Foundation['guard'], 'freeBytes'>;
  log: Foundation['log'];
  notifier: Notifier;
  /** Events put aside so far. */
  deadLetters(): Promise<number>;
  /** Whether this process is the one that watches. */
  lead(): Promise<boolean>;
}

/** Builds the watch. */
export function createAlarms(deps: AlarmDeps): Alarms {
  const watch = new Watch(deps);
  const failures = new SignInFailures(deps);
  const look = async () => {
    if (await deps.lead()) await watch.look();
  };
  const loop: Loop = createLoop(look, { ...deps.log, name: 'alarms' });
  return {
    look,
    ...{ start: loop.start, stop: loop.stop },
    signInFailed: (tx, lockedAccountId) => failures.note(tx, lockedAccountId),
  };
}

class Watch {
  readonly #deps: AlarmDeps;
  readonly #startedMs: number;
  readonly #told = new Set<string>();
  readonly #clockStep: ReturnType<typeof createClockWatch>;
  #deadKnown: number | undefined;
  #awaySinceMs: number | undefined;

  constructor(deps: AlarmDeps) {
    this.#deps = deps;
    this.#startedMs = deps.clock.now().getTime();
    const monotonicMs = deps.monotonicMs ?? (() => performance.now());
    this.#clockStep = createClockWatch({ now: () => deps.clock.now(), monotonicMs });
  }

  async look(): Promise<void> {
    await this.#lookAtClock();
    await this.#lookAtDatabase();
    await this.#lookAtTrail();
    await this.#lookAtDisk();
    await this.#lookAtDeadLetters();
  }

  /** Raises when a condition begins, and is ready to raise again when it ended. */
  async #onChange(isBad: boolean, notice: Notice): Promise<void> {
    if (!isBad) return void this.#told.delete(notice.kind);
    if (this.#told.has(notice.kind)) return;
    await this.#deps.notifier.raise(notice);
    this.#told.add(notice.kind);
  }

  /** A clock that was set is an entry and an alarm: times of the trail before and behind it don't compare. */
  async #lookAtClock(): Promise<void> {
    const step = this.#clockStep();
    if (step === undefined) return;
    const { audit, notifier } = this.#deps;
    await audit.emit(
      { actor: SYSTEM_ACTOR },
      { action: 'clock.change', outcome: 'ok', details: { ...step } },
    );
    const to = { permission: ['system:read', 'audit:read', 'audit:read-admin'] };
    const params = { seconds: Math.round(step.byMs / 1_000) };
    await notifier.raise({ ...alarm('alarm.clock-set', params), to, link: '/system' });
  }

  /** The alarm of an outage can only be kept when it is over. */
  async #lookAtDatabase(): Promise<void> {
    const { clock, uow, notifier } = this.#deps;
    const now = clock.now().getTime();
    try {
      await uow.read((db) => db.one(ALIVE, {}));
    } catch (error) {
      this.#awaySinceMs ??= now;
      throw error;
    }
    const awayMs = this.#awaySinceMs === undefined ? 0 : now - this.#awaySinceMs;
    if (awayMs >= OUTAGE_TOLD_MS) {
      const params = { seconds: Math.round(awayMs / 1_000) };
      await notifier.raise(toAdministrator('alarm.database-back', params));
    }
    this.#awaySinceMs = undefined;
  }

  async #lookAtTrail(): Promise<void> {
    const { sealer, clock } = this.#deps;
    const { sealedAt, isForked } = sealer.status();
    const ageMs = clock.now().getTime() - (sealedAt?.getTime() ?? this.#startedMs);
    const to = { permission: ['system:read', 'audit:read', 'audit:read-admin'] };
    const params = { minutes: SEAL_AGE_MAX_MS / 60_000 };
    const stopped = { ...alarm('alarm.audit-stopped', params), to, link: '/audit' };
    await this.#onChange(ageMs > SEAL_AGE_MAX_MS, stopped);
    const single = { ...alarm('alarm.anchor-single', {}), severity: 'warning' as const, to, link: '/audit' };
    await this.#onChange(this.#deps.isAnchorSingle === true, single);
    await this.#onChange(isForked, { ...alarm('alarm.audit-forked', {}), to, link: '/audit' });
  }

  async #lookAtDisk(): Promise<void> {
    const free = await this.#deps.guard.freeBytes();
    const params = { megabytes: Number.isFinite(free) ? Math.floor(free / 1024 / 1024) : 0 };
    await this.#onChange(free < DISK_LOW_BYTES, toAdministrator('alarm.disk-low', params));
  }

  async #lookAtDeadLetters(): Promise<void> {
    const count = await this.#deps.deadLetters();
    const before = this.#deadKnown ?? count;
    if (count > before) await this.#deps.notifier.raise(toAdministrator('alarm.dead-letter', { count }));
    this.#deadKnown = count;
  }
}

/** Failed sign-ins of this process within the last minutes; the security administrator hears of many. */
class SignInFailures {
  readonly #deps: AlarmDeps;
  #atMs: number[] = [];

  constructor(deps: AlarmDeps) {
    this.#deps = deps;
  }

  async note(tx: Tx, lockedAccountId: string | undefined): Promise<void> {
    const { clock, notifier } = this.#deps;
    const now = clock.now().getTime();
    this.#atMs = [...this.#atMs.filter((at) => at > now - BURST_MS), now];
    const to = { permission: 'account:approve' };
    if (this.#atMs.length >= BURST_FAILURES) {
      const params = { count: this.#atMs.length, minutes: BURST_MS / 60_000 };
      this.#atMs = [];
      await notifier.send(tx, { ...alarm('alarm.sign-in-burst', params), to, link: '/accounts' });
    }
    if (lockedAccountId === undefined) return;
    const locked = alarm('alarm.account-locked', { account: lockedAccountId });
    const key = `${locked.kind}/${lockedAccountId}`;
    await notifier.send(tx, { ...locked, severity: 'warning', to, link: '/accounts', key });
  }
}

function alarm(kind: string, params: Record<string, string | number>): Omit<Notice, 'to'> {
  return { kind, severity: 'alarm', params, key: kind };
}

function toAdministrator(kind: string, params: Record<string, string | number>): Notice {
  return { ...alarm(kind, params), to: { permission: 'system:read' }, link: '/system' };
}
