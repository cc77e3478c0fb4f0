import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import type { LookupRequest, Operation, Purpose, WriteState } from '../connector.ts';
import { WRITE_STATE, type ConnectorWriteRow } from './connector.entity.ts';
import type { ConnectorHost } from './host.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';
import type { HostPorts } from './ports.ts';
import { isPassing } from './retry.ts';
import {
  countWaitingWrites,
  findWrite,
  insertWrite,
  listDueWrites,
  listWritesOfTicket,
  markSent,
  markUnsent,
  saveWriteResult,
  type QueueDb,
} from './write.repo.ts';

const STATE_NAMES = ['waiting', 'done', 'failed', 'unknown'] as const;
const DUE_AT_ONCE = 20;
const POLL_MS = 1_000;
const FIRST_PAUSE_MS = 1_000;
/** Faults after which the system may have taken the write all the same. */
const LOST_ANSWER: ReadonlySet<string> = new Set([
  'egress.timeout',
  'egress.unreachable',
  'egress.invalid_answer',
  'egress.too_large',
  'connector.schema',
  'connector.remote_error',
]);

/** What is to be written, and for whom. */
export interface WriteInput {
  connectorId: string;
  operation: string;
  purpose: Purpose;
  input: Readonly<Record<string, string>>;
  requesterId: string;
  /** Data key of the requester; what is sent rests under it until the system has it. */
  dekId: number;
  ticketId?: string;
}

interface WriteDeps {
  host: ConnectorHost;
  ports: Pick<HostPorts, 'secrets' | 'random' | 'log'>;
  clock: Clock;
  ids: Ids;
  withDb: <T>(work: (db: QueueDb) => Promise<T>) => Promise<T>;
  lease: { hold(): Promise<boolean>; drop(): Promise<void> };
}

/** Writes to systems outside: kept with the change that asks for them, sent afterwards, the same key on every try. */
export class ConnectorWrites {
  readonly #deps: WriteDeps;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #wake: () => void = () => undefined;

  constructor(deps: WriteDeps) {
    this.#deps = deps;
  }

  /** Keeps a write; it leaves after the commit. Throws `connector.busy` when too many wait. Records `connector.write-ask`. */
  async ask(tx: Tx, input: WriteInput): Promise<WriteState> {
    const { ids, clock, ports } = this.#deps;
    const { connectorId, operation, purpose, requesterId, ticketId } = input;
    if ((await countWaitingWrites(tx, connectorId)) >= LIMITS.writesWaitingMax)
      throw new AppError('connector.busy');
    const id = ids.next();
    const now = clock.now();
    const { actor } = tx.context;
    const row: ConnectorWriteRow = {
      ...{ id, connectorId, operation, purpose, actorType: actor.type, actorId: actor.id, requesterId },
      ...{ ticketId: ticketId ?? null, state: WRITE_STATE.waiting, isSent: false, attempts: 0, nextAt: now },
      ...{ lastCode: null, reference: null, createdAt: now, doneAt: null },
      inputEnc: await ports.secrets.sealFor(input.dekId, id, JSON.stringify(input.input)),
    };
    await insertWrite(tx, row);
    tx.record({
      ...{ action: 'connector.write-ask', outcome: 'ok', target: { type: 'connector', id: connectorId } },
      ...{ customer: requesterId, fields: Object.keys(input.input), reason: purpose },
      ...(ticketId === undefined ? {} : { ticket: ticketId }),
      details: { operation, writeId: id },
    });
    tx.afterCommit(() => this.nudge());
    return present(row);
  }

  /** The writes of a ticket, the newest first. */
  async ofTicket(db: Db, ticketId: string): Promise<WriteState[]> {
    return (await listWritesOfTicket(db, ticketId)).map(present);
  }

  start(): void {
    this.#running ??= this.#loop();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
    await this.#deps.lease.drop();
  }

  nudge(): void {
    this.#wake();
  }

