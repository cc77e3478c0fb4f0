import pg from 'pg';
import { fault, toFault } from './fault.ts';
import type { Egress, EgressLimits, EgressTls, EgressUse } from './ports.ts';

/** One question to somebody else's PostgreSQL. */
export interface EgressSelect extends EgressLimits {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** TLS with a verified certificate; without it the connection is plain. */
  tls?: EgressTls;
  /** A single SELECT; `$1` is the first value. */
  sql: string;
  values: readonly string[];
  /** More rows are refused with `egress.too_large`. */
  rowsMax: number;
}

/** A row whose values are texts as the database wrote them. */
export type EgressRow = Record<string, string | null>;

/** SQLSTATE classes and codes by what a person does about them. */
const REFUSED_SQLSTATE = /^(28|3D)/;

/**
 * Asks a database in a read-only transaction with a time of its own, over a connection that was judged like every other.
 * Throws what `Egress` throws; `egress.invalid_answer` with reason `credentials`, `rights`, or `sql` for what the database refuses.
 */
export async function selectRows(egress: Egress, use: EgressUse, query: EgressSelect): Promise<EgressRow[]> {
  const { host, port, tls } = query;
  const endMs = performance.now() + query.timeoutMs;
  const socket = await egress.connect(use, { host, port }, query);
  // The client would connect by itself; this connection is there already.
  socket.connect = () => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  const client = new pg.Client({
    ...{ host, port, database: query.database, user: query.user, password: query.password },
    ...{ stream: () => socket, ssl: tls === undefined ? false : sslOf(tls, host) },
    types: { getTypeParser: () => (text: string) => text },
  } as pg.ClientConfig);
  client.on('error', () => undefined);
  let isLate = false;
  // One end for sign-in, statement, and rows together: a database that is slow at each of them has no more time.
  const timer = setTimeout(() => {
    isLate = true;
    socket.destroy();
  }, endMs - performance.now());
  try {
    await client.connect();
    await client.query('BEGIN TRANSACTION READ ONLY');
    const leftMs = Math.max(1, Math.floor(endMs - performance.now()));
    await client.query(`SET LOCAL statement_timeout = ${leftMs}`);
    const bounded = `SELECT * FROM (${query.sql}) q FETCH FIRST ${query.rowsMax + 1} ROWS ONLY`;
    const { rows } = await client.query<EgressRow>(bounded, [...query.values]);
    if (rows.length > query.rowsMax) throw fault('egress.too_large', 'rows');
    return rows;
  } catch (error) {
    throw isLate ? fault('egress.timeout', 'deadline', error) : databaseFault(error);
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}

function sslOf({ ca, cert, key, servername }: EgressTls, host: string): pg.ClientConfig['ssl'] {
  const own = { ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }) };
  const name = servername ?? host;
  return { ...own, ...(key === undefined ? {} : { key }), servername: name, rejectUnauthorized: true };
}

function databaseFault(error: unknown): Error {
  const code = String((error as { code?: string } | undefined)?.code ?? '');
  const message = error instanceof Error ? error.message : '';
  if (code === '57014' || /timeout/i.test(message)) return fault('egress.timeout', 'deadline', error);
  if (REFUSED_SQLSTATE.test(code)) return fault('egress.invalid_answer', 'credentials', error);
  if (code === '42501' || code === '25006') return fault('egress.invalid_answer', 'rights', error);
  if (/^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E'))
    return fault('egress.invalid_answer', 'sql', error);
  if (/does not support SSL/.test(message)) return fault('egress.tls', 'handshake', error);
  return toFault(error);
}
