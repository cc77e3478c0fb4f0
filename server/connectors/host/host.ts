import { AppError, type Actor } from '../../kernel/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import type {
  CallBounds,
  CallContext,
  LookupAnswer,
  LookupOffer,
  LookupRequest,
  Operation,
  Purpose,
  Raw,
  RawResult,
  Session,
} from '../connector.ts';
import { connectorFault } from '../kit/index.ts';
import { AnswerCache } from './cache.ts';
import { insertCall } from './call.repo.ts';
import type { CallOutcome, ConnectorRow } from './connector.entity.ts';
import { findSample, saveSample, setConnectorHealth } from './connector.repo.ts';
import { changeOfHealth } from './health.ts';
import { assertInput } from './input.ts';
import { CONNECTOR_LIMITS as LIMITS } from './limits.ts';
import type { HostPorts } from './ports.ts';
import { blankRecord, maskDocument, shapeRecords, type Shaped } from './records.ts';
import { Registry, type OpenConnector } from './registry.ts';
import { tryCall } from './retry.ts';

/** One call from its beginning to its entry in the trail. */
interface Call {
  request: LookupRequest;
  connector: OpenConnector;
  correlationId: string;
  startedMs: number;
  tries: number;
}

/** What is written about a call. */
interface Ending {
  outcome: CallOutcome;
  records: number;
  error?: AppError;
  shaped?: Shaped;
  items?: readonly Raw[];
  ageMs?: number;
}

/** Asks systems outside: every call is bounded, has a purpose, is audited, and comes back masked. */
export class ConnectorHost {
  readonly registry: Registry;
  readonly #ports: HostPorts;
  readonly #cache = new AnswerCache();

  constructor(ports: HostPorts) {
    this.#ports = ports;
    this.registry = new Registry(ports);
  }

  /**
   * Looks something up. Never inside a unit of work. Throws `connector.*` and `egress.*`; each call, refused ones too,
   * is in the trail before the answer is given.
   */
  async lookup(request: LookupRequest): Promise<LookupAnswer> {
    const call = await this.#begin(request, 0);
    const { connector, correlationId } = call;
    let operation: Operation;
    try {
      operation = this.#admit(call);
    } catch (error) {
      return this.#fail(call, error, 'refused');
    }
    const key = this.#keyOf(operation, call);
    if (connector.row.state === 'replay') return this.#replay(call, operation);
    const cached = operation.cacheMs > 0 ? this.#cache.get(key) : undefined;
    const ageMs = cached === undefined ? 0 : this.#ports.clock.now().getTime() - cached.at.getTime();
    if (cached !== undefined && ageMs < operation.cacheMs) {
      await this.#end(call, { outcome: 'cached', records: cached.records.length, ageMs });
      return { ...cached, source: 'cache', correlationId };
    }
    try {
      return await this.#ask(call, operation, key);
    } catch (error) {
      const fault = asFault(error);
      const isUsable = cached !== undefined && ageMs < LIMITS.staleMs && STALE_CODES.has(fault.code);
      if (!isUsable) return this.#fail(call, fault, 'failed');
      await this.#end(call, { outcome: 'stale', records: cached.records.length, ageMs, error: fault });
      return { ...cached, source: 'stale', correlationId };
    }
  }

  /** Sends a write once, with its key. The dispatcher of writes decides what becomes of a fault. */
  async write(request: LookupRequest, key: string): Promise<{ reference: string | undefined }> {
    const call = await this.#begin(request, 1);
    try {
      const operation = this.#admit(call, { isWrite: true });
      const bounds = { correlationId: call.correlationId, key, ...boundsOf(budgetOf(request, operation)) };
      const run = (session: Session) => session.run(operation.name, request.input, bounds);
      const { reference } = await call.connector.gate.pass(() => withSecrets(call.connector, run));
      await this.#end(call, { outcome: 'ok', records: 1 });
      return { reference: reference?.slice(0, REFERENCE_CHARACTERS_MAX) };
    } catch (error) {
      return this.#fail(call, error, 'failed');
    }
  }

