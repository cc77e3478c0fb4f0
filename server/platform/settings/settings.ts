import { AppError, type Clock } from '../../kernel/index.ts';
import { findMaskedSpans } from '../crypto/index.ts';
import type { Db, Json, Tx, UnitOfWork } from '../persistence/index.ts';
import { changedFields, diffValues, type DiffLine } from './diff.ts';
import {
  assertFits,
  materialise,
  settingsFault,
  type AnySection,
  type SectionDefinition,
} from './section.ts';
import type { SettingVersionRow } from './setting.entity.ts';
import { findCurrent, findVersion, listCurrentVersions, listHistory, putVersion } from './setting.repo.ts';

/** Another process's change is in force here after at most twice this. */
export const SETTINGS_POLL_MS = 2_000;
const REASON_CHARACTERS_MIN = 2;
/** HTTP status of every refusal of a value. */
const UNPROCESSABLE = 422;
/** Kind of the approval that dangerous changes wait for. */
export const SETTINGS_APPROVAL = 'settings.change';

/** Port: asks a second person; identity answers it. */
export interface ApprovalDesk {
  /** At most one open for each `key`. */
  ask(tx: Tx, kind: string, params: Json, why: { reason: string; key: string }): Promise<{ id: string }>;
}

/** What waits for the second person. */
export interface PendingChange {
  section: string;
  /** The version that was in force when it was asked for. */
  version: number;
  value: Json;
  reason: string;
  restoredVersion: number | null;
}

/** How a change ended: in force as a new version, or waiting for a second person. */
export type ChangeOutcome = { state: 'applied'; version: number } | { state: 'waiting'; approvalId: string };

/** A change somebody asks for. `version` is the one that was read. */
export interface SettingChange {
  section: string;
  version: number;
  value: unknown;
  reason: string;
}

interface SettingsDeps {
  uow: UnitOfWork;
  clock: Clock;
  sections: readonly AnySection[];
  approvals: ApprovalDesk;
  /** A stored section no longer fits, or the database was away; the values in memory stay. */
  onFault(error: unknown): void;
}

interface Held {
  version: number;
  value: unknown;
}

/**
 * Settings of the installation: sections with a schema, defaults, and every version they ever had. Values are read
 * from memory; a poll of the versions brings in what another process changed.
 */
export class Settings {
  readonly #deps: SettingsDeps;
  readonly #sections: ReadonlyMap<string, AnySection>;
  readonly #held = new Map<string, Held>();
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;

  constructor(deps: SettingsDeps) {
    this.#deps = deps;
    this.#sections = new Map(deps.sections.map((section) => [section.name, section]));
    for (const { name, defaults } of deps.sections) this.#held.set(name, { version: 0, value: defaults });
  }

  /** The value in force; do not change it. */
  get<T>(section: SectionDefinition<T>): T {
    return this.#heldOf(section.name).value as T;
  }

