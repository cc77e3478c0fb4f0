import { SYSTEM_ACTOR, type Clock, type EventHandler, type Ids } from '../../kernel/index.ts';
import type { AnyRoute } from '../../platform/http/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { createDispatcher, type Dispatcher, type DispatchLease } from './dispatcher.ts';
import type { WebhookPorts } from './ports.ts';
import { createSubscriptions, webhookHandlers } from './webhook.handlers.ts';
import { webhookRoutes } from './webhook.routes.ts';
import { WebhookService } from './webhook.service.ts';

/** The connector as the composition root wires it. */
export interface Webhooks {
  routes: AnyRoute[];
  handlers: EventHandler[];
  service: WebhookService;
  dispatcher: Dispatcher;
}

/** Builds the connector. */
export function createWebhooks(deps: {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  ports: WebhookPorts;
  lease: DispatchLease;
}): Webhooks {
  const { uow, clock, ids, ports, lease } = deps;
  const stopWebhook = (webhookId: string, reason: string) =>
    uow.run({ actor: SYSTEM_ACTOR }, (tx) => service.stop(tx, webhookId, reason));
  const dispatcher = createDispatcher({ ports, clock, lease, stopWebhook });
  const subscriptions = createSubscriptions({ ports, clock, stopWebhook });
  const onChanged = () => {
    subscriptions.forget();
    dispatcher.nudge();
  };
  const service = new WebhookService({ clock, ids, ports, onChanged });
  return {
    ...{ service, dispatcher },
    routes: webhookRoutes({ uow, clock, ids, ports, service }),
    handlers: webhookHandlers({ ports, clock, ids, subscriptions, nudge: () => dispatcher.nudge() }),
  };
}
