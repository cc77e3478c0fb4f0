import type { AuditAction } from '../../../audit/index.ts';
import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import { DatabaseConflict, type Db, type Tx } from '../../platform/persistence/index.ts';
import type { FlowRow, FlowStage, FlowVersionRow } from './flow.entity.ts';
import { checkFlow } from './flow-file.ts';
import {
  findFlow,
  findFlowByKey,
  findFlowVersion,
  flowStamp,
  insertFlow,
  insertFlowVersion,
  listFlowVersions,
  listLiveFlows,
  moveFlowVersion,
  updateFlow,
} from './flow.repo.ts';
import type { FlowDefinition, LiveFlow } from './flow.types.ts';
import { failuresOf, type ScriptFailure } from './gate.rules.ts';

/** A flow with its newest versions, newest first. */
export interface FlowWithVersions {
  flow: FlowRow;
  versions: FlowVersionRow[];
}

type Act = 'revise' | 'submit' | 'approve' | 'publish' | 'reject' | 'retire' | 'rollBack';

const ACTS: Record<FlowStage, readonly Act[]> = {
  draft: ['revise', 'submit', 'retire', 'rollBack'],
  review: ['revise', 'approve', 'reject', 'retire', 'rollBack'],
  approved: ['revise', 'publish', 'reject', 'retire', 'rollBack'],
  published: ['revise', 'retire', 'rollBack'],
  retired: ['revise', 'rollBack'],
};

const REASON_CHARACTERS_MAX = 500;

/** Longest time that a process goes on with flows it read before; publishing is seen at the next message. */
interface Cached {
  stamp: string;
  flows: readonly LiveFlow[];
}

/**
 * The life of flows: draft → review → approved → published → retired. Another person than the author approves; publishing
 * first plays the scripts of this flow and of all live ones. Each act records its audit entry.
 */
export class FlowService {
  readonly #clock: Clock;
  readonly #ids: Ids;
  #cached: Cached | undefined;

  constructor(deps: { clock: Clock; ids: Ids }) {
    this.#clock = deps.clock;
    this.#ids = deps.ids;
  }

  /** The published flows as they are at this moment: one small query says whether those in memory still are. */
  async live(db: Db): Promise<readonly LiveFlow[]> {
    const stamp = await flowStamp(db);
    if (this.#cached?.stamp !== stamp) this.#cached = { stamp, flows: await listLiveFlows(db) };
    return this.#cached.flows;
  }

  /** The flow and its versions; throws `request.not_found`. */
  async get(db: Db, id: string): Promise<FlowWithVersions> {
    const flow = await getFlow(db, id);
    return { flow, versions: await listFlowVersions(db, id) };
  }

  /** A new flow with a draft of version 1. Throws `flow.invalid`, `flow.key_taken`. */
  async create(tx: Tx, value: unknown): Promise<FlowRow> {
    const definition = checkFlow(value);
    const { key: flowKey, locale, title } = definition;
    if (await findFlowByKey(tx, locale, flowKey)) throw new AppError('flow.key_taken');
    const flow: FlowRow = {
      ...{ id: this.#ids.next(), flowKey, locale, title, state: 'draft', ownerId: tx.context.actor.id },
      ...{
        publishedVersion: null,
        draftVersion: 1,
        lastVersion: 1,
        updatedAt: this.#clock.now(),
        version: 1,
      },
    };
    try {
      await insertFlow(tx, flow, this.#versionRow(tx, flow, { definition, reason: null }));
    } catch (error) {
      if (error instanceof DatabaseConflict) throw new AppError('flow.key_taken', { cause: error });
      throw error;
    }
    record(tx, 'flow.create', flow);
    return flow;
  }

  /** A new draft; an open draft, review, or approval before it ends. The live version stays live. Key and language stay. */
  async revise(tx: Tx, id: string, change: { definition: unknown; reason: string }): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'revise');
    const definition = checkFlow(change.definition);
    if (definition.key !== read.flowKey || definition.locale !== read.locale) {
      throw new AppError('flow.invalid', {
        details: { at: '/key', problem: 'key and locale are permanent' },
      });
    }
    const reason = checkReason(change.reason);
    await this.#endDraft(tx, read);
    const versionNo = read.lastVersion + 1;
    const { title } = definition;
    const flow = await this.#write(tx, read, {
      title,
      state: 'draft',
      draftVersion: versionNo,
      lastVersion: versionNo,
    });
    await insertFlowVersion(tx, this.#versionRow(tx, flow, { definition, reason }));
    record(tx, 'flow.update', flow);
    return flow;
  }

