/** Keys counted at a time; over it those that sealed little are forgotten. */
const KEYS_MAX = 50_000;
/** What "little" is: forgetting so few, once in a while, does not matter beside the 2^30 a key may seal. */
const FEW = 1_000;

/** Counts the values sealed under each key, until somebody asks. */
export class WriteCounts {
  #counts = new Map<number, number>();

  add(dekId: number): void {
    const known = this.#counts.get(dekId);
    if (known === undefined && this.#counts.size >= KEYS_MAX) {
      this.#counts = new Map([...this.#counts].filter(([, count]) => count >= FEW));
    }
    this.#counts.set(dekId, (known ?? 0) + 1);
  }

  /** What was counted since the last call. */
  take(): ReadonlyMap<number, number> {
    const taken = this.#counts;
    this.#counts = new Map();
    return taken;
  }
}
