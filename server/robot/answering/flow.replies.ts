import { ROBOT_ACTOR, type Clock, type DomainEvent } from '../../kernel/index.ts';
import type { ConversationRow, MessageMeta } from '../../desk/index.ts';
import type { LiveAnswer } from '../../knowledge/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { findMandatoryRule, normaliseText } from '../engine/index.ts';
import { resumeLookup, startFlow, stepFlow, type Turn } from '../flows/flow-engine.rules.ts';
import { FlowRuns, type EndedRun, type FlowReply, type ReadRun, type StoredRun } from '../flows/flow-run.ts';
import { insertEnd } from '../flows/flow.repo.ts';
import type { FlowService } from '../flows/flow.service.ts';
import type { Ended, FlowDefinition, FlowState, FlowStep, LiveFlow } from '../flows/flow.types.ts';
import { presentValue } from '../flows/slot-values.rules.ts';
import { LANG_OF } from '../training/model-keeper.ts';
import { localeOfText } from './language.rules.ts';
import { sayLookup, type LookUp } from './lookup.rules.ts';
import { knownLocale, type QuestionReader, type Reading } from './reader.ts';

/** Opens a ticket for a flow, in the unit of work that ends it. */
export type OpenTicket = (
  tx: Tx,
  ticket: {
    conversationId: string;
    subject: string;
    description: string;
    priority: NonNullable<FlowDefinition['end']['priority']>;
  },
) => Promise<void>;

/** What replying from flows needs. */
export interface FlowReplyDeps {
  uow: UnitOfWork;
  clock: Clock;
  crypto: Crypto;
  flows: FlowService;
  reader: QuestionReader;
  localeOf(siteId: string): Promise<string>;
  /** Today where the customers are, YYYY-MM-DD. */
  today(): string;
  lookUp?: LookUp;
  openTicket?: OpenTicket;
}

/** A message that a flow may be about. */
export interface FlowMessage {
  row: Readonly<ConversationRow>;
  text: string;
  event: Pick<DomainEvent, 'id'>;
}

/** Why a person takes over, by how the flow ended. */
const HANDOVER_REASONS: Record<Ended['reason'], string> = {
  confirmed: 'flow',
  cancelled: 'flow',
  unclear: 'unsure',
  human: 'human',
  lookup_failed: 'connector_error',
};

/**
 * Takes flows a message further. The step, what it answers, and a ticket it opens are kept in one unit of work before
 * anything is said, so a message that comes again after a crash is answered with the same words and does nothing twice.
 */
export class FlowReplies {
  readonly #deps: FlowReplyDeps;
  readonly #runs: FlowRuns;

  constructor(deps: FlowReplyDeps) {
    this.#deps = deps;
    this.#runs = new FlowRuns(deps);
  }

  /** What was answered to this very message before, if a flow answered it. */
  async again({ row, event }: FlowMessage): Promise<FlowReply | undefined> {
    const { row: run, stored } = await this.#deps.uow.read((db) => this.#read(db, row.id));
    return run?.eventId === event.id ? stored.reply : undefined;
  }

