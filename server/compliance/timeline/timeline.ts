import type { AnyRoute } from '../../platform/http/index.ts';
import { TallyCounter, type TallyCounterDeps } from './tally-counter.ts';
import { timelineRoutes } from './timeline.routes.ts';
import type { TimelineDeps } from './timeline.service.ts';

/** Charts of the trail as the composition root wires them; the counter runs in the background. */
export function createTimeline(deps: TallyCounterDeps & TimelineDeps): {
  routes: AnyRoute[];
  counter: TallyCounter;
} {
  return { routes: timelineRoutes(deps), counter: new TallyCounter(deps) };
}
