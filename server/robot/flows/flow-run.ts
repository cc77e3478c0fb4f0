import { AppError, type Clock } from '../../kernel/index.ts';
import type { ConversationRow, MessageMeta } from '../../desk/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';
import { NO_FLOW } from './flow-engine.rules.ts';
import type { FlowRunRow } from './flow.entity.ts';
import { findRun, writeRun } from './flow.repo.ts';
import type { EndKind, FlowState, Frame, LiveFlow, SlotValues } from './flow.types.ts';

/** Nobody remembers a question for longer; after that a message begins anew. */
export const FLOW_IDLE_MS = 30 * 60 * 1_000;

/** What the robot says to a message because of a flow: said again, word by word, when the server died before it was. */
export interface FlowReply {
  text: string;
  meta: MessageMeta;
  /** Why a person takes over after it, if one does. */
  handover?: string;
  /** Said after a hand-over that a rule made at once. */
  isHelp?: boolean;
}

/** A flow that is over, for the agent who takes over. */
export interface EndedRun {
  title: string;
  end: EndKind;
  slots: { name: string; title: string; value: string }[];
}

/** What is kept of a conversation's flows, sealed as a whole. */
export interface StoredRun {
  frames: Frame[];
  reply?: FlowReply;
  ended?: EndedRun;
}

/** A conversation's flows as they were read. */
export interface ReadRun {
  row: FlowRunRow | undefined;
  stored: StoredRun;
  /** Empty when nothing runs, or what ran has expired. */
  state: FlowState;
}

/** Reads and writes the flows of conversations; what customers said for them is under their key. */
export class FlowRuns {
  readonly #crypto: Crypto;
  readonly #clock: Clock;

  constructor(deps: { crypto: Crypto; clock: Clock }) {
    this.#crypto = deps.crypto;
    this.#clock = deps.clock;
  }

  /** The flows of a conversation; frames of flows that are live no more are left out, of newer versions carried over. */
  async read(db: Db, conversationId: string, flows: readonly LiveFlow[]): Promise<ReadRun> {
    const row = await findRun(db, conversationId);
    if (!row) return { row, stored: { frames: [] }, state: NO_FLOW };
    const stored = JSON.parse(await this.#crypto.open(cellOf(conversationId), row.stateEnc)) as StoredRun;
    const isOver = !row.isActive || this.#clock.now() >= row.expiresAt;
    return {
      row,
      stored,
      state: isOver ? NO_FLOW : { frames: stored.frames.flatMap((frame) => adopt(frame, flows)) },
    };
  }

  /** Keeps the flows after one message; throws `request.version_stale` when another process was faster. */
  async write(
    tx: Tx,
    conversation: Pick<ConversationRow, 'id' | 'dekId'>,
    next: { eventId: string; before: FlowRunRow | undefined; stored: StoredRun },
  ): Promise<void> {
    const { before, stored, eventId } = next;
    const dek = await this.#crypto.dek(conversation.dekId);
    const now = this.#clock.now();
    const isActive = stored.frames.length > 0;
    const row: FlowRunRow = {
      conversationId: conversation.id,
      eventId,
      stateEnc: dek.seal(cellOf(conversation.id), JSON.stringify(stored)),
      isActive,
      startedAt: before?.isActive ? before.startedAt : now,
      expiresAt: new Date(now.getTime() + FLOW_IDLE_MS),
      version: (before?.version ?? 0) + 1,
    };
    if (!(await writeRun(tx, row, before?.version ?? 0))) throw new AppError('request.version_stale');
  }
}

function cellOf(rowId: string) {
  return { table: 'flow_run', column: 'state_enc', rowId };
}

/** A flow that was published anew goes on with what it knows already. */
function adopt(frame: Frame, flows: readonly LiveFlow[]): Frame[] {
  const live = flows.find(
    ({ definition }) => definition.key === frame.flow && definition.locale === frame.locale,
  );
  if (!live) return [];
  if (live.version === frame.version) return [frame];
  const names = new Set(live.definition.slots.map(({ name }) => name));
  const slots: SlotValues = Object.fromEntries(
    Object.entries(frame.slots).filter(([name]) => names.has(name)),
  );
  const isAskedKnown = frame.asked !== null && names.has(frame.asked);
  return [
    {
      ...frame,
      version: live.version,
      slots,
      ...(isAskedKnown ? {} : { asked: null, stage: 'fill' as const }),
    },
  ];
}
