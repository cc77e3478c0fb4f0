import type { Clock } from '../kernel/index.ts';
import type { ExportKind } from '../platform/documents/index.ts';
import { DAYS_MAX, windowOf } from './overview.rules.ts';
import { readOverview } from './overview.view.ts';

const FIGURES = [
  ['conversations', '会话数', 'Conversations'],
  ['containmentRatio', '机器人独立解决率', 'Containment rate'],
  ['answered', '机器人回答', 'Answered by the robot'],
  ['clarified', '机器人反问', 'Asked back by the robot'],
  ['handedOff', '转人工', 'Handed over'],
  ['ticketsOpened', '新建工单', 'Tickets opened'],
  ['ticketsSolved', '解决工单', 'Tickets solved'],
  ['avgScore', '平均质检得分', 'Mean score'],
  ['csatAverage', '平均满意度', 'Mean satisfaction'],
  ['firstResponseSecondsMedian', '首次响应中位数（秒）', 'Median first response (s)'],
] as const;

/** The figures of the overview: first those of the whole period, then each day with what is counted by day. */
export function overviewExport({ clock }: { clock: Clock }): ExportKind {
  return {
    kind: 'report.overview',
    title: { zh: '运营概览', en: 'Overview' },
    permission: 'report:read',
    formats: ['xlsx', 'csv', 'pdf'],
    canUnmask: false,
    columns: [
      { key: 'period', title: { zh: '期间', en: 'Period' }, type: 'text', width: 26 },
      { key: 'figure', title: { zh: '指标', en: 'Figure' }, type: 'text', width: 28 },
      { key: 'value', title: { zh: '数值', en: 'Value' }, type: 'number', width: 12 },
    ],
    params: {
      type: 'object',
      additionalProperties: false,
      required: ['days', 'offsetMinutes'],
      properties: {
        days: { type: 'integer', minimum: 1, maximum: DAYS_MAX },
        offsetMinutes: { type: 'integer', minimum: -720, maximum: 840 },
      },
    },
    notes: (params, lang) => [
      lang === 'zh-CN' ? `最近 ${Number(params['days'])} 天` : `Last ${Number(params['days'])} days`,
    ],
    async page(db, { params, lang, reader }) {
      const { days, offsetMinutes } = params as { days: number; offsetMinutes: number };
      const window = windowOf(clock.now(), days, offsetMinutes);
      const overview = await readOverview(db, window, {
        offsetMinutes,
        scope: reader.scopeFor('report:read'),
      });
      const period = `${window.days[0] ?? ''} – ${window.days.at(-1) ?? ''}`;
      const name = (zh: string, en: string) => (lang === 'zh-CN' ? zh : en);
      return {
        rows: [
          ...FIGURES.map(([key, zh, en]) => [period, name(zh, en), overview[key]]),
          ...overview.perDay.flatMap((day) => [
            [day.on, name('会话数', 'Conversations'), day.conversations],
            [day.on, name('转人工', 'Handed over'), day.handedOff],
            [day.on, name('新建工单', 'Tickets opened'), day.ticketsOpened],
          ]),
        ],
        ids: [],
        next: null,
      };
    },
  };
}
