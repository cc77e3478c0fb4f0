import { hasOutsideAnchor } from './compose-anchors.ts';
import { SITE_UNIT_ROWS } from './channels/web-widget/index.ts';
import { deskUnitRows, revealUpkeep } from './desk/index.ts';
import { evaluationUnitRows } from './qa/index.ts';
import { createAlarms, type Alarms } from './alarms.ts';
import type { Services } from './compose-services.ts';
import type { Desk } from './compose-desk.ts';
import type { Foundation } from './foundation.ts';
import type { Identity } from './identity/index.ts';
import type { EventHandler } from './kernel/index.ts';
import { createOutboxRelay, type OutboxRelay } from './platform/jobs/index.ts';
import { figureRebuildKind } from './reports/index.ts';
import { followUnreadable } from './unreadable-watch.ts';
import { createUpkeep, figureFoldKind, monthPartitionKind } from './upkeep.ts';
import { UNIT_CLOSED } from './wiring-cluster.ts';
import * as wiring from './wiring.ts';
import { followRenewals, rekeyJobsOf } from './wiring-rekey.ts';
import type { Tx } from './platform/persistence/index.ts';

/** Tells the process that hands out events that there are some. */
const EVENTS_THERE = 'outbox.events';

/** What runs without being asked: events after the commit, jobs, alarms. */
export interface Background {
  relay: OutboxRelay;
  alarms: Alarms;
  start(): void;
  stop(): Promise<void>;
}

/** Wires the relay, the upkeep jobs, the watch, and whom notices reach. */
export function composeBackground(
  foundation: Foundation,
  deps: {
    identity: Identity;
    services: Services;
    desk: Desk;
    handlers: readonly EventHandler[];
    /** Loops of other parts that run beside these. */
    loops: readonly { start(): void; stop(): Promise<void> }[];
  },
): Background {
  const { clock, ids, log, uow, database, sealer, guard } = foundation;
  const { identity, services, desk, handlers } = deps;
  const withDb = wiring.withDb(database);
  const lease = foundation.leaseOf('outbox');
  const relay = createOutboxRelay({ withDb, lease, clock, ids, log, handlers });
  const [{ cluster }, watch] = [foundation, foundation.leaseOf('alarms')];
  foundation.onCommit((hasEvents) => {
    if (!hasEvents) return;
    relay.nudge();
    cluster.broadcast(EVENTS_THERE, null);
  });
  cluster.onEvent(EVENTS_THERE, () => relay.nudge());
  const alarms = createAlarms({
    ...{ clock, log, uow, sealer, guard, audit: foundation.audit, notifier: services.notify },
    isAnchorSingle: !foundation.config.isEvaluation && !hasOutsideAnchor(foundation.config),
    lead: () => watch.hold(),
    deadLetters: async () => (await relay.counts()).dead,
  });
  services.notify.connect({
    holdersOf: (permission, limit) => identity.holdersOf(permission, limit),
    onNotice: (accountIds) => desk.pushNotice(accountIds),
  });
  followUnreadable(foundation, services.notify);
  services.jobs.add([
    ...createUpkeep({ withDb, clock }),
    monthPartitionKind({ database }),
    ...[figureFoldKind({ database }), figureRebuildKind({ database })],
    revealUpkeep({ withDb, clock }),
    ...identity.jobKinds,
    ...desk.jobKinds,
    ...rekeyJobsOf(foundation, desk),
  ]);
  const wornKeys = followRenewals(foundation, desk.owners);
  const tellUnitClosed = (tx: Tx, from: string, to: string) =>
    foundation.bus.publish(tx, UNIT_CLOSED, [`${from}>${to}`]);
  identity.organisation.registerRecords([
    ...deskUnitRows({ owners: desk.owners, ids, tellOthers: tellUnitClosed }),
    evaluationUnitRows({ ids }),
    SITE_UNIT_ROWS,
  ]);
  return {
    ...{ relay, alarms },
    start() {
      relay.start();
      services.jobs.start();
      alarms.start();
      wornKeys.start();
      for (const loop of deps.loops) loop.start();
      // What a closed unit left is handed over further; a fault is told, and the next start tries again.
      void identity.organisation.finishHandOvers();
    },
    async stop() {
      await alarms.stop();
      await wornKeys.stop();
      await Promise.all(deps.loops.map((loop) => loop.stop()));
      await services.jobs.stop();
    },
  };
}
