import { AppError, LIMITS, type Clock } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../persistence/index.ts';
import {
  findIdempotencyRecord,
  insertIdempotencyRecord,
  type IdempotencyRecord,
} from './idempotency.repo.ts';
import type { AnswerSeal } from './ports.ts';

/** Status and JSON text of an answer. */
export interface Answer {
  status: number;
  /** Empty for answers without a body. */
  text: string;
  isReplayed?: boolean;
}

/** One request under an Idempotency-Key. */
export interface IdempotentRequest {
  actorId: string;
  /** Method and path: the same key on another route is another key. */
  route: string;
  key: string;
  body: Uint8Array;
}

const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;
const HOUR_MS = 3_600_000;
const ANSWERED = 1;

/**
 * Runs a request at most once for its key. The answer is written in the unit of work of the effect, so after a crash
 * there are both or neither; of two processes the later one fails on the primary key, rolls back, and replays.
 */
export interface Idempotency {
  /** `work` runs the unit and calls `keep` inside it, with the answer, as its last act. */
  once(
    request: IdempotentRequest,
    work: (keep: (tx: Tx, answer: Answer) => Promise<void>) => Promise<Answer>,
  ): Promise<Answer>;
}

/** Checks the form of an Idempotency-Key: 1 to 255 visible ASCII characters. */
export function parseIdempotencyKey(value: string): string {
  if (!KEY_PATTERN.test(value))
    throw new AppError('request.invalid', { details: { header: 'Idempotency-Key' } });
  return value;
}

/** Makes the keeper of answers. Keys in progress are in memory: a second request meanwhile gets 409. */
export function createIdempotency(deps: { uow: UnitOfWork; seal: AnswerSeal; clock: Clock }): Idempotency {
  const running = new Set<string>();

  async function replay(row: IdempotencyRecord, bodyHash: Buffer): Promise<Answer> {
    if (!row.bodyHash.equals(bodyHash)) throw new AppError('idempotency.mismatch');
    const text = row.answerEnc === null ? '' : await deps.seal.open(rowIdOf(row), row.answerEnc);
    return { status: row.status ?? 200, text, isReplayed: true };
  }
  const expiredBefore = () => new Date(deps.clock.now().getTime() - LIMITS.idempotencyKeptHours * HOUR_MS);
  const findFresh = async (key: { actorId: string; keyHash: Buffer }) => {
    const row = await deps.uow.read((db) => findIdempotencyRecord(db, key));
    return row !== undefined && row.createdAt >= expiredBefore() ? row : undefined;
  };

  return {
    async once(request, work) {
      const key = { actorId: request.actorId, keyHash: deps.seal.hash(`${request.route}\n${request.key}`) };
      const bodyHash = deps.seal.hash(request.body);
      const runningKey = rowIdOf(key);
      if (running.has(runningKey)) throw new AppError('idempotency.in_progress');
      running.add(runningKey);
      try {
        const known = await findFresh(key);
        if (known !== undefined) return await replay(known, bodyHash);
        return await work((tx, answer) =>
          insertIdempotencyRecord(tx, sealRecord(deps, { ...key, bodyHash }, answer), expiredBefore()),
        );
      } catch (error) {
        // Another process may have committed the same key meanwhile; then its answer is ours.
        const known = error instanceof AppError && error.status < 500 ? undefined : await findFresh(key);
        if (known === undefined) throw error;
        return await replay(known, bodyHash);
      } finally {
        running.delete(runningKey);
      }
    },
  };
}

function rowIdOf(key: { actorId: string; keyHash: Buffer }): string {
  return `${key.actorId}/${key.keyHash.toString('hex')}`;
}

function sealRecord(
  deps: { seal: AnswerSeal; clock: Clock },
  key: { actorId: string; keyHash: Buffer; bodyHash: Buffer },
  answer: Answer,
): IdempotencyRecord {
  return {
    ...key,
    state: ANSWERED,
    status: answer.status,
    answerEnc: answer.text === '' ? null : deps.seal.seal(rowIdOf(key), answer.text),
    createdAt: deps.clock.now(),
  };
}
