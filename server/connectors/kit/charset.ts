import { connectorFault } from './faults.ts';

/** Charsets by the names systems give them; WHATWG calls all of the Chinese ones gb18030. */
const CHARSETS: Readonly<Record<string, string>> = {
  '': 'utf-8',
  utf8: 'utf-8',
  'utf-8': 'utf-8',
  unicode: 'utf-8',
  'unicode utf-8': 'utf-8',
  ascii: 'utf-8',
  'us-ascii': 'utf-8',
  gbk: 'gb18030',
  gb2312: 'gb18030',
  gb18030: 'gb18030',
  'gb 18030-2000': 'gb18030',
  'gb 18030': 'gb18030',
  big5: 'big5',
  'big-5': 'big5',
  'iso-8859-1': 'latin1',
  latin1: 'latin1',
  '8859/1': 'latin1',
};

/** Bytes as text; wrong bytes are a fault, not question marks. Throws `connector.schema`, reason `charset`. */
export function decodeText(bytes: Uint8Array, charset: string | undefined): string {
  const name = CHARSETS[(charset ?? '').trim().toLowerCase().replaceAll('"', '')];
  if (name === undefined) throw connectorFault('connector.schema', 'charset');
  try {
    return new TextDecoder(name, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw connectorFault('connector.schema', 'charset', { cause });
  }
}
