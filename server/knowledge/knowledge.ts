import type { Clock, EventHandler, Ids } from '../kernel/index.ts';
import type { AnyRoute } from '../platform/http/index.ts';
import type { AnyJobKind, JobQueue } from '../platform/jobs/index.ts';
import type { Db, UnitOfWork } from '../platform/persistence/index.ts';
import { articleRoutes } from './articles/article.routes.ts';
import { ArticleService } from './articles/article.service.ts';
import { regressionRoutes } from './regression/regression.routes.ts';
import { RegressionService } from './regression/regression.service.ts';
import { transferRoutes } from './transfer/transfer.routes.ts';
import { TransferService } from './transfer/transfer.service.ts';
import {
  findLiveAnswers,
  listLiveEntries,
  listLiveOpenings,
  liveStamp,
  type LiveAnswer,
  type LiveEntry,
} from './articles/live.view.ts';

/** What other modules may ask about knowledge: only what is published and within its validity. */
export interface LiveKnowledge {
  /** Every live article of a language. */
  entries(db: Db, locale: string): Promise<LiveEntry[]>;
  /** The approved answers of these articles that are live now, by id; at most 500 ids. */
  answers(db: Db, ids: readonly string[]): Promise<ReadonlyMap<string, LiveAnswer>>;
  /** The live openings for an upset requester, category `calming.…`; at most 50. */
  openings(db: Db, locale: string): Promise<LiveAnswer[]>;
  /** A short text that changes when the live articles of a language change. */
  stamp(db: Db, locale: string): Promise<string>;
}

/** The parts of the knowledge module that the composition root wires. */
export interface Knowledge {
  service: ArticleService;
  regression: RegressionService;
  live: LiveKnowledge;
  routes: AnyRoute[];
  handlers: EventHandler[];
  jobKinds: AnyJobKind[];
}

/** Builds the knowledge module. */
export function createKnowledge(deps: {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  /** Where imports wait for their turn. */
  queue: JobQueue;
  /** Display names of accounts by id; unknown ids are absent. */
  namesOf(db: Db, accountIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}): Knowledge {
  const { uow, clock, ids, queue, namesOf } = deps;
  const service = new ArticleService({ clock, ids });
  const regression = new RegressionService({ clock, ids, articles: service });
  const transfer = new TransferService({ uow, clock, ids, service, queue });
  return {
    service,
    regression,
    live: {
      entries: (db, locale) => listLiveEntries(db, locale, clock.now()),
      answers: (db, articleIds) => findLiveAnswers(db, articleIds, clock.now()),
      openings: (db, locale) => listLiveOpenings(db, locale, clock.now()),
      stamp: (db, locale) => liveStamp(db, locale, clock.now()),
    },
    routes: [
      ...articleRoutes({ service, namesOf }),
      ...regressionRoutes({ regression }),
      ...transferRoutes(transfer),
    ],
    handlers: [],
    jobKinds: transfer.jobKinds(),
  };
}
