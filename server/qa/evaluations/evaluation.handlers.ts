import { SYSTEM_ACTOR, type EventHandler } from '../../kernel/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { EvaluationService } from './evaluation.service.ts';

/** Events that quality inspection listens to. Each is judged in a unit of work of its own. */
export function evaluationHandlers(deps: {
  uow: UnitOfWork;
  evaluations: EvaluationService;
}): EventHandler[] {
  return [
    {
      name: 'qa.evaluate',
      eventTypes: ['conversation.closed'],
      handle: async ({ payload }) => {
        await deps.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
          deps.evaluations.evaluate(tx, String(payload['conversationId'])),
        );
      },
    },
  ];
}
