import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import type { ConversationService, StoredMessage } from '../../desk/index.ts';
import {
  isRight,
  LOCALES,
  type LiveKnowledge,
  type Locale,
  type RegressionService,
} from '../../knowledge/index.ts';
import { maskText } from '../../platform/crypto/index.ts';
import type { JobContext, JobKind } from '../../platform/jobs/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import { clusterTexts, understand } from '../engine/index.ts';
import { LANG_OF, type ModelKeeper } from '../training/model-keeper.ts';
import { startMeasuring } from '../training/training.ts';
import type { LearningBatchRow, ProposalSource } from './learning.entity.ts';
import {
  findLabel,
  findNewestBatch,
  insertBatch,
  isProposed,
  listMissedTurns,
  type MissedTurn,
} from './learning.repo.ts';
import { storeProposal, type NewProposal } from './learning.service.ts';

/** What the nightly look needs. */
export interface LearningJobDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  conversations: Pick<ConversationService, 'get' | 'history'>;
  live: LiveKnowledge;
  regression: Pick<RegressionService, 'cases'>;
  keepers: ReadonlyMap<Locale, ModelKeeper>;
  workerUrl: URL;
}

export const LEARNING_JOB = 'robot.learn-from-conversations';
/** Turns read in one night and language; the rest waits for the next. */
const TURNS_MAX = 5_000;
const TURNS_AT_ONCE = 200;
/** Proposals a person is asked to look at after one night and language. */
const PROPOSALS_MAX = 200;
/** The first night looks back so far. */
const LOOK_BACK_MS = 30 * 86_400_000;
/** A conversation is read when it has been quiet so long: what became of a question is known by then. */
const QUIET_MS = 3_600_000;
/** Confidence from which the model's own guess is proposed; see docs/robot-evaluation.md for how often it is right. */
const PROPOSED_MIN = 0.6;
/** A subject nobody wrote an article for shows by so many questions in as many conversations. */
const CLUSTER_MIN = 3;
/** Questions of a subject that a person is shown. */
const MEMBERS_MAX = 5;
const MESSAGES_AFTER = 20;
const SKIPPED = /^(?:mandatory:|switched-off|file|lookup\.)/;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** A question without an answer, masked. */
interface Missed {
  turn: MissedTurn;
  text: string;
  /** The agent's first words after it. */
  replySeq?: number;
}

/** The nightly look at what was not answered; proposes, and changes nothing by itself. */
export function learningJob(deps: LearningJobDeps): JobKind {
  return {
    kind: LEARNING_JOB,
    title: { zh: '从会话中学习（提出建议）', en: 'Learn from conversations (proposals)' },
    schedule: '20 2 * * *',
    maxAttempts: 3,
    timeoutMs: 3_600_000,
    async run(context) {
      const done: Record<string, number> = {};
      for (const locale of LOCALES) done[locale] = await lookAt(deps, locale, context);
      return done;
    },
  };
}

/** One language; gives how many proposals it made. A batch is written with its proposals: repeated, it starts behind it. */
async function lookAt(deps: LearningJobDeps, locale: Locale, context: JobContext): Promise<number> {
  const model = deps.keepers.get(locale)?.current;
  if (!model) return 0;
  const { turns, missed } = await readMissed(deps, locale, context);
  const last = turns[turns.length - 1];
  if (!last) return 0;
  const { labelled, unlabelled } = await sortOut(deps, model.model, missed);
  const clusters = clusterProposals(unlabelled, locale, model.model.questions);
  const proposals = [...dedupe(labelled), ...clusters].slice(0, PROPOSALS_MAX);
  await context.checkpoint(null, { done: turns.length });
  const change = await measure(deps, locale, proposals);
  const batchId = deps.ids.next();
  await deps.uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
    for (const proposal of proposals) await storeProposal(deps, tx, { ...proposal, locale, batchId });
    await insertBatch(tx, {
      ...{ id: batchId, locale, toAt: last.at, toId: last.id, createdAt: deps.clock.now() },
      ...{ turnCount: turns.length, proposalCount: proposals.length },
      ...change,
    });
    tx.record({
      action: 'robot.propose',
      outcome: 'ok',
      target: { type: 'learning-batch', id: batchId },
      details: { locale, turnCount: turns.length, proposalCount: proposals.length },
    });
  });
  return proposals.length;
}

async function readMissed(
  deps: LearningJobDeps,
  locale: Locale,
  context: JobContext,
): Promise<{ turns: MissedTurn[]; missed: Missed[] }> {
  const { uow, clock } = deps;
  const newest = await uow.read((db) => findNewestBatch(db, locale));
  const now = clock.now().getTime();
  const turns: MissedTurn[] = [];
  const missed: Missed[] = [];
  let after = { at: newest?.toAt ?? new Date(now - LOOK_BACK_MS), id: newest?.toId ?? FIRST_ID };
  const beforeAt = new Date(now - QUIET_MS);
  while (turns.length < TURNS_MAX) {
    const page = { locale, afterAt: after.at, afterId: after.id, beforeAt, limit: TURNS_AT_ONCE };
    const rows = await uow.read((db) => listMissedTurns(db, page));
    for (const turn of rows) {
      const read = SKIPPED.test(turn.reason) ? undefined : await readQuestion(deps, turn);
      if (read) missed.push(read);
    }
    turns.push(...rows);
    await context.checkpoint(null, { done: turns.length });
    const last = rows[rows.length - 1];
    if (!last || rows.length < TURNS_AT_ONCE) break;
    after = { at: last.at, id: last.id };
  }
  return { turns, missed };
}