  /** What a flow answers to the message; undefined when none is concerned. */
  async reply(message: FlowMessage): Promise<FlowReply | undefined> {
    const { row, text } = message;
    const { read, flows } = await this.#open(row.id);
    const isRunning = read.state.frames.length > 0;
    if (!isRunning && (flows.length === 0 || handsOverAtOnce(text))) return undefined;
    const turn: Turn = { text, today: this.#deps.today(), flows: await this.#ofLanguage(message, flows) };
    const step = stepFlow(read.state, turn);
    // A question that an editor wrote down word by word is about the matter, whatever its words would start.
    if (!isRunning && step.kind !== 'none' && (await this.#isKnownWording(message))) return undefined;
    return this.#settle(message, { read, turn, step });
  }

  /** After a mandatory hand-over: the flow that collects its details while the customer waits, if there is one. */
  async help(message: FlowMessage, rule: string): Promise<FlowReply | undefined> {
    const { read, flows } = await this.#open(message.row.id);
    const own = await this.#ofLanguage(message, flows);
    const flow = own.find(({ definition }) => definition.helpsWith === rule);
    if (!flow || read.state.frames.length > 0) return undefined;
    const turn: Turn = { text: message.text, today: this.#deps.today(), flows: own };
    return this.#settle(message, { read, turn, step: startFlow(read.state, turn, flow), isHelp: true });
  }

  /** What flows learned in a conversation, for the agent who takes over; the newest that ended, else the running one. */
  async learned(db: Db, conversationId: string): Promise<EndedRun | undefined> {
    const flows = await this.#deps.flows.live(db);
    const { stored, state } = await this.#runs.read(db, conversationId, flows);
    const frame = state.frames.at(-1);
    const flow = flows.find(
      ({ definition }) => definition.key === frame?.flow && definition.locale === frame.locale,
    );
    if (!frame || !flow) return stored.ended;
    return toEndedRun({ flow, end: 'handoff', slots: frame.slots, reason: 'human' });
  }

  async #read(db: Db, conversationId: string): Promise<ReadRun> {
    return this.#runs.read(db, conversationId, await this.#deps.flows.live(db));
  }

  #open(conversationId: string): Promise<{ read: ReadRun; flows: readonly LiveFlow[] }> {
    return this.#deps.uow.read(async (db) => {
      const flows = await this.#deps.flows.live(db);
      return { flows, read: await this.#runs.read(db, conversationId, flows) };
    });
  }

  async #ofLanguage({ row, text }: FlowMessage, flows: readonly LiveFlow[]): Promise<LiveFlow[]> {
    const locale = localeOfText(text, knownLocale(await this.#deps.localeOf(row.siteId)));
    // What runs may be in the other language: "ok" answers a Chinese question too.
    return [...flows].sort(
      (a, b) => Number(b.definition.locale === locale) - Number(a.definition.locale === locale),
    );
  }

  async #settle(
    message: FlowMessage,
    { read, turn, step, isHelp }: { read: ReadRun; turn: Turn; step: FlowStep; isHelp?: boolean },
  ): Promise<FlowReply | undefined> {
    const settled = await this.#follow(message, turn, step);
    if (settled.step.kind === 'none') return undefined;
    const { step: last, article } = settled;
    const reply: FlowReply = { ...replyOf(last, article), ...(isHelp ? { isHelp } : {}) };
    await this.#keep(message, {
      read,
      state: last.state,
      reply,
      ended: last.kind === 'end' ? last.ended : undefined,
    });
    return reply;
  }

  /** Follows questions beside the flow, and questions to other systems, to what is to be said. */
  async #follow(message: FlowMessage, turn: Turn, step: FlowStep): Promise<Followed> {
    if (step.kind === 'digress') {
      const article = await this.#answerOf(message, step.question);
      if (!article) return this.#follow(message, turn, step.otherwise);
      return { article, step: { kind: 'say', state: step.state, text: `${article.answer}\n${step.prompt}` } };
    }
    if (step.kind !== 'lookup') return { step };
    return this.#follow(
      message,
      turn,
      resumeLookup(step.state, turn, await this.#ask(message, step.operation)),
    );
  }

  async #isKnownWording(message: FlowMessage): Promise<boolean> {
    const reading = await this.#readingOf(message, message.text);
    return reading?.understanding.reason === 'exact' && reading.live.length > 0;
  }

  async #readingOf({ row }: FlowMessage, question: string): Promise<Reading | undefined> {
    const locale = knownLocale(await this.#deps.localeOf(row.siteId));
    return this.#deps.uow.read((db) => this.#deps.reader.tryRead(db, question, locale));
  }

  /** The answer to a question beside the flow: only one the robot is sure of. */
  async #answerOf(message: FlowMessage, question: string): Promise<LiveAnswer | undefined> {
    const reading = await this.#readingOf(message, question);
    const first = reading?.live[0];
    const isSure =
      reading?.understanding.outcome === 'answer' && first?.id === reading.understanding.candidates[0]?.id;
    return isSure ? first : undefined;
  }

  async #ask({ row }: FlowMessage, operation: string): Promise<{ isFound: boolean; text: string }> {
    const locale = knownLocale(await this.#deps.localeOf(row.siteId));
    const looked = await this.#deps.lookUp?.(
      { requesterId: row.requesterId, conversationId: row.id },
      operation,
    );
    const answer = looked ?? { kind: 'unavailable' as const };
    return { isFound: answer.kind === 'records', text: sayLookup(answer, locale) };
  }

  async #keep(
    { row, event }: FlowMessage,
    next: { read: ReadRun; state: FlowState; reply: FlowReply; ended: Ended | undefined },
  ): Promise<void> {
    const { uow, clock, openTicket } = this.#deps;
    const { read, state, reply, ended } = next;
    const kept = ended ? toEndedRun(ended) : read.stored.ended;
    const stored: StoredRun = { frames: state.frames, reply, ...(kept ? { ended: kept } : {}) };
    await uow.run({ actor: ROBOT_ACTOR }, async (tx) => {
      await this.#runs.write(tx, row, { eventId: event.id, before: read.row, stored });
      const flow = ended?.flow.definition.key ?? state.frames.at(-1)?.flow ?? '';
      tx.record({
        ...{ action: 'robot.flow', outcome: 'ok', target: { type: 'conversation', id: row.id } },
        customer: row.requesterId,
        details: { flowKey: flow, ...(ended ? { end: ended.end, why: ended.reason } : {}) },
      });
      if (!ended) return;
      const { definition, version: flowVersion } = ended.flow;
      const { key: flowKey, locale, end } = definition;
      const about = { id: event.id, conversationId: row.id, locale, flowKey, flowVersion };
      await insertEnd(tx, { ...about, outcome: ended.end, reason: ended.reason, at: clock.now() });
      if (ended.end !== 'completed' || end.act !== 'ticket' || !openTicket) return;
      await openTicket(tx, { conversationId: row.id, ...ticketOf(ended) });
    });
  }
}

