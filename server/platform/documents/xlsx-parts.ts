import { originLine, type TableDocument } from './table.ts';

/** Positions in `cellXfs` below. */
export const STYLE = {
  general: 0,
  heading: 1,
  text: 2,
  quoted: 3,
  integer: 4,
  number: 5,
  instant: 6,
  date: 7,
} as const;

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
/** Characters that a footer may hold (ECMA-376 part 1, 18.3.1.46). */
const FOOTER_CHARACTERS_MAX = 255;
/** Width of a column, in characters, that spreadsheets take. */
const WIDTH_MAX = 120;

const STYLES = `${DECLARATION}<styleSheet xmlns="${MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid"><fgColor rgb="FFE8EEF7"/></patternFill></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="8">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>
<xf numFmtId="1" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>`;

const SHEET_NAMES = { 'zh-CN': ['数据', '说明'], en: ['Data', 'About'] } as const;

/** The parts that don't depend on the rows, in the order of the package. */
export function fixedParts(document: TableDocument): [name: string, xml: string][] {
  const type = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const [data, about] = SHEET_NAMES[document.lang];
  const override = (part: string, contentType: string) =>
    `<Override PartName="${part}" ContentType="${contentType}"/>`;
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="${kind}" Target="${target}"/>`;
  return [
    [
      '[Content_Types].xml',
      `${DECLARATION}<Types xmlns="${PACKAGE}/content-types">` +
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
        '<Default Extension="xml" ContentType="application/xml"/>' +
        override('/xl/workbook.xml', `${type}.sheet.main+xml`) +
        override('/xl/styles.xml', `${type}.styles+xml`) +
        override('/xl/worksheets/sheet1.xml', `${type}.worksheet+xml`) +
        override('/xl/worksheets/sheet2.xml', `${type}.worksheet+xml`) +
        override('/docProps/core.xml', 'application/vnd.openxmlformats-package.core-properties+xml') +
        '</Types>',
    ],
    [
      '_rels/.rels',
      `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">` +
        relation('rId1', `${OFFICE}/officeDocument`, 'xl/workbook.xml') +
        relation('rId2', `${PACKAGE}/relationships/metadata/core-properties`, 'docProps/core.xml') +
        '</Relationships>',
    ],
    ['docProps/core.xml', coreProperties(document)],
    [
      'xl/workbook.xml',
      `${DECLARATION}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets>` +
        `<sheet name="${data}" sheetId="1" r:id="rId1"/><sheet name="${about}" sheetId="2" r:id="rId2"/>` +
        '</sheets></workbook>',
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">` +
        relation('rId1', `${OFFICE}/worksheet`, 'worksheets/sheet1.xml') +
        relation('rId2', `${OFFICE}/worksheet`, 'worksheets/sheet2.xml') +
        relation('rId3', `${OFFICE}/styles`, 'styles.xml') +
        '</Relationships>',
    ],
    ['xl/styles.xml', STYLES],
  ];
}

function coreProperties({ title, origin, lang }: TableDocument): string {
  const at = `${origin.at.toISOString().slice(0, 19)}Z`;
  return (
    `${DECLARATION}<cp:coreProperties xmlns:cp="${PACKAGE}/metadata/core-properties" ` +
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" ' +
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">' +
    `<dc:title>${escapeXml(title)}</dc:title><dc:creator>${escapeXml(origin.account)}</dc:creator>` +
    `<dcterms:created xsi:type="dcterms:W3CDTF">${at}</dcterms:created><dc:language>${lang}</dc:language>` +
    '</cp:coreProperties>'
  );
}

/** Everything of the data sheet before its first row of data. */
export function sheetHead(document: TableDocument): string {
  const cols = document.columns.map(
    ({ width }, index) =>
      `<col min="${index + 1}" max="${index + 1}" width="${Math.min(width, WIDTH_MAX)}" customWidth="1"/>`,
  );
  const titles = document.columns.map(({ title }, index) =>
    textCell(`${columnName(index)}1`, title, STYLE.heading),
  );
  return (
    `${DECLARATION}<worksheet xmlns="${MAIN}"><sheetViews><sheetView tabSelected="1" workbookViewId="0">` +
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
    `<cols>${cols.join('')}</cols><sheetData><row r="1">${titles.join('')}</row>`
  );
}

/** What closes the data sheet, once the number of rows is known. */
export function sheetTail(document: TableDocument, rowCount: number): string {
  const last = columnName(document.columns.length - 1);
  return `</sheetData><autoFilter ref="A1:${last}${rowCount}"/>${pageParts(document)}</worksheet>`;
}

/** The sheet that says what this is: one line a row. */
export function aboutSheet(document: TableDocument, lines: readonly string[]): string {
  const rows = lines.map((line, index) => {
    const ref = `A${index + 1}`;
    return `<row r="${index + 1}">${textCell(ref, line, index === 0 ? STYLE.heading : STYLE.text)}</row>`;
  });
  return (
    `${DECLARATION}<worksheet xmlns="${MAIN}"><cols><col min="1" max="1" width="100" customWidth="1"/></cols>` +
    `<sheetData>${rows.join('')}</sheetData>${pageParts(document)}</worksheet>`
  );
}

function pageParts({ origin }: TableDocument): string {
  const line = originLine(origin)
    .replaceAll('&', '&&')
    .slice(0, FOOTER_CHARACTERS_MAX - 20);
  return (
    '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>' +
    '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>' +
    `<headerFooter><oddFooter>&amp;L${escapeXml(line)}&amp;R&amp;P / &amp;N</oddFooter></headerFooter>`
  );
}

const YES_NO = { 'zh-CN': ['否', '是'], en: ['no', 'yes'] } as const;

/** A flag in the reader's language. */
export function yesNo({ lang }: TableDocument, value: boolean): string {
  return YES_NO[lang][value ? 1 : 0];
}

/** A cell with an inline text. */
export function textCell(ref: string, text: string, style: number): string {
  return `<c r="${ref}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

/** A cell with a number. */
export function numberCell(ref: string, value: number, style: number): string {
  return `<c r="${ref}" s="${style}"><v>${value}</v></c>`;
}

/** `A`, `B`, … `Z`, `AA` for positions from 0. */
export function columnName(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

/** What XML 1.0 cannot hold, and CR, which a parser would turn into LF. */

const UNFIT =
  /[\u0000-\u0008\u000b-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
/** A text that already looks like an escape. */
const LOOKS_ESCAPED = /_(?=x[0-9a-f]{4}_)/gi;
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes for XML; what XML cannot hold is written as `_x000B_` (ECMA-376 part 1, 22.9.2.19), so nothing is lost. */
export function escapeXml(text: string): string {
  return text
    .replace(LOOKS_ESCAPED, '_x005F_')
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character)
    .replace(UNFIT, (unit) => `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);
}