  /** Versions of sections in memory, as an entity tag for what is made from them. */
  tagOf(sections: readonly AnySection[]): string {
    return sections.map(({ name }) => this.#heldOf(name).version).join('.');
  }

  /** Names and versions of all sections, in the order they were declared. */
  list(): { section: string; version: number }[] {
    return [...this.#sections.keys()].map((section) => ({ section, version: this.#heldOf(section).version }));
  }

  /** The value in force with its version, from the database; throws `request.not_found`. */
  async read(db: Db, name: string): Promise<{ version: number; value: unknown; row?: SettingVersionRow }> {
    const section = this.#sectionOf(name);
    const row = await findCurrent(db, name);
    if (row === undefined) return { version: 0, value: section.defaults };
    return { version: row.version, value: this.#inForce(section, row), row };
  }

  /** Versions of a section, newest first. */
  async history(db: Db, name: string, page: { beforeVersion: number; limit: number }) {
    this.#sectionOf(name);
    return listHistory(db, { section: name, ...page });
  }

  /** What changed between two versions; 0 names the defaults. Throws `request.not_found`. */
  async diff(db: Db, name: string, from: number, to: number): Promise<DiffLine[]> {
    return diffValues(await this.#valueOf(db, name, from), await this.#valueOf(db, name, to));
  }

  /**
   * Puts a new value in force, or asks a second person where the section says so. Records `config.change`. Throws
   * `settings.invalid`, `settings.unchanged`, `request.version_stale`, and what the section's own check throws.
   */
  change(tx: Tx, change: SettingChange): Promise<ChangeOutcome> {
    return this.#change(tx, change, null);
  }

  /** Puts the values of an earlier version in force again as a new one; 0 names the defaults. */
  async restore(tx: Tx, change: Omit<SettingChange, 'value'> & { to: number }): Promise<ChangeOutcome> {
    const { to, ...rest } = change;
    const stored = await this.#valueOf(tx, change.section, to);
    try {
      const value = materialise(this.#sectionOf(change.section), stored);
      return await this.#change(tx, { ...rest, value }, to);
    } catch (error) {
      if (!(error instanceof AppError) || error.status !== UNPROCESSABLE) throw error;
      const details = { ...error.details, rule: error.code };
      throw new AppError('settings.version_invalid', { details, cause: error });
    }
  }

  /** What the second person is shown; throws `request.version_stale` when the section moved on. */
  async describePending(db: Db, pending: PendingChange): Promise<DiffLine[]> {
    const { value } = await this.#current(db, pending);
    return diffValues(value, pending.value);
  }

  /** Puts an approved change in force, checked again; throws `request.version_stale` when the section moved on. */
  async applyPending(
    tx: Tx,
    pending: PendingChange,
    who: { requestedById: string; approvedById: string },
  ): Promise<void> {
    const section = this.#sectionOf(pending.section);
    const before = await this.#current(tx, pending);
    const value = await this.#checked(tx, section, { before: before.value, given: pending.value });
    await this.#put(tx, {
      before,
      pending: { ...pending, value },
      changedBy: who.requestedById,
      approvedBy: who.approvedById,
    });
  }

  /** Reads the sections and follows their changes until `stop`. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => void this.refresh().catch(this.#deps.onFault), SETTINGS_POLL_MS);
    this.#timer.unref();
  }

  /** Ends the poll. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling?.catch(() => undefined);
  }

  /** Brings in what changed since the last look. */
  refresh(): Promise<void> {
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = undefined;
    });
    return this.#polling;
  }

  async #poll(): Promise<void> {
    await this.#deps.uow.read(async (db) => {
      for (const { name, version } of await listCurrentVersions(db)) {
        const section = this.#sections.get(name);
        if (section === undefined || this.#heldOf(name).version >= version) continue;
        const row = await findCurrent(db, name);
        if (row) this.#hold(name, { version: row.version, value: this.#inForce(section, row) });
      }
    });
  }

  /** Versions only grow, so a slow read can't bring an older value back. */
  #hold(name: string, next: Held): void {
    if (next.version > this.#heldOf(name).version) this.#held.set(name, next);
  }

  /** A stored value that fits no longer (a downgrade, a hand in the database) leaves the section at its defaults. */
  #inForce(section: AnySection, row: SettingVersionRow): unknown {
    try {
      return materialise(section, row.body);
    } catch (error) {
      this.#deps.onFault(error);
      return section.defaults;
    }
  }

  #sectionOf(name: string): AnySection {
    const section = this.#sections.get(name);
    if (section === undefined) throw new AppError('request.not_found');
    return section;
  }

  #heldOf(name: string): Held {
    const held = this.#held.get(name);
    if (held === undefined) throw new Error(`The section ${name} was not handed to the settings.`);
    return held;
  }

  async #valueOf(db: Db, name: string, version: number): Promise<unknown> {
    const section = this.#sectionOf(name);
    if (version === 0) return section.defaults;
    const row = await findVersion(db, name, version);
    if (row === undefined) throw new AppError('request.not_found');
    return row.body;
  }

  async #current(db: Db, asked: { section: string; version: number }) {
    const before = await this.read(db, asked.section);
    if (before.version !== asked.version) throw new AppError('request.version_stale');
    return before;
  }

  /** The value as it will be kept. */
  async #checked(
    db: Db,
    section: AnySection,
    { before, given }: { before: unknown; given: unknown },
  ): Promise<Json> {
    assertFits(section, given);
    const value: unknown = section.normalise?.(given) ?? given;
    if (diffValues(before, value).length === 0) throw new AppError('settings.unchanged');
    await section.assert?.(value, { db, before });
    return value as Json;
  }

  async #change(tx: Tx, change: SettingChange, restoredVersion: number | null): Promise<ChangeOutcome> {
    const section = this.#sectionOf(change.section);
    const reason = assertReason(change.reason);
    const before = await this.#current(tx, change);
    const value = await this.#checked(tx, section, { before: before.value, given: change.value });
    const pending = { section: change.section, version: change.version, value, reason, restoredVersion };
    if (section.isDangerous?.(before.value, value) === true) {
      const why = { reason, key: change.section };
      const { id } = await this.#deps.approvals.ask(tx, SETTINGS_APPROVAL, pending, why);
      return { state: 'waiting', approvalId: id };
    }
    const version = await this.#put(tx, {
      before,
      pending,
      changedBy: tx.context.actor.id,
      approvedBy: null,
    });
    return { state: 'applied', version };
  }

  async #put(
    tx: Tx,
    put: {
      before: { value: unknown };
      pending: PendingChange;
      changedBy: string;
      approvedBy: string | null;
    },
  ): Promise<number> {
    const { section, reason, restoredVersion, value, version: known } = put.pending;
    const version = known + 1;
    const { changedBy, approvedBy } = put;
    const changedAt = this.#deps.clock.now();
    const body = value;
    await putVersion(tx, {
      section,
      version,
      body,
      changedAt,
      changedBy,
      approvedBy,
      reason,
      restoredVersion,
    });
    tx.record({
      action: 'config.change',
      outcome: 'ok',
      target: { type: 'settings', id: section },
      fields: changedFields(diffValues(put.before.value, value)),
      details: { version, ...(restoredVersion === null ? {} : { restoredVersion }) },
    });
    tx.afterCommit(() => this.#hold(section, { version, value }));
    return version;
  }
}

/** Why it was changed, as it stays in the history for ever: it must say something, and name nobody. */
function assertReason(reason: string): string {
  const trimmed = reason.trim();
  if ([...trimmed].length < REASON_CHARACTERS_MIN) throw settingsFault('/reason', 'minLength');
  if (findMaskedSpans(trimmed).length > 0) throw settingsFault('/reason', 'personal');
  return trimmed;
}
