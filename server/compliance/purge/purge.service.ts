import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  hashOfStatement,
  parseKeyFile,
  parseStatement,
  readAnchors,
  verifyExportFolder,
  writeExport,
  type ProofSource,
  type SealRow,
} from '../../../audit/index.ts';
import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { AuditPurgeRow, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { takeTurn } from '../lifecycle/guard.repo.ts';
import { listActiveHolds } from '../lifecycle/hold.repo.ts';
import type { LegalHoldRow } from '../lifecycle/lifecycle.entity.ts';
import { digestOfManifest } from './purge.archive.ts';
import { currentKeepDays } from './period.repo.ts';
import { planPurge, type PurgePlan, type PurgeStop } from './purge.plan.ts';
import { findPurge, insertPurge, listPurges, removeRange } from './purge.repo.ts';
import { PURGE_RULES, type KeepDays, type PurgeTerms } from './purge.rules.ts';

/** What purging needs. */
export interface PurgeDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  trail: ProofSource;
  /** What the configuration says; officers may have decided otherwise. */
  keepDays: KeepDays;
  /** Text of the public key file. */
  auditKeys: string;
  /** Folder that every head is appended to. */
  anchorFolder: string;
  /** Folder of the archives of what was purged. */
  archiveRoot: string;
  /** Entries removed in one unit of work; PURGE_RULES.entriesPerTurn unless set. */
  entriesPerTurn?: number;
}

/** What two people agreed on; parameters of the approval and of its job. */
export type PurgeOrder = {
  /** One order gives one purge, however often its job runs. */
  key: string;
  /** Entries of this instant or later stay. */
  before: string;
  requestedBy: string;
  approvedBy: string;
};

/** How a purge is driven: by a job, or by a test. */
export interface PurgeControl {
  /** After each turn. Throws when the work is to end; the next start goes on here. */
  checkpoint(progress: { done: number; total: number }): Promise<void>;
}

/** What became of an order. */
export interface PurgeOutcome {
  purge: AuditPurgeRow | undefined;
  stop: PurgeStop | undefined;
}

const SEALS_PER_PAGE = 200;

/**
 * Removes the oldest whole seals of the trail: first an archive that verifies, then the decision with its entry, then
 * the rows, turn by turn. A process that dies goes on with what it finds; in between the trail verifies all the time.
 */
export class PurgeService {
  readonly #deps: PurgeDeps;

  constructor(deps: PurgeDeps) {
    this.#deps = deps;
  }

  /** Carries an order out, or goes on with it. Throws `audit.purge_unproven` when the archive doesn't verify as whole. */
  async run(order: PurgeOrder, control: PurgeControl): Promise<PurgeOutcome> {
    const { uow } = this.#deps;
    const known = await uow.read((db) => findPurge(db, order.key));
    if (known !== undefined) {
      await this.#remove(known, control);
      return { purge: known, stop: undefined };
    }
    const [before] = await uow.read((db) => listPurges(db, undefined, 1));
    if (before !== undefined) await this.#remove(before, control);
    const { purge, stop } = await this.#decide(order, before?.purgeNo ?? 0);
    if (purge !== undefined) await this.#remove(purge, control);
    return { purge, stop };
  }

  /** What a purge of entries before an instant would take at this moment; changes nothing. */
  async plan(before: Date): Promise<PurgePlan | { stop: PurgeStop }> {
    return planPurge(this.#deps.trail, await this.#terms(before));
  }

  async #terms(before: Date): Promise<PurgeTerms & { holds: readonly LegalHoldRow[] }> {
    const { uow, clock, keepDays: configured } = this.#deps;
    const keepDays = await uow.read((db) => currentKeepDays(db, configured));
    return { asOf: clock.now(), keepDays, before, holds: await uow.read(listActiveHolds) };
  }

