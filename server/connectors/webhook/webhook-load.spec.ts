import process from 'node:process';
import { expect } from 'chai';
import { createFakeClock } from '../../kernel/index.ts';
import { buildCore } from '../../test/support/core.ts';
import { buildWebhooks, startReceiver, ticketEvent } from './test/build-webhooks.ts';

const IS_LONG = process.env.VAULTDESK_TEST_LONG === '1';
const EVENT_COUNT = IS_LONG ? 10_000 : 1_000;
const HEAP_GROWTH_BYTES_MAX = 60 * 1024 * 1024;

describe('webhooks under load', function () {
  this.timeout(IS_LONG ? 600_000 : 120_000);

  it(`keeps ${EVENT_COUNT} events for a dead receiver, few of them in memory, and serves the others`, async () => {
    const clock = createFakeClock();
    const core = await buildCore({ clock });
    const [dead, alive] = [await startReceiver(), await startReceiver()];
    const built = await buildWebhooks(core, clock, { ports: [dead.port, alive.port] });
    try {
      const make = async (url: string, eventTypes: string[]) => {
        const body = { name: 'x', url, eventTypes };
        return (await built.served.ask('admin', '/api/v1/webhooks', { method: 'POST', body })).json as {
          id: string;
        };
      };
      const { id } = await make(dead.url(), ['ticket.transitioned']);
      await make(alive.url(), ['ticket.created']);
      await dead.stop();
      const before = process.memoryUsage().heapUsed;
      const many = Array.from({ length: EVENT_COUNT }, (_each, index) =>
        ticketEvent(`t-${index % 500}`, `s${index}`),
      );
      await built.tell(many);
      const created = (ticketId: string) => ({
        type: 'ticket.created',
        key: ticketId,
        payload: { ticketId, conversationId: null, requesterId: 'r-1' },
      });
      await built.tell(Array.from({ length: 50 }, (_each, index) => created(`n-${index}`)));
      expect(alive.received).to.have.length(50);
      const shown = (await built.served.ask('admin', `/api/v1/webhooks/${id}`)).json;
      expect(shown).to.include({ pendingCount: EVENT_COUNT, deadCount: 0, state: 'active' });
      expect(shown.failureCount).to.be.within(5, 8);
      expect(process.memoryUsage().heapUsed - before).to.be.lessThan(HEAP_GROWTH_BYTES_MAX);
    } finally {
      await built.close();
      await alive.stop();
      await core.close();
    }
  });
});
