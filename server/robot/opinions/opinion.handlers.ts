import { SYSTEM_ACTOR, type EventHandler } from '../../kernel/index.ts';
import type { ConversationRow, ConversationService } from '../../desk/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { localeOfText } from '../answering/language.rules.ts';
import { knownLocale } from '../answering/reader.ts';
import { LANG_OF } from '../training/model-keeper.ts';
import type { Aspect } from './aspects.ts';
import { readMood, trendOf, type Mood } from './mood.rules.ts';
import { insertOpinions, isRead, type ConversationMoodRow } from './opinion.entity.ts';
import { extractOpinions } from './opinion.rules.ts';

/** What reading opinions needs. */
export interface OpinionDeps {
  uow: UnitOfWork;
  conversations: Pick<ConversationService, 'get' | 'history'>;
  localeOf(siteId: string): Promise<string>;
  /** Whether an approved opening that calms was used in a conversation. */
  wasCalmed(db: Db, conversationId: string): Promise<boolean>;
}

/** Messages of a conversation that are read; longer ones have said by then what they say. */
const MESSAGES_MAX = 500;

/** Reads what customers praise and blame when a conversation closes. */
export function createOpinionHandler(deps: OpinionDeps): EventHandler {
  return {
    name: 'robot.opinions',
    eventTypes: ['conversation.closed'],
    handle: async ({ payload }) => {
      await deps.uow.run({ actor: SYSTEM_ACTOR }, (tx) =>
        readConversation(deps, tx, String(payload['conversationId'])),
      );
    },
  };
}

interface Said {
  moods: Mood[];
  verdicts: Map<Aspect, 1 | -1>;
}

/** Reads a closed conversation once: a repeated event finds it read, one that is open again is left alone. */
async function readConversation(deps: OpinionDeps, tx: Tx, conversationId: string): Promise<void> {
  if (await isRead(tx, conversationId)) return;
  const row = await deps.conversations.get(conversationId);
  if (row.state !== 'closed' || row.closedAt === null) return;
  const { moods, verdicts } = await readMessages(deps, tx, row);
  const trend = trendOf(moods);
  if (!trend) return;
  const about = { conversationId, unitId: row.unitId, agentId: row.assigneeId, closedAt: row.closedAt };
  const mood: ConversationMoodRow = {
    ...about,
    firstMood: toPermille(trend.first),
    lastMood: toPermille(trend.last),
    lowestMood: toPermille(trend.lowest),
    urgency: toPermille(trend.urgency),
    emotion: trend.emotion ?? null,
    calmed: await deps.wasCalmed(tx, conversationId),
  };
  const opinions = [...verdicts].map(([aspect, polarity]) => ({ ...about, aspect, polarity }));
  await insertOpinions(tx, mood, opinions);
  tx.record({
    action: 'robot.opinions',
    outcome: 'ok',
    target: { type: 'conversation', id: conversationId },
    customer: row.requesterId,
    details: { aspects: opinions.map(({ aspect }) => aspect) },
  });
}

async function readMessages(deps: OpinionDeps, db: Db, row: ConversationRow): Promise<Said> {
  const preferred = knownLocale(await deps.localeOf(row.siteId));
  const said: Said = { moods: [], verdicts: new Map() };
  for (const { from, text } of await deps.conversations.history(db, row, 0, MESSAGES_MAX)) {
    if (from !== 'requester') continue;
    const lang = LANG_OF[localeOfText(text, preferred)];
    said.moods.push(readMood(text, lang));
    for (const { aspect, polarity } of extractOpinions(text, lang)) said.verdicts.set(aspect, polarity);
  }
  return said;
}

function toPermille(share: number): number {
  return Math.round(share * 1_000);
}
