import type { Clock, EventHandler, Ids } from '../kernel/index.ts';
import type { Crypto } from '../platform/crypto/index.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import type { Tx, UnitOfWork } from '../platform/persistence/index.ts';
import { evaluationHandlers } from './evaluations/evaluation.handlers.ts';
import { evaluationRoutes } from './evaluations/evaluation.routes.ts';
import { EvaluationService } from './evaluations/evaluation.service.ts';
import type { SentimentOf } from './judging/qa.rules.ts';
import type { AccountNames, Conversations, PresentMessage } from './ports.ts';
import { scoreCardRoutes } from './score-cards/score-card.routes.ts';
import { ScoreCardService } from './score-cards/score-card.service.ts';

/** What quality inspection needs from outside. */
export interface QaDeps {
  uow: UnitOfWork;
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
  conversations: Conversations;
  presentMessage: PresentMessage;
  sentimentOf: SentimentOf;
  accountNames: AccountNames;
}

/** The parts of quality inspection that the composition root wires. */
export interface Qa {
  routes: AnyRoute[];
  handlers: EventHandler[];
  /** Makes the first score card, unless there is one; for the first start of an installation. */
  ensureDefaultScoreCard(tx: Tx): Promise<void>;
}

/** Builds quality inspection. */
export function createQa(deps: QaDeps): Qa {
  const { uow, accountNames } = deps;
  const cards = new ScoreCardService(deps);
  const evaluations = new EvaluationService({ ...deps, cards });
  return {
    routes: [...scoreCardRoutes({ cards, accountNames }), ...evaluationRoutes({ ...deps, evaluations })],
    handlers: evaluationHandlers({ uow, evaluations }),
    ensureDefaultScoreCard: (tx) => cards.ensureDefault(tx),
  };
}
