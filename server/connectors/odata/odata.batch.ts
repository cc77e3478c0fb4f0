import { connectorFault } from '../kit/index.ts';

/** A write inside a batch. */
export interface BatchPart {
  method: string;
  /** Relative to the service root. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** What the system answered to the one write. */
export interface BatchAnswer {
  status: number;
  body: string;
}

/** One write as the only one of a change set (OData 2.0 and 4.0, "Batch Request Body"); `mark` is in no value. */
export function batchOf(part: BatchPart, mark: string): { type: string; body: string } {
  const headers = Object.entries(part.headers).map(([name, value]) => `${name}: ${value}`);
  const lines = [
    ...[`--batch_${mark}`, `Content-Type: multipart/mixed; boundary=changeset_${mark}`, ''],
    ...[`--changeset_${mark}`, 'Content-Type: application/http', 'Content-Transfer-Encoding: binary'],
    ...['Content-ID: 1', '', `${part.method} ${part.path} HTTP/1.1`, 'Content-Type: application/json'],
    ...[...headers, `Content-Length: ${Buffer.byteLength(part.body)}`, '', part.body],
    ...[`--changeset_${mark}--`, `--batch_${mark}--`, ''],
  ];
  return { type: `multipart/mixed; boundary=batch_${mark}`, body: lines.join('\r\n') };
}

const STATUS = /^HTTP\/1\.[01] (\d{3})\b/m;

/**
 * The answer to the one write of a batch. A refused change set stands in the batch itself, an accepted one in parts of its
 * own; both hold one HTTP answer. Throws `connector.schema`, reason `batch`, for anything else.
 */
export function batchAnswer(text: string): BatchAnswer {
  const match = STATUS.exec(text);
  if (match === null) throw connectorFault('connector.schema', 'batch');
  const inner = text.slice(match.index);
  if (STATUS.test(inner.slice(match[0].length))) throw connectorFault('connector.schema', 'batch');
  const head = /\r?\n\r?\n/.exec(inner);
  if (head === null) return { status: Number(match[1]), body: '' };
  const rest = inner.slice(head.index + head[0].length);
  // A boundary begins a line with two dashes, which no JSON text does.
  const [body = ''] = rest.split(/\r?\n--/, 1);
  return { status: Number(match[1]), body: body.startsWith('--') ? '' : body.trim() };
}
