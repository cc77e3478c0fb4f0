import {
  AppError,
  ROBOT_ACTOR,
  type Clock,
  type DomainEvent,
  type EventHandler,
  type Ids,
} from '../../kernel/index.ts';
import {
  type ConversationRow,
  type ConversationService,
  type MessageMeta,
  type StoredMessage,
  type SystemTexts,
} from '../../desk/index.ts';
import type { LiveKnowledge } from '../../knowledge/index.ts';
import { deriveUuid } from '../../platform/crypto/index.ts';
import { DatabaseConflict, type UnitOfWork } from '../../platform/persistence/index.ts';
import { knownLocale, NO_MODEL, readChoice, type QuestionReader, type Reading } from './reader.ts';
import type { FlowReplies } from './flow.replies.ts';
import { sentiment } from '../engine/index.ts';
import { LANG_OF } from '../training/model-keeper.ts';
import { lookupWish, sayLookup, type LookUp } from './lookup.rules.ts';
import type { FlowReply } from '../flows/flow-run.ts';
import { decideReply, replyToChoice, type Reply } from './reply.rules.ts';
import { insertTurn, type RobotTurnRow } from './robot-turn.entity.ts';

/** What replying needs. */
export interface ReplyDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  conversations: ConversationService;
  live: LiveKnowledge;
  reader: QuestionReader;
  localeOf(siteId: string): Promise<string>;
  textOf: SystemTexts;
  isOn(): boolean;
  /** Asks another system about the requester; undefined when none is connected for that. */
  lookUp?: LookUp;
  flowReplies: FlowReplies;
}

/** Messages before the question that the decision looks at, and after it where the reply may already stand. */
const LOOK_BACK = 12;
const LOOK_READ = 40;
/** Messages of the requester whose mood counts. */
const MOODS_READ = 2;
/** Why a person takes over when the robot is switched off; a code for the trail. */
const SWITCHED_OFF = 'switched-off';

/** The reply to each message of a requester who is with the robot. */
export function createReplyHandler(deps: ReplyDeps): EventHandler {
  return {
    name: 'robot.reply',
    eventTypes: ['message.received'],
    handle: (event) => reply(deps, event),
  };
}

/** One question in its conversation. */
interface Question {
  row: Readonly<ConversationRow>;
  message: StoredMessage;
  before: StoredMessage[];
  after: StoredMessage[];
}

/**
 * Says what the robot has to say about one message, once: the reply's id is derived from the event's, so a repeated
 * event finds it said. The conversation's lane looks at the state again, so nothing is said over an agent.
 */
async function reply(deps: ReplyDeps, event: DomainEvent): Promise<void> {
  const startedAt = performance.now();
  const replyId = deriveUuid(`robot.reply:${event.id}`);
  const question = await findQuestion(deps, event);
  if (!question) return;
  if (question.message.meta?.file) return replyToFile(deps, question, replyId);
  const flow = { row: question.row, text: question.message.text, event };
  const again = await deps.flowReplies.again(flow);
  if (again?.isHelp) await sayHelp(deps, event, { row: question.row, reply: again });
  else if (again) return sayFlow(deps, event, { question, replyId, startedAt, reply: again });
  const said = question.after.find(({ id }) => id === replyId);
  if (said) return keepTurn(deps, question.row, recoverTurn(event, question, said));
  const { state } = question.row;
  if (state !== 'robot' && state !== 'queued') return;
  if (!deps.isOn()) {
    if (state === 'robot') await handOver(deps, { question, replyId, reason: SWITCHED_OFF });
    return;
  }
  const step = question.message.meta?.articleId ? undefined : await deps.flowReplies.reply(flow);
  if (step) return sayFlow(deps, event, { question, replyId, startedAt, reply: step });
  if (state === 'queued') return answerMeanwhile(deps, event, { question, replyId, startedAt });
  if (await replyFromSystem(deps, event, { question, replyId, startedAt })) return;
  const { reading, decision } = await decide(deps, question);
  const isSaid = await say(deps, { question, replyId, reading, decision });
  if (!isSaid) return;
  if (decision.outcome === 'handoff') await helpMeanwhile(deps, { question, event, reason: decision.reason });
  const tookMs = Math.round(performance.now() - startedAt);
  await keepTurn(deps, question.row, toTurn(deps, { event, question, reading, decision, tookMs }));
}

