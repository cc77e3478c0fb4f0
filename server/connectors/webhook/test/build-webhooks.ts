import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { webhookPorts } from '../../../compose-connectors.ts';
import type { FakeClock } from '../../../kernel/index.ts';
import { createLease, createOutboxRelay, type OutboxRelay } from '../../../platform/jobs/index.ts';
import { createNotify } from '../../../platform/notify/index.ts';
import { buildEgress } from '../../../test/support/build-egress.ts';
import { createAuthority } from '../../../test/support/certificates.ts';
import { QUIET_LOG, type Core } from '../../../test/support/core.ts';
import { serveRoutes, type ServedRoutes } from '../../../test/support/serve-routes.ts';
import { createWebhooks, type WebhookPorts, type Webhooks } from '../index.ts';

/** Name every receiver of the specs has; it stands for the loopback. */
export const RECEIVER = 'receiver.bank.example';

/** What a receiver got. */
export interface Received {
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
  event: { id: string; type: string; at: string; data: Record<string, unknown> };
}

/** A receiver with a certificate of the spec's authority. `answer` gives the status, or nothing to hang. */
export interface Receiver {
  port: number;
  received: Received[];
  answer: (got: Received) => number | { status: number; headers: Record<string, string> } | undefined;
  url(path?: string): string;
  stop(): Promise<void>;
}

const authority = createAuthority();
const certificate = authority.issue({ names: [RECEIVER] });

/** Starts a receiver that answers 204 to everything. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const receiver: Receiver = {
    port: 0,
    received: [],
    answer: () => 204,
    url: (path = '/hook') => `https://${RECEIVER}:${receiver.port}${path}`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  const server = createServer(certificate, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const got = {
        path: request.url ?? '',
        headers: request.headers,
        body,
        event: JSON.parse(body) as never,
      };
      receiver.received.push(got);
      const answer = receiver.answer(got);
      if (answer === undefined) return;
      const { status, headers } = typeof answer === 'number' ? { status: answer, headers: {} } : answer;
      response.writeHead(status, headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  receiver.port = (server.address() as AddressInfo).port;
  return receiver;
}

const ADMIN = {
  actor: { type: 'account' as const, id: '0190a000-0000-7000-8000-000000000001' },
  permissions: ['webhook:write'],
};
const AGENT = {
  actor: { type: 'account' as const, id: '0190a000-0000-7000-8000-000000000002' },
  permissions: [],
};

/** Webhooks on a spec's database, with relay and routes. */
export interface BuiltWebhooks {
  webhooks: Webhooks;
  relay: OutboxRelay;
  served: ServedRoutes<'admin' | 'agent'>;
  stopped: { webhookId: string; reason: string }[];
  asked: { params: { ruleId: string } }[];
  approve(ruleId: string): Promise<void>;
  /** Commits events as a module would, hands them over, and sends what is due. */
  tell(
    events: readonly {
      type: string;
      key: string;
      payload: Record<string, string | number | boolean | null>;
    }[],
  ): Promise<void>;
  close(): Promise<void>;
}

/** Builds them; receivers on `ports` may be called by every webhook without asking. */
export async function buildWebhooks(
  core: Core,
  clock: FakeClock,
  options: { ports?: readonly number[]; lease?: { hold(): Promise<boolean>; drop(): Promise<void> } } = {},
): Promise<BuiltWebhooks> {
  const { uow, ids, database, crypto } = core;
  const built = buildEgress(core, {
    allow: (options.ports ?? []).map((port) => `webhook:* https ${RECEIVER}:${port} 127.0.0.1`),
    names: { [RECEIVER]: ['127.0.0.1'], 'dead.bank.example': ['127.0.0.1'] },
    trusted: [authority.ca],
  });
  const stopped: BuiltWebhooks['stopped'] = [];
  const notify = createNotify({
    ...{ ...core, egress: built.egress, log: QUIET_LOG, folder: '', hostname: 'spec' },
    ...{ withDb: (work) => database.read(work), publicBaseUrl: 'https://desk.bank.example' },
    randomRatio: () => 0.5,
  });
  const ports: WebhookPorts = webhookPorts(
    { crypto, database, log: QUIET_LOG as never },
    {
      ...{ egress: built.egress, egressRules: built.rules },
      notify: {
        async send(tx, notice) {
          await notify.send(tx, notice);
          const { key = '', params } = notice;
          stopped.push({ webhookId: key.split('/')[1] ?? '', reason: String(params.code) });
        },
      },
    },
  );
  const withDb = ports.withDb as Parameters<typeof createLease>[0]['withDb'];
  const leaseOf = (name: string) => createLease({ withDb, clock, name, holder: ids.next() });
  const lease = options.lease ?? leaseOf('webhook');
  const webhooks = createWebhooks({ uow, clock, ids, ports, lease });
  const { handlers } = webhooks;
  const relay = createOutboxRelay({ withDb, lease: leaseOf('outbox'), clock, ids, log: QUIET_LOG, handlers });
  const served = await serveRoutes(core, webhooks.routes, { admin: ADMIN, agent: AGENT });
  return {
    ...{ webhooks, relay, served, stopped, asked: built.asked },
    approve: (ruleId) =>
      uow.run({ actor: { type: 'account', id: 'somebody-else' } }, (tx) =>
        built.rules.approve(tx, { ruleId }, { approvedById: 'somebody-else' }),
      ),
    async tell(events) {
      for (let start = 0; start < events.length; start += 500) {
        await uow.run({ actor: { type: 'system', id: 'system' } }, async (tx) => {
          tx.record({ action: 'ticket.update', outcome: 'ok' });
          for (const event of events.slice(start, start + 500)) tx.emit(event);
        });
      }
      await relay.drain();
      await webhooks.dispatcher.drain();
    },
    async close() {
      await webhooks.dispatcher.stop();
      await served.stop();
      built.egress.close();
    },
  };
}

/** A committed event of a ticket. */
export function ticketEvent(ticketId: string, to = 'open', extra: Record<string, string> = {}) {
  return { type: 'ticket.transitioned', key: ticketId, payload: { ticketId, from: 'new', to, ...extra } };
}