interface Followed {
  step: Exclude<FlowStep, { kind: 'digress' | 'lookup' }>;
  article?: LiveAnswer;
}

function replyOf(
  step: Exclude<Followed['step'], { kind: 'none' }>,
  article: LiveAnswer | undefined,
): FlowReply {
  const ended = step.kind === 'end' ? step.ended : undefined;
  const flow = ended?.flow.definition.key ?? step.state.frames.at(-1)?.flow ?? '';
  const meta: MessageMeta = {
    outcome: 'answer',
    reason: `flow.${flow}`.slice(0, 40),
    ...(article ? { articleId: article.id, articleVersion: article.version } : {}),
  };
  const handover = ended?.end === 'handoff' ? HANDOVER_REASONS[ended.reason] : undefined;
  return { text: step.text, meta, ...(handover === undefined ? {} : { handover }) };
}

/** Says what a person must hear at once: then nothing is asked first. */
function handsOverAtOnce(text: string): boolean {
  const locale = localeOfText(text, 'zh-CN');
  return findMandatoryRule(normaliseText(text), LANG_OF[locale])?.strength === 'always';
}

function toEndedRun({ flow, end, slots }: Ended): EndedRun {
  const { title, slots: specs } = flow.definition;
  const known = specs.filter(({ name }) => name in slots);
  return {
    ...{ title, end },
    slots: known.map((spec) => ({ name: spec.name, title: spec.title, value: wholeValue(spec, slots) })),
  };
}

/** For the staff: choices by their title; nothing masked here, the desk masks what it shows. */
function wholeValue(spec: FlowDefinition['slots'][number], slots: Ended['slots']): string {
  const value = slots[spec.name] ?? null;
  return spec.type === 'phone' || spec.type === 'id-number'
    ? String(value ?? '—')
    : presentValue(spec, value);
}

function ticketOf(ended: Ended) {
  const { title, end } = ended.flow.definition;
  const lines = toEndedRun(ended).slots.map((slot) => `${slot.title}: ${slot.value}`);
  return {
    subject: end.subject ?? title,
    description: lines.join('\n'),
    priority: end.priority ?? ('normal' as const),
  };
}