  /** The author says the draft is ready for another person's eyes. */
  async submit(tx: Tx, id: string): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'submit');
    const draft = await getVersion(tx, id, read.draftVersion);
    await moveFlowVersion(tx, { ...draft, state: 'review', rejectedReason: null });
    const flow = await this.#write(tx, read, { state: 'review' });
    record(tx, 'flow.submit', flow);
    return flow;
  }

  /** Another person than the author approves the version in review. Throws `flow.author_approves`. */
  async approve(tx: Tx, id: string): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'approve');
    const version = await getVersion(tx, id, read.draftVersion);
    const { actor } = tx.context;
    if (actor.type !== 'account' || actor.id === version.authorId) throw new AppError('flow.author_approves');
    await moveFlowVersion(tx, {
      ...version,
      state: 'approved',
      approverId: actor.id,
      approvedAt: this.#clock.now(),
    });
    const flow = await this.#write(tx, read, { state: 'approved' });
    record(tx, 'flow.approve', flow);
    return flow;
  }

  /** What the gate says of the version in work: dialogues that would fail once it is live, of this flow and the others. */
  async tryGate(db: Db, id: string): Promise<ScriptFailure[]> {
    const flow = await getFlow(db, id);
    const versionNo = flow.draftVersion ?? flow.publishedVersion ?? flow.lastVersion;
    const version = await getVersion(db, id, versionNo);
    return failuresOf({ version: versionNo, definition: version.definition }, await this.live(db));
  }

  /** Makes the approved version live unless a dialogue fails: `flow.gate_failed` lists them. */
  async publish(tx: Tx, id: string): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'publish');
    return this.#goLive(tx, read, {
      version: await getVersion(tx, id, read.draftVersion),
      action: 'flow.publish',
    });
  }

  /** Goes back to an earlier version that was approved; its dialogues must still be mastered. */
  async rollBack(tx: Tx, id: string, to: { version: number; reason: string }): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'rollBack');
    const reason = checkReason(to.reason);
    const version = await findFlowVersion(tx, id, to.version);
    const isApproved =
      version !== undefined && version.approverId !== null && to.version !== read.publishedVersion;
    if (!isApproved)
      throw new AppError('flow.state_refused', { details: { state: version?.state ?? '', act: 'rollBack' } });
    await this.#endDraft(tx, read);
    return this.#goLive(tx, read, { version, action: 'flow.roll-back', reason });
  }

  /** Sends the version in review, or the approved one, back to its author. */
  async reject(tx: Tx, id: string, reason: string): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'reject');
    const version = await getVersion(tx, id, read.draftVersion);
    const rejectedReason = checkReason(reason);
    await moveFlowVersion(tx, {
      ...version,
      state: 'draft',
      approverId: null,
      approvedAt: null,
      rejectedReason,
    });
    const flow = await this.#write(tx, read, { state: 'draft' });
    record(tx, 'flow.reject', flow);
    return flow;
  }

  /** Takes the flow off at once: the next message of every conversation finds it gone. */
  async retire(tx: Tx, id: string, reason: string): Promise<FlowRow> {
    const read = await this.#open(tx, id, 'retire');
    checkReason(reason);
    await this.#endDraft(tx, read);
    if (read.publishedVersion !== null) {
      const live = await getVersion(tx, id, read.publishedVersion);
      await moveFlowVersion(tx, { ...live, state: 'retired' });
    }
    const flow = await this.#write(tx, read, {
      state: 'retired',
      publishedVersion: null,
      draftVersion: null,
    });
    record(tx, 'flow.retire', flow, { versionNo: read.publishedVersion });
    return flow;
  }

  async #goLive(
    tx: Tx,
    read: FlowRow,
    { version, action, reason }: { version: FlowVersionRow; action: AuditAction; reason?: string },
  ): Promise<FlowRow> {
    const { definition, versionNo } = version;
    const failed = failuresOf({ version: versionNo, definition }, await listLiveFlows(tx));
    if (failed.length > 0) {
      const names = failed.slice(0, FAILURES_SHOWN).map(({ flow, title }) => `${flow}: ${title}`);
      throw new AppError('flow.gate_failed', { details: { failed: names } });
    }
    if (read.publishedVersion !== null) {
      const live = await getVersion(tx, read.id, read.publishedVersion);
      await moveFlowVersion(tx, { ...live, state: 'retired' });
    }
    await moveFlowVersion(tx, { ...version, state: 'published' });
    const { title } = definition;
    const change = { title, state: 'published', publishedVersion: versionNo, draftVersion: null };
    const flow = await this.#write(tx, read, change);
    record(tx, action, flow, { versionNo, reason });
    return flow;
  }

  async #endDraft(tx: Tx, { id, draftVersion }: FlowRow): Promise<void> {
    if (draftVersion === null) return;
    const draft = await getVersion(tx, id, draftVersion);
    await moveFlowVersion(tx, { ...draft, state: 'retired' });
  }

  async #open(db: Db, id: string, act: Act): Promise<FlowRow> {
    const flow = await getFlow(db, id);
    if (!ACTS[flow.state as FlowStage].includes(act)) {
      throw new AppError('flow.state_refused', { details: { state: flow.state, act } });
    }
    return flow;
  }

  async #write(tx: Tx, read: FlowRow, change: Partial<FlowRow>): Promise<FlowRow> {
    const flow = { ...read, ...change, updatedAt: this.#clock.now(), version: read.version + 1 };
    if (!(await updateFlow(tx, flow, read.version))) throw new AppError('request.version_stale');
    return flow;
  }

  #versionRow(
    tx: Tx,
    flow: FlowRow,
    { definition, reason }: { definition: FlowDefinition; reason: string | null },
  ): FlowVersionRow {
    return {
      flowId: flow.id,
      versionNo: flow.lastVersion,
      state: 'draft',
      definition,
      authorId: tx.context.actor.id,
      reason,
      contentHash: sha256(JSON.stringify(definition)),
      createdAt: this.#clock.now(),
      approverId: null,
      approvedAt: null,
      rejectedReason: null,
    };
  }
}