  /** Asks what became of a write whose answer was lost; undefined when the system cannot tell. */
  async inquire(request: LookupRequest, key: string): Promise<'done' | 'absent' | undefined> {
    const call = await this.#begin(request, 1);
    try {
      const operation = this.#admit(call, { isWrite: true });
      const [session] = call.connector.sessions;
      if (session.inquire === undefined) return undefined;
      const bounds = { correlationId: call.correlationId, key, ...boundsOf(budgetOf(request, operation)) };
      const found = await call.connector.gate.pass(async () =>
        session.inquire?.(operation.name, request.input, bounds),
      );
      await this.#end(call, { outcome: 'ok', records: 0 });
      return found;
    } catch (error) {
      return this.#fail(call, error, 'failed');
    }
  }

  /** What can be looked up for a purpose, from inputs that have a source. Calls nothing. */
  async offers(purpose: Purpose): Promise<LookupOffer[]> {
    const connectors = (await this.registry.all()).filter(({ row }) => row.state !== 'off');
    return connectors.flatMap(({ row, operations }) =>
      [...operations.values()]
        .filter((operation) => operation.isReadOnly && operation.purposes.includes(purpose))
        .map((operation) => offerOf(row, operation)),
    );
  }

  /** Operations that make or change something there, for a purpose. */
  async writes(purpose: Purpose): Promise<LookupOffer[]> {
    const connectors = (await this.registry.all()).filter(
      ({ row }) => row.state === 'live' || row.state === 'record',
    );
    return connectors.flatMap(({ row, operations }) =>
      [...operations.values()]
        .filter((operation) => !operation.isReadOnly && operation.purposes.includes(purpose))
        .map((operation) => offerOf(row, operation)),
    );
  }

  /** Checks what a write would be refused for, and sends nothing. */
  async dryRun(request: LookupRequest): Promise<{ input: Readonly<Record<string, string>> }> {
    const call = await this.#begin(request, 0);
    this.#admit(call, { isWrite: true });
    return { input: request.input };
  }

  /** Forgets every answer and every setting read: a person was erased, or notices of changes may have been missed. */
  forgetAll(): void {
    this.registry.forget();
    this.#cache.clear();
  }

  /** After settings or secrets changed. */
  changed(connectorId: string): void {
    this.registry.forget();
    this.#cache.forget(connectorId);
  }

  async #begin(request: LookupRequest, tries: number): Promise<Call> {
    const startedMs = performance.now();
    const connector = await this.registry.get(request.connectorId);
    return { request, connector, correlationId: this.#ports.ids.next(), startedMs, tries };
  }

