import { SYSTEM_ACTOR } from '../../kernel/index.ts';
import { sweepCalls } from './call.repo.ts';
import { listConnectors } from './connector.repo.ts';
import { CONNECTOR_LIMITS } from './limits.ts';
import type { HostPorts } from './ports.ts';
import type { QueueDb } from './write.repo.ts';

/** The daily look at connectors: certificates that end within 30 days are told of, old calls are forgotten. */
export function connectorWatchKind(deps: {
  ports: HostPorts;
  withDb: <T>(work: (db: QueueDb) => Promise<T>) => Promise<T>;
}) {
  const { ports, withDb } = deps;
  return {
    kind: 'connector.watch',
    title: { zh: '检查连接器证书，清理调用记录', en: 'Watch certificates of connectors, forget old calls' },
    schedule: '20 4 * * *',
    maxAttempts: 3,
    timeoutMs: 600_000,
    async run() {
      const nowMs = ports.clock.now().getTime();
      const soon = nowMs + CONNECTOR_LIMITS.certificateNoticeMs;
      const rows = await ports.uow.read(listConnectors);
      const ending = rows.filter(
        ({ certificateEndsAt }) => certificateEndsAt !== null && certificateEndsAt.getTime() < soon,
      );
      if (ending.length > 0) {
        await ports.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
          for (const { id, name } of ending) {
            await ports.notify(tx, { kind: 'certificate', connectorId: id, name });
            const target = { type: 'connector', id };
            tx.record({ action: 'connector.certificate-ends', outcome: 'ok', target });
          }
        });
      }
      const removed = await withDb((db) => sweepCalls(db, new Date(nowMs - CONNECTOR_LIMITS.callsKeptMs)));
      return { ending: ending.length, removed };
    },
  };
}
