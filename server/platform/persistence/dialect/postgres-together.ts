import type { Connection, PoolClient, Submittable } from 'pg';

/** A prepared statement with its values as text, or as bytes in binary form. */
export interface PreparedCall {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** What came of a call. */
export interface CallAnswer {
  /** Rows by column, every value as the text the database sends. */
  rows: Record<string, string | null>[];
  /** Rows given or changed. */
  count: number;
  /** The first word of what the database says it did: SELECT, INSERT, COMMIT … */
  did: string;
}

/** What the driver keeps of a connection: the prepared statements it has, by name. Its types leave this out. */
interface Prepared {
  parsedStatements: Record<string, string>;
}

/**
 * Runs statements one after the other in one round trip: all are sent before the first is answered, and one Sync stands
 * at the end, so that after a failure the database skips the rest. A round trip costs both sides more than an insert
 * does, and on a server with much to do it waits for its turn of the event loop.
 *
 * Protocol 3.0, pipelining: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function runTogether(client: PoolClient, calls: readonly PreparedCall[]): Promise<CallAnswer[]> {
  return new Promise((resolve, reject) => {
    const exchange: Submittable = createExchange(calls, { resolve, reject });
    client.query(exchange);
  });
}

function createExchange(
  calls: readonly PreparedCall[],
  settle: { resolve(answers: CallAnswer[]): void; reject(error: Error): void },
) {
  const answers: CallAnswer[] = [];
  const parsing: PreparedCall[] = [];
  let columns: string[] = [];
  let rows: CallAnswer['rows'] = [];
  let leave: () => void = () => undefined;
  return {
    submit(connection: Connection) {
      const { parsedStatements } = connection as unknown as Prepared;
      const onParsed = () => {
        const call = parsing.shift();
        if (call) parsedStatements[call.name] = call.text;
      };
      connection.on('parseComplete', onParsed);
      leave = () => connection.off('parseComplete', onParsed);
      parsing.push(...send(connection, calls));
    },
    handleRowDescription({ fields }: { fields: readonly { name: string }[] }) {
      columns = fields.map(({ name }) => name);
    },
    handleDataRow({ fields }: { fields: readonly (string | null)[] }) {
      const row: Record<string, string | null> = {};
      for (let index = 0; index < columns.length; index += 1)
        row[columns[index] as string] = fields[index] ?? null;
      rows.push(row);
    },
    handleCommandComplete({ text }: { text: string }) {
      const [did = ''] = text.split(' ', 1);
      answers.push({ rows, count: Number(/\d+$/.exec(text)?.[0] ?? 0), did });
      rows = [];
      columns = [];
    },
    handleReadyForQuery() {
      leave();
      settle.resolve(answers);
    },
    handleError(error: Error) {
      leave();
      settle.reject(error);
    },
  };
}

/** Sends all calls and one Sync; gives those the connection has to parse first. */
function send(connection: Connection, calls: readonly PreparedCall[]): PreparedCall[] {
  const { parsedStatements } = connection as unknown as Prepared;
  const parsing = new Map<string, PreparedCall>();
  connection.stream.cork();
  for (const call of calls) {
    const { name, text, values } = call;
    if (parsedStatements[name] === undefined && !parsing.has(name)) {
      connection.parse({ name, text, types: [] }, true);
      parsing.set(name, call);
    }
    connection.bind({ statement: name, values: values.map(toWire) } as never, true);
    connection.describe({ type: 'P', name: '' }, true);
    connection.execute({} as never, true);
  }
  connection.sync();
  connection.stream.uncork();
  return [...parsing.values()];
}

/** The protocol knows text and bytes; numbers go as text, as the driver sends them. */
function toWire(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value : String(value);
}
