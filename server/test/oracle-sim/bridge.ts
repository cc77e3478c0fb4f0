import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where Debian's libh2-java puts the database. */
export const H2_JAR = '/usr/share/java/h2.jar';

const SOURCE = fileURLToPath(new URL('./Bridge.java', import.meta.url));
const OPERATIONS = { open: 1, execute: 2, executeMany: 3, commit: 4, rollback: 5, close: 6 } as const;

/** A value on its way to or from the database. */
export type Cell = null | string | number | Buffer | Date;

/** What a statement came to: rows, or how many it changed. */
export interface Outcome {
  columns?: string[];
  rows?: Cell[][];
  changed: number;
}

/** H2's own error: its code, and its sentence. */
export class H2Error extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A cursor over an answer's bytes. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  byte(): number {
    return this.#bytes.readInt8(this.#skip(1));
  }
  int(): number {
    return this.#bytes.readInt32BE(this.#skip(4));
  }
  long(): number {
    return Number(this.#bytes.readBigInt64BE(this.#skip(8)));
  }
  raw(): Buffer {
    const length = this.int();
    const at = this.#skip(length);
    return Buffer.from(this.#bytes.subarray(at, at + length));
  }
  text(): string {
    return this.raw().toString('utf8');
  }
  cell(): Cell {
    const kind = this.byte();
    if (kind === 0) return null;
    if (kind === 1) return this.text();
    if (kind === 2) return Number(this.text());
    return kind === 3 ? this.raw() : new Date(this.long());
  }
  #skip(length: number): number {
    this.#at += length;
    return this.#at - length;
  }
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([int(bytes.length), bytes]);
}

function cell(value: Cell): Buffer {
  if (value === null) return Buffer.from([0]);
  if (typeof value === 'string') return Buffer.concat([Buffer.from([1]), text(value)]);
  if (typeof value === 'number') return Buffer.concat([Buffer.from([2]), text(String(value))]);
  if (Buffer.isBuffer(value)) return Buffer.concat([Buffer.from([3]), text(value)]);
  const instant = Buffer.alloc(9);
  instant.writeInt8(4);
  instant.writeBigInt64BE(BigInt(value.getTime()), 1);
  return instant;
}

interface Held {
  ref(): void;
  unref(): void;
}

type Waiting = { resolve(outcome: Outcome): void; reject(error: unknown): void };

/** The Java process that holds every database of a run; started with the first request, ends with this process. */
class Bridge {
  #process: ChildProcess | undefined;
  #received: Buffer = Buffer.alloc(0);
  #nextNumber = 1;
  readonly #waiting = new Map<number, Waiting>();

  ask(connection: number, operation: keyof typeof OPERATIONS, ...parts: Buffer[]): Promise<Outcome> {
    const process = (this.#process ??= this.#start());
    const number = this.#nextNumber;
    this.#nextNumber += 1;
    const body = Buffer.concat([
      int(number),
      int(connection),
      Buffer.from([OPERATIONS[operation]]),
      ...parts,
    ]);
    process.stdin?.write(text(body));
    this.#holdOpen(true);
    return new Promise((resolve, reject) => this.#waiting.set(number, { resolve, reject }));
  }

  #start(): ChildProcess {
    if (!existsSync(H2_JAR)) throw new Error(`${H2_JAR} is missing: install the Debian package libh2-java.`);
    const child = spawn('java', ['-Xmx512m', '-cp', H2_JAR, SOURCE], { stdio: ['pipe', 'pipe', 'inherit'] });
    child.stdout.on('data', (bytes: Buffer) => this.#receive(bytes));
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The bridge ended with ${code}.`));
      this.#waiting.clear();
    });
    return child;
  }

  /** It ends with its standard input, so this process may end while nothing is asked. */
  #holdOpen(isOpen: boolean): void {
    const child = this.#process as unknown as Record<'stdin' | 'stdout', Held> & Held;
    for (const held of [child, child.stdin, child.stdout]) {
      if (isOpen) held.ref();
      else held.unref();
    }
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 4) {
      const length = this.#received.readInt32BE(0);
      if (this.#received.length < 4 + length) return;
      this.#settle(new Reader(this.#received.subarray(4, 4 + length)), length);
      this.#received = this.#received.subarray(4 + length);
    }
  }

  #settle(answer: Reader, length: number): void {
    const number = answer.int();
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (this.#waiting.size === 0) this.#holdOpen(false);
    if (answer.byte() === 1) waiting?.reject(new H2Error(answer.int(), answer.text()));
    else waiting?.resolve(length === 5 ? { changed: 0 } : readOutcome(answer));
  }
}

function readOutcome(answer: Reader): Outcome {
  if (answer.byte() === 0) return { changed: answer.int() };
  const columns = Array.from({ length: answer.int() }, () => answer.text());
  const rows: Cell[][] = [];
  while (answer.byte() === 1) rows.push(columns.map(() => answer.cell()));
  return { columns, rows, changed: rows.length };
}

const bridge = new Bridge();
let connectionCount = 0;

/** One session of an H2 database. */
export interface H2Connection {
  execute(sql: string, binds: readonly Cell[]): Promise<Outcome>;
  executeMany(sql: string, rows: readonly (readonly Cell[])[]): Promise<Outcome>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a session; the database comes to be with its first one and lives as long as the process. */
export async function connectH2(jdbcUrl: string): Promise<H2Connection> {
  connectionCount += 1;
  const id = connectionCount;
  await bridge.ask(id, 'open', text(jdbcUrl));
  return {
    execute: (sql, binds) => bridge.ask(id, 'execute', text(sql), int(binds.length), ...binds.map(cell)),
    executeMany: (sql, rows) =>
      bridge.ask(
        id,
        'executeMany',
        text(sql),
        int(rows.length),
        int(rows[0]?.length ?? 0),
        ...rows.flat().map(cell),
      ),
    commit: async () => void (await bridge.ask(id, 'commit')),
    rollback: async () => void (await bridge.ask(id, 'rollback')),
    close: async () => void (await bridge.ask(id, 'close')),
  };
}
