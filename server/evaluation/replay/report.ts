import type { CheckResult } from './check.ts';
import type { Percentiles, ReplayFigures } from './figures.ts';

type Lang = 'zh' | 'en';

const WORDS = {
  en: {
    played: 'played',
    sessions: 'sessions',
    answered: 'answered',
    clarified: 'clarified',
    'handed-off': 'handed off',
    unanswered: 'acknowledged, no reply',
    refused: 'refused',
    lost: 'not acknowledged',
    ack: 'acknowledgement',
    reply: 'robot reply',
    none: 'none',
    checked: 'acknowledged messages checked',
    conversations: 'conversations',
    missing: 'missing',
    doubled: 'doubled',
    misplaced: 'out of place',
    changed: 'changed',
    whole: 'every acknowledged message is there once and in order',
    broken: 'NOT every acknowledged message is there once and in order',
  },
  zh: {
    played: '已回放',
    sessions: '会话数',
    answered: '已回答',
    clarified: '已澄清',
    'handed-off': '已转人工',
    unanswered: '已确认但无回复',
    refused: '被拒绝',
    lost: '未确认',
    ack: '确认时延',
    reply: '机器人回复时延',
    none: '无',
    checked: '已核对的确认消息',
    conversations: '会话数',
    missing: '缺失',
    doubled: '重复',
    misplaced: '错位',
    changed: '被改动',
    whole: '每条已确认的消息都存在且仅一次，顺序正确',
    broken: '并非每条已确认的消息都存在且仅一次、顺序正确',
  },
} as const;

const BAR_WIDTH = 30;

function presentPercentiles(values: Percentiles | null, none: string): string {
  return values === null ? none : `p50 ${values.p50} ms  p95 ${values.p95} ms  p99 ${values.p99} ms`;
}

/** The closing lines of a run. */
export function presentFigures(figures: ReplayFigures, lang: Lang): string {
  const words = WORDS[lang];
  const { questions, outcomes, codes, seconds, sessions } = figures;
  const share = (count: number) => (questions === 0 ? '' : ` (${((100 * count) / questions).toFixed(1)} %)`);
  const names = Object.keys(outcomes) as (keyof typeof outcomes)[];
  const lines = [
    `${words.played} ${questions} (${words.sessions} ${sessions}, ${seconds.toFixed(1)} s, ${(questions / Math.max(seconds, 0.001)).toFixed(1)}/s)`,
    ...names.map((name) => `  ${words[name]}: ${outcomes[name]}${share(outcomes[name])}`),
    ...Object.entries(codes).map(([code, count]) => `    ${code}: ${count}`),
    `  ${words.ack}: ${presentPercentiles(figures.ackMs, words.none)}`,
    `  ${words.reply}: ${presentPercentiles(figures.replyMs, words.none)}`,
  ];
  return lines.join('\n');
}

/** The closing lines of a check. */
export function presentCheck(
  total: CheckResult,
  conversationCount: number,
  lang: Lang,
  isWhole: boolean,
): string {
  const words = WORDS[lang];
  const counts = (['missing', 'doubled', 'misplaced', 'changed'] as const)
    .map((name) => `${words[name]} ${total[name]}`)
    .join(', ');
  return [
    `${words.checked}: ${total.acknowledged} (${words.conversations} ${conversationCount})`,
    `  ${counts}${total.failure === undefined ? '' : `, ${total.failure}`}`,
    `  ${isWhole ? words.whole : words.broken}`,
  ].join('\n');
}

/** A bar on a terminal, a line for each tenth elsewhere. */
export function createProgress(
  stream: { write(text: string): unknown; isTTY?: boolean },
  totalCount: number,
): { advance(): void; end(): void } {
  let count = 0;
  let tenth = 0;
  const draw = () => {
    const ratio = totalCount === 0 ? 1 : count / totalCount;
    const full = Math.round(ratio * BAR_WIDTH);
    const bar = '#'.repeat(full) + '-'.repeat(BAR_WIDTH - full);
    return `[${bar}] ${count}/${totalCount} ${Math.floor(ratio * 100)} %`;
  };
  return {
    advance() {
      count += 1;
      if (stream.isTTY) return void stream.write(`\r${draw()}`);
      const nextTenth = Math.floor((10 * count) / totalCount);
      if (nextTenth > tenth) {
        tenth = nextTenth;
        stream.write(`${draw()}\n`);
      }
    },
    end() {
      if (stream.isTTY) stream.write('\n');
    },
  };
}
