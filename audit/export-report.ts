import { entrySentence } from './sentence.ts';
import type { EventRow } from './storage.ts';

/** What the report of an export says of the export itself. */
export interface ReportFrame {
  origin: string;
  after: number;
  seals: number;
  size: number;
  events: number;
  filter: string;
  checkpoint: string;
}

/** The readable side of an export: a table of every entry, and a page. Both follow from the entries alone. */
export interface ExportReport {
  /** The head line of the table, behind a byte order mark, since spreadsheets ask for one. */
  readonly csvHead: string;
  /** Takes an entry in; gives its line of the table. */
  add(row: EventRow, index: number): string;
  /** The page, once every entry was taken in. */
  html(frame: ReportFrame): string;
}

/** Entries the page lists; all of them are in the table. */
export const REPORT_ROWS_MAX = 1_000;
/** Rows of a summary on the page. */
const SUMMARY_ROWS_MAX = 50;

const COLUMNS = [
  ...['index', 'at (UTC)', 'actor type', 'actor id', 'actor name', 'ip', 'action', 'class', 'outcome'],
  ...[
    '记录',
    'sentence',
    'target type',
    'target id',
    'customer',
    'fields',
    'reason',
    'ticket',
    'request',
    'id',
  ],
];

interface Body {
  at: string;
  actor: { type: string; id: string; name?: string; ip?: string };
  fields?: string[];
  reason?: string;
  ticket?: string;
  request?: { id?: string };
}

interface ReportLine {
  index: number;
  at: string;
  zh: string;
  en: string;
}

/** Makes an empty report. Memory: the lines of the page, and one counter for each act and account. */
export function createExportReport(): ExportReport {
  const lines: ReportLine[] = [];
  const byAction = new Map<string, number>();
  const byActor = new Map<string, number>();
  const byDay = new Map<string, number>();
  return {
    csvHead: `\ufeff${COLUMNS.map(csvCell).join(',')}\r\n`,
    add(row, index) {
      const body = JSON.parse(row.body) as Body;
      const { zh, en } = entrySentence(row, body);
      const name = body.actor.name ?? '';
      count(byAction, row.action);
      count(byActor, name === '' ? `${row.actorType} ${row.actorId}` : name);
      count(byDay, body.at.slice(0, 10));
      if (lines.length < REPORT_ROWS_MAX) lines.push({ index, at: body.at, zh, en });
      const cells = [
        ...[String(index), body.at, row.actorType, row.actorId, name, body.actor.ip],
        ...[row.action, row.class, row.outcome, zh, en, row.targetType, row.targetId, row.customerRef],
        ...[(body.fields ?? []).join(' '), body.reason, body.ticket, body.request?.id, row.id],
      ];
      return `${cells.map(csvCell).join(',')}\r\n`;
    },
    html: (frame) => page(frame, { lines, byAction, byActor, byDay }),
  };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/**
 * A cell of a table for spreadsheets: quoted where needed, control and direction characters written out, and what
 * would begin a formula put behind an apostrophe.
 */
export function csvCell(value: string | null | undefined): string {
  const text = visible(value ?? '');
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Control and direction characters as `\u{…}`, so that a text cannot break a line or turn its neighbours around. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (one) => `\\u{${one.codePointAt(0)!.toString(16)}}`);
}

function escapeHtml(text: string): string {
  const named: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return visible(text).replace(/[&<>"']/g, (one) => named[one]!);
}

const STYLE =
  'body{font:14px/1.6 system-ui,"Noto Sans SC",sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1f2328}' +
  'table{border-collapse:collapse;width:100%;margin:0 0 1.5rem}th,td{border-bottom:1px solid #d8dee4;padding:.25rem .5rem;' +
  'text-align:left;vertical-align:top}td.n{text-align:right;white-space:nowrap}pre{background:#f6f8fa;padding:.75rem;' +
  'overflow-x:auto}h1{font-size:1.4rem}h2{font-size:1.1rem}small{color:#59636e}';

function page(
  frame: ReportFrame,
  found: {
    lines: readonly ReportLine[];
    byAction: Map<string, number>;
    byActor: Map<string, number>;
    byDay: Map<string, number>;
  },
): string {
  const { lines, byAction, byActor, byDay } = found;
  const facts: [string, string][] = [
    ['来源 · Origin', frame.origin],
    ['封存 · Seals', `${frame.after + 1} – ${frame.seals}`],
    ['叶子总数 · Leaves at the last seal', String(frame.size)],
    ['含正文的条目 · Entries with their body', String(frame.events)],
    ['筛选 · Filter', frame.filter === '' ? '全部 · all' : frame.filter],
  ];
  const rows = lines.map(
    ({ index, at, zh, en }) =>
      `<tr><td class="n">${index}</td><td>${escapeHtml(at)}</td><td>${escapeHtml(zh)}<br><small>${escapeHtml(en)}</small></td></tr>`,
  );
  const isCut = frame.events > lines.length;
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><title>审计导出 · Audit export</title><style>${STYLE}</style></head><body>
<h1>审计导出 · Audit export</h1>
<table>${facts.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`).join('')}</table>
<h2>签名头 · Signed head</h2>
<pre>${escapeHtml(frame.checkpoint).replaceAll('\\u{a}', '\n')}</pre>
<p>本页仅供阅读；证明在于其余文件，请用 audit-verify.mjs 或 audit-verify.html 验证。
This page is for reading; the proof is in the other files: verify them with audit-verify.mjs or audit-verify.html.</p>
${summary('按操作 · By act', byAction)}${summary('按操作者 · By actor', byActor)}${summary('按日 · By day (UTC)', byDay)}
<h2>条目 · Entries</h2>
${isCut ? `<p>以下为前 ${lines.length} 条，全部见 report.csv。The first ${lines.length}; all of them are in report.csv.</p>` : ''}
<table><tr><th>#</th><th>UTC</th><th>记录 · Entry</th></tr>
${rows.join('\n')}
</table></body></html>
`;
}

function summary(title: string, counts: Map<string, number>): string {
  const all = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const rows = all
    .slice(0, SUMMARY_ROWS_MAX)
    .map(([name, n]) => `<tr><td>${escapeHtml(name)}</td><td class="n">${n}</td></tr>`);
  const rest =
    all.length > SUMMARY_ROWS_MAX ? `<tr><td>… ${all.length - SUMMARY_ROWS_MAX}</td><td></td></tr>` : '';
  return `<h2>${title}</h2>\n<table>${rows.join('')}${rest}</table>\n`;
}
