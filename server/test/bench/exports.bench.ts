import {
  createCsv,
  createPdfTable,
  createXlsx,
  type CellValue,
  type Column,
  type TableDocument,
  type TableWriter,
} from '../../platform/documents/index.ts';
import { figure, isQuick, percentile, say, type Figure } from './figure.ts';

const ROWS = 100_000;
const QUICK_ROWS = 10_000;
/** What an export job hands over at once. */
const BATCH_ROWS = 200;
/** A tenth of the way: what was warmed up by then is not growth. */
const WARM_SHARE = 0.1;
const MIB = 1024 * 1024;
/** Asked for: at least these rows a second, at most this much more memory than at a tenth of the way. */
const ASKED = {
  rowsPerSecond: { csv: 50_000, xlsx: 20_000, pdf: 1_000 },
  growthMib: 64,
  stallMs: 250,
} as const;

const COLUMNS: Column[] = [
  { title: '编号', type: 'integer', width: 10 },
  { title: '主题', type: 'text', width: 40 },
  { title: '状态', type: 'text', width: 10 },
  { title: '优先级', type: 'text', width: 10 },
  { title: '客户', type: 'text', width: 12 },
  { title: '负责人', type: 'text', width: 12 },
  { title: '打开时间', type: 'instant', width: 20 },
  { title: '更新时间', type: 'instant', width: 20 },
];
const WRITERS = { csv: createCsv, xlsx: createXlsx, pdf: createPdfTable } as const;

function rowOf(index: number): CellValue[] {
  const at = new Date(1_767_000_000_000 + index * 60_000);
  // Subjects wander through 2,500 ideographs, as those of a real desk do.
  const word = String.fromCharCode(...[1, 7, 13, 31].map((step) => 0x4e00 + ((index * step) % 2_500)));
  return [index, `银行卡丢失挂失申请 ${word}`, '处理中', '普通', '王*', '李小红', at, at];
}

/** Writes documents of 100,000 rows and throws the bytes away; what is measured is the writer alone. */
export async function* run(): AsyncGenerator<Figure> {
  const rowCount = isQuick() ? QUICK_ROWS : ROWS;
  for (const format of ['csv', 'xlsx', 'pdf'] as const) {
    yield* measure(format, WRITERS[format], rowCount);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function* measure(
  format: keyof typeof WRITERS,
  create: (document: TableDocument) => TableWriter,
  rowCount: number,
): Generator<Figure> {
  const origin = { account: '王小明', at: new Date('2026-01-07T02:00:00Z'), offsetMinutes: 480 };
  const writer = create({ title: '工单列表', lang: 'zh-CN', origin, columns: COLUMNS, notes: [] });
  const startedMs = performance.now();
  const stalls: number[] = [];
  let warm = 0;
  let peak = 0;
  let bytes = 0;
  for (let from = 0; from < rowCount; from += BATCH_ROWS) {
    const rows = Array.from({ length: BATCH_ROWS }, (_, index) => rowOf(from + index));
    const batchMs = performance.now();
    bytes += writer.rows(rows).length;
    stalls.push(performance.now() - batchMs);
    const used = process.memoryUsage.rss();
    if (from <= rowCount * WARM_SHARE) warm = Math.max(warm, used);
    peak = Math.max(peak, used);
  }
  const closeMs = performance.now();
  bytes += writer.close().length;
  const lastMs = performance.now() - closeMs;
  peak = Math.max(peak, process.memoryUsage.rss());
  const seconds = (performance.now() - startedMs) / 1000;
  say(`${format}: ${rowCount} rows, ${(bytes / MIB).toFixed(1)} MiB, ${seconds.toFixed(1)} s`);
  yield figure(`exports.${format}.rows`, rowCount / seconds, 'rows/s', ASKED.rowsPerSecond[format]);
  yield figure(`exports.${format}.growth`, (peak - warm) / MIB, 'MiB', ASKED.growthMib);
  yield figure(`exports.${format}.batch_p99`, percentile(stalls, 0.99), 'ms', ASKED.stallMs);
  yield figure(`exports.${format}.close`, lastMs, 'ms', ASKED.stallMs);
}
