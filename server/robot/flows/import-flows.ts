import type { Actor } from '../../kernel/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { findFlowByKey } from './flow.repo.ts';
import type { FlowService } from './flow.service.ts';
import type { FlowDefinition } from './flow.types.ts';

/**
 * Brings flows in through the normal life cycle: `author` writes and submits, `approver`, another account, approves and
 * publishes. A flow whose key is there already stays as people have it; one cut off on the way goes on. Throws
 * `flow.author_approves`, `flow.gate_failed`; what was finished before stays.
 */
export async function importFlows(
  deps: { uow: UnitOfWork; flows: FlowService },
  definitions: readonly FlowDefinition[],
  people: { author: Actor; approver: Actor },
): Promise<void> {
  const { uow, flows } = deps;
  for (const definition of definitions) {
    const id = await uow.run({ actor: people.author }, async (tx) => {
      const known = await findFlowByKey(tx, definition.locale, definition.key);
      if (known) return known.state === 'review' ? known.id : undefined;
      const made = await flows.create(tx, definition);
      return (await flows.submit(tx, made.id)).id;
    });
    if (id === undefined) continue;
    await uow.run({ actor: people.approver }, async (tx) => {
      await flows.approve(tx, id);
      await flows.publish(tx, id);
    });
  }
}
