import type { Clock, EventHandler, Ids } from '../kernel/index.ts';
import type { ConversationService, SystemTexts } from '../desk/index.ts';
import { LOCALES, type LiveKnowledge, type Locale } from '../knowledge/index.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import type { Db, UnitOfWork } from '../platform/persistence/index.ts';
import { QuestionReader } from './answering/reader.ts';
import { createReplyHandler, type LookUp } from './answering/reply.handlers.ts';
import { AssistService, type RobotContext } from './assist/assist.service.ts';
import { describeStatus, type RobotStatus } from './robot-status.ts';
import { robotRoutes } from './robot.routes.ts';
import { ModelKeeper, type RobotLog } from './training/model-keeper.ts';

/** What the robot is built from. */
export interface RobotDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  log: RobotLog;
  conversations: ConversationService;
  /** The published articles. */
  live: LiveKnowledge;
  /** The language of a site. */
  localeOf(siteId: string): Promise<string>;
  textOf: SystemTexts;
  /** False while the robot is switched off: whoever is with it is handed to a person, and nothing is learnt. */
  isOn(): boolean;
  /** Asks another system about a requester's own orders or appointments. */
  lookUp?: LookUp;
  /** Entry of the training thread: training/training.worker.ts, or what the build made of it. */
  workerUrl: URL;
  /** Whether this process is the one that learns; the others take what it stored. Default: it is. */
  mayLearn?(): Promise<boolean>;
}

/** The robot as the composition root wires it. */
export interface Robot {
  routes: AnyRoute[];
  handlers: EventHandler[];
  /** Takes the stored models and begins to learn; resolves once the stored ones answer. */
  start(): Promise<void>;
  /** Ends a training in progress. */
  stop(): Promise<void>;
  status(): RobotStatus;
  /** Learns what changed and resolves when it answers from it; for start-up and tests. */
  refresh(): Promise<void>;
  /** The robot's last decision in a conversation, for the agent who takes over. */
  contextOf(db: Db, conversationId: string): Promise<RobotContext | undefined>;
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
  const each = (work: (keeper: ModelKeeper) => Promise<void>) => Promise.all([...keepers.values()].map(work));
  const status = () => describeStatus(keepers.values());
  let poll: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  const refresh = async () => {
    // One after the other: a training takes a whole core, and the sockets need the other one.
    for (const keeper of keepers.values()) await keeper.refresh();
  };
  const look = () => {
    if (!deps.isOn()) return;
    // A training takes longer than the right to it lasts.
    void deps.mayLearn?.().catch(() => undefined);
    looking ??= refresh().finally(() => {
      looking = undefined;
    });
  };
  return {
    routes: robotRoutes({ uow: deps.uow, reader, assist, status }),
    handlers: [createReplyHandler({ ...deps, reader }), createLearnHandler(keepers)],
    async start() {
      await each((keeper) => keeper.restore());
      look();
      poll = setInterval(look, POLL_MS);
      poll.unref();
    },
    async stop() {
      clearInterval(poll);
      await each((keeper) => keeper.stop());
      await looking;
    },
    status,
    refresh,
    contextOf: (db, conversationId) => assist.contextOf(db, conversationId),
  };
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
