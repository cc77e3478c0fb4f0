import { beforeOf } from '../../kernel/index.ts';
import type { ExportKind } from '../../platform/documents/index.ts';
import type { AccountNames } from '../ports.ts';
import { listEvaluations, type EvaluationFilter } from './evaluation.view.ts';

const STATES = {
  automatic: { zh: '自动', en: 'Rules' },
  manual: { zh: '人工复核', en: 'Inspector' },
} as const;

/** Evaluations as the list page shows them, with its filters. */
export function evaluationExport({ accountNames }: { accountNames: AccountNames }): ExportKind {
  return {
    kind: 'qa.evaluations',
    title: { zh: '质检单', en: 'Evaluations' },
    permission: 'qa:read',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: false,
    columns: [
      { key: 'evaluatedAt', title: { zh: '质检时间', en: 'Evaluated' }, type: 'instant', width: 20 },
      { key: 'conversation', title: { zh: '会话', en: 'Conversation' }, type: 'text', width: 38 },
      { key: 'agent', title: { zh: '坐席', en: 'Agent' }, type: 'text', width: 14 },
      { key: 'score', title: { zh: '得分', en: 'Score' }, type: 'integer', width: 8 },
      { key: 'state', title: { zh: '方式', en: 'By' }, type: 'text', width: 10 },
      { key: 'isFatal', title: { zh: '致命项', en: 'Fatal' }, type: 'flag', width: 8 },
      { key: 'findings', title: { zh: '问题数', en: 'Findings' }, type: 'integer', width: 8 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      properties: {
        state: { enum: Object.keys(STATES) },
        scoreBelow: { type: 'integer', minimum: 1, maximum: 101 },
        agent: { type: 'string', format: 'uuid' },
      },
    },
    notes(params, lang) {
      const { state, scoreBelow, agent } = params as EvaluationFilter;
      const isChinese = lang === 'zh-CN';
      return [
        ...(state ? [isChinese ? `方式：${STATES[state].zh}` : `By: ${STATES[state].en}`] : []),
        ...(scoreBelow ? [isChinese ? `得分低于 ${scoreBelow}` : `Score below ${scoreBelow}`] : []),
        ...(agent ? [isChinese ? '坐席：指定坐席' : 'Agent: one agent'] : []),
      ];
    },
    async page(db, { params, cursor, limit, lang, reader }) {
      const place = { before: beforeOf(cursor ?? undefined), limit };
      const filter = { ...(params as EvaluationFilter), scope: reader.scopeFor('qa:read') };
      const page = await listEvaluations(db, filter, place, accountNames);
      const word = lang === 'zh-CN' ? 'zh' : 'en';
      return {
        rows: page.items.map((item) => [
          new Date(item.evaluatedAt),
          item.conversationId,
          item.agent?.displayName ?? null,
          item.score,
          STATES[item.state][word],
          item.isFatal,
          item.findingsCount,
        ]),
        ids: page.items.map(({ id }) => id),
        next: page.nextCursor ?? null,
      };
    },
  };
}