/** Says what a flow answers, in the queue too, and calls a person after it where it ends with one. */
async function sayFlow(
  deps: ReplyDeps,
  event: DomainEvent,
  parts: { question: Question; replyId: string; startedAt: number; reply: FlowReply },
): Promise<void> {
  const { question, replyId, startedAt, reply } = parts;
  const { row, message } = question;
  const { text, meta, handover } = reply;
  const isSaid = await settle(() =>
    deps.conversations.robotSay(row.id, { id: replyId, text, meta, misses: 0, mayWait: true }),
  );
  if (handover !== undefined) {
    const handoverId = deriveUuid(`robot.handover:${event.id}`);
    await handOver(deps, { question, replyId: handoverId, reason: handover });
  }
  if (!isSaid) return;
  await keepTurn(deps, row, {
    ...{ id: event.id, conversationId: row.id, messageSeq: message.seq, messageId: message.id },
    locale: knownLocale(await deps.localeOf(row.siteId)),
    ...{ outcome: handover === undefined ? 'answer' : 'handoff', reason: meta.reason ?? 'flow' },
    ...{ confidencePpm: 1_000_000, candidates: [], modelHash: NO_MODEL, at: deps.clock.now() },
    ...{ articleId: meta.articleId ?? null, articleVersion: meta.articleVersion ?? null },
    tookMs: Math.round(performance.now() - startedAt),
  });
}

/** Answers who waits for a person, where the robot is sure; otherwise it says nothing. The place in the queue stays. */
async function answerMeanwhile(
  deps: ReplyDeps,
  event: DomainEvent,
  { question, replyId, startedAt }: { question: Question; replyId: string; startedAt: number },
): Promise<void> {
  const { row } = question;
  const { reading, decision } = await decide(deps, question);
  if (decision.outcome !== 'answer') return;
  const said = messageOf(deps, { reading, decision, row });
  const isSaid = await settle(() =>
    deps.conversations.robotSay(row.id, { id: replyId, ...said, mayWait: true }),
  );
  if (!isSaid) return;
  const tookMs = Math.round(performance.now() - startedAt);
  await keepTurn(deps, row, toTurn(deps, { event, question, reading, decision, tookMs }));
}

/** After a hand-over by rule: asks for the details a person will need, while the customer waits. */
async function helpMeanwhile(
  deps: ReplyDeps,
  { question, event, reason }: { question: Question; event: DomainEvent; reason: string },
): Promise<void> {
  const { row, message } = question;
  const reply = await deps.flowReplies.help({ row, text: message.text, event }, reason);
  if (reply) await sayHelp(deps, event, { row, reply });
}

async function sayHelp(
  deps: ReplyDeps,
  event: DomainEvent,
  { row, reply }: { row: Readonly<ConversationRow>; reply: FlowReply },
): Promise<void> {
  const id = deriveUuid(`robot.help:${event.id}`);
  const { text, meta } = reply;
  await settle(() => deps.conversations.robotSay(row.id, { id, text, meta, misses: 0, mayWait: true }));
}

/** Answers a question about the requester's own matters from another system; false when none is connected for it. */
async function replyFromSystem(
  deps: ReplyDeps,
  event: DomainEvent,
  parts: { question: Question; replyId: string; startedAt: number },
): Promise<boolean> {
  const { question, replyId, startedAt } = parts;
  const { row, message } = question;
  const wish = message.meta?.articleId === undefined ? lookupWish(message.text) : undefined;
  if (wish === undefined || deps.lookUp === undefined) return false;
  const looked = await deps.lookUp({ requesterId: row.requesterId, conversationId: row.id }, wish);
  if (looked === undefined) return false;
  const locale = knownLocale(await deps.localeOf(row.siteId));
  const meta: MessageMeta = { outcome: 'answer', reason: `lookup.${looked.kind}` };
  const text = sayLookup(looked, locale);
  const isSaid = await settle(() =>
    deps.conversations.robotSay(row.id, { id: replyId, text, meta, misses: 0 }),
  );
  if (!isSaid) return true;
  await keepTurn(deps, row, {
    ...{ id: event.id, conversationId: row.id, messageSeq: message.seq, messageId: message.id, locale },
    ...{ outcome: 'answer', reason: `lookup.${looked.kind}`, confidencePpm: 1_000_000, candidates: [] },
    ...{ articleId: null, articleVersion: null, modelHash: NO_MODEL, at: deps.clock.now() },
    tookMs: Math.round(performance.now() - startedAt),
  });
  return true;
}

