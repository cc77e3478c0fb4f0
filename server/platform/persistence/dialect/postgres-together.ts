import type { Connection, PoolClient, Submittable } from 'pg';

/** A prepared statement with its values as text, or as bytes in binary form. */
export interface PreparedCall {
  name: string;
  text: string;
  values: readonly unknown[];
}

/** What the driver keeps of a connection: the prepared statements it has, by name. Its types leave this out. */
interface Prepared {
  parsedStatements: Record<string, string>;
}

/**
 * Runs writing statements one after the other in one round trip: all are sent before the first is answered, and one
 * Sync stands at the end, so that after a failure the database skips the rest. A round trip costs both sides more than
 * an insert does. Answers how many rows each changed.
 *
 * Protocol 3.0, pipelining: https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-PIPELINING
 */
export function runTogether(client: PoolClient, calls: readonly PreparedCall[]): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const exchange: Submittable = createExchange(calls, { resolve, reject });
    client.query(exchange);
  });
}

function createExchange(
  calls: readonly PreparedCall[],
  settle: { resolve(counts: number[]): void; reject(error: Error): void },
) {
  const counts: number[] = [];
  const parsing: PreparedCall[] = [];
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
      const known = new Set<string>();
      connection.stream.cork();
      for (const { name, text, values } of calls) {
        if (parsedStatements[name] === undefined && !known.has(name)) {
          connection.parse({ name, text, types: [] }, true);
          parsing.push({ name, text, values });
          known.add(name);
        }
        connection.bind({ statement: name, values: values.map(toWire) } as never, true);
        connection.execute({} as never, true);
      }
      connection.sync();
      connection.stream.uncork();
    },
    handleCommandComplete({ text }: { text: string }) {
      counts.push(Number(/\d+$/.exec(text)?.[0] ?? 0));
    },
    handleReadyForQuery() {
      leave();
      settle.resolve(counts);
    },
    handleError(error: Error) {
      leave();
      settle.reject(error);
    },
  };
}

/** The protocol knows text and bytes; numbers go as text, as the driver sends them. */
function toWire(value: unknown): string | Buffer | null {
  if (value === null || value === undefined) return null;
  return Buffer.isBuffer(value) ? value : String(value);
}