/** The question of a turn and the agent's answer; undefined when its conversation is gone or it was proposed already. */
async function readQuestion(deps: LearningJobDeps, turn: MissedTurn): Promise<Missed | undefined> {
  const { conversationId, messageSeq } = turn;
  return deps.uow.read(async (db) => {
    if (await isProposed(db, conversationId, messageSeq)) return undefined;
    const messages = await deps.conversations
      .get(conversationId)
      .then((row) => deps.conversations.history(db, row, messageSeq - 1, MESSAGES_AFTER))
      .catch(ignoreGone);
    const question = messages?.find(({ seq }) => seq === messageSeq);
    if (!messages || !question?.text) return undefined;
    const reply = messages.find((message: StoredMessage) => message.from === 'agent');
    return { turn, text: maskText(question.text), ...(reply && { replySeq: reply.seq }) };
  });
}

/** Erased since, or its key is: there is nothing to learn from. */
function ignoreGone(error: unknown): undefined {
  if (error instanceof AppError && ['request.not_found', 'crypto.key_missing'].includes(error.code))
    return undefined;
  throw error;
}

interface Labelled extends NewProposal {
  text: string;
}

/** What is known to belong to an article: the requester chose it, an agent answered with it, or the model is sure enough. */
async function sortOut(
  deps: LearningJobDeps,
  model: Parameters<typeof understand>[0],
  missed: Missed[],
): Promise<{ labelled: Labelled[]; unlabelled: Missed[] }> {
  const labelled: Labelled[] = [];
  const unlabelled: Missed[] = [];
  for (const row of missed) {
    const { reason, confidence, candidates } = understand(model, row.text);
    if (reason === 'exact' || reason === 'empty') continue;
    const used = await deps.uow.read((db) => findLabel(db, row.turn));
    const guess = confidence >= PROPOSED_MIN ? candidates[0]?.id : undefined;
    const articleId = used?.articleId ?? guess;
    if (articleId === undefined) {
      unlabelled.push(row);
      continue;
    }
    const source: ProposalSource = used?.source ?? 'model';
    labelled.push({
      kind: 'similar',
      source,
      articleId,
      score: confidence,
      members: [row.turn],
      text: row.text,
    });
  }
  return { labelled, unlabelled };
}

/** One proposal for each wording, whoever asked it first, with how often it was asked; the surest first. */
function dedupe(labelled: Labelled[]): Labelled[] {
  const byWording = new Map<string, Labelled>();
  for (const row of labelled) {
    const key = row.text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '');
    const first = byWording.get(key);
    byWording.set(key, { ...(first ?? row), askedCount: (first?.askedCount ?? 0) + 1 });
  }
  return [...byWording.values()].sort(
    (a, b) => Number(b.source !== 'model') - Number(a.source !== 'model') || b.score - a.score,
  );
}

/** Subjects that nobody wrote an article for: groups of like questions from several conversations. */
function clusterProposals(unlabelled: Missed[], locale: Locale, known: readonly string[]): NewProposal[] {
  const texts = unlabelled.map(({ text }) => text);
  return clusterTexts(texts, LANG_OF[locale], known).flatMap(({ members, likeness }): NewProposal[] => {
    const rows = members.map((member) => unlabelled[member]!);
    if (new Set(rows.map(({ turn }) => turn.conversationId)).size < CLUSTER_MIN) return [];
    const answered = rows.find(({ replySeq }) => replySeq !== undefined);
    const reply = answered && {
      conversationId: answered.turn.conversationId,
      messageSeq: answered.replySeq!,
    };
    const shown = rows.slice(0, MEMBERS_MAX).map(({ turn }) => turn);
    const about = { kind: 'article', source: 'cluster', score: likeness, askedCount: rows.length } as const;
    return [{ ...about, members: shown, ...(reply && { reply }) }];
  });
}

type Measured = Pick<
  LearningBatchRow,
  'measuredCount' | 'rightBefore' | 'rightAfter' | 'guardCount' | 'guardsBefore' | 'guardsAfter'
>;
const NOTHING_MEASURED: Measured = {
  ...{ measuredCount: 0, rightBefore: 0, rightAfter: 0 },
  ...{ guardCount: 0, guardsBefore: 0, guardsAfter: 0 },
};

/**
 * What accepting all proposals of the night would change, measured on approved wordings hidden from both models and on
 * the questions that guard publishing.
 */
async function measure(
  deps: LearningJobDeps,
  locale: Locale,
  proposals: (NewProposal & { text?: string })[],
): Promise<Measured> {
  const wordings = proposals.flatMap(({ articleId, text }) =>
    articleId !== undefined && text !== undefined ? [{ articleId, text }] : [],
  );
  if (wordings.length === 0) return NOTHING_MEASURED;
  const [entries, cases] = await deps.uow.read(async (db) => [
    await deps.live.entries(db, locale),
    await deps.regression.cases(db, locale),
  ]);
  const work = startMeasuring(deps.workerUrl, {
    lang: LANG_OF[locale],
    entries: entries.map(({ id, question, similar, riskLevel }) => ({ id, question, similar, riskLevel })),
    proposals: wordings,
    guards: cases.map(({ question }) => question),
  });
  const report = await work.report;
  if (!report.ok) return NOTHING_MEASURED;
  const { measured, rightBefore, rightAfter, guards } = report.change;
  const countRight = (when: 'before' | 'after') =>
    guards.filter((read, place) => isRight(cases[place]?.expectedId ?? null, read[when])).length;
  return {
    ...{ measuredCount: measured, rightBefore, rightAfter, guardCount: guards.length },
    ...{ guardsBefore: countRight('before'), guardsAfter: countRight('after') },
  };
}