  #admit({ request, connector }: Call, { isWrite = false } = {}): Operation {
    const operation = connector.operations.get(request.operation);
    if (operation === undefined || operation.isReadOnly === isWrite) {
      throw new AppError('connector.operation_unknown');
    }
    if (!operation.purposes.includes(request.purpose)) throw new AppError('connector.purpose_refused');
    if (connector.row.state === 'off') throw new AppError('connector.off');
    if (isWrite && connector.row.state === 'replay') throw new AppError('connector.off');
    assertInput(operation, request.input);
    return operation;
  }

  #keyOf(operation: Operation, { request }: Call): string {
    const input = Object.entries(request.input).sort(([one], [other]) => (one < other ? -1 : 1));
    const text = JSON.stringify([
      request.connectorId,
      operation.name,
      request.purpose,
      request.requesterId,
      input,
    ]);
    return this.#ports.keyedHash(text).toString('hex') + operation.name;
  }

  async #ask(call: Call, operation: Operation, key: string): Promise<LookupAnswer> {
    const { request, connector, correlationId } = call;
    const budgetMs = request.budgetMs ?? LIMITS.interactiveMs;
    const deadlineMs = call.startedMs + budgetMs - Math.min(LIMITS.endingMs, budgetMs * LIMITS.endingRatio);
    const { items } = await tryCall<RawResult>(
      {
        ...{ deadlineMs, random: this.#ports.random, tryMs: operation.timeoutMs },
        onTry: () => (call.tries += 1),
      },
      (timeoutMs) => {
        const context: CallContext = { correlationId, ...boundsOf(timeoutMs) };
        const run = (session: Session) => session.run(operation.name, request.input, context);
        return connector.gate.pass(() => withSecrets(connector, run));
      },
    );
    if (items.length > LIMITS.recordsMax) throw connectorFault('connector.schema', 'records');
    const shaped = this.#shape(request, operation, items);
    const at = this.#ports.clock.now();
    await this.#end(call, { outcome: 'ok', records: shaped.records.length, shaped, items });
    if (operation.cacheMs > 0) {
      this.#cache.put(key, { records: shaped.records, at, connectorId: request.connectorId });
    }
    return { records: shaped.records, source: 'live', at, correlationId };
  }

  async #replay(call: Call, operation: Operation): Promise<LookupAnswer> {
    const { connectorId } = call.request;
    const where = { connectorId, operation: operation.name, inputBix: this.sampleKey(call.request) };
    const sample = await this.#ports.uow.read((db) => findSample(db, where));
    if (sample === undefined) return this.#fail(call, new AppError('connector.not_recorded'), 'failed');
    const { records } = this.#shape(call.request, operation, sample.document as Raw[]);
    await this.#end(call, { outcome: 'replayed', records: records.length });
    return { records, source: 'recorded', at: sample.at, correlationId: call.correlationId };
  }

  /** Whoever tests a connector reads no customer's data: only the form of each value is shown. */
  #shape({ purpose }: LookupRequest, operation: Operation, items: readonly Raw[]): Shaped {
    const shaped = shapeRecords(operation, items, this.#ports.masks);
    return purpose === 'verify' ? { ...shaped, records: shaped.records.map(blankRecord) } : shaped;
  }

  /** How a question is found again among the recordings. */
  sampleKey({ operation, input }: Pick<LookupRequest, 'operation' | 'input'>): Buffer {
    const sorted = Object.entries(input).sort(([one], [other]) => (one < other ? -1 : 1));
    return this.#ports.keyedHash(JSON.stringify([operation, sorted]));
  }

  async #fail(call: Call, error: unknown, outcome: 'refused' | 'failed'): Promise<never> {
    const fault = asFault(error);
    await this.#end(call, { outcome, records: 0, error: fault });
    throw fault;
  }

  /** Entry, row of the call log, health, and recording: one commit, before the caller gets anything. */
  async #end(call: Call, ending: Ending): Promise<void> {
    const { request, connector } = call;
    const { row } = connector;
    const operation = connector.operations.get(request.operation);
    const at = this.#ports.clock.now();
    const tookMs = Math.round(performance.now() - call.startedMs);
    const health = changeOfHealth(row, { ...ending, operation, at });
    await this.#ports.uow.run(contextOf(request), async (tx) => {
      this.#record(tx, call, { ...ending, tookMs });
      await insertCall(tx, rowOf(call, { ...ending, tookMs, at, id: this.#ports.ids.next() }));
      if (health !== undefined) {
        await setConnectorHealth(tx, row.id, health);
        const isNewDrift = health.health === 'degraded' && row.health !== 'degraded';
        if (isNewDrift) await this.#ports.notify(tx, { kind: 'drift', connectorId: row.id, name: row.name });
      }
      const { items } = ending;
      if (row.state !== 'record' || items === undefined || operation === undefined) return;
      await saveSample(tx, {
        ...{ id: this.#ports.ids.next(), connectorId: row.id, operation: operation.name, at },
        inputBix: this.sampleKey(request),
        document: items.slice(0, SAMPLE_RECORDS_MAX).map((item) => maskDocument(operation, item)) as never,
      });
    });
    if (health !== undefined) Object.assign(row, health);
  }

  #record(
    tx: Tx,
    { request, connector, correlationId, tries }: Call,
    ending: Ending & { tookMs: number },
  ): void {
    const { outcome, error, records, ageMs, tookMs } = ending;
    const known = outcome === 'refused' ? 'refused' : outcome === 'failed' ? 'failed' : 'ok';
    const { requesterId, ticketId, conversationId, purpose } = request;
    tx.record({
      ...{ action: 'connector.call', outcome: known, reason: error?.code ?? purpose },
      target: { type: 'connector', id: connector.row.id },
      fields: Object.keys(request.input).slice(0, FIELDS_MAX),
      ...(requesterId === undefined ? {} : { customer: requesterId }),
      ...(ticketId === undefined ? {} : { ticket: ticketId }),
      details: {
        ...{
          operation: request.operation,
          purpose,
          answer: outcome,
          records,
          correlationId,
          tries,
          ms: tookMs,
        },
        ...(conversationId === undefined ? {} : { conversationId }),
        ...(ageMs === undefined ? {} : { ageMs }),
        ...reasonDetail(error),
        inputHash: this.sampleKey(request).toString('hex'),
      },
    });
  }
}

