import { unzipSync } from 'fflate';

/** Why a workbook cannot be read; `line` is the row of its sheet where one is to blame. */
export class WorkbookError extends Error {
  readonly problem: 'not_a_workbook' | 'too_large' | 'no_sheet' | 'too_many_rows' | 'cell';
  readonly line: number | undefined;

  constructor(problem: WorkbookError['problem'], line?: number) {
    super(`The workbook cannot be read: ${problem}.`);
    this.problem = problem;
    this.line = line;
  }
}

/** A row of the sheet with its number, from 1. */
export interface SheetRow {
  line: number;
  cells: string[];
}

/** Bytes that the parts of a workbook may unpack to; a small file can claim to hold gigabytes. */
const UNPACKED_BYTES_MAX = 96 * 1024 * 1024;
/** Columns that are read; what stands to the right of them is somebody's notes. */
const COLUMNS_MAX = 64;

/**
 * The rows of a workbook's first sheet as text, empty ones left out: shared and inline strings, numbers, booleans, the
 * values of formulas. Nothing is computed, no other part is opened, and a document type is refused. Throws WorkbookError.
 */
export function readXlsx(
  bytes: Buffer,
  limits: { rowsMax: number; cellCharactersMax: number },
): { rows: SheetRow[] } {
  const parts = unpack(bytes);
  const sheet = parts.get(firstSheetOf(parts));
  if (sheet === undefined) throw new WorkbookError('no_sheet');
  const shared = sharedStrings(parts.get('xl/sharedStrings.xml') ?? '');
  const rows: SheetRow[] = [];
  let line = 0;
  for (const [, attributes = '', inside = ''] of sheet.matchAll(
    /<row\b([^>]*?)(?:\/>|>([\s\S]*?)<\/row>)/g,
  )) {
    line = Number(/\br="(\d+)"/.exec(attributes)?.[1] ?? line + 1);
    const cells = cellsOf(inside, shared);
    if (cells.some((text) => [...text].length > limits.cellCharactersMax))
      throw new WorkbookError('cell', line);
    if (cells.every((text) => text === '')) continue;
    rows.push({ line, cells });
    // The first one is the header.
    if (rows.length > limits.rowsMax + 1) throw new WorkbookError('too_many_rows', line);
  }
  return { rows };
}

function unpack(bytes: Buffer): Map<string, string> {
  let size = 0;
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(bytes, {
      filter({ name, originalSize }) {
        const isNeeded =
          /^xl\/(?:workbook\.xml|_rels\/workbook\.xml\.rels|sharedStrings\.xml|worksheets\/[^/]+\.xml)$/.test(
            name,
          );
        if (isNeeded) size += originalSize;
        if (size > UNPACKED_BYTES_MAX) throw new WorkbookError('too_large');
        return isNeeded;
      },
    });
  } catch (error) {
    if (error instanceof WorkbookError) throw error;
    throw new WorkbookError('not_a_workbook');
  }
  const parts = new Map<string, string>();
  for (const [name, content] of Object.entries(files)) {
    const text = Buffer.from(content).toString('utf8');
    if (text.includes('<!DOCTYPE')) throw new WorkbookError('not_a_workbook');
    parts.set(name, withoutPrefixes(text));
  }
  return parts;
}

/** Some programs write `<x:row>`; without the prefixes every workbook reads alike. */
function withoutPrefixes(xml: string): string {
  return /<\w+:(?:worksheet|workbook|sst)\b/.test(xml) ? xml.replace(/(<\/?)\w+:/g, '$1') : xml;
}

/** The sheet that the workbook names first, which need not be `sheet1.xml`. */
function firstSheetOf(parts: ReadonlyMap<string, string>): string {
  const relation = /<sheet\b[^>]*?\br:id="([^"]+)"/.exec(parts.get('xl/workbook.xml') ?? '')?.[1];
  if (relation === undefined) throw new WorkbookError('not_a_workbook');
  for (const [tag] of (parts.get('xl/_rels/workbook.xml.rels') ?? '').matchAll(/<Relationship\b[^>]*>/g)) {
    if (!tag.includes(`Id="${relation}"`)) continue;
    const target = /\bTarget="\/?(?:xl\/)?([^"]+)"/.exec(tag)?.[1];
    if (target !== undefined) return `xl/${target}`;
  }
  throw new WorkbookError('no_sheet');
}

function sharedStrings(xml: string): string[] {
  return [...xml.matchAll(/<si\b[^>]*?(?:\/>|>([\s\S]*?)<\/si>)/g)].map(([, inside = '']) =>
    richText(inside),
  );
}

/** The runs of a text put together; what is written beside it to be read aloud (`rPh`) is left out. */
function richText(xml: string): string {
  const runs = xml.replace(/<rPh\b[\s\S]*?<\/rPh>/g, '').matchAll(/<t\b[^>]*?(?:\/>|>([\s\S]*?)<\/t>)/g);
  return [...runs].map(([, text = '']) => unescapeXml(text)).join('');
}

function cellsOf(xml: string, shared: readonly string[]): string[] {
  const cells: string[] = [];
  let next = 0;
  for (const [, attributes = '', inside = ''] of xml.matchAll(/<c\b([^>]*?)(?:\/>|>([\s\S]*?)<\/c>)/g)) {
    const letters = /\br="([A-Z]+)\d+"/.exec(attributes)?.[1];
    const place = letters === undefined ? next : columnOf(letters);
    next = place + 1;
    if (place >= COLUMNS_MAX) continue;
    while (cells.length <= place) cells.push('');
    cells[place] = cellText(/\bt="(\w+)"/.exec(attributes)?.[1] ?? 'n', inside, shared).trim();
  }
  return cells;
}

function cellText(type: string, inside: string, shared: readonly string[]): string {
  if (type === 'inlineStr') return richText(inside);
  const value = unescapeXml(/<v\b[^>]*>([\s\S]*?)<\/v>/.exec(inside)?.[1] ?? '');
  if (type === 's') return shared[Number(value)] ?? '';
  if (type === 'b') return value === '1' ? 'true' : 'false';
  return type === 'e' ? '' : value;
}

/** `A` is 0, `Z` 25, `AA` 26. */
function columnOf(letters: string): number {
  return [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
}

const ENTITIES: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

/** `_x000D_` is how a workbook writes a character that XML cannot hold. */
function unescapeXml(text: string): string {
  return text
    .replace(
      /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|(\w+));/g,
      (whole, hex?: string, decimal?: string, name?: string) => {
        if (name !== undefined) return ENTITIES[name] ?? whole;
        const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
      },
    )
    .replace(/_x([0-9A-F]{4})_/g, (_whole, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\r\n?/g, '\n');
}
