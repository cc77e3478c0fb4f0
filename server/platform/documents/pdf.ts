import { PdfPages, type Ink, type PageOptions } from './pdf-page.ts';

/** A column of a table in a PDF; widths are shares of the page. */
export interface PdfColumn {
  title: string;
  share: number;
}

/** Lines of one cell, cut to its column. */
type CellLines = string[];

const LINE_HEIGHT = 1.45;
/** From the top of a line to its base line. */
const ASCENT = 1.08;
const BODY: Ink = { size: 10 };
const CELL: Ink = { size: 8.5 };
const HEAD: Ink = { size: 8.5, isBold: true };
const HEADINGS: Record<1 | 2, Ink> = { 1: { size: 17, isBold: true }, 2: { size: 11.5, isBold: true } };
const CELL_PADDING = 3.5;
const HEAD_FILL = '#eef2f8';
const RULE = '#c5ccd6';
/** A heading never stands alone at the foot of a page. */
const KEEP_WITH_NEXT = 44;

/**
 * One A4 document, written from top to bottom; pages break by themselves. The calls only make bytes: `take()` gives
 * those of the pages that are done, so that a document of any length needs the memory of a few pages.
 *
 * Every page carries the account and the time as a watermark, and `page n of m`. The language, the title, and the
 * order of reading are in the file; headings and paragraphs are tagged, a page's part of a table is one tagged piece.
 * Text that the font cannot show appears as a box with its code, and copying it gives the character itself.
 */
export class PdfWriter {
  readonly #pages: PdfPages;
  #y = Infinity;
  #table: { columns: readonly PdfColumn[]; widths: number[]; head: CellLines[] } | undefined;
  #isInPiece = false;

  constructor(options: PageOptions) {
    this.#pages = new PdfPages(options);
  }

  /** Pages begun so far. */
  get pageCount(): number {
    return this.#pages.pageCount;
  }

  /** A heading of level 1 (the title) or 2 (a section). Ends an open table. */
  heading(text: string, level: 1 | 2 = 1): void {
    this.endTable();
    const ink = HEADINGS[level];
    this.#space(level === 2 ? 10 : 0);
    this.#ensure(ink.size * LINE_HEIGHT + KEEP_WITH_NEXT);
    this.#block(`H${level}`, text, ink);
    this.#space(4);
  }

  /** A paragraph; line ends in the text are kept. Ends an open table. */
  paragraph(text: string, options: { isFaint?: boolean } = {}): void {
    this.endTable();
    this.#block('P', text, options.isFaint ? { ...BODY, color: '#6b7280' } : BODY);
    this.#space(4);
  }

  /** Label and value in two columns, one pair a line. */
  facts(pairs: readonly (readonly [label: string, value: string])[]): void {
    this.table([
      { title: '', share: 1 },
      { title: '', share: 3 },
    ]);
    for (const pair of pairs) this.row(pair);
    this.endTable();
  }

