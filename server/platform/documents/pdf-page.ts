import PDFDocument from 'pdfkit';
import { plainFont } from './font.ts';
import { boxRows, TextShaper } from './pdf-text.ts';
import { originLine, type Origin } from './table.ts';

/** How a text is drawn: size in points; bold is the regular face with a thin outline. */
export interface Ink {
  size: number;
  isBold?: boolean;
  color?: string;
}

/** Where content stands on a page, in points from the upper left corner. */
export interface Frame {
  left: number;
  top: number;
  width: number;
  bottom: number;
}

/** What a page of every document shows. */
export interface PageOptions {
  title: string;
  lang: 'zh-CN' | 'en';
  origin: Origin;
  isLandscape?: boolean;
}

type Reference = PDFKit.PDFKitReference & { write(data: string): void; end(data?: string): void };
/** What pdfkit keeps of a font it embeds: it takes a text and gives the codes that stand for it in this file. */
interface EmbeddedFont {
  id: string;
  ref(): Reference;
  encode(text: string): [codes: string[], positions: unknown[]];
}

const MARGIN = 46;
const FOOTER_SIZE = 8;
const FOOTER_RISE = 28;
const WATERMARK = { size: 13, color: 0.91, gap: 90, angleDegrees: 30 } as const;
const BOX_FONT_SHARE = 0.42;
const BOLD_OUTLINE_SHARE = 0.03;
const INK = '#1f2329';
const FAINT = '#6b7280';

const FOOTER = {
  'zh-CN': { before: (page: number) => `第 ${page} 页 / 共 `, after: ' 页' },
  en: { before: (page: number) => `Page ${page} of `, after: '' },
} as const;

/**
 * Pages of one PDF: text, lines, watermark, and footer. A page leaves for the reader as soon as the next begins. The
 * number of pages stands in a form that all footers share and that is written last, so that no page has to wait.
 */
export class PdfPages {
  readonly shaper = new TextShaper(plainFont());
  readonly doc: PDFKit.PDFDocument;
  readonly #options: PageOptions;
  readonly #watermark: Reference;
  readonly #total: Reference;
  #pageCount = 0;

  constructor(options: PageOptions) {
    const { title, lang, origin } = options;
    this.#options = options;
    this.doc = new PDFDocument({
      ...{
        size: 'A4',
        layout: options.isLandscape ? 'landscape' : 'portrait',
        margin: 0,
        autoFirstPage: false,
      },
      ...{
        pdfVersion: '1.7',
        lang,
        tagged: true,
        displayTitle: true,
        compress: true,
        fontLayoutCache: false,
      },
      font: plainFont().source as unknown as string,
      info: {
        Title: title,
        Author: origin.account,
        Creator: 'Vaultdesk',
        Producer: 'Vaultdesk',
        CreationDate: origin.at,
      },
    });
    this.#watermark = this.#form();
    this.#total = this.#form();
  }

  /** How many pages have been begun. */
  get pageCount(): number {
    return this.#pageCount;
  }

  /** Where content may stand; the same on every page. */
  get frame(): Frame {
    const { width, height } = this.#size();
    return { left: MARGIN, top: MARGIN, width: width - 2 * MARGIN, bottom: height - MARGIN - 14 };
  }

  /** Begins a page: watermark and footer first, as artifacts that a screen reader passes over. */
  begin(): void {
    this.doc.addPage();
    this.#pageCount += 1;
    const page = this.doc.page as unknown as { xobjects: Record<string, Reference> };
    page.xobjects['Watermark'] = this.#watermark;
    page.xobjects['Total'] = this.#total;
    this.artifact(() => {
      // pdfkit turns the page upside down; forms are drawn in the page's own direction.
      this.doc.addContent(`q 1 0 0 -1 0 ${this.#size().height} cm /Watermark Do Q`);
      this.#drawFooter();
    });
  }

  /** Marks what `draw` draws as no part of the text. */
  artifact(draw: () => void): void {
    this.doc.markContent('Artifact');
    draw();
    this.doc.endMarkedContent();
  }

  /** Draws one line that fits; `y` is its base line. */
  line(text: string, x: number, y: number, ink: Ink): void {
    let left = x;
    for (const piece of this.shaper.pieces(text)) {
      if (piece.kind === 'box') {
        this.#drawBox(piece.codePoint, left, y, ink);
        left += this.shaper.boxWidth(piece.codePoint) * ink.size;
        continue;
      }
      if (piece.actual !== undefined) this.doc.markContent('Span', { actual: piece.actual });
      this.#drawText(piece.text, left, y, ink);
      if (piece.actual !== undefined) this.doc.endMarkedContent();
      left += this.shaper.lineWidth(piece.text) * ink.size;
    }
  }

  /** The bytes made since the last call. */
  take(): Buffer {
    return (this.doc.read() as Buffer | null) ?? Buffer.alloc(0);
  }

