import { open, readFile, type FileHandle } from 'node:fs/promises';
import { sha256 } from '../../platform/crypto/index.ts';
import type { SessionTokens } from './server-ports.ts';

/** One acknowledged message. Its text is kept as a hash: the ledger holds nothing a customer wrote. */
export interface AckLine {
  kind: 'ack';
  conversation: string;
  id: string;
  seq: number;
  textSha256: string;
  at: string;
}

/** A session, with what resumes it; the reason why the file is for its owner only. */
export interface SessionLine extends SessionTokens {
  kind: 'session';
}

/** The lines of a ledger by conversation. */
export interface LedgerConversation {
  tokens: SessionTokens;
  acks: AckLine[];
}

/** Hash of a text, hexadecimal. */
export function hashText(text: string): string {
  return Buffer.from(sha256(Buffer.from(text, 'utf8'))).toString('hex');
}

/**
 * Writes acknowledged messages down as they come. Lines that come while the disk is busy wait and go together, with
 * one fsync a batch; `close` waits for the last.
 */
export class LedgerWriter {
  private readonly file: FileHandle;
  private waiting: string[] = [];
  private writing: Promise<void> | undefined;
  private failure: unknown;

  private constructor(file: FileHandle) {
    this.file = file;
  }

  /** Opens a ledger for appending; a new one can be read by its owner only. */
  static async open(path: string): Promise<LedgerWriter> {
    return new LedgerWriter(await open(path, 'a', 0o600));
  }

  /** Takes one line. An error of the disk is thrown by `close`. */
  append(line: AckLine | SessionLine): void {
    this.waiting.push(`${JSON.stringify(line)}\n`);
    this.writing ??= this.flush()
      .catch((error: unknown) => {
        this.failure = error;
      })
      .finally(() => {
        this.writing = undefined;
      });
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0) {
      const batch = this.waiting.join('');
      this.waiting = [];
      await this.file.appendFile(batch);
      await this.file.datasync();
    }
  }

  async close(): Promise<void> {
    await this.writing;
    await this.file.close();
    if (this.failure !== undefined) throw this.failure;
  }
}

/** Reads a ledger. A last line that was cut by a crash is left out; any other wrong line is an error. */
export async function readLedger(path: string): Promise<LedgerConversation[]> {
  const lines = (await readFile(path, 'utf8')).split('\n');
  const conversations = new Map<string, LedgerConversation>();
  lines.forEach((text, index) => {
    if (text === '') return;
    const line = parseLine(text);
    if (!line) {
      if (index === lines.length - 1) return;
      throw new Error(`${path}: line ${index + 1} is not a line of a ledger`);
    }
    if (line.kind === 'session') {
      const { kind: _kind, ...tokens } = line;
      const known = conversations.get(line.conversationId);
      conversations.set(line.conversationId, { tokens, acks: known?.acks ?? [] });
    } else {
      const conversation = conversations.get(line.conversation);
      if (!conversation) throw new Error(`${path}: line ${index + 1} names an unknown conversation`);
      conversation.acks.push(line);
    }
  });
  return [...conversations.values()];
}

function parseLine(text: string): AckLine | SessionLine | undefined {
  try {
    const line = JSON.parse(text) as AckLine | SessionLine;
    return line.kind === 'ack' || line.kind === 'session' ? line : undefined;
  } catch {
    return undefined;
  }
}
