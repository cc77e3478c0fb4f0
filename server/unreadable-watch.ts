import './alarm-texts.ts';
import type { Foundation } from './foundation.ts';
import { SYSTEM_ACTOR, type Clock } from './kernel/index.ts';
import type { Cell } from './platform/crypto/index.ts';
import type { Log } from './platform/log/index.ts';
import type { Notifier } from './platform/notify/index.ts';
import type { AuditEmitter } from './platform/persistence/index.ts';

/** Limits of telling about values that cannot be read. */
export const UNREADABLE_LIMITS = {
  /** Entries in an hour; what comes beyond is counted, and stands in the first entry of the next. */
  perHour: 100,
  hourMs: 3_600_000,
  /** A row is told of again after this time; so many can be told of within it. */
  knownMs: 24 * 3_600_000,
  rowsKnown: 2_400,
} as const;

/** Tells of values that were asked for and cannot be read. */
export interface UnreadableWatch {
  note(cell: Cell): void;
  /** Resolves when everything noted so far is told. */
  settled(): Promise<void>;
}

/**
 * An entry of the trail for each row with a value that cannot be read, once a day, and a notice for each hour in which
 * there was one. Entries name table, column, and row; why a value cannot be read nobody is told.
 */
export function createUnreadableWatch(deps: {
  clock: Clock;
  audit: Pick<AuditEmitter, 'emit'>;
  notifier: Pick<Notifier, 'raise'>;
  log: Pick<Log, 'error'>;
}): UnreadableWatch {
  const { clock, audit, notifier, log } = deps;
  const { perHour, hourMs, knownMs, rowsKnown } = UNREADABLE_LIMITS;
  const known = new Map<string, number>();
  let told = Promise.resolve();
  let hour = { fromMs: -Infinity, entries: 0 };
  let skipped = 0;

  async function tell({ table, column, rowId }: Cell, more: { skipped: number; isFirst: boolean }) {
    const details = { table, column, ...(more.skipped > 0 ? { skipped: more.skipped } : {}) };
    await audit.emit(
      { actor: SYSTEM_ACTOR },
      { action: 'crypto.auth-failed', outcome: 'failed', target: { type: 'value', id: rowId }, details },
    );
    if (!more.isFirst) return;
    await notifier.raise({
      ...{ kind: 'alarm.value-unreadable', severity: 'alarm', key: 'alarm.value-unreadable' },
      ...{ to: { permission: ['system:read', 'audit:read'] }, params: { table }, link: '/audit' },
    });
  }

  return {
    note(cell) {
      const nowMs = clock.now().getTime();
      const row = `${cell.table} ${cell.rowId}`;
      const since = known.get(row);
      if (since !== undefined && nowMs - since < knownMs) return;
      if (nowMs - hour.fromMs >= hourMs) hour = { fromMs: nowMs, entries: 0 };
      if (hour.entries >= perHour) {
        skipped += 1;
        return;
      }
      hour.entries += 1;
      known.delete(row);
      known.set(row, nowMs);
      const [oldest] = known.keys();
      if (known.size > rowsKnown && oldest !== undefined) known.delete(oldest);
      const more = { skipped, isFirst: hour.entries === 1 };
      skipped = 0;
      told = told
        .then(() => tell(cell, more))
        .catch((error: unknown) => log.error('an unreadable value was not told', {}, error));
    },
    settled: () => told,
  };
}

/** Watches what a server process is asked to open. */
export function followUnreadable(
  { clock, log, audit, crypto }: Foundation,
  notifier: Pick<Notifier, 'raise'>,
): void {
  const watch = createUnreadableWatch({ clock, log, audit, notifier });
  crypto.onUnreadable((cell) => watch.note(cell));
}
