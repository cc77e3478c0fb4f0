import { beforeKey, beforeOf, encodeCursor } from '../../kernel/index.ts';
import type { ExportKind } from '../../platform/documents/index.ts';
import { scopeOf } from '../access.ts';
import type { AccountNames } from '../ports.ts';
import { namesIn, presentEvent } from './event.present.ts';
import { searchEvents, type EventFilter } from './event.view.ts';

const OUTCOMES: Record<string, { zh: string; en: string }> = {
  ok: { zh: '成功', en: 'done' },
  refused: { zh: '被拒绝', en: 'refused' },
  failed: { zh: '失败', en: 'failed' },
};

/**
 * Entries of the trail that a search finds, readable by people. It proves nothing by itself: proofs are made of single
 * entries, and of the trail as a whole by its own export.
 */
export function eventExport({ accountNames }: { accountNames: AccountNames }): ExportKind {
  const id = { type: 'string', minLength: 1, maxLength: 64 };
  const instant = { type: 'string', format: 'date-time' };
  return {
    kind: 'audit.events',
    title: { zh: '审计记录', en: 'Audit entries' },
    permission: 'audit:export',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: false,
    columns: [
      { key: 'at', title: { zh: '时间', en: 'Time' }, type: 'instant', width: 20 },
      { key: 'sentence', title: { zh: '内容', en: 'What happened' }, type: 'text', width: 50 },
      { key: 'action', title: { zh: '动作', en: 'Act' }, type: 'text', width: 22 },
      { key: 'outcome', title: { zh: '结果', en: 'Outcome' }, type: 'text', width: 10 },
      { key: 'actor', title: { zh: '操作者', en: 'Actor' }, type: 'text', width: 38 },
      { key: 'target', title: { zh: '对象', en: 'Target' }, type: 'text', width: 38 },
      { key: 'customer', title: { zh: '客户', en: 'Requester' }, type: 'text', width: 38 },
      { key: 'id', title: { zh: '条目', en: 'Entry' }, type: 'text', width: 38 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      properties: {
        ...{ actor: id, customer: id, target: id, action: id },
        outcome: { enum: Object.keys(OUTCOMES) },
        ...{ from: instant, to: instant },
      },
    },
    notes: (params) => Object.entries(params).map(([name, value]) => `${name}: ${String(value)}`),
    async page(db, { reader, params, cursor, limit, lang }) {
      const place = { before: beforeOf(cursor ?? undefined), limit, scope: scopeOf(reader.permissions) };
      const rows = await searchEvents(db, params as EventFilter, place);
      const names = await namesIn(accountNames, rows);
      const word = lang === 'zh-CN' ? 'zh' : 'en';
      const last = rows.at(-1);
      return {
        rows: rows.map((row) => {
          const item = presentEvent(row, { names, index: null });
          return [
            ...[row.at, item.sentence[word], item.action, OUTCOMES[item.outcome]?.[word] ?? item.outcome],
            item.actor.name ?? item.actor.id,
            ...[item.target?.id ?? null, item.customer ?? null, item.id],
          ];
        }),
        ids: rows.map(({ id: entryId }) => entryId),
        next: rows.length < limit || last === undefined ? null : encodeCursor(beforeKey(last.at, last.id)),
      };
    },
  };
}
