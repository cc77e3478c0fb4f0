import type { EventDraft } from '../../../kernel/index.ts';
import {
  OUTBOX_INSERT,
  type Database,
  type OutboxRow,
  type Statement,
  type Tx,
  type UnitContext,
} from '../../../platform/persistence/index.ts';

type Session = Parameters<Parameters<Database['read']>[0]>[0];
type Step = Parameters<Session['runTogether']>[0][number];

const stepOf = <P>(statement: Statement<P, never>, params: P): Step => ({
  statement: statement as unknown as Statement,
  params: params as Record<string, unknown>,
});

/**
 * A unit of work as the product's own, with the same round trips on as many connections, that writes no entry into the
 * trail: what the trail is measured against.
 */
export function runPlain<T>(
  deps: { database: Database; toOutboxRow(draft: EventDraft): OutboxRow },
  context: UnitContext,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return deps.database.read(async (session) => {
    const unit = new PlainUnit(session, context);
    try {
      await session.begin();
      const result = await work(unit);
      await session.commit([
        ...unit.takeLater(),
        ...unit.events.map((event) => stepOf(OUTBOX_INSERT, deps.toOutboxRow(event))),
      ]);
      return result;
    } catch (error) {
      await session.rollback();
      throw error;
    }
  });
}

class PlainUnit implements Tx {
  readonly context: UnitContext;
  readonly events: EventDraft[] = [];
  readonly recordCount = 0;
  readonly #session: Session;
  #later: Step[] = [];

  constructor(session: Session, context: UnitContext) {
    this.#session = session;
    this.context = context;
  }

  takeLater(): Step[] {
    const steps = this.#later;
    this.#later = [];
    return steps;
  }

  async all<P, R>(statement: Statement<P, R>, params: P): Promise<R[]> {
    const [, rows] = await Promise.all([
      this.#session.runTogether(this.takeLater()),
      this.#session.all(statement, params),
    ]);
    return rows;
  }

  async one<P, R>(statement: Statement<P, R>, params: P): Promise<R | undefined> {
    return (await this.all(statement, params))[0];
  }

  async run<P>(statement: Statement<P, never>, params: P): Promise<number> {
    const [, count] = await Promise.all([
      this.#session.runTogether(this.takeLater()),
      this.#session.run(statement, params),
    ]);
    return count;
  }

  async runMany<P>(statement: Statement<P, never>, params: readonly P[]): Promise<number> {
    await this.#session.runTogether(this.takeLater());
    return this.#session.runMany(statement, params);
  }

  later<P>(statement: Statement<P, never>, params: P): void {
    this.#later.push(stepOf(statement, params));
  }

  emit(event: EventDraft): void {
    this.events.push(event);
  }

  record(): void {
    // The trail is what is left out here.
  }

  beforeCommit(): void {
    throw new Error('The measured work asks for nothing before its commit.');
  }

  afterCommit(): void {
    throw new Error('The measured work asks for nothing after its commit.');
  }
}