  /** Sends what is due now, once; gives how many were tried. */
  async drain(): Promise<number> {
    const { lease, withDb, clock } = this.#deps;
    if (!(await lease.hold())) return 0;
    const due = await withDb((db) => listDueWrites(db, clock.now(), DUE_AT_ONCE));
    for (const id of due) {
      if (this.#stopping.signal.aborted || !(await lease.hold())) break;
      await this.#send(id);
    }
    return due.length;
  }

  async #loop(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      let count = 0;
      try {
        count = await this.drain();
      } catch (error) {
        this.#deps.ports.log.warn('writes to systems outside pause', { code: 'server.internal' }, error);
      }
      if (count >= DUE_AT_ONCE || signal.aborted) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, POLL_MS);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #send(id: string): Promise<void> {
    const { withDb, host, clock } = this.#deps;
    const row = await withDb((db) => findWrite(db, id));
    if (row === undefined || row.state !== WRITE_STATE.waiting) return;
    const operation = await operationOf(host, row);
    const mayRepeat =
      operation !== undefined && operation.movesMoney !== true && operation.idempotency !== 'none';
    let request: LookupRequest;
    try {
      request = await this.#requestOf(row);
    } catch (error) {
      // The person was erased meanwhile: nothing is left to send.
      return this.#save({ ...row, ...ended(clock, 'failed'), lastCode: codeOf(error) });
    }
    if (row.isSent && !mayRepeat) return this.#inquire(row, request);
    const tried = { ...row, isSent: true, attempts: row.attempts + 1 };
    if ((await withDb((db) => markSent(db, tried))) === 0) return;
    try {
      const { reference } = await host.write(request, id);
      await this.#save({ ...tried, ...ended(clock, 'done'), lastCode: null, reference: reference ?? null });
    } catch (error) {
      await this.#afterFault(tried, error);
    }
  }

  async #afterFault(row: ConnectorWriteRow, error: unknown): Promise<void> {
    const { clock } = this.#deps;
    const lastCode = codeOf(error);
    const isLost = LOST_ANSWER.has(lastCode);
    const isOver = clock.now().getTime() - row.createdAt.getTime() > LIMITS.writeGiveUpMs;
    const isWaiting = isPassing(error) || isLost || HELD_BACK.has(lastCode);
    if (!isWaiting) return this.#save({ ...row, ...ended(clock, 'failed'), lastCode });
    // What cannot have left may be sent later, whatever it is.
    const hasLeft = !HELD_BACK.has(lastCode);
    if (isOver) return this.#save({ ...row, ...ended(clock, hasLeft ? 'unknown' : 'failed'), lastCode });
    const next = { ...row, lastCode, nextAt: this.#nextAt(row.attempts) };
    if (!hasLeft) await this.#deps.withDb((db) => markUnsent(db, next));
    await this.#save(next);
  }

  /** The answer to an earlier try was lost and the write may not be repeated: ask, never send again. */
  async #inquire(row: ConnectorWriteRow, request: LookupRequest): Promise<void> {
    const { host, clock } = this.#deps;
    try {
      const found = await host.inquire(request, row.id);
      const state = found === 'done' ? 'done' : found === 'absent' ? 'failed' : 'unknown';
      const lastCode = state === 'done' ? null : 'connector.outcome_unknown';
      await this.#save({ ...row, ...ended(clock, state), lastCode });
    } catch (error) {
      const isOver = clock.now().getTime() - row.createdAt.getTime() > LIMITS.writeGiveUpMs;
      const lastCode = codeOf(error);
      if (isOver) return this.#save({ ...row, ...ended(clock, 'unknown'), lastCode });
      await this.#save({ ...row, lastCode, nextAt: this.#nextAt(row.attempts + 1) });
    }
  }

  #nextAt(attempts: number): Date {
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20), LIMITS.writePauseMaxMs);
    return new Date(this.#deps.clock.now().getTime() + pauseMs * (0.5 + this.#deps.ports.random() / 2));
  }

  async #save(row: ConnectorWriteRow): Promise<void> {
    await this.#deps.withDb((db) => saveWriteResult(db, row));
  }

  async #requestOf(row: ConnectorWriteRow): Promise<LookupRequest> {
    const { connectorId, operation, ticketId, requesterId, inputEnc } = row;
    const text = inputEnc === null ? '{}' : await this.#deps.ports.secrets.openWrite(row.id, inputEnc);
    return {
      ...{ connectorId, operation, requesterId, purpose: row.purpose as Purpose, budgetMs: LIMITS.batchMs },
      input: JSON.parse(text) as Record<string, string>,
      actor: { type: row.actorType, id: row.actorId },
      ...(ticketId === null ? {} : { ticketId }),
    };
  }
}

/** Faults raised before anything left this server. */
const HELD_BACK: ReadonlySet<string> = new Set([
  'connector.broken',
  'connector.busy',
  'connector.off',
  'egress.busy',
  'egress.refused',
]);

function codeOf(error: unknown): string {
  return error instanceof AppError ? error.code : 'server.internal';
}

function ended(clock: Clock, state: 'done' | 'failed' | 'unknown') {
  return { state: WRITE_STATE[state], inputEnc: null, doneAt: clock.now() };
}

async function operationOf(host: ConnectorHost, row: ConnectorWriteRow): Promise<Operation | undefined> {
  const known = (await host.registry.all()).find((connector) => connector.row.id === row.connectorId);
  return known?.operations.get(row.operation);
}

function present(row: ConnectorWriteRow): WriteState {
  const { id, connectorId, operation, attempts, lastCode, reference, createdAt, doneAt } = row;
  const state = STATE_NAMES[row.state] ?? 'unknown';
  return { id, connectorId, operation, state, attempts, lastCode, reference, createdAt, doneAt };
}