  /** Plans, archives, and decides. A hold that is placed meanwhile makes it plan again. */
  async #decide(order: PurgeOrder, lastNo: number): Promise<PurgeOutcome> {
    const { uow, trail } = this.#deps;
    for (let tries = 0; tries < PURGE_RULES.plansMax; tries += 1) {
      const terms = await this.#terms(new Date(order.before));
      const { holds } = terms;
      const plan = await planPurge(trail, terms);
      if (!('to' in plan)) return { purge: undefined, stop: plan.stop };
      const archive = await this.#archive(plan);
      const purge = await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        await takeTurn(tx);
        const now = await listActiveHolds(tx);
        const known = new Set(holds.map(({ id }) => id));
        // So does a period that was made longer meanwhile.
        const isLonger = isAnyLonger(terms.keepDays, await currentKeepDays(tx, this.#deps.keepDays));
        if (isLonger || now.some(({ id }) => !known.has(id))) {
          tx.record({
            action: 'audit.purge',
            outcome: 'refused',
            reason: isLonger ? 'period.new' : 'hold.new',
          });
          return undefined;
        }
        return this.#commit(tx, order, { plan, archive, purgeNo: lastNo + 1 });
      });
      if (purge !== undefined) return { purge, stop: plan.stop };
    }
    throw new AppError('server.busy');
  }

  async #commit(
    tx: Tx,
    order: PurgeOrder,
    what: { plan: PurgePlan; archive: { name: string; digest: Buffer }; purgeNo: number },
  ): Promise<AuditPurgeRow> {
    const { plan, archive, purgeNo } = what;
    const { to, fromSeal, fromSize, untilAt } = plan;
    const row: AuditPurgeRow = {
      ...{ purgeNo, approvalKey: order.key, fromSeal, toSeal: to.no, fromSize, toSize: to.size },
      ...{ root: to.root, head: hashOfStatement(to.statement), untilAt },
      ...{ archiveName: archive.name, archiveDigest: archive.digest },
      ...{ requestedBy: order.requestedBy, approvedBy: order.approvedBy },
      decidedAt: this.#deps.clock.now(),
    };
    await insertPurge(tx, row);
    tx.record({
      ...{ action: 'audit.purge', outcome: 'ok', target: { type: 'audit-purge', id: String(purgeNo) } },
      details: {
        ...{ seal: to.no, size: to.size, root: to.root.toString('hex'), head: row.head.toString('hex') },
        ...{ fromSeal, fromSize, archive: archive.name, archiveSha256: archive.digest.toString('hex') },
        ...{ requestedBy: order.requestedBy, approvedBy: order.approvedBy },
      },
    });
    return row;
  }

  /** Writes the range as an export, verifies it, and gives it its name. */
  async #archive({ fromSeal, to }: PurgePlan): Promise<{ name: string; digest: Buffer }> {
    const { trail, auditKeys, anchorFolder, archiveRoot } = this.#deps;
    const name = `audit-export-${fromSeal}-${to.no}`;
    const [folder, partial] = [join(archiveRoot, name), join(archiveRoot, `${name}.partial`)];
    await mkdir(archiveRoot, { recursive: true, mode: 0o750 });
    // What a process that died left behind; nothing was purged for it.
    for (const path of [folder, partial]) await rm(path, { recursive: true, force: true });
    const range = { fromSeal, toSeal: to.no };
    await writeExport(partial, {
      source: trail,
      keyFile: auditKeys,
      anchors: readAnchors(anchorFolder),
      ...range,
    });
    const { status, firstBad } = await verifyExportFolder(partial, { keys: parseKeyFile(auditKeys) });
    if (status !== 'whole')
      throw new AppError('audit.purge_unproven', { details: { status, finding: firstBad?.kind ?? '' } });
    await rename(partial, folder);
    await syncFolder(archiveRoot);
    return { name, digest: await digestOfManifest(folder) };
  }

  /** Removes what lies before a decision. The seal itself stays, as the start of what is left. */
  async #remove(purge: AuditPurgeRow, control: PurgeControl): Promise<void> {
    const { trail } = this.#deps;
    await this.#removeEntriesOfLast(purge);
    for (let afterNo = 0; ;) {
      const page = (await trail.readSeals(afterNo, SEALS_PER_PAGE)).filter(({ no }) => no < purge.toSeal);
      if (page.length === 0) return;
      const turn = turnOf(page, this.#deps.entriesPerTurn ?? PURGE_RULES.entriesPerTurn);
      await this.#turn(purge, turn, turn.at(-1)!.no + 1);
      afterNo = turn.at(-1)!.no;
      await control.checkpoint({
        done: turn.at(-1)!.size - purge.fromSize,
        total: purge.toSize - purge.fromSize,
      });
    }
  }

  /** First of all: as long as a seal is left before it, everybody can see that a purge is at work. */
  async #removeEntriesOfLast(purge: AuditPurgeRow): Promise<void> {
    const [last] = await this.#deps.trail.readSeals(purge.toSeal - 1, 1);
    const range = last?.no === purge.toSeal ? parseStatement(last.statement)?.ranges[0] : undefined;
    if (range === undefined) return;
    const [row] = await this.#deps.trail.readEvents(range, range.from - 1, 1);
    if (row !== undefined && row.n <= range.to) await this.#turn(purge, [last as SealRow], undefined);
  }

  async #turn(
    purge: AuditPurgeRow,
    seals: readonly SealRow[],
    sealsBelow: number | undefined,
  ): Promise<void> {
    const { uow, ids } = this.#deps;
    const { purgeNo, untilAt } = purge;
    await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
      for (const { from, to, node, epoch, lane } of rangesOf(seals)) {
        await removeRange(tx, { id: ids.next(), purgeNo, node, epoch, lane, fromN: from, toN: to, untilAt });
      }
      if (sealsBelow !== undefined) await removeRange(tx, { id: ids.next(), purgeNo, sealsBelow });
      tx.record({
        ...{ action: 'audit.purge', outcome: 'ok', target: { type: 'audit-purge', id: String(purgeNo) } },
        details: { removedTo: seals.at(-1)!.no, isDone: sealsBelow === purge.toSeal },
      });
    });
  }
}

function isAnyLonger(before: KeepDays, now: KeepDays): boolean {
  return Object.entries(now).some(([name, days]) => days > (before[name as keyof KeepDays] ?? 0));
}

/** The first seals of a page that together have about as many entries as one turn removes. */
function turnOf(page: readonly SealRow[], entryCount: number): SealRow[] {
  const from = page[0]!.prevSize;
  const end = page.findIndex(({ size }) => size - from >= entryCount);
  return end < 0 ? [...page] : page.slice(0, end + 1);
}

/** The ranges of seals, those that follow each other joined. */
function rangesOf(seals: readonly SealRow[]) {
  const joined = new Map<string, { node: string; epoch: number; lane: number; from: number; to: number }[]>();
  for (const range of seals.flatMap(({ statement }) => parseStatement(statement)?.ranges ?? [])) {
    const key = `${range.node}/${range.epoch}/${range.lane}`;
    const known = joined.get(key) ?? [];
    const last = known.at(-1);
    if (last !== undefined && last.to === range.from - 1) last.to = range.to;
    else known.push({ ...range });
    joined.set(key, known);
  }
  return [...joined.values()].flat();
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}
