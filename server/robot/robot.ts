import type { Clock, EventHandler, Ids } from '../kernel/index.ts';
import type { ConversationService, SystemTexts } from '../desk/index.ts';
import {
  LOCALES,
  type ArticleService,
  type LiveKnowledge,
  type Locale,
  type RegressionService,
} from '../knowledge/index.ts';
import type { Crypto } from '../platform/crypto/index.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import type { AnyJobKind } from '../platform/jobs/index.ts';
import type { Db, UnitOfWork } from '../platform/persistence/index.ts';
import { FlowReplies, type OpenTicket } from './answering/flow.replies.ts';
import { QuestionReader } from './answering/reader.ts';
import type { LookUp } from './answering/lookup.rules.ts';
import { createReplyHandler } from './answering/reply.handlers.ts';
import { adoptionRoutes } from './assist/adoption.routes.ts';
import { AssistService, type RobotContext } from './assist/assist.service.ts';
import type { EndedRun } from './flows/flow-run.ts';
import { flowRoutes } from './flows/flow.routes.ts';
import { FlowService } from './flows/flow.service.ts';
import { learningJob } from './learning/learning.job.ts';
import { learningRoutes } from './learning/learning.routes.ts';
import { LearningService } from './learning/learning.service.ts';
import { createOpinionHandler } from './opinions/opinion.handlers.ts';
import { opinionRoutes, type OpinionRouteDeps } from './opinions/opinion.routes.ts';
import { describeStatus, type RobotStatus } from './robot-status.ts';
import { robotRoutes } from './robot.routes.ts';
import { ModelKeeper, type RobotLog } from './training/model-keeper.ts';
import { RegressionGate } from './training/regression-gate.ts';

/** What the robot is built from. */
export interface RobotDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  log: RobotLog;
  crypto: Crypto;
  conversations: ConversationService;
  /** The published articles. */
  live: LiveKnowledge;
  /** Where accepted proposals become drafts. */
  articles: ArticleService;
  /** The questions that guard publishing. */
  regression: RegressionService;
  /** The days of a report. */
  windowOf: OpinionRouteDeps['windowOf'];
  /** The language of a site. */
  localeOf(siteId: string): Promise<string>;
  textOf: SystemTexts;
  /** False while the robot is switched off: whoever is with it is handed to a person, and nothing is learnt. */
  isOn(): boolean;
  /** Asks another system about a requester's own orders or appointments. */
  lookUp?: LookUp;
  /** Opens the ticket that a flow ends with; without it such a flow only says so. */
  openTicket?: OpenTicket;
  /** Today where the customers are, YYYY-MM-DD. */
  today(): string;
  /** Display names of accounts by id; unknown ids are absent. */
  namesOf(db: Db, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Names of all skill groups by id. */
  teamNames(): Promise<ReadonlyMap<string, string>>;
  /** Entry of the training thread: training/training.worker.ts, or what the build made of it. */
  workerUrl: URL;
  /** Whether this process is the one that learns; the others take what it stored. Default: it is. */
  mayLearn?(): Promise<boolean>;
}

/** The robot as the composition root wires it. */
export interface Robot {
  routes: AnyRoute[];
  handlers: EventHandler[];
  jobKinds: AnyJobKind[];
  /** Takes the stored models and begins to learn; resolves once the stored ones answer. */
  start(): Promise<void>;
  /** Ends a training in progress. */
  stop(): Promise<void>;
  status(): RobotStatus;
  /** The life of flows; for imports. */
  flows: FlowService;
  /** Learns what changed and resolves when it answers from it; for start-up and tests. */
  refresh(): Promise<void>;
  /** The robot's last decision in a conversation, for the agent who takes over. */
  contextOf(db: Db, conversationId: string): Promise<(RobotContext & { flow?: EndedRun }) | undefined>;
}

/** Other processes publish too, and validity begins and ends by itself: the knowledge is looked at this often. */
const POLL_MS = 5_000;

/** Builds the robot; nothing runs before `start`. */
export function createRobot(deps: RobotDeps): Robot {
  const keepers = new Map<Locale, ModelKeeper>(
    LOCALES.map((locale) => [locale, new ModelKeeper(locale, deps)]),
  );
  const reader = new QuestionReader({ keepers, live: deps.live });
  const assist = new AssistService({ ...deps, reader });
  const gate = new RegressionGate(deps);
  const flows = new FlowService(deps);
  const flowReplies = new FlowReplies({ ...deps, reader, flows });
  const each = (work: (keeper: ModelKeeper) => Promise<void>) => Promise.all([...keepers.values()].map(work));
  const learning = new LearningService(deps);
  const status = () => describeStatus(keepers.values());
  let poll: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  const refresh = async () => {
    // One after the other: a training takes a whole core, and the sockets need the other one.
    for (const keeper of keepers.values()) {
      await keeper.refresh();
      if ((await deps.mayLearn?.()) !== false) await gate.pass(keeper);
    }
  };
  const look = () => {
    if (!deps.isOn()) return;
    // A training takes longer than the right to it lasts.
    void deps.mayLearn?.().catch(() => undefined);
    // The database may be away; the next look comes by itself.
    looking ??= refresh()
      .catch((error: unknown) => deps.log.warn('robot.refresh_failed', { error }))
      .finally(() => {
        looking = undefined;
      });
  };
  return {
    routes: [
      ...robotRoutes({ uow: deps.uow, reader, assist, status }),
      ...flowRoutes({ ...deps, flows, learned: (db, id) => flowReplies.learned(db, id) }),
      ...learningRoutes({ ...deps, learning }),
      ...opinionRoutes(deps),
      ...adoptionRoutes(deps),
    ],
    handlers: [
      createReplyHandler({ ...deps, reader, flowReplies }),
      createLearnHandler(keepers),
      wake(look),
      createOpinionHandler({ ...deps, wasCalmed: assist.wasCalmed.bind(assist) }),
    ],
    jobKinds: [learningJob({ ...deps, keepers })],
    async start() {
      await each((keeper) => keeper.restore());
      look();
      poll = setInterval(look, POLL_MS);
      poll.unref();
    },
    async stop() {
      clearInterval(poll);
      await each((keeper) => keeper.stop());
      await gate.stop();
      await looking;
    },
    status,
    flows,
    refresh,
    async contextOf(db, conversationId) {
      const context = await assist.contextOf(db, conversationId);
      const flow = await flowReplies.learned(db, conversationId);
      return context && { ...context, ...(flow ? { flow } : {}) };
    },
  };
}

/** Has approved versions judged without waiting for the poll. */
function wake(look: () => void): EventHandler {
  return { name: 'robot.judge', eventTypes: ['article.approved'], handle: async () => look() };
}

/** Learns again after a change of what is live; the poll would see it too, only later. */
function createLearnHandler(keepers: ReadonlyMap<Locale, ModelKeeper>): EventHandler {
  return {
    name: 'robot.learn',
    eventTypes: ['article.published', 'article.retired'],
    async handle({ payload }) {
      keepers.get(payload.locale as Locale)?.request();
    },
  };
}
