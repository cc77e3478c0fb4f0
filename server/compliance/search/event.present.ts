import { renderSentence, type EventRow } from '../../../audit/index.ts';
import { isUuid } from '../../kernel/index.ts';
import type { AccountNames } from '../ports.ts';

/** An entry as officers see it. Customers appear by id only. */
export interface AuditItem {
  id: string;
  /** Index of its leaf in the tree; null while it is not sealed. */
  index: number | null;
  at: string;
  action: string;
  class: string;
  sentence: { zh: string; en: string };
  actor: { type: string; id: string; name?: string; roles?: string[]; ip?: string };
  target?: { type: string; id: string };
  customer?: string;
  outcome: string;
  fields?: string[];
  reason?: string;
  ticket?: string;
  details?: Record<string, unknown>;
  node: string;
  epoch: number;
  lane: number;
  n: number;
}

/** The parts of a body that are shown beside the search columns. */
interface Body {
  actor?: { name?: string; roles?: string[]; ip?: string };
  fields?: string[];
  reason?: string;
  ticket?: string;
  details?: Record<string, unknown>;
}

/** Looks up the names of all accounts that the entries speak of. */
export async function namesIn(
  accountNames: AccountNames,
  rows: readonly EventRow[],
): Promise<ReadonlyMap<string, string>> {
  const ids = rows.flatMap(({ actorType, actorId, targetType, targetId }) => [
    ...(actorType === 'account' ? [actorId] : []),
    ...(targetType === 'account' && targetId !== null ? [targetId] : []),
  ]);
  const wanted = [...new Set(ids)].filter(isUuid);
  return wanted.length === 0 ? new Map() : accountNames(wanted);
}

/**
 * The entry as officers see it. The search columns repeat the body, so an entry whose body was damaged is still
 * listed; verification tells what is wrong with it.
 */
export function presentEvent(
  row: EventRow,
  context: { names: ReadonlyMap<string, string>; index: number | null },
): AuditItem {
  const body = readBody(row.body);
  const name = body.actor?.name ?? context.names.get(row.actorId);
  const target = row.targetType !== null && row.targetId !== null;
  return {
    id: row.id,
    index: context.index,
    at: row.at.toISOString(),
    action: row.action,
    class: row.class,
    sentence: sentenceOf(row, body, context.names),
    actor: {
      type: row.actorType,
      id: row.actorId,
      ...(name ? { name } : {}),
      ...(body.actor?.roles ? { roles: body.actor.roles } : {}),
      ...(body.actor?.ip ? { ip: body.actor.ip } : {}),
    },
    ...(target ? { target: { type: row.targetType as string, id: row.targetId as string } } : {}),
    ...(row.customerRef === null ? {} : { customer: row.customerRef }),
    outcome: row.outcome,
    ...(body.fields ? { fields: body.fields } : {}),
    ...(body.reason ? { reason: body.reason } : {}),
    ...(body.ticket ? { ticket: body.ticket } : {}),
    ...(body.details ? { details: body.details } : {}),
    ...{ node: row.node, epoch: row.epoch, lane: row.lane, n: row.n },
  };
}

function readBody(body: string): Body {
  try {
    return (JSON.parse(body) as Body | null) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** What actors without a name are called. */
const ACTOR_WORDS: Record<string, { zh: string; en: string }> = {
  account: { zh: '账号', en: 'account' },
  requester: { zh: '客户', en: 'requester' },
  robot: { zh: '机器人', en: 'the robot' },
  system: { zh: '系统', en: 'the system' },
  token: { zh: '令牌', en: 'token' },
  os: { zh: '操作系统账号', en: 'operating-system account' },
};

function sentenceOf(row: EventRow, body: Body, names: ReadonlyMap<string, string>) {
  const known = row.targetType === 'account' ? names.get(row.targetId ?? '') : undefined;
  const values = {
    action: row.action,
    outcome: row.outcome,
    target: known ?? short(row.targetId),
    customer: short(row.customerRef),
    fields: body.fields ?? [],
    reason: body.reason ?? null,
    ticket: body.ticket ?? null,
  };
  const name = body.actor?.name ?? names.get(row.actorId);
  const words = ACTOR_WORDS[row.actorType] ?? { zh: row.actorType, en: row.actorType };
  const isUnique = row.actorType === 'robot' || row.actorType === 'system';
  const actorIn = (word: string) => name ?? (isUnique ? word : `${word} ${short(row.actorId)}`);
  return {
    zh: renderSentence({ ...values, actor: actorIn(words.zh) }).zh,
    en: renderSentence({ ...values, actor: actorIn(words.en) }).en,
  };
}

/** The end of an id: the beginning of a version 7 UUID is its time, so neighbours would look alike. */
const SHORT_CHARACTERS = 8;

function short(id: string | null): string | null {
  return id !== null && isUuid(id) ? `#${id.slice(-SHORT_CHARACTERS)}` : id;
}
