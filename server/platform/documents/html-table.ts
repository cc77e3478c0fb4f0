import { cellText, originLine, type CellValue, type TableDocument, type TableWriter } from './table.ts';

const WORDS = {
  'zh-CN': { origin: '导出人与时间', print: '本页不含脚本，不访问网络，可直接打印。' },
  en: {
    origin: 'Exported by',
    print: 'This page holds no scripts, loads nothing, and can be printed as it is.',
  },
} as const;

/** Nothing is loaded, not even a font: the page is read far from the server. */
const STYLE = `body{font:15px/1.6 system-ui,"Noto Sans SC","PingFang SC","Microsoft YaHei",sans-serif;margin:2rem auto;
max-width:60rem;padding:0 1rem;color:#1f2329}h1{font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{color:#51565d}table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border:1px solid #d0d3d6;padding:.35rem .6rem;text-align:left;vertical-align:top;overflow-wrap:anywhere;
white-space:pre-wrap}th{background:#f5f6f7}@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}`;

/** Writes a table as one HTML page that stands alone; a change of the section column begins a part with a heading. */
export function createHtml(document: TableDocument): TableWriter {
  const { title, lang, origin, notes, columns, sectionColumn } = document;
  const words = WORDS[lang];
  const shown = columns.flatMap((_, index) => (index === sectionColumn ? [] : [index]));
  const head = `<tr>${shown.map((index) => `<th>${escape(columns[index]?.title ?? '')}</th>`).join('')}</tr>`;
  const about = [`${words.origin}: ${originLine(origin)}`, ...notes, words.print];
  let start =
    `<!doctype html>\n<html lang="${lang}"><head><meta charset="utf-8"><title>${escape(title)}</title>` +
    `<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head><body>` +
    `<h1>${escape(title)}</h1>${about.map((line) => `<p>${escape(line)}</p>`).join('')}\n`;
  let section: string | undefined;
  let isOpen = false;
  const begin = (row: readonly CellValue[]) => {
    const next = sectionColumn === undefined ? '' : String(row[sectionColumn] ?? '');
    if (isOpen && next === section) return '';
    const end = isOpen ? '</table>\n' : '';
    section = next;
    isOpen = true;
    return `${end}${next === '' ? '' : `<h2>${escape(next)}</h2>\n`}<table>${head}\n`;
  };
  const line = (row: readonly CellValue[]) => {
    const cells = shown.map((index) => {
      const column = columns[index];
      return `<td>${column === undefined ? '' : escape(cellText(row[index] ?? null, column, document))}</td>`;
    });
    return `${begin(row)}<tr>${cells.join('')}</tr>\n`;
  };
  const take = (text: string) => {
    const bytes = Buffer.from(start + text, 'utf8');
    start = '';
    return bytes;
  };
  return {
    rows: (rows) => take(rows.map(line).join('')),
    close: () => take(`${isOpen ? '</table>' : ''}</body></html>\n`),
  };
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** NUL ends a text for many readers; it is shown by its picture instead. */
function escape(text: string): string {
  return text.replaceAll('\0', '␀').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
