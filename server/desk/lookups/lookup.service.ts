import type {
  InputField,
  InputSource,
  LookupAnswer,
  LookupOffer,
  WriteState,
} from '../../connectors/connector.ts';
import { AppError, SCOPE_ALL, type Actor, type DataScope } from '../../kernel/index.ts';
import type { Crypto } from '../../platform/crypto/index.ts';
import type { Db, Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import {
  PROFILE_COLUMNS,
  type ProfileField,
  type RequesterService,
} from '../requesters/requester.service.ts';
import type { RequesterRow } from '../requesters/requester.entity.ts';
import { openTexts } from '../sealed-texts.ts';
import type { TicketRow } from '../tickets/ticket.entity.ts';
import type { DeskConnectors } from './ports.ts';

/** Who asks about whom, beside the ids of the operation. */
export interface LookupCase {
  actor: Actor;
  requestId: string;
  requesterId: string;
  ticketId?: string;
  conversationId?: string;
}

/** Which operation of which connector. */
export interface LookupChoice {
  connectorId: string;
  operation: string;
}

/** What the desk knows, by where an input is taken from. */
type Known = Partial<Record<InputSource, string>>;

interface LookupDeps {
  uow: UnitOfWork;
  crypto: Crypto;
  requesters: RequesterService;
  connectors: DeskConnectors;
}

/** Asks other systems about a customer, with what the desk knows of that customer; no person types an id. */
export class LookupService {
  readonly #deps: LookupDeps;

  constructor(deps: LookupDeps) {
    this.#deps = deps;
  }

  /** Lookups that can be made for this customer now; calls nothing. Throws `request.not_found`. */
  async offersFor(db: Db, requesterId: string, scope: DataScope): Promise<LookupOffer[]> {
    const row = await this.#deps.requesters.get(db, requesterId, scope);
    const offers = await this.#deps.connectors.offers('service');
    return offers.filter(({ input }) => isAnswerable(input, (source) => hasField(row, source)));
  }

  /** Makes one lookup. Never inside a unit of work: the values are read first, the call follows. */
  async lookUp(which: LookupCase, choice: LookupChoice, scope: DataScope): Promise<LookupAnswer> {
    const { requesters, uow, connectors } = this.#deps;
    const row = await uow.read((db) => requesters.get(db, which.requesterId, scope));
    const offer = (await connectors.offers('service')).find((one) => isSame(one, choice));
    if (offer === undefined) throw new AppError('connector.operation_unknown');
    const input = inputOf(offer.input, await this.#profileOf(row));
    return connectors.lookup({ ...which, ...choice, input, purpose: 'service' });
  }

  /**
   * What the robot may say about a customer, by the name of an operation; undefined when no connector offers it or the
   * customer is not known to the host application. Sensitive values come masked.
   */
  async lookUpForRobot(
    who: { actor: Actor; requesterId: string; conversationId: string; scope: DataScope },
    operation: string,
    budgetMs: number,
  ): Promise<{ offer: LookupOffer; answer: LookupAnswer } | 'unknown-customer' | undefined> {
    const { requesters, uow, connectors } = this.#deps;
    const offer = (await connectors.offers('robot')).find((one) => one.operation === operation);
    if (offer === undefined) return undefined;
    const row = await uow.read((db) => requesters.get(db, who.requesterId, who.scope));
    if (!row.isIdentified || !isAnswerable(offer.input, (source) => hasField(row, source))) {
      return 'unknown-customer';
    }
    const { connectorId } = offer;
    const input = inputOf(offer.input, await this.#profileOf(row));
    const { actor, requesterId, conversationId } = who;
    const about = { actor, requesterId, conversationId, connectorId, operation, input, budgetMs };
    return { offer, answer: await connectors.lookup({ ...about, purpose: 'robot' }) };
  }

  /** Records that can be made from a ticket. */
  async writesFor(): Promise<LookupOffer[]> {
    const offers = await this.#deps.connectors.writes('ticket');
    return offers.filter(({ input }) => isAnswerable(input, () => true));
  }

  /** What a record over there would be made of; throws what it would be refused for, and sends nothing. */
  async tryWrite(ticket: TicketRow, choice: LookupChoice, actor: Actor): Promise<Record<string, string>> {
    const { connectors } = this.#deps;
    const input = await this.#inputOfTicket(ticket, choice);
    await connectors.dryRun({ ...choice, input, actor, purpose: 'ticket', ticketId: ticket.id });
    return input;
  }

  /** Asks for a record over there; it is made after the commit, once. */
  async write(
    tx: Tx,
    ticket: TicketRow,
    choice: LookupChoice,
    input: Record<string, string>,
  ): Promise<WriteState> {
    const { requesterId, dekId, id: ticketId } = ticket;
    return this.#deps.connectors.ask(tx, {
      ...choice,
      input,
      requesterId,
      dekId,
      ticketId,
      purpose: 'ticket',
    });
  }

  /** Records of a ticket in other systems, the newest first. */
  writesOf(db: Db, ticketId: string): Promise<WriteState[]> {
    return this.#deps.connectors.writesOfTicket(db, ticketId);
  }

  async #inputOfTicket(ticket: TicketRow, choice: LookupChoice): Promise<Record<string, string>> {
    const { crypto, uow, requesters, connectors } = this.#deps;
    const offer = (await connectors.writes('ticket')).find((one) => isSame(one, choice));
    if (offer === undefined) throw new AppError('connector.operation_unknown');
    const { id: rowId } = ticket;
    const [subject, description] = await openTexts(crypto, [
      { cell: { table: 'ticket', column: 'subject_enc', rowId }, envelope: ticket.subjectEnc },
      { cell: { table: 'ticket', column: 'description_enc', rowId }, envelope: ticket.descriptionEnc },
    ]);
    const row = await uow.read((db) => requesters.find(db, ticket.requesterId, SCOPE_ALL));
    const profile = row === undefined ? {} : await this.#profileOf(row);
    return inputOf(offer.input, {
      ...profile,
      ticketNumber: String(ticket.ticketNumber),
      ...(subject === null || subject === undefined ? {} : { subject }),
      ...(description === null || description === undefined ? {} : { description }),
    });
  }

  async #profileOf(row: RequesterRow): Promise<Known> {
    const fields = Object.keys(PROFILE_COLUMNS) as ProfileField[];
    const texts = await openTexts(
      this.#deps.crypto,
      fields.map((field) => ({
        cell: { table: 'requester', column: PROFILE_COLUMNS[field], rowId: row.id },
        envelope: row[`${field}Enc`],
      })),
    );
    const known = fields.map((field, index) => [field, texts[index]] as const).filter(([, value]) => value);
    return Object.fromEntries(known) as Known;
  }
}

const isSame = (offer: LookupOffer, { connectorId, operation }: LookupChoice) =>
  offer.connectorId === connectorId && offer.operation === operation;

function hasField(row: RequesterRow, source: InputSource): boolean {
  const envelope: unknown = row[`${source as ProfileField}Enc`];
  return envelope !== null && envelope !== undefined;
}

/** Whether everything that is required has a source, and the source a value. */
function isAnswerable(
  input: Readonly<Record<string, InputField>>,
  has: (source: InputSource) => boolean,
): boolean {
  return Object.values(input).every(
    ({ isRequired, source }) => isRequired !== true || (source !== undefined && has(source)),
  );
}

/** The values an operation is asked with; longer ones are cut to what it takes. */
function inputOf(input: Readonly<Record<string, InputField>>, known: Known): Record<string, string> {
  const entries = Object.entries(input).flatMap(([name, { source, maxLength }]) => {
    const value = source === undefined ? undefined : known[source];
    return value === undefined ? [] : [[name, value.slice(0, maxLength ?? value.length)] as const];
  });
  return Object.fromEntries(entries);
}