  /** Begins a table; its heading is repeated on each page. A heading without any title is left out. */
  table(columns: readonly PdfColumn[]): void {
    this.endTable();
    const { width } = this.#pages.frame;
    const shares = columns.reduce((sum, { share }) => sum + share, 0);
    const widths = columns.map(({ share }) => (width * share) / shares);
    const hasHead = columns.some(({ title }) => title !== '');
    const head = hasHead
      ? columns.map(({ title }, index) => this.#cell(title, widths[index] ?? 0, HEAD))
      : [];
    this.#table = { columns, widths, head };
    this.#ensure(heightOf(head) + KEEP_WITH_NEXT);
    this.#drawHead();
  }

  /** One row of the open table. A row that doesn't fit goes to the next page; one taller than a page is parted. */
  row(cells: readonly string[]): void {
    const table = this.#table;
    if (table === undefined) throw new Error('A row needs a table.');
    let rest = table.widths.map((width, index) => this.#cell(cells[index] ?? '', width, CELL));
    const { top, bottom } = this.#pages.frame;
    const roomOnFresh = bottom - top - heightOf(table.head);
    const needed = heightOf(rest);
    if (needed > bottom - this.#y && needed <= roomOnFresh) this.#nextPage();
    while (true) {
      const lineCount = Math.max(
        1,
        Math.floor((bottom - this.#y - 2 * CELL_PADDING) / (CELL.size * LINE_HEIGHT)),
      );
      this.#drawCells(
        rest.map((lines) => lines.slice(0, lineCount)),
        CELL,
      );
      rest = rest.map((lines) => lines.slice(lineCount));
      if (rest.every((lines) => lines.length === 0)) return;
      this.#nextPage();
    }
  }

  /** Ends the open table, if there is one. */
  endTable(): void {
    if (this.#table === undefined) return;
    this.#closePiece();
    this.#table = undefined;
    this.#space(8);
  }

  /** The bytes of the pages done since the last call. */
  take(): Buffer {
    return this.#pages.take();
  }

  /** Ends the document; the rest of the file. */
  finish(): Buffer {
    this.endTable();
    if (this.pageCount === 0) this.#pages.begin();
    return this.#pages.finish();
  }

  #block(tag: string, text: string, ink: Ink): void {
    const { doc, frame, shaper } = this.#pages;
    const height = ink.size * LINE_HEIGHT;
    const pieces: PDFKit.PDFStructureContent[] = [];
    let isOpen = false;
    for (const line of shaper.lines(text, frame.width, ink.size)) {
      if (this.#y + height > frame.bottom) {
        if (isOpen) doc.endMarkedContent();
        isOpen = false;
        this.#freshPage();
      }
      if (!isOpen) pieces.push(doc.markStructureContent(tag));
      isOpen = true;
      this.#pages.line(line, frame.left, this.#y + ink.size * ASCENT, ink);
      this.#y += height;
    }
    if (isOpen) doc.endMarkedContent();
    doc.addStructure(doc.struct(tag, {}, pieces));
  }

  #cell(text: string, width: number, ink: Ink): CellLines {
    return this.#pages.shaper.lines(text, width - 2 * CELL_PADDING, ink.size);
  }

  #drawHead(): void {
    const { head } = this.#table ?? { head: [] };
    if (head.length === 0) return;
    const { doc, frame } = this.#pages;
    this.#pages.artifact(() => doc.rect(frame.left, this.#y, frame.width, heightOf(head)).fill(HEAD_FILL));
    this.#drawCells(head, HEAD);
  }

  #drawCells(cells: readonly CellLines[], ink: Ink): void {
    const { doc, frame } = this.#pages;
    const height = heightOf(cells);
    if (!this.#isInPiece) this.#openPiece();
    let left = frame.left;
    cells.forEach((lines, index) => {
      lines.forEach((line, number) => {
        const baseline = this.#y + CELL_PADDING + number * ink.size * LINE_HEIGHT + ink.size * ASCENT;
        this.#pages.line(line, left + CELL_PADDING, baseline, ink);
      });
      left += this.#table?.widths[index] ?? 0;
    });
    this.#y += height;
    doc.lineWidth(0.4).strokeColor(RULE);
    doc
      .moveTo(frame.left, this.#y)
      .lineTo(frame.left + frame.width, this.#y)
      .stroke();
  }

  #piece: PDFKit.PDFStructureContent | undefined;

  #openPiece(): void {
    this.#piece = this.#pages.doc.markStructureContent('Div');
    this.#isInPiece = true;
  }

  #closePiece(): void {
    if (!this.#isInPiece || this.#piece === undefined) return;
    const { doc } = this.#pages;
    doc.endMarkedContent();
    doc.addStructure(doc.struct('Div', {}, [this.#piece]));
    this.#isInPiece = false;
  }

  #nextPage(): void {
    this.#closePiece();
    this.#freshPage();
    this.#drawHead();
  }

  #freshPage(): void {
    this.#pages.begin();
    this.#y = this.#pages.frame.top;
  }

  #ensure(height: number): void {
    if (this.#y + height > this.#pages.frame.bottom) this.#freshPage();
  }

  #space(height: number): void {
    if (this.#y > this.#pages.frame.top) this.#y += height;
  }
}

function heightOf(cells: readonly CellLines[]): number {
  if (cells.length === 0) return 0;
  const lines = Math.max(1, ...cells.map(({ length }) => length));
  return lines * CELL.size * LINE_HEIGHT + 2 * CELL_PADDING;
}
