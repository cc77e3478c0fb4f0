import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, UnitOfWork } from '../../platform/persistence/index.ts';

/**
 * Refuses a read inside a read, and a unit of work inside either: each holds a connection and waits for a second one of
 * the same pool, which under load nobody gives back. A read inside a unit is another pool's.
 */
export class WithinEachOther {
  readonly #holding = new AsyncLocalStorage<{ what: 'read' | 'unit'; isOver: boolean }>();

  /** The database whose reads are watched. */
  watchReads(database: Database): Database {
    return { ...database, read: (work) => this.#hold('read', ['read'], () => database.read(work)) };
  }

  /** Units of work that are watched. */
  watchUnits(uow: UnitOfWork): UnitOfWork {
    return {
      ...uow,
      run: (context, work) => this.#hold('unit', ['read', 'unit'], () => uow.run(context, work)),
    };
  }

  /** What somebody else does at the same time, whom nobody waits for with a connection in hand. */
  besides<T>(work: () => Promise<T>): Promise<T> {
    return this.#holding.exit(work);
  }

  async #hold<T>(what: 'read' | 'unit', never: readonly string[], work: () => Promise<T>): Promise<T> {
    const outer = this.#holding.getStore();
    if (outer && !outer.isOver && never.includes(outer.what)) {
      throw new Error(`A ${what} inside a ${outer.what} holds one connection and waits for another.`);
    }
    const own = { what, isOver: false };
    try {
      return await this.#holding.run(own, work);
    } finally {
      own.isOver = true;
    }
  }
}