const FIELDS_MAX = 50;
const REFERENCE_CHARACTERS_MAX = 200;
/** Records of one answer that a recording keeps. */
const SAMPLE_RECORDS_MAX = 20;
/** Faults in which an older answer is better than none; a refusal is a refusal. */
const STALE_CODES: ReadonlySet<string> = new Set([
  'egress.unreachable',
  'egress.timeout',
  'egress.busy',
  'connector.broken',
  'connector.busy',
  'connector.overloaded',
  'connector.remote_error',
]);

function budgetOf(request: LookupRequest, operation: Operation): number {
  return Math.min(request.budgetMs ?? LIMITS.batchMs, operation.timeoutMs);
}

/** Bounds of a piece of work that begins now. */
function boundsOf(timeoutMs: number): CallBounds {
  return { timeoutMs, endsAtMs: performance.now() + timeoutMs };
}

function asFault(error: unknown): AppError {
  return error instanceof AppError ? error : new AppError('server.internal', { cause: error });
}

function reasonDetail(error: AppError | undefined): { fault?: string } {
  const reason = error?.details?.['reason'];
  return typeof reason === 'string' ? { fault: reason } : {};
}

/** The secrets of now; those before them when they are refused, while a change lasts. */
async function withSecrets<T>(
  { sessions }: OpenConnector,
  run: (session: Session) => Promise<T>,
): Promise<T> {
  const [session, before] = sessions;
  try {
    return await run(session);
  } catch (error) {
    const isRefused = error instanceof AppError && error.code === 'connector.auth_failed';
    if (before === undefined || !isRefused) throw error;
    return run(before);
  }
}

function contextOf({ actor, requestId }: LookupRequest): { actor: Actor; requestId?: string } {
  return { actor: actor as Actor, ...(requestId === undefined ? {} : { requestId }) };
}

function rowOf(call: Call, ending: Ending & { id: string; tookMs: number; at: Date }) {
  const { request, correlationId, tries } = call;
  const { id, outcome, error, records, tookMs, at } = ending;
  return {
    ...{ id, connectorId: request.connectorId, operation: request.operation.slice(0, 60), outcome, at },
    ...{ purpose: request.purpose, code: error?.code ?? null, reason: reasonDetail(error).fault ?? null },
    ...{ tries, tookMs, recordCount: records, correlationId },
    ...{ ticketId: request.ticketId ?? null, conversationId: request.conversationId ?? null },
  };
}

function offerOf(row: ConnectorRow, operation: Operation): LookupOffer {
  return {
    ...{ connectorId: row.id, connectorName: row.name, operation: operation.name, title: operation.title },
    input: operation.input,
    fields: Object.entries(operation.output)
      .filter(([, field]) => field.class !== 'C3')
      .map(([name, { type, title }]) => ({ name, type, title: title ?? { zh: name, en: name } })),
  };
}
