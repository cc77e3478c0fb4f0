import { ROOT_UNIT_ID } from '../../kernel/index.ts';
import type { Clock } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { listParents, treeVersion } from './unit.repo.ts';
import { ORGANISATION_LIMITS } from './unit.rules.ts';

/** A change made by another process is known here after that long; lists and reads see it at once. */
const CHECK_MS = 5_000;

/**
 * The tree in memory, for what has to be decided without a query: to whom a message is pushed, whom routing may ask.
 * Reads and lists never rely on it.
 */
export class UnitTree {
  readonly #deps: { uow: UnitOfWork; clock: Clock };
  #parents: ReadonlyMap<string, string | null> = new Map();
  #version = -1;
  #checkedAtMs = -Infinity;
  #loading: Promise<void> | undefined;

  constructor(deps: { uow: UnitOfWork; clock: Clock }) {
    this.#deps = deps;
  }

  /** The unit and those above it, itself first; only itself when it is not known. */
  async ancestorsOf(unitId: string): Promise<string[]> {
    await this.#fresh();
    // A unit made by another process a moment ago: look once more.
    if (!this.#parents.has(unitId) && unitId !== ROOT_UNIT_ID) await this.#load();
    const found: string[] = [];
    let next: string | null | undefined = unitId;
    while (next && found.length <= ORGANISATION_LIMITS.unitsMax) {
      found.push(next);
      next = this.#parents.get(next);
    }
    return found;
  }

  /** The tree changes with this unit of work: forget it at the commit. */
  forgetAfter(tx: Tx): void {
    tx.afterCommit(() => (this.#checkedAtMs = -Infinity));
  }

  async #fresh(): Promise<void> {
    if (Math.abs(this.#deps.clock.now().getTime() - this.#checkedAtMs) < CHECK_MS) return;
    const version = await this.#deps.uow.read(treeVersion);
    if (version === this.#version) this.#checkedAtMs = this.#deps.clock.now().getTime();
    else await this.#load();
  }

  #load(): Promise<void> {
    this.#loading ??= this.#read().finally(() => (this.#loading = undefined));
    return this.#loading;
  }

  async #read(): Promise<void> {
    const checkedAtMs = this.#deps.clock.now().getTime();
    await this.#deps.uow.read(async (db) => {
      // Read before the rows: a change in between is found by the next look.
      const version = await treeVersion(db);
      const rows = await listParents(db, ORGANISATION_LIMITS.unitsMax);
      this.#parents = new Map(rows.map(({ id, parentId }) => [id, parentId]));
      this.#version = version;
      this.#checkedAtMs = checkedAtMs;
    });
  }
}
