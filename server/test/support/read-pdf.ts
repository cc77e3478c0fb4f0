import { inflateSync } from 'node:zlib';

/** What a reader finds in a PDF: its pages' texts in the order they were written, and the raw objects. */
export interface ReadPdf {
  /** One text a page, watermark included, pieces parted by line ends. */
  pages: string[];
  /** The same without what is marked as an artifact; ActualText stands for what it replaces. */
  contents: string[];
  /** What is drawn, without artifacts and without what ActualText says of it. */
  drawn: string[];
  /** Entries of the document information. */
  info: Record<string, string>;
  /** Code points of each embedded font's table for copying. */
  embeddedGlyphCount: number;
  raw: string;
}

const OBJECT = /(\d+) 0 obj\n([\s\S]*?)endobj/g;

/**
 * Reads a PDF of PdfWriter back, through its own tables: page → content → codes → ToUnicode. Knows what our files hold
 * (one Type 0 font, FlateDecode, no object streams) and fails on anything else.
 */
export function readPdf(bytes: Buffer): ReadPdf {
  const raw = bytes.toString('latin1');
  const objects = new Map([...raw.matchAll(OBJECT)].map(([, id, body]) => [Number(id), body ?? '']));
  const streamOf = (id: number) => {
    const body = objects.get(id) ?? '';
    const start = body.indexOf('stream\n') + 'stream\n'.length;
    const length = Number(/\/Length (\d+)/.exec(body)?.[1]);
    const data = Buffer.from(body.slice(start, start + length), 'latin1');
    const stream = body.includes('/Filter /FlateDecode') ? inflateSync(data) : data;
    return stream.toString('latin1');
  };
  const reference = (body: string, key: string) =>
    Number(new RegExp(`/${key} (\\d+) 0 R`).exec(body)?.[1] ?? NaN);
  const font = [...objects.values()].find((body) => body.includes('/Subtype /Type0')) ?? '';
  const unicode = readCmap(streamOf(reference(font, 'ToUnicode')));
  const root = [...objects.values()].find((body) => body.includes('/Type /Catalog')) ?? '';
  const kids = /\/Kids \[([^\]]*)\]/.exec(objects.get(reference(root, 'Pages')) ?? '')?.[1] ?? '';
  const pageIds = [...kids.matchAll(/(\d+) 0 R/g)].map(([, id]) => Number(id));
  const forms = (resources: string, name: string): string => streamOf(reference(resources, name));
  const read = (pageId: number, skipsArtifacts: boolean, usesActual = true) => {
    const page = objects.get(pageId) ?? '';
    const resources = objects.get(reference(page, 'Resources')) ?? page;
    return textOf(streamOf(reference(page, 'Contents')), {
      ...{ unicode, skipsArtifacts, usesActual },
      form: (name) => forms(resources, name),
    });
  };
  return {
    raw,
    pages: pageIds.map((id) => read(id, false)),
    contents: pageIds.map((id) => read(id, true)),
    drawn: pageIds.map((id) => read(id, true, false)),
    info: readInfo(raw, objects),
    embeddedGlyphCount: unicode.length,
  };
}

/** Texts by code: our tables are ranges of 256 codes in a row, each with its list. */
function readCmap(cmap: string): string[] {
  return [...cmap.matchAll(/<[0-9a-f]+> <[0-9a-f]+> \[([^\]]*)\]/gi)].flatMap(([, list]) =>
    [...(list ?? '').matchAll(/<([0-9a-f ]*)>/gi)].map(([, hex]) =>
      fromUtf16((hex ?? '').replaceAll(' ', '')),
    ),
  );
}

function fromUtf16(hex: string): string {
  const units = (hex.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16));
  return String.fromCharCode(...units);
}

interface Reading {
  unicode: string[];
  skipsArtifacts: boolean;
  usesActual: boolean;
  form(name: string): string;
}

function textOf(content: string, reading: Reading): string {
  const marks: { isArtifact: boolean; actual: string | undefined }[] = [];
  const out: string[] = [];
  const isHidden = () =>
    (reading.skipsArtifacts && marks.some(({ isArtifact }) => isArtifact)) ||
    marks.some(({ actual }) => actual !== undefined);
  const oneLineEach = content.replace(/<<\n[\s\S]*?\n>> BDC/g, (mark) => mark.replaceAll('\n', ' '));
  for (const line of oneLineEach.split('\n')) {
    const begin = /^\/(\w+) (?:(<<[\s\S]*>>) BDC|BMC)$/.exec(line);
    if (begin) {
      const said = /\/ActualText \(([\s\S]*)\)/.exec(begin[2] ?? '')?.[1];
      const actual = reading.usesActual ? said : undefined;
      if (actual !== undefined) out.push(literal(actual));
      marks.push({ isArtifact: begin[1] === 'Artifact', actual });
    } else if (line === 'EMC') {
      if (marks.pop() === undefined) throw new Error('EMC without its beginning.');
    } else if (!isHidden()) {
      const form = /\/(\w+) Do/.exec(line)?.[1];
      if (form !== undefined) out.push(textOf(reading.form(form), reading));
      const codes = [...line.matchAll(/<([0-9a-f]+)>/gi)].map(([, hex]) => hex ?? '').join('');
      if (/T[jJ]/.test(line)) {
        out.push(
          (codes.match(/.{4}/g) ?? [])
            .map((code) => reading.unicode[Number.parseInt(code, 16)] ?? '?')
            .join(''),
        );
      }
    }
  }
  if (marks.length > 0) throw new Error('Marked content is left open.');
  return out.join('\n');
}

/** A PDF text: UTF-16 with a byte order mark, or single bytes; in parentheses with backslash escapes. */
function literal(text: string): string {
  const named: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
  const bytes = text.replace(/\\([nrtbf()\\])/g, (_, character: string) => named[character] ?? character);
  if (!bytes.startsWith('\u00fe\u00ff')) return bytes;
  return fromUtf16(Buffer.from(bytes.slice(2), 'latin1').toString('hex'));
}

function readInfo(raw: string, objects: ReadonlyMap<number, string>): Record<string, string> {
  const body = objects.get(Number(/\/Info (\d+) 0 R/.exec(raw)?.[1])) ?? '';
  return Object.fromEntries(
    [...body.matchAll(/\/(\w+) (\d+) 0 R/g)].map(([, key, id]) => {
      const value = (objects.get(Number(id)) ?? '').trim();
      return [key ?? '', literal(value.slice(1, -1))];
    }),
  );
}
