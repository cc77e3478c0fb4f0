import type { Figures, Lang, Share } from '../robot/engine/index.ts';
import { drawBars, drawCurves, escapeHtml, type Curve } from './robot-report-plots.ts';

/** A question that was answered with the wrong article; `expected` null is a question from outside. */
export interface ReportedMiss {
  text: string;
  expected: string | null;
  given: string;
  confidence: number;
}

/** Everything that stands on the page. */
export interface ReportRun {
  lang: Lang;
  articles: number;
  questions: number;
  trainingSeconds: number;
  residentMb: number;
  p50Ms: number;
  p99Ms: number;
  figures: Figures;
  misses: ReportedMiss[];
}

const TEXTS = {
  en: {
    title: 'How well the robot understands',
    intro:
      'Trained on your articles, asked your questions, on this machine, offline. Shares have a 95 % bootstrap interval. ' +
      'This page holds questions of your customers: keep it where they may be kept.',
    figure: 'Figure',
    value: 'Value',
    interval: '95 % interval',
    articles: 'articles, questions learned',
    inScope: 'questions with an article',
    outside: 'questions from outside',
    first: 'right article first',
    three: 'right article among the first three',
    at: (percent: number) => `right among the ${percent} % answered with most confidence`,
    falseAt: 'false answers at 90 % coverage',
    solved: 'solved within one clarification',
    wrong: 'answered wrongly at the robot’s own threshold',
    outsideAnswered: 'from outside, answered all the same',
    calibration: 'calibration error',
    speed: 'one query, median and 99th percentile',
    training: 'training, memory',
    curve: 'The more it answers, the more it errs',
    curveNote: 'Across: share of questions with an article that are answered. Up: share right among them.',
    falseCurve: 'And the more it answers from outside',
    falseNote: 'Across: the same. Up: share of questions from outside that would be answered.',
    trust: 'May its confidence be believed?',
    trustNote: 'Across: confidence. Up: share right. On the diagonal it says what it knows.',
    decisions: 'What it decided by itself',
    parts: {
      answeredRight: 'answered, right',
      clarifiedRight: 'asked back, right one offered',
      clarifiedWrong: 'asked back, right one missing',
      handedOver: 'handed to a person',
      answeredWrong: 'answered, wrong',
    },
    misses: 'Wrong answers, surest first',
    question: 'Question',
    expected: 'Right article',
    given: 'Given',
    confidence: 'Confidence',
    nobody: 'none',
    none: 'None.',
    right: 'right among answered',
    perfect: 'exact',
  },
  zh: {
    title: '机器人理解能力报告',
    intro:
      '用贵行自己的知识与问题，在本机离线训练并测量。比例均附 95% 自助法区间。' +
      '本页含有客户问题原文，请按客户资料的要求保存。',
    figure: '指标',
    value: '数值',
    interval: '95% 区间',
    articles: '知识条目数、学习的问法数',
    inScope: '有对应知识的问题',
    outside: '知识之外的问题',
    first: '首选正确',
    three: '前三包含正确',
    at: (percent: number) => `置信度最高的 ${percent}% 作答时的正确率`,
    falseAt: '覆盖 90% 时的误答率',
    solved: '一次澄清内解决',
    wrong: '按自身阈值的答错率',
    outsideAnswered: '知识之外仍作答',
    calibration: '校准误差',
    speed: '单次查询，中位数与 99 分位',
    training: '训练用时、内存',
    curve: '答得越多，错得越多',
    curveNote: '横轴：有知识的问题中作答的比例。纵轴：其中答对的比例。',
    falseCurve: '对知识之外的问题也答得越多',
    falseNote: '横轴同上。纵轴：知识之外的问题被作答的比例。',
    trust: '置信度可信吗？',
    trustNote: '横轴：置信度。纵轴：正确比例。落在对角线上表示言行一致。',
    decisions: '机器人自己的决定',
    parts: {
      answeredRight: '作答，正确',
      clarifiedRight: '反问，选项含正确',
      clarifiedWrong: '反问，选项不含正确',
      handedOver: '转人工',
      answeredWrong: '作答，错误',
    },
    misses: '答错的问题（按置信度从高到低）',
    question: '问题',
    expected: '正确知识',
    given: '所答知识',
    confidence: '置信度',
    nobody: '无',
    none: '无。',
    right: '答对比例',
    perfect: '完全一致',
  },
} as const;

