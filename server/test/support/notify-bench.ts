import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock, SYSTEM_ACTOR, type FakeClock } from '../../kernel/index.ts';
import { buildCore, QUIET_LOG, type Core } from './core.ts';
import { buildEgress, type BuiltEgress } from './build-egress.ts';
import { portable } from '../../platform/persistence/index.ts';
import { createNotify, registerTemplates, type Notice, type Notify } from '../../platform/notify/index.ts';

registerTemplates({
  'spec.alarm': {
    zh: { title: '警报 {what}', body: '共 {count} 次。' },
    en: { title: 'Alarm {what}', body: '{count} times.' },
  },
});

const NOTICES = portable<
  Record<never, never>,
  { accountId: string; occurrences: number; isUndelivered: boolean; isRead: boolean }
>(
  'spec.notices',
  'SELECT account_id, occurrences, is_undelivered, is_read FROM notice ORDER BY created_at, id',
  { params: {}, result: { accountId: 'uuid', occurrences: 'int', isUndelivered: 'flag', isRead: 'flag' } },
);
const DELIVERIES = portable<
  Record<never, never>,
  { id: string; state: string; attempts: number; errorCode: string | null }
>(
  'spec.notice_deliveries',
  'SELECT id, state, attempts, error_code FROM notice_delivery ORDER BY created_at, id',
  { params: {}, result: { id: 'uuid', state: 'text', attempts: 'int', errorCode: 'text' } },
);
const WIPES = ['notice_post', 'notice', 'notice_delivery', 'notify_channel'].map((table) =>
  portable<Record<never, never>>(`spec.notify_wipe_${table}`, `DELETE FROM ${table}`, { params: {} }),
);

/** Two people who hold the permission `spec:read`. */
export const PEOPLE = [
  '0190a000-0000-7000-8000-00000000000a',
  '0190a000-0000-7000-8000-00000000000b',
] as const;

/** A notifier on a database of its own, with a way out to the loopback. */
export interface NotifyBench {
  core: Core;
  clock: FakeClock;
  notify: Notify;
  egress: BuiltEgress;
  folder: string;
  /** Account ids a push went to. */
  pushed: string[];
  /** Another process on the same database. */
  process(): Notify;
  send(notice?: Partial<Notice>): Promise<void>;
  notices(): Promise<{ accountId: string; occurrences: number; isUndelivered: boolean; isRead: boolean }[]>;
  deliveries(): Promise<{ id: string; state: string; attempts: number; errorCode: string | null }[]>;
  wipe(): Promise<void>;
  close(): Promise<void>;
}

type BenchCore = Core & { clock: FakeClock };

/** Builds it; `allow` are lines of the allow-list, `names` what names resolve to, `on` a core whose owner closes it. */
export async function buildNotifyBench(
  options: { allow?: string[]; names?: Record<string, string[]>; perMinute?: number; on?: BenchCore } = {},
): Promise<NotifyBench> {
  const clock = options.on?.clock ?? createFakeClock(new Date(Date.now() - 365 * 86_400_000));
  const core = options.on ?? (await buildCore({ clock }));
  const folder = mkdtempSync(join(tmpdir(), 'vd-notices-'));
  const egress = buildEgress(core, options);
  const pushed: string[] = [];
  const process = () => {
    const notify = createNotify({
      ...{ ...core, egress: egress.egress, log: QUIET_LOG, folder, hostname: 'desk-1' },
      withDb: (work) => core.database.read(work),
      publicBaseUrl: 'https://desk.bank.example',
      randomRatio: () => 0.5,
      ...(options.perMinute === undefined ? {} : { perMinute: options.perMinute }),
    });
    notify.connect({
      holdersOf: async (permission) => (permission === 'spec:read' ? PEOPLE : []),
      onNotice: (accountIds) => void pushed.push(...accountIds),
    });
    return notify;
  };
  const notify = process();
  return {
    ...{ core, clock, notify, egress, folder, pushed, process },
    send: (notice = {}) =>
      core.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        tx.record({ action: 'system.view', outcome: 'ok' });
        await notify.send(tx, {
          ...{ kind: 'spec.alarm', severity: 'alarm', to: { permission: 'spec:read' } },
          ...{ params: { what: 'x', count: 3 }, link: '/system', ...notice },
        });
      }),
    notices: () => core.database.read((db) => db.all(NOTICES, {})),
    deliveries: () => core.database.read((db) => db.all(DELIVERIES, {})),
    async wipe() {
      for (const statement of WIPES) await core.database.read((db) => db.run(statement, {}));
      pushed.length = 0;
    },
    async close() {
      egress.egress.close();
      if (options.on === undefined) await core.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
