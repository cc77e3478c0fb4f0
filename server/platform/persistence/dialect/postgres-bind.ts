import type { Client, Connection, Submittable } from 'pg';
import type { ColumnKind } from '../columns.ts';
import { BinaryArrays } from './postgres-arrays.ts';

const CODE_BIND = 'B'.charCodeAt(0);
const BINARY_FORMAT = 1;
const TEXT_FORMAT = 0;
/** Code, length, the name of no portal, formats, and number of parameters, without the statement's name. */
const HEAD_BYTES = 13;
/** Execute of the portal without a name and without a limit of rows, and Sync. */
const EXECUTE_SYNC = Buffer.from([0x45, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0x53, 0, 0, 0, 4]);

/** A statement the server keeps under a name. */
export interface NamedStatement {
  name: string;
  text: string;
}

/**
 * The message that runs a prepared statement, with all its parameters, in one piece of memory that serves statement after
 * statement. The driver would copy every parameter into a buffer that it makes anew and lets grow by half each time: for
 * a batch of 300 KiB that is 1 MiB of dead memory outside the heap, and V8 looks through the whole heap for 64 of them.
 *
 * Protocol 3.0, extended query: https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export class BindMessage extends BinaryArrays {
  /** Starts a message; exactly `count` parameters have to be added. */
  open(statement: string, count: number): void {
    this.begin();
    this.ensure(HEAD_BYTES + statement.length);
    this.slab[0] = CODE_BIND;
    // Behind the length, which is known at the end, stands the empty name of the portal.
    this.slab[5] = 0;
    this.at = 6 + this.slab.write(statement, 6, 'latin1');
    this.slab[this.at] = 0;
    this.at += 1;
    this.#int16(1);
    this.#int16(BINARY_FORMAT);
    this.#int16(count);
  }

  /** One column of the rows as an array. */
  addArray(kind: ColumnKind, rows: readonly Record<string, unknown>[], property: string): void {
    this.ensure(4);
    const lengthAt = this.at;
    this.at += 4;
    this.array(kind, rows, property);
    this.patchLength(lengthAt);
  }

  /** One value. */
  addValue(kind: Exclude<ColumnKind, 'tokens'>, value: unknown): void {
    this.element(kind, value);
  }

  /** The whole message, with the order to execute it behind it; valid until the next `open`. */
  close(): Buffer {
    this.ensure(4 + EXECUTE_SYNC.length);
    this.#int16(1);
    this.#int16(TEXT_FORMAT);
    const end = this.at;
    this.at = 1;
    // Everything but the code, the length included.
    this.int32(end - 1);
    this.at = end;
    this.at += EXECUTE_SYNC.copy(this.slab, this.at);
    return this.slab.subarray(0, this.at);
  }

  #int16(value: number): void {
    this.slab[this.at] = value >>> 8;
    this.slab[this.at + 1] = value;
    this.at += 2;
  }
}

/**
 * Sends what `BindMessage` gave and waits for its end; the statement must give no rows. It is prepared first unless
 * `isPrepared`; one of the same name that is there from a failed attempt is closed before.
 */
export function runBind(
  client: Client,
  statement: NamedStatement,
  { bytes, isPrepared }: { bytes: Buffer; isPrepared: boolean },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const exchange: Submittable = createExchange(
      (error) => (error ? reject(error) : resolve()),
      ({ stream }) => {
        stream.cork();
        if (!isPrepared) stream.write(prepareMessages(statement));
        stream.write(bytes);
        stream.uncork();
      },
    );
    client.query(exchange);
  });
}

/** What the driver calls while this is its active query. It puts a callback of its own around ours, for the time limit. */
function createExchange(callback: (error?: Error | null) => void, submit: (connection: Connection) => void) {
  return {
    callback,
    submit,
    handleCommandComplete: () => undefined,
    handleReadyForQuery() {
      this.callback(null);
    },
    handleError(error: Error) {
      this.callback(error);
    },
  };
}

/** Close and Parse. */
function prepareMessages({ name, text }: NamedStatement): Buffer {
  return Buffer.concat([message('C', `S${name}\0`), message('P', `${name}\0${text}\0\0\0`)]);
}

function message(code: string, body: string): Buffer {
  const bytes = Buffer.from(`${code}\0\0\0\0${body}`);
  bytes.writeInt32BE(bytes.length - 1, 1);
  return bytes;
}