type Texts = (typeof TEXTS)[Lang];

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;
margin:0 auto;padding:24px 16px;max-width:960px;color:#1d2433;background:#fff}h1{font-size:26px}h2{font-size:19px;margin:32px 0 4px}
p{color:#56607a;margin:4px 0 12px}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:6px 8px;
border-bottom:1px solid #dde1ea;vertical-align:top;overflow-wrap:anywhere}td.n{white-space:nowrap;font-variant-numeric:tabular-nums}
svg{width:100%;height:auto;max-width:720px}svg text{fill:currentColor;font-size:12px}.grid{stroke:#dde1ea}.axis{stroke:#8a93a8}
@media(prefers-color-scheme:dark){body{color:#e7eaf2;background:#14171f}p{color:#a3abbe}th,td{border-color:#2c3342}.grid{stroke:#2c3342}}
@media print{h2{break-after:avoid}svg{break-inside:avoid}}`;

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

function row(name: string, value: string, interval = ''): string {
  return `<tr><td>${escapeHtml(name)}</td><td class="n">${escapeHtml(value)}</td><td class="n">${interval}</td></tr>`;
}

function shareRow(name: string, { value, low, high }: Share): string {
  return row(name, percent(value), `${percent(low)} – ${percent(high)}`);
}

function renderFigures({ figures, ...run }: ReportRun, texts: Texts): string {
  const pointAt = (coverage: number) =>
    figures.curve.find((point) => Math.abs(point.coverage - coverage) < 0.001);
  const { decisions } = figures;
  const rows = [
    row(texts.articles, `${run.articles} / ${run.questions}`),
    row(texts.inScope, String(figures.inScope)),
    ...Object.entries(figures.outside).map(([kind, count]) =>
      row(`${texts.outside} (${kind})`, String(count)),
    ),
    shareRow(texts.first, figures.first),
    shareRow(texts.three, figures.firstThree),
    ...[0.9, 0.8].flatMap((coverage) => {
      const point = pointAt(coverage);
      return point ? [row(texts.at(coverage * 100), percent(point.right))] : [];
    }),
    ...Object.entries(pointAt(0.9)?.falseAnswers ?? {}).map(([kind, share]) =>
      row(`${texts.falseAt} (${kind})`, percent(share)),
    ),
    row(texts.solved, percent(decisions.answeredRight + decisions.clarifiedRight)),
    row(texts.wrong, percent(decisions.answeredWrong)),
    ...Object.entries(figures.outsideAnswered).map(([kind, share]) =>
      row(`${texts.outsideAnswered} (${kind})`, percent(share)),
    ),
    row(texts.calibration, figures.calibrationError.toFixed(3)),
    row(texts.speed, `${run.p50Ms.toFixed(2)} / ${run.p99Ms.toFixed(2)} ms`),
    row(texts.training, `${run.trainingSeconds.toFixed(1)} s, ${Math.round(run.residentMb)} MB`),
  ];
  const head = [texts.figure, texts.value, texts.interval].map((name) => `<th>${name}</th>`).join('');
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function renderPlots({ curve, bins, decisions }: Figures, texts: Texts): string {
  const kinds = Object.keys(curve[0]?.falseAnswers ?? {});
  const right: Curve = {
    name: texts.right,
    points: curve.map((point) => ({ x: point.coverage, y: point.right })),
  };
  const outside = kinds.map((kind) => ({
    name: kind,
    points: curve.map((point) => ({ x: point.coverage, y: point.falseAnswers[kind]! })),
  }));
  const trusted: Curve[] = [
    { name: texts.perfect, points: [0, 1].map((x) => ({ x, y: x })) },
    {
      name: texts.confidence,
      points: bins.filter(({ count }) => count > 0).map((bin) => ({ x: bin.confidence, y: bin.right })),
    },
  ];
  const parts = (Object.keys(texts.parts) as (keyof Texts['parts'])[]).map((name) => ({
    name: texts.parts[name],
    share: decisions[name],
  }));
  const section = (title: string, note: string, plot: string) =>
    `<h2>${escapeHtml(title)}</h2><p>${escapeHtml(note)}</p>${plot}`;
  return [
    section(texts.curve, texts.curveNote, drawCurves([right], { yFrom: 0.5, label: texts.curve })),
    kinds.length === 0
      ? ''
      : section(
          texts.falseCurve,
          texts.falseNote,
          drawCurves(outside, { yFrom: 0, label: texts.falseCurve }),
        ),
    section(texts.trust, texts.trustNote, drawCurves(trusted, { yFrom: 0, label: texts.trust })),
    section(texts.decisions, '', drawBars(parts, texts.decisions)),
  ].join('\n');
}

function renderMisses(misses: ReportedMiss[], texts: Texts): string {
  if (misses.length === 0) return `<p>${texts.none}</p>`;
  const head = [texts.question, texts.expected, texts.given, texts.confidence]
    .map((name) => `<th>${name}</th>`)
    .join('');
  const rows = misses.map(({ text, expected, given, confidence }) => {
    const cells = [text.slice(0, 200), expected ?? texts.nobody, given].map(
      (cell) => `<td>${escapeHtml(cell)}</td>`,
    );
    return `<tr>${cells.join('')}<td class="n">${confidence.toFixed(2)}</td></tr>`;
  });
  return `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** The page: one file, no script, nothing loaded from elsewhere; every text of the input is escaped. */
export function renderReport(run: ReportRun): string {
  const texts = TEXTS[run.lang];
  return `<!doctype html>
<html lang="${run.lang === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${texts.title}</title><style>${STYLE}</style></head><body>
<h1>${texts.title}</h1><p>${texts.intro}</p>
${renderFigures(run, texts)}
${renderPlots(run.figures, texts)}
<h2>${texts.misses}</h2>${renderMisses(run.misses, texts)}
</body></html>
`;
}