/** The robot reads no files: it says so, offers a person, and counts no miss. */
async function replyToFile(deps: ReplyDeps, { row }: Question, replyId: string): Promise<void> {
  if (row.state !== 'robot') return;
  const text = deps.textOf('fileReceived', knownLocale(await deps.localeOf(row.siteId)));
  const meta: MessageMeta = { outcome: 'handoff', reason: 'file' };
  await settle(() =>
    deps.conversations.robotSay(row.id, { id: replyId, text, meta, misses: row.robotMisses }),
  );
}

async function findQuestion(deps: ReplyDeps, event: DomainEvent): Promise<Question | undefined> {
  const seq = Number(event.payload.seq);
  const row = await deps.conversations.get(String(event.payload.conversationId));
  const messages = await deps.uow.read((db) =>
    deps.conversations.history(db, row, Math.max(0, seq - 1 - LOOK_BACK), LOOK_READ),
  );
  const message = messages.find((candidate) => candidate.seq === seq);
  if (!message) return undefined;
  return {
    row,
    message,
    before: messages.filter((other) => other.seq < seq),
    after: messages.filter((other) => other.seq > seq),
  };
}

interface Decided {
  reading: Reading;
  decision: Reply;
}

async function decide(deps: ReplyDeps, { row, message, before }: Question): Promise<Decided> {
  const locale = knownLocale(await deps.localeOf(row.siteId));
  const chosenId = message.meta?.articleId;
  return deps.uow.read(async (db) => {
    const chosen = chosenId && (await deps.live.answers(db, [chosenId])).get(chosenId);
    if (chosen) return { reading: readChoice(chosen), decision: replyToChoice(chosen) };
    const reading = await deps.reader.read(db, message.text, locale);
    const robotSaid = before.flatMap(({ from, meta }) => (from === 'robot' && meta ? [meta] : []));
    const asked = [...before.filter(({ from }) => from === 'requester'), message];
    const moods = asked
      .slice(-MOODS_READ)
      .map(({ text }) => sentiment(text, LANG_OF[reading.locale]).polarity);
    return { reading, decision: decideReply(reading, { misses: row.robotMisses, robotSaid, moods }) };
  });
}

/** Writes the reply; false when the conversation is no longer with the robot. */
function say(
  deps: ReplyDeps,
  parts: { question: Question; replyId: string; reading: Reading; decision: Reply },
): Promise<boolean> {
  const { question, replyId, reading, decision } = parts;
  if (decision.outcome === 'handoff') return handOver(deps, { question, replyId, reason: decision.reason });
  const { row } = question;
  const said = messageOf(deps, { reading, decision, row });
  return settle(() => deps.conversations.robotSay(row.id, { id: replyId, ...said }));
}

function handOver(
  deps: ReplyDeps,
  { question, replyId, reason }: { question: Question; replyId: string; reason: string },
): Promise<boolean> {
  const by = { actor: ROBOT_ACTOR };
  return settle(() => deps.conversations.requestHandover(by, question.row.id, reason, replyId));
}

async function settle(append: () => Promise<{ isSkipped?: boolean }>): Promise<boolean> {
  try {
    return (await append()).isSkipped !== true;
  } catch (error) {
    // Closed meanwhile; or said already, before a crash, from another state of the knowledge: what was said stands.
    const isSettled =
      error instanceof AppError && ['conversation.closed', 'message.id_reused'].includes(error.code);
    if (isSettled) return false;
    throw error;
  }
}

type Said = { text: string; meta: MessageMeta; misses: number };

