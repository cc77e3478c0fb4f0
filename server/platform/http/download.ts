import { AppError } from '../../kernel/index.ts';
import { parseRange, type ByteRange } from './range.ts';
import type { RequestContext } from './route.ts';
import { Streamed } from './streamed.ts';

/** A content that never changes under its tag. */
export interface Download {
  /** Strong entity tag without quotes; the same content, the same tag. */
  tag: string;
  sizeBytes: number;
  /** Media type by content. */
  type: string;
  /** Any text; what would harm a header or a file system is taken out. */
  name: string;
  read(range: ByteRange): AsyncIterable<Buffer>;
}

/** Nothing in a downloaded file may run or load anything, also when a browser is talked into showing it. */
const DOWNLOAD_CSP = "default-src 'none'; sandbox";
const NAME_CHARACTERS_MAX = 200;
const UNSAFE_IN_NAMES = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}"*/:<>?\\|]/gu;

/** `Content-Disposition` for a file that is always saved, never shown in place (RFC 6266, RFC 8187). */
export function dispositionOf(name: string): string {
  const clean = [...name.replaceAll(UNSAFE_IN_NAMES, '_')].slice(0, NAME_CHARACTERS_MAX).join('');
  const safe = clean.replace(/^[. ]+/, '') || 'file';
  const ascii = safe.replaceAll(/[^\x20-\x7e]/g, '_').replaceAll(/[%';]/g, '_');
  const encoded = encodeURIComponent(safe).replaceAll(/['()]/g, (letter) => {
    return `%${letter.charCodeAt(0).toString(16).toUpperCase()}`;
  });
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

/** Answers with a content or the part that `Range` asks for. Throws `request.range_unsatisfiable` (416). */
export function sendDownload(context: RequestContext, download: Download): Streamed {
  const { sizeBytes } = download;
  const tag = `"${download.tag}"`;
  // A part of a content that has changed would be glued to the old one (RFC 9110 §13.1.5).
  const ifRange = context.header('if-range');
  const rangeHeader = ifRange === undefined || ifRange === tag ? context.header('range') : undefined;
  const range = rangeOf(context, rangeHeader, sizeBytes);
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  return new Streamed({
    status: range === undefined ? 200 : 206,
    contentBytes: last - first + 1,
    headers: {
      'Accept-Ranges': 'bytes',
      'Content-Disposition': dispositionOf(download.name),
      'Content-Security-Policy': DOWNLOAD_CSP,
      'Content-Type': download.type,
      ETag: tag,
      ...(range === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${sizeBytes}` }),
    },
    body: () => download.read({ first, last }),
  });
}

function rangeOf(
  context: RequestContext,
  header: string | undefined,
  sizeBytes: number,
): ByteRange | undefined {
  try {
    return parseRange(header, sizeBytes);
  } catch (error) {
    if (error instanceof AppError) context.setHeader('Content-Range', `bytes */${sizeBytes}`);
    throw error;
  }
}
