import { AppError, scopeOf, type Clock, type Ids, type TimeZone } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import { refuse, type Refusal } from '../../platform/http/index.ts';
import type { JobKind, WithDb } from '../../platform/jobs/index.ts';
import type { Tx } from '../../platform/persistence/index.ts';
import { assertPurpose, type PersonalField } from '../requesters/requester.rules.ts';
import { PROFILE_COLUMNS, type RequesterService } from '../requesters/requester.service.ts';
import { openTexts } from '../sealed-texts.ts';
import { countReveals, insertReveal, isCaseOf, purgeReveals, type RevealCase } from './reveal.repo.ts';
import { isOutOfHours, REVEAL_LIMITS, type RevealRules } from './reveal.rules.ts';

/** What the officer is told of; joins the unit of work of the reveal. */
export interface RevealAlarms {
  burst(tx: Tx, facts: { accountId: string; count: number; minutes: number }): Promise<void>;
  outOfHours(tx: Tx, facts: { accountId: string }): Promise<void>;
}

/** What revealing needs. */
export interface RevealDeps {
  requesters: RequesterService;
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
  rules: RevealRules;
  zone: Pick<TimeZone, 'wallAt'>;
  alarms: RevealAlarms;
}

/** A wish to see values in clear. */
export interface RevealRequest {
  fields: readonly PersonalField[];
  purpose: string;
  ticketId?: string;
  conversationId?: string;
}

/** Clear values, and until when they may be shown. */
export interface Revealed<T> {
  values: T;
  untilMs: number;
}

/** Clear values of a profile. */
export type ClearProfile = Partial<Record<PersonalField, string | null>>;

/** One look at clear values, as it goes into the trail. */
export interface Look {
  requesterId: string;
  target: { type: string; id: string };
  fields: readonly string[];
  reason: string;
  ticketId?: string | undefined;
  conversationId?: string | undefined;
}

/** Shows values in clear: for a purpose and a case, for a minute, counted and watched. */
export class RevealService {
  readonly #deps: RevealDeps;

  constructor(deps: RevealDeps) {
    this.#deps = deps;
  }

  /**
   * Clear values of a profile. Throws `requester.reveal_purpose`, `requester.reveal_case`, `request.not_found`, and
   * what `look` gives. A field that is empty gives null.
   */
  async reveal(tx: Tx, id: string, request: RevealRequest): Promise<Revealed<ClearProfile> | Refusal> {
    const { requesters } = this.#deps;
    const reason = assertPurpose(request.purpose);
    const { actor } = tx.context;
    const scope = scopeOf(actor);
    const row = await requesters.get(tx, id, scope);
    const madeFor = caseOf(request);
    if (!(await isCaseOf(tx, id, madeFor, scope))) throw new AppError('requester.reveal_case');
    const target = { type: 'requester', id };
    const look: Look = { requesterId: id, target, fields: request.fields, reason, ...madeFor };
    return this.look(tx, look, async () => {
      const texts = await openTexts(
        this.#deps.crypto,
        request.fields.map((field) => ({
          cell: { table: 'requester', column: PROFILE_COLUMNS[field], rowId: id },
          envelope: row[`${field}Enc`],
        })),
      );
      return Object.fromEntries(request.fields.map((field, index) => [field, texts[index] ?? null]));
    });
  }

  /**
   * Opens values for a look. Its entry is recorded before anything is opened, and the values leave only with the
   * commit. Over the hourly cap nothing is opened: the refusal `requester.reveal_limit`, recorded.
   */
  async look<T>(tx: Tx, look: Look, open: () => Promise<T>): Promise<Revealed<T> | Refusal> {
    const { requesterId, target, fields, reason, ticketId, conversationId } = look;
    const isWithin = await this.#count(tx, requesterId);
    tx.record({
      action: 'requester.reveal',
      outcome: isWithin ? 'ok' : 'refused',
      ...{ target, customer: requesterId, fields: [...fields], reason },
      ...(ticketId === undefined ? {} : { ticket: ticketId }),
      ...(conversationId === undefined ? {} : { details: { conversationId } }),
    });
    if (!isWithin) return refuse('requester.reveal_limit', { perHour: this.#deps.rules.perHourMax });
    const values = await open();
    return { values, untilMs: this.#deps.clock.now().getTime() + REVEAL_LIMITS.shownMs };
  }

  /** Notes the reveal and tells the officer of what is unusual; false when the account has used up its hour. */
  async #count(tx: Tx, requesterId: string): Promise<boolean> {
    const { clock, ids, rules, zone, alarms } = this.#deps;
    const accountId = tx.context.actor.id;
    const at = clock.now();
    await insertReveal(tx, { id: ids.next(), requesterId, accountId, at });
    const { reveals, requesters } = await countReveals(tx, {
      accountId,
      hourAt: new Date(at.getTime() - REVEAL_LIMITS.capMs),
      burstAt: new Date(at.getTime() - REVEAL_LIMITS.burstMs),
    });
    if (requesters >= rules.burstCount) {
      const minutes = REVEAL_LIMITS.burstMs / 60_000;
      await alarms.burst(tx, { accountId, count: requesters, minutes });
    }
    if (isOutOfHours(at, zone, rules)) await alarms.outOfHours(tx, { accountId });
    return reveals <= rules.perHourMax;
  }
}

/** A reveal is made for exactly one case. */
function caseOf({ ticketId, conversationId }: RevealRequest): RevealCase {
  if (ticketId !== undefined && conversationId === undefined) return { ticketId };
  if (ticketId === undefined && conversationId !== undefined) return { conversationId };
  throw new AppError('requester.reveal_case');
}

/** The nightly job that forgets what was counted. */
export function revealUpkeep(deps: { withDb: WithDb; clock: Clock }): JobKind {
  return {
    ...{ kind: 'requester.reveal-upkeep', schedule: '20 3 * * *', maxAttempts: 3, timeoutMs: 600_000 },
    title: { zh: '清理明文查看计数', en: 'Forget counted reveals' },
    async run() {
      const before = new Date(deps.clock.now().getTime() - REVEAL_LIMITS.capMs);
      return { removed: await deps.withDb((db) => purgeReveals(db, before)) };
    },
  };
}
