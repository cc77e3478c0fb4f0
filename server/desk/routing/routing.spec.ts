import { expect } from 'chai';
import { systemClock } from '../../kernel/index.ts';
import { QUIET_LOG } from '../../test/support/core.ts';
import type { ConversationRow } from '../conversations/conversation.entity.ts';
import { Routing } from './routing.service.ts';

type Listener = (message: unknown, row: Readonly<ConversationRow>) => void;

describe('routing', () => {
  it('stops in the middle of a walk that is always asked for again', async () => {
    const listeners: Listener[] = [];
    let looks = 0;
    const routing: Routing = new Routing({
      ...{ clock: systemClock, log: QUIET_LOG, uow: {}, conversations: {} },
      owners: { onMessage: (listener: Listener) => listeners.push(listener) },
      directory: {
        // Each look at a conversation is followed by a change that asks for another walk.
        agentsOf: async () => {
          looks += 1;
          await new Promise(setImmediate);
          routing.setPresence('agent', 'busy');
          return [];
        },
      },
    } as unknown as ConstructorParameters<typeof Routing>[0]);
    const at = new Date();
    for (const id of ['first', 'second']) {
      const row = { id, state: 'queued', unitId: 'unit', openedAt: at, queuedAt: at } as ConversationRow;
      for (const listener of listeners) listener({}, row);
    }
    while (looks < 5) await new Promise(setImmediate);
    await routing.stop();
    const before = looks;
    routing.setPresence('agent', 'online');
    await routing.stop();
    expect(looks).to.equal(before);
  });
});
