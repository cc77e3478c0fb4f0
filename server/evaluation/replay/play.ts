import { open } from 'node:fs/promises';
import { cleanText, TEXT_CHARACTERS_MAX } from '../../../web-admin/widget/protocol/index.ts';
import type { Ids } from '../../kernel/index.ts';
import { createCustomer, type Customer, type Patience, type Played } from './customer.ts';
import { hashText, type LedgerWriter } from './ledger.ts';
import { createServerPorts, type ServerAddress } from './server-ports.ts';

/**
 * Reads the questions of a JSONL file: the field `text` of each line, others ignored. Lines whose text is empty or
 * longer than a message may be are left out. Throws with the number of a line that is not JSON.
 */
export async function readQuestions(path: string, limitCount: number): Promise<string[]> {
  const file = await open(path);
  const questions: string[] = [];
  let lineNumber = 0;
  try {
    for await (const line of file.readLines()) {
      lineNumber += 1;
      if (line.trim() === '') continue;
      const text = cleanText(parseText(line, path, lineNumber));
      if (text !== '' && text.length <= TEXT_CHARACTERS_MAX) questions.push(text);
      if (questions.length >= limitCount) break;
    }
  } finally {
    await file.close();
  }
  return questions;
}

function parseText(line: string, path: string, lineNumber: number): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new Error(`${path}: line ${lineNumber} is not JSON`, { cause });
  }
  const text = (value as { text?: unknown } | null)?.text;
  return typeof text === 'string' ? text : '';
}

/** What a run is made of. */
export interface PlayOptions {
  address: ServerAddress;
  questions: string[];
  parallelCount: number;
  perSessionCount: number;
  ids: Ids;
  ledger?: LedgerWriter;
  patience?: Patience;
  onPlayed: () => void;
  /** Looked at before each question; true ends the run early. */
  isStopped: () => boolean;
}

/** What was played, and by how many customers. Throws when the server refuses sessions for good. */
export async function play(options: PlayOptions): Promise<{ played: Played[]; sessionCount: number }> {
  const played: Played[] = [];
  const left = options.questions.values();
  let sessionCount = 0;

  async function playSession(): Promise<boolean> {
    const { customer, conversationOf } = createRecordedCustomer(options);
    try {
      for (let asked = 0; asked < options.perSessionCount; asked += 1) {
        const next = options.isStopped() ? undefined : left.next();
        if (!next || next.done) return false;
        if (asked === 0) {
          const refusal = await customer.connect();
          if (refusal !== undefined) throw new Error(refusal);
          sessionCount += 1;
        }
        const result = await customer.ask(options.ids.next(), next.value, ({ id, seq, text, at }) => {
          const conversation = conversationOf();
          if (id === undefined || conversation === undefined) return;
          options.ledger?.append({ kind: 'ack', conversation, id, seq, textSha256: hashText(text), at });
        });
        played.push(result);
        options.onPlayed();
        // Who talks to a person now is no customer for the robot any more.
        if (result.outcome !== 'answered' && result.outcome !== 'clarified') return true;
      }
      return true;
    } finally {
      customer.leave();
    }
  }

  async function work(): Promise<void> {
    while (await playSession());
  }

  await Promise.all(Array.from({ length: options.parallelCount }, work));
  return { played, sessionCount };
}

function createRecordedCustomer({ address, ledger, patience }: PlayOptions): {
  customer: Customer;
  conversationOf: () => string | undefined;
} {
  let conversationId: string | undefined;
  const ports = createServerPorts(address, (tokens) => {
    ({ conversationId } = tokens);
    ledger?.append({ kind: 'session', ...tokens });
  });
  return { customer: createCustomer(ports, patience), conversationOf: () => conversationId };
}