/** Failed dialogues an error names; the page of the flow lists all. */
const FAILURES_SHOWN = 20;

async function getFlow(db: Db, id: string): Promise<FlowRow> {
  const flow = await findFlow(db, id);
  if (!flow) throw new AppError('request.not_found');
  return flow;
}

async function getVersion(db: Db, id: string, versionNo: number | null): Promise<FlowVersionRow> {
  const version = versionNo === null ? undefined : await findFlowVersion(db, id, versionNo);
  if (!version) throw new Error(`Flow ${id} lacks the version its state speaks of.`);
  return version;
}

function checkReason(text: string): string {
  const tidy = text.trim();
  const isFit = tidy !== '' && [...tidy].length <= REASON_CHARACTERS_MAX && !tidy.includes('\0');
  if (!isFit) throw new AppError('request.invalid', { details: { in: 'body', at: '/reason' } });
  return tidy;
}

function record(
  tx: Tx,
  action: AuditAction,
  flow: FlowRow,
  about: { versionNo?: number | null; reason?: string | undefined } = {},
): void {
  const { versionNo, reason } = about;
  tx.record({
    action,
    outcome: 'ok',
    target: { type: 'flow', id: flow.id },
    ...(reason === undefined ? {} : { reason }),
    details: { flowVersion: versionNo ?? flow.lastVersion, flowKey: flow.flowKey, locale: flow.locale },
  });
}
