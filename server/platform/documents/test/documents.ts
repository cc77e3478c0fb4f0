import type { CellValue, Column, TableDocument, TableWriter } from '../table.ts';

/** Columns of each type. */
export const COLUMNS: Column[] = [
  { title: '编号', type: 'integer', width: 8 },
  { title: '主题', type: 'text', width: 40 },
  { title: '时间', type: 'instant', width: 20 },
  { title: '得分', type: 'number', width: 8 },
  { title: '投诉', type: 'flag', width: 8 },
];

/** A table's document with defaults; times are shown in China. */
export function buildDocument(overrides: Partial<TableDocument> = {}): TableDocument {
  return {
    title: '工单列表',
    lang: 'zh-CN',
    origin: { account: '王小明', at: new Date('2026-01-07T02:00:00Z'), offsetMinutes: 480 },
    columns: COLUMNS,
    notes: ['状态：处理中'],
    ...overrides,
  };
}

/** The whole file of these rows, written in batches of seven. */
export function fileOf(writer: TableWriter, rows: readonly (readonly CellValue[])[]): Buffer {
  const chunks: Buffer[] = [];
  for (let index = 0; index < rows.length; index += 7) chunks.push(writer.rows(rows.slice(index, index + 7)));
  return Buffer.concat([...chunks, writer.close()]);
}
