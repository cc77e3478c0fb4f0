import { sha256 } from './hash.ts';
import { signHead } from './head.ts';
import type { NoteSigner } from './note.ts';
import { parseAdoptedLanes } from './overrun.ts';
import { compareLanes, laneText, type LaneRange } from './place.ts';
import { writeStatement, type SealStatement } from './seal.ts';
import { parseVoids, planLane, type LanePlan, type LaneWork } from './sealer-lanes.ts';
import {
  addEpochs,
  applyEpochStart,
  openRanges,
  reopenLane,
  retireLanes,
  type SealerState,
} from './sealer-state.ts';
import type { AuditStorage, LeafRow, SealRow } from './storage.ts';
import { appendLeaf, copyFrontier, encodeFrontier, frontierRoot } from './tree.ts';

/** Rows of one lane in one seal; bounds the memory and the statement of a seal. */
export const LANE_ROWS_MAX = 5_000;

/** When and how closely the sealer looks. */
export interface Look {
  nowMs: number;
  /** Look for new runs, and into open holes, too. */
  isSurvey: boolean;
  holeWaitMs: number;
}

/** What the next seal would say. */
export interface SealDraft {
  next: SealerState;
  ranges: SealStatement['ranges'];
  pending: SealStatement['pending'];
  leafCount: number;
}

/** Reads what is new and plans the next seal. Cost: the new entries, and one range scan for each lane in use. */
export async function gather(storage: AuditStorage, state: SealerState, look: Look): Promise<SealDraft> {
  const lanes = new Map(state.lanes);
  if (look.isSurvey) addEpochs(lanes, await storage.listEpochs());
  // Before anything is read: nothing behind the end of a lane may be taken.
  await applyStarts(storage, lanes);
  const frontier = copyFrontier(state.frontier);
  const plans: LanePlan[] = [];
  const reopened: LaneRange[] = [];
  for (const work of [...lanes.values()].sort((a, b) => compareLanes(a.key, b.key))) {
    const { plan, adopted } = await planOf(storage, work, look);
    for (const leaf of plan.leaves) appendLeaf(frontier, leaf);
    plans.push(plan);
    reopened.push(...adopted);
  }
  const next = new Map(plans.map((plan) => [laneText(plan.next.key), plan.next]));
  for (const range of reopened) reopenLane(next, range);
  retireLanes(next);
  return {
    next: { ...state, frontier, lanes: next },
    ranges: plans.flatMap((plan) => plan.ranges),
    pending: plans.flatMap((plan) => plan.pending),
    leafCount: frontier.size - state.frontier.size,
  };
}

async function planOf(
  storage: AuditStorage,
  work: LaneWork,
  look: Look,
): Promise<{ plan: LanePlan; adopted: LaneRange[] }> {
  const read = await storage.readLeaves(work.key, work.to, LANE_ROWS_MAX);
  const rows = read.filter(({ n }) => work.end === undefined || n <= work.end);
  const filled: LeafRow[] = [];
  if (look.isSurvey) {
    for (const [from, to] of work.open) {
      const found = await storage.readLeaves(work.key, from - 1, to - from + 1);
      filled.push(...found.filter((row) => row.n <= to));
    }
  }
  const voids = [];
  const details = new Map<number, unknown>();
  for (const row of rows) {
    if (row.action === 'audit.void') voids.push(...parseVoids(await readDetails(storage, work, row.n)));
    if (row.action === 'audit.adopt') details.set(row.n, await readDetails(storage, work, row.n));
  }
  const plan = planLane(work, { rows, filled, voids }, look);
  // Behind a hole it is not sealed yet, and comes again.
  const sealed = [...details].filter(([n]) => n <= plan.next.to);
  return { plan, adopted: sealed.flatMap(([, one]) => parseAdoptedLanes(one)) };
}

/** The first entries of lane 0 of a run that nothing is sealed of yet may close older lanes of the node. */
async function applyStarts(storage: AuditStorage, lanes: Map<string, LaneWork>): Promise<void> {
  for (const work of [...lanes.values()]) {
    if (work.key.lane !== 0 || work.to > 0) continue;
    for (let n = 1; ; n += 1) {
      const body = await readEvent(storage, work, n);
      if (body?.action !== 'audit.epoch-start') break;
      applyEpochStart(lanes, work.key, body.details);
    }
  }
}

async function readDetails(storage: AuditStorage, work: LaneWork, n: number): Promise<unknown> {
  return (await readEvent(storage, work, n))?.details;
}

async function readEvent(
  storage: AuditStorage,
  { key }: LaneWork,
  n: number,
): Promise<{ action?: unknown; details?: unknown } | undefined> {
  const body = await storage.readBody(key, n);
  return body === undefined ? undefined : (JSON.parse(body) as { action?: unknown; details?: unknown });
}

/** Writes, hashes and signs the seal. */
export function signSeal(
  draft: SealDraft,
  before: SealerState,
  by: { signer: NoteSigner; at: Date },
): SealRow {
  const { frontier, lanes } = draft.next;
  const ordered = [...lanes.values()].sort((a, b) => compareLanes(a.key, b.key));
  const no = before.no + 1;
  const root = frontierRoot(frontier);
  const statement = writeStatement({
    origin: by.signer.name,
    no,
    size: frontier.size,
    prevSize: before.frontier.size,
    root,
    ranges: draft.ranges,
    pending: draft.pending,
    lanes: ordered.map(({ key, to }) => ({ ...key, to })),
    open: openRanges(ordered),
    prev: before.hash,
    at: by.at,
    keyId: by.signer.keyId,
  });
  const head = { size: frontier.size, root, sealNo: no, sealHash: sha256(statement) };
  return {
    no,
    size: frontier.size,
    prevSize: before.frontier.size,
    root,
    frontier: encodeFrontier(frontier),
    statement,
    checkpoint: signHead(head, by.signer),
    at: by.at,
  };
}
