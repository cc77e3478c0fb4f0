import type { EventRow } from '../../../audit/index.ts';
import { beforeKey, beforeOf, encodeCursor } from '../../kernel/index.ts';
import type { ExportKind } from '../../platform/documents/index.ts';
import type { Db } from '../../platform/persistence/index.ts';
import { scopeOf, type TrailScope } from '../access.ts';
import { FILTERS } from '../compliance.schema.ts';
import type { AccountNames } from '../ports.ts';
import { namesIn, presentEvent } from './event.present.ts';
import { searchEvents, type EventFilter } from './event.view.ts';
import { assertWords, needsWords, searchByWords } from './word-search.ts';

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
    // Reports are made at night and at weekends too.
    keptHours: 7 * 24,
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
        ...{ class: FILTERS.class, address: FILTERS.address, ticket: FILTERS.ticket, q: FILTERS.q },
        ...{ from: instant, to: instant },
      },
    },
    assertParams: (params) => assertWords(params as EventFilter),
    notes: (params) => Object.entries(params).map(([name, value]) => `${name}: ${String(value)}`),
    async page(db, { reader, params, cursor, limit, lang }) {
      const scope = scopeOf(reader.permissions);
      const { rows, next } = await readPage(db, params as EventFilter, { cursor, limit, scope });
      const names = await namesIn(accountNames, rows);
      const word = lang === 'zh-CN' ? 'zh' : 'en';
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
        next,
      };
    },
  };
}

async function readPage(
  db: Db,
  filter: EventFilter,
  { cursor, limit, scope }: { cursor: string | null; limit: number; scope: TrailScope },
): Promise<{ rows: EventRow[]; next: string | null }> {
  if (needsWords(filter)) {
    const page = await searchByWords(db, filter, { cursor: cursor ?? undefined, limit, scope });
    return { rows: page.rows, next: page.nextCursor ?? null };
  }
  const rows = await searchEvents(db, filter, { before: beforeOf(cursor ?? undefined), limit, scope });
  const last = rows.at(-1);
  const isWhole = rows.length < limit || last === undefined;
  return { rows, next: isWhole ? null : encodeCursor(beforeKey(last.at, last.id)) };
}
