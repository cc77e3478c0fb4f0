import { unzipSync } from 'fflate';

/** A cell as a spreadsheet would hold it. */
export interface ReadCell {
  kind: 'text' | 'number';
  value: string | number;
  style: number;
}

/** The sheets of a workbook: cells by reference (`B2`), and the XML around them. */
export interface ReadXlsx {
  sheets: { cells: Map<string, ReadCell>; rowCount: number; xml: string }[];
  parts: Record<string, string>;
}

const CELL =
  /<c r="([A-Z]+\d+)" s="(\d+)"(?: t="inlineStr"><is><t xml:space="preserve">([\s\S]*?)<\/t><\/is>|><v>([^<]*)<\/v>)<\/c>/g;
const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };

/** Reads a workbook of createXlsx back; anything it would not write is an error. */
export function readXlsx(bytes: Buffer): ReadXlsx {
  const files = unzipSync(bytes);
  const parts = Object.fromEntries(
    Object.entries(files).map(([name, data]) => [
      name,
      new TextDecoder('utf-8', { fatal: true }).decode(data),
    ]),
  );
  const sheets = ['xl/worksheets/sheet1.xml', 'xl/worksheets/sheet2.xml'].map((name) => {
    const xml = parts[name] ?? '';
    assertIsXml(xml);
    const cells = new Map<string, ReadCell>();
    for (const [, ref = '', style, text, number] of xml.matchAll(CELL)) {
      cells.set(ref, {
        kind: number === undefined ? 'text' : 'number',
        value: number === undefined ? unescapeXml(text ?? '') : Number(number),
        style: Number(style),
      });
    }
    return { cells, rowCount: [...xml.matchAll(/<row /g)].length, xml };
  });
  return { sheets, parts };
}

/** XML 1.0, 2.2: which characters a document may hold; and balanced elements. */
function assertIsXml(xml: string): void {
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff\ud800-\udfff]/u.test(xml)) {
    throw new Error('A character that XML does not allow.');
  }
  const open: string[] = [];
  for (const [, isClose, name, isEmpty] of xml.matchAll(/<(\/?)([A-Za-z:]+)[^<>]*?(\/?)>/g)) {
    if (isEmpty) continue;
    if (!isClose) open.push(name ?? '');
    else if (open.pop() !== name) throw new Error(`</${name}> closes nothing.`);
  }
  if (open.length > 0) throw new Error(`<${open.join('> <')}> is left open.`);
}

function unescapeXml(text: string): string {
  return text
    .replace(/&(\w+);/g, (_, name: string) => ENTITIES[name] ?? '?')
    .replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