function messageOf(
  deps: ReplyDeps,
  parts: {
    reading: Reading;
    decision: Exclude<Reply, { outcome: 'handoff' }>;
    row: Readonly<ConversationRow>;
  },
): Said {
  const { decision, row } = parts;
  const { locale, understanding } = parts.reading;
  const { confidence } = understanding;
  if (decision.outcome === 'answer') {
    const { id: articleId, version: articleVersion, answer: text } = decision.article;
    const meta = { outcome: 'answer' as const, articleId, articleVersion, confidence: round(confidence) };
    return { text, meta, misses: 0 };
  }
  if (decision.outcome === 'clarify') {
    const options = decision.options.map(({ article, score }) => ({
      articleId: article.id,
      articleVersion: article.version,
      question: article.question,
      score: round(score),
    }));
    const meta = { outcome: 'clarify' as const, confidence: round(confidence), options };
    return { text: deps.textOf('clarify', locale), meta, misses: row.robotMisses };
  }
  const meta = { outcome: 'handoff' as const, confidence: round(confidence), reason: decision.reason };
  return { text: deps.textOf('fallback', locale), meta, misses: row.robotMisses + 1 };
}

function round(share: number): number {
  return Math.round(share * 10_000) / 10_000;
}

function toTurn(
  deps: ReplyDeps,
  parts: { event: DomainEvent; question: Question; reading: Reading; decision: Reply; tookMs: number },
): RobotTurnRow {
  const { event, question, reading, decision, tookMs } = parts;
  const article = decision.outcome === 'answer' ? decision.article : undefined;
  return {
    id: event.id,
    conversationId: question.row.id,
    messageSeq: question.message.seq,
    messageId: question.message.id,
    locale: reading.locale,
    outcome: decision.outcome,
    reason: decision.reason,
    confidencePpm: Math.round(reading.understanding.confidence * 1_000_000),
    candidates: reading.understanding.candidates.map(({ id, score }) => ({ id, score: round(score) })),
    articleId: article?.id ?? null,
    articleVersion: article?.version ?? null,
    modelHash: reading.model?.hash ?? NO_MODEL,
    tookMs,
    at: deps.clock.now(),
  };
}

/** The decision as the reply itself tells it: the server stopped between the reply and its provenance. */
function recoverTurn(event: DomainEvent, question: Question, said: StoredMessage): RobotTurnRow {
  const {
    outcome = 'handoff',
    articleId = null,
    articleVersion = null,
    options,
    confidence,
  } = said.meta ?? {};
  const isFallback = said.from === 'robot' && outcome === 'handoff';
  return {
    id: event.id,
    conversationId: question.row.id,
    messageSeq: question.message.seq,
    messageId: question.message.id,
    locale: 'unknown',
    outcome: isFallback ? 'fallback' : outcome,
    reason: said.meta?.reason ?? 'recovered',
    confidencePpm: Math.round((confidence ?? 0) * 1_000_000),
    candidates: (options ?? []).map((option) => ({ id: option.articleId, score: option.score })),
    articleId,
    articleVersion,
    modelHash: NO_MODEL,
    tookMs: 0,
    at: said.at,
  };
}

/** Keeps the provenance: which model, which candidates, which version. A repeated event keeps the first one. */
async function keepTurn(
  deps: ReplyDeps,
  { firstUnitId }: Readonly<ConversationRow>,
  turn: RobotTurnRow,
): Promise<void> {
  try {
    await deps.uow.run({ actor: ROBOT_ACTOR }, async (tx) => {
      await insertTurn(tx, deps.ids, { turn, firstUnitId });
      tx.record({
        action: turn.outcome === 'handoff' ? 'robot.handoff' : 'robot.decide',
        outcome: 'ok',
        target: { type: 'conversation', id: turn.conversationId },
        reason: turn.reason,
        details: {
          outcome: turn.outcome,
          seq: turn.messageSeq,
          confidencePpm: turn.confidencePpm,
          candidates: turn.candidates.map(({ id }) => id),
          modelHash: turn.modelHash,
          ...(turn.articleId !== null && { articleId: turn.articleId }),
          ...(turn.articleVersion !== null && { articleVersion: turn.articleVersion }),
        },
      });
    });
  } catch (error) {
    if (!(error instanceof DatabaseConflict)) throw error;
  }
}
