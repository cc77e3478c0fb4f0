/** Units that were closed, and who took their work: what memory holds follows with its next message. */
export class UnitHeirs {
  readonly #heirs = new Map<string, string>();

  /** The work of a unit goes to another. Closed units never come back, so no chain of them ends where it began. */
  add(fromUnitId: string, toUnitId: string): void {
    this.#heirs.set(fromUnitId, toUnitId);
  }

  /** The unit that has the work of this one now; itself as a rule. */
  of(unitId: string): string {
    let found = unitId;
    for (let heir = this.#heirs.get(found); heir !== undefined; heir = this.#heirs.get(heir)) found = heir;
    return found;
  }
}