  /** Ends the document; the rest of the file. */
  finish(): Buffer {
    this.#writeWatermark();
    const { after } = FOOTER[this.#options.lang];
    this.#total.end(this.#textContent(`${this.#pageCount}${after}`, FOOTER_SIZE));
    this.doc.end();
    return this.take();
  }

  #size(): { width: number; height: number } {
    const [short, long] = [595.28, 841.89];
    return this.#options.isLandscape ? { width: long, height: short } : { width: short, height: long };
  }

  get #font(): EmbeddedFont {
    return (this.doc as unknown as { _font: EmbeddedFont })._font;
  }

  #form(): Reference {
    const { width, height } = this.#size();
    const font = this.#font;
    return this.doc.ref({
      Type: 'XObject',
      Subtype: 'Form',
      BBox: [0, 0, width, height],
      Resources: { ProcSet: ['PDF', 'Text'], Font: { [font.id]: font.ref() } },
    }) as Reference;
  }

  #textContent(text: string, size: number, matrix = '1 0 0 1 0 0'): string {
    const shown = this.shaper
      .pieces(text)
      .map((piece) => (piece.kind === 'text' ? piece.text : `[${boxRows(piece.codePoint).join('')}]`))
      .join('');
    return `BT /${this.#font.id} ${size} Tf ${matrix} Tm <${this.#font.encode(shown)[0].join('')}> Tj ET`;
  }

  #writeWatermark(): void {
    const { size, color, gap, angleDegrees } = WATERMARK;
    const { width, height } = this.#size();
    const line = originLine(this.#options.origin);
    const [cos, sin] = [Math.cos((angleDegrees * Math.PI) / 180), Math.sin((angleDegrees * Math.PI) / 180)];
    const step = this.shaper.lineWidth(line) * size + gap;
    const content: string[] = [`${color} g`];
    for (let y = -height / 2; y < height * 1.2; y += gap * 1.6) {
      for (let x = -gap; x < width; x += step * cos) {
        const matrix = [cos, sin, -sin, cos, x, y + (x + gap) * 0.2]
          .map((value) => value.toFixed(3))
          .join(' ');
        content.push(this.#textContent(line, size, matrix));
      }
    }
    this.#watermark.end(content.join('\n'));
  }

  #drawFooter(): void {
    const { width, height } = this.#size();
    const { title, lang, origin } = this.#options;
    const ink = { size: FOOTER_SIZE, color: FAINT };
    const baseline = height - FOOTER_RISE;
    const page = FOOTER[lang].before(this.#pageCount);
    const right = width - MARGIN - 110;
    const [shown = ''] = this.shaper.lines(
      `${title} · ${originLine(origin)}`,
      right - MARGIN - 12,
      FOOTER_SIZE,
    );
    this.line(shown, MARGIN, baseline, ink);
    this.line(page, right, baseline, ink);
    const totalX = right + this.shaper.lineWidth(page) * FOOTER_SIZE;
    this.doc.addContent(
      `q 0.42 0.45 0.5 rg 1 0 0 -1 ${totalX.toFixed(2)} ${baseline.toFixed(2)} cm /Total Do Q`,
    );
  }

  #drawText(text: string, x: number, y: number, { size, isBold = false, color = INK }: Ink): void {
    this.doc.fontSize(size).fillColor(color);
    if (isBold) this.doc.strokeColor(color).lineWidth(size * BOLD_OUTLINE_SHARE);
    // Width and count are given, or pdfkit would lay each line out again to learn them.
    const known = { textWidth: 0, wordCount: 1 };
    this.doc.text(text, x, y, {
      ...known,
      lineBreak: false,
      baseline: 'alphabetic',
      fill: true,
      stroke: isBold,
    });
  }

  #drawBox(codePoint: number, x: number, y: number, { size, color = INK }: Ink): void {
    const width = this.shaper.boxWidth(codePoint) * size;
    const digitSize = size * BOX_FONT_SHARE;
    const [upper, lower] = boxRows(codePoint);
    this.doc.markContent('Span', {
      actual: isSurrogate(codePoint) ? '\ufffd' : String.fromCodePoint(codePoint),
    });
    this.doc.lineWidth(0.4).strokeColor(color);
    this.doc.rect(x + 0.05 * size, y - 0.82 * size, width - 0.1 * size, size * 0.98).stroke();
    const indent = (digits: string) => x + (width - this.shaper.lineWidth(digits) * digitSize) / 2;
    this.#drawText(upper, indent(upper), y - 0.41 * size, { size: digitSize, color });
    this.#drawText(lower, indent(lower), y + 0.04 * size, { size: digitSize, color });
    this.doc.endMarkedContent();
  }
}

function isSurrogate(codePoint: number): boolean {
  return codePoint >= 0xd800 && codePoint <= 0xdfff;
}
