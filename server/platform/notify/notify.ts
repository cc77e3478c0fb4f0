import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { AnyRoute } from '../http/index.ts';
import { createLease, createLoop, eachByItself, type WithDb } from '../jobs/index.ts';
import type { Tx, UnitOfWork } from '../persistence/index.ts';
import { ChannelService, type ChannelDeps } from './channel.service.ts';
import { channelRoutes } from './channel.routes.ts';
import { Deliverer } from './deliverer.ts';
import { handOut } from './fan-out.ts';
import { POST_INSERT } from './notice.repo.ts';
import { checkNotice, NOTIFY_LIMITS, type Notice } from './notice.rules.ts';
import { noticeRoutes } from './notice.routes.ts';

/** Tells people. */
export interface Notifier {
  /** Sends with the unit of work: people are told if and only if it commits. The unit records why. */
  send(tx: Tx, notice: Notice): Promise<void>;
  /** Sends in a unit of work of its own, recorded as `notice.raise`; for what the server finds by itself. */
  raise(notice: Notice): Promise<void>;
}

/** What the notifier is built from. */
export interface NotifyDeps extends ChannelDeps {
  uow: UnitOfWork;
  withDb: WithDb;
  clock: Clock;
  ids: Ids;
  log: {
    info(event: string, fields?: Record<string, unknown>): void;
    warn(event: string, fields?: Record<string, unknown>, error?: unknown): void;
    error(event: string, fields?: Record<string, unknown>, error?: unknown): void;
  };
  /** Address of the console in messages. */
  publicBaseUrl: string;
  randomRatio(): number;
  /** Messages of one channel in a minute; `NOTIFY_LIMITS.perMinute` unless set. */
  perMinute?: number;
}

/** Who can be told, and how; known when the modules are built. */
export interface NotifyPorts {
  /** Active accounts that hold a permission, at most `limit`. */
  holdersOf(permission: string, limit: number): Promise<readonly string[]>;
  /** Pushes to the pages of these accounts that something is new; may be lost. */
  onNotice(accountIds: readonly string[]): void;
}

/** The notifier with its routes and its loop. */
export interface Notify extends Notifier {
  routes: readonly AnyRoute[];
  channels: ChannelService;
  /** Hands in the ports; before `start`. */
  connect(ports: NotifyPorts): void;
  start(): void;
  /** Waits for the attempts under way. */
  stop(): Promise<void>;
  nudge(): void;
  /** One look: hands notices out and starts batches on free channels; gives how much it found. */
  tick(): Promise<number>;
  /** Looks and waits until nothing is due; for tests and for draining. */
  drain(): Promise<void>;
}

const LEASE_NAME = 'notify';

/** Builds the notifier; nothing is handed out before `start` or `tick`. */
export function createNotify(deps: NotifyDeps): Notify {
  const { uow, withDb, clock, ids, log } = deps;
  const db = eachByItself(withDb);
  const channels = new ChannelService(deps);
  const lease = createLease({ withDb, clock, name: LEASE_NAME, holder: ids.next() });
  const senderOf = (row: Parameters<ChannelService['senderOf']>[0]) => channels.senderOf(row);
  let ports: NotifyPorts | undefined;
  const loop = createLoop(tick, { ...log, name: 'notices' });
  const deliverer = new Deliverer({ ...deps, senderOf, onFree: loop.nudge });

  async function tick(): Promise<number> {
    const connected = ports;
    if (connected === undefined || !(await lease.hold())) return 0;
    const handed = await handOut(db, { withDb, clock, log, ...connected });
    // More than one look takes: the next one follows at once.
    if (handed === NOTIFY_LIMITS.postsAtOnce) loop.nudge();
    return handed + (await deliverer.tick(db));
  }

  async function send(tx: Tx, notice: Notice): Promise<void> {
    const { kind, severity, to, params, link, key } = checkNotice(notice);
    await tx.run(POST_INSERT, {
      ...{ id: ids.next(), kind, severity, accountIds: [...(to.accountIds ?? [])] },
      ...{
        permission: to.permission === undefined ? null : [to.permission].flat().join(' '),
        params,
        link: link ?? null,
        noticeKey: key ?? null,
      },
      createdAt: clock.now(),
    });
    tx.afterCommit(loop.nudge);
  }

  return {
    send,
    raise: (notice) =>
      uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const { kind, severity } = notice;
        tx.record({ action: 'notice.raise', outcome: 'ok', details: { kind, severity } });
        await send(tx, notice);
      }),
    routes: [...noticeRoutes(), ...channelRoutes({ ...deps, channels, nudge: loop.nudge })],
    channels,
    connect(given) {
      ports = given;
    },
    ...{ tick, start: loop.start, nudge: loop.nudge },
    async stop() {
      await loop.stop();
      await deliverer.settled();
      await lease.drop().catch(() => undefined);
    },
    async drain() {
      if (ports === undefined) throw new AppError('server.internal');
      while ((await tick()) > 0) await deliverer.settled();
      await deliverer.settled();
    },
  };
}
