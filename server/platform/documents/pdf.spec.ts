import { expect } from 'chai';
import { createPdfTable } from './pdf-table.ts';
import { PdfWriter } from './pdf.ts';
import type { CellValue } from './table.ts';
import { buildDocument, fileOf } from './test/documents.ts';
import { readPdf } from '../../test/support/read-pdf.ts';

const { origin, lang } = buildDocument();
const flat = (text: string) => text.replaceAll(/[\s]/g, '');

function textOf(paragraph: string): string {
  const pdf = new PdfWriter({ title: '试', lang, origin });
  pdf.paragraph(paragraph);
  return readPdf(pdf.finish()).contents.join('');
}

function tableOf(rows: readonly (readonly CellValue[])[], sectionColumn?: number) {
  const document = buildDocument(sectionColumn === undefined ? {} : { sectionColumn });
  return readPdf(fileOf(createPdfTable(document), rows));
}

describe('PDF', () => {
  it('gives back the text of paragraphs and headings', () => {
    const pdf = new PdfWriter({ title: '会话记录', lang, origin });
    pdf.heading('会话记录');
    pdf.paragraph('客户说：“银行卡丢了。”\nThe agent answered.');
    const { contents } = readPdf(pdf.finish());
    expect(contents).to.deep.equal(['会话记录\n客户说：“银行卡丢了。”\nThe agent answered.']);
  });

  it('says what it is: title, author, time, language, and that it is tagged', () => {
    const { info, raw } = readPdf(new PdfWriter({ title: '会话记录', lang, origin }).finish());
    expect(info).to.include({ Title: '会话记录', Author: '王小明', CreationDate: 'D:20260107020000Z' });
    expect(raw).to.include('/Lang (zh-CN)').and.to.include('/Marked true').and.to.include('%PDF-1.7');
    expect(raw.trimEnd().endsWith('%%EOF')).to.equal(true);
  });

  it('is the same file for the same content', () => {
    const make = () => fileOf(createPdfTable(buildDocument()), [[1, '挂失']]);
    expect(make().equals(make())).to.equal(true);
  });

  it('repeats the heading of a table and numbers every page of all', () => {
    const rows = Array.from({ length: 200 }, (_, index) => [index + 1, `工单之${index}。`, null, 1.5, false]);
    const { pages, contents } = tableOf(rows);
    expect(pages.length).to.be.above(4);
    pages.forEach((page, index) => {
      expect(flat(page)).to.include(`第${index + 1}页/共${pages.length}页`);
      expect(page).to.include('王小明 · 2026-01-07 10:00:00 UTC+08:00');
    });
    for (const content of contents) expect(content).to.include('编号\n主题\n时间\n得分\n投诉');
    const all = contents.join('\n');
    for (let index = 0; index < 200; index += 1) expect(all).to.include(`\n工单之${index}。\n`);
  });

  it('parts a row that is taller than a page and loses none of it', () => {
    const text = Array.from({ length: 3_000 }, (_, index) => `句${index}。`).join('');
    const { pages, contents } = tableOf([
      [1, text],
      [2, '后一行'],
    ]);
    expect(pages.length).to.be.above(2);
    const all = flat(contents.join('')).replaceAll('编号主题时间得分投诉', '');
    expect(all).to.include(text).and.to.include('后一行');
  });

  it('begins a section, and its own table, where the value of its column changes', () => {
    const rows = [
      [1, '甲'],
      [1, '乙'],
      [2, '丙'],
    ];
    const [content = ''] = tableOf(rows, 0).contents;
    expect(content.match(/编号 \d/g)).to.deep.equal(['编号 1', '编号 2']);
    expect(content.match(/主题\n时间/g)).to.have.length(2);
  });

  it('shows every ideograph of GB 2312 and gives each back', () => {
    const decoder = new TextDecoder('gbk');
    let text = '';
    for (let high = 0xb0; high <= 0xf7; high += 1) {
      for (let low = 0xa1; low <= 0xfe; low += 1) {
        const character = decoder.decode(Uint8Array.of(high, low));
        if (/\p{Script=Han}/u.test(character)) text += character;
      }
    }
    expect(Array.from(text)).to.have.length(6_763);
    const pdf = new PdfWriter({ title: '字', lang, origin });
    pdf.paragraph(text);
    const { contents, raw } = readPdf(pdf.finish());
    expect(contents.join('').replaceAll('\n', '')).to.equal(text);
    expect(raw).not.to.include('/ActualText');
  }).timeout(30_000);

  const BOXED = ['😀', '𠮷', 'ع', '\u202e', '\u200b', '\u0007', '\ue000', '\ufeff'];
  for (const character of BOXED) {
    const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? '';
    it(`draws U+${code}, which the font lacks or which hides, as a box with its code`, () => {
      const pdf = new PdfWriter({ title: '试', lang, origin });
      pdf.paragraph(`前${character}后`);
      const bytes = pdf.finish();
      expect(readPdf(bytes).contents.join('')).to.equal(`前\n${character}\n后`);
      const drawn = readPdf(Buffer.from(bytes)).drawn.join('').replaceAll('\n', '');
      expect(drawn).to.include(`前${code.padStart(code.length > 4 ? 6 : 4, '0')}后`);
    });
  }

  it('shows what is reversed by a right-to-left override in the order it was written', () => {
    expect(textOf('账单\u202efdp.exe')).to.equal('账单\n\u202e\nfdp.exe');
  });

  it('gives back both of two characters that share a glyph', () => {
    expect(flat(textOf('一\u2f00一'))).to.equal('一\u2f00一');
    expect(flat(textOf('\u2f00一'))).to.equal('\u2f00一');
  });

  it('takes a lone surrogate, a name of formulas, and an empty text', () => {
    expect(textOf('a\ud800b')).to.equal('a\n\ufffd\nb');
    expect(textOf('=SUM(A1)')).to.equal('=SUM(A1)');
    expect(textOf('')).to.equal('');
    expect(readPdf(new PdfWriter({ title: '', lang, origin }).finish()).pages).to.have.length(1);
  });

  it('hands pages on as they are done', () => {
    const writer = createPdfTable(buildDocument());
    const rows = Array.from({ length: 100 }, (_, index) => [index, '内容'.repeat(30)]);
    const early = writer.rows(rows).length;
    const more = writer.rows(rows).length;
    expect(early).to.be.above(2_000);
    expect(more).to.be.above(2_000);
    writer.close();
  });
});
