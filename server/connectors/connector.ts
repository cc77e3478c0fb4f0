/**
 * The contract of connectors: what a module declares, what it is handed, what it gives. A module is one folder and one
 * line in `index.ts`; it reaches for nothing itself. Everything around a call (rules of the way out, time, breaker,
 * purpose, audit, masking, cache, retries) is the host's and the same for all.
 */

/** What kind of system stands behind a connector. */
export const CONNECTOR_KINDS = [
  'crm',
  'erp',
  'his',
  'core',
  'order',
  'warehouse',
  'logistics',
  'view',
] as const;
/** One of the kinds. */
export type ConnectorKind = (typeof CONNECTOR_KINDS)[number];

/** Why a system outside is asked. An operation names those it may be called for; every call names one. */
export const PURPOSES = ['service', 'robot', 'ticket', 'identify', 'verify'] as const;
/** One of the purposes: an agent serves a customer, the robot answers one, work on a ticket, who calls, a test. */
export type Purpose = (typeof PURPOSES)[number];

/** JSON Schema (2020-12); `x-title` holds a label in both languages, `x-secret` and `x-multiline` steer the form. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A text in both languages. */
export interface Titles {
  zh: string;
  en: string;
}

/** Class of a value: C3 is never taken over, C2 leaves the host masked, C1 is the rest (JR/T 0171). */
export type FieldClass = 'C1' | 'C2' | 'C3';

/** Form of a value. All values are texts; `money` is a decimal as the system wrote it, never a binary number. */
export type FieldType = 'text' | 'money' | 'date' | 'instant' | 'flag' | 'number';

/** How a C2 value is masked. */
export type MaskKind = 'phone' | 'card' | 'idNumber' | 'name' | 'email' | 'amount' | 'all';

/** A field of an answer: where it stands in what the system sends, and what it is. */
export interface OutputField {
  /** Place in the system's record: a JSON Pointer, or an expression of the FHIRPath subset. */
  path: string;
  type: FieldType;
  class: FieldClass;
  mask?: MaskKind;
  title?: Titles;
  /** A record without it is drift. */
  isRequired?: boolean;
  /** Words for the system's codes; a code that is not listed stays as it is. */
  values?: Readonly<Record<string, string>>;
}

/** Where the desk takes an input from, without asking anybody. */
export type InputSource =
  'external' | 'phone' | 'email' | 'idNumber' | 'name' | 'ticketNumber' | 'subject' | 'description';

/** A field that an operation is asked with. */
export interface InputField {
  title?: Titles;
  isRequired?: boolean;
  maxLength?: number;
  /** Regular expression of RE2 form the whole value must fit. */
  pattern?: string;
  source?: InputSource;
}

/** One thing a connector can do. */
export interface Operation {
  /** `noun.verb`; the names of WELL_KNOWN mean the same in every connector. */
  name: string;
  title: Titles;
  isReadOnly: boolean;
  /** Whether repeating is harmless: by nature, with the same key, or not. */
  idempotency: 'natural' | 'key' | 'none';
  /** Money moves: after a lost answer the system is asked what came of it, and nothing is sent again. */
  movesMoney?: boolean;
  purposes: readonly Purpose[];
  input: Readonly<Record<string, InputField>>;
  output: Readonly<Record<string, OutputField>>;
  /** Gives a list of records instead of one. */
  isMany: boolean;
  /** Longest time for an answer, milliseconds; the caller's own budget may be shorter. */
  timeoutMs: number;
  /** How long an answer may be given again, milliseconds; 0: never. */
  cacheMs: number;
}

/** Operations that parts of the product look for by name. */
export const WELL_KNOWN = [
  'customer.find',
  'account.list',
  'order.list',
  'order.find',
  'shipment.track',
  'visit.list',
  'appointment.list',
  'ticket.create',
  'ticket.status',
] as const;

/** A value of an answer as it was sent; numbers are their own text, so that no digit is lost. */
export type Raw = string | boolean | null | readonly Raw[] | { readonly [name: string]: Raw };

/** What came of an operation, before mapping, masking, and checks. An empty list means: there is none. */
export interface RawResult {
  items: readonly Raw[];
  /** The record's own id over there, after a write. */
  reference?: string;
}

/** Bounds of a piece of work; the host passes what is left of the caller's time. */
export interface CallBounds {
  timeoutMs: number;
  /** When the whole piece of work ends, on the clock of `performance.now()`; handed on with every call it makes. */
  endsAtMs?: number;
  signal?: AbortSignal;
}

/** What a call is known by on both sides. */
export interface CallContext extends CallBounds {
  /** Sent to the system and written into the trail. */
  correlationId: string;
  /** Of writes: the same on every try. */
  key?: string;
}

/** A place a connector calls. */
export interface Place {
  protocol: 'https' | 'http' | 'mllp' | 'database' | 'tcp';
  host: string;
  port: number;
}

/** An HTTP answer, unpacked, at most 5 MB. */
export interface HttpAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** One HTTP call of a module. */
export interface HttpCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** A connection, already TLS where the place wants it. */
export interface Wire {
  write(bytes: Buffer): void;
  on(event: 'data', listener: (bytes: Buffer) => void): void;
  on(event: 'error' | 'close' | 'end', listener: (error?: unknown) => void): void;
  destroy(): void;
}

/** Everything a module may use. Errors of calls are AppErrors `egress.*`. */
export interface ConnectorIo {
  http(call: HttpCall, bounds: CallBounds): Promise<HttpAnswer>;
  connect(place: Place & { isTls: boolean }, bounds: CallBounds): Promise<Wire>;
  /** A read-only database: one SELECT in a read-only transaction, values as texts. */
  select(query: DatabaseQuery, bounds: CallBounds): Promise<Raw[]>;
  /** The version of a secret that is in use now; undefined when none was entered. */
  secret(name: string): string | undefined;
  crypto: ConnectorCrypto;
  now(): Date;
  newId(): string;
}

/** A question to a database. */
export interface DatabaseQuery {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  isTls: boolean;
  sql: string;
  values: readonly string[];
  rowsMax: number;
}

/** Signatures that systems ask for. */
export interface ConnectorCrypto {
  hmac(algorithm: 'sha256' | 'sm3', key: string, text: string): Buffer;
  /** SHA-1 and MD5 only where a system's own signature wants them. */
  digest(algorithm: 'sha256' | 'sm3' | 'md5' | 'sha1', text: string | Buffer): Buffer;
  /** A JWT (RFC 7519) signed with a PEM private key. */
  signJwt(algorithm: 'RS256' | 'RS384' | 'ES384', pem: string, claims: JwtClaims): string;
}

/** Claims of a JWT that asks for a token (RFC 7523). */
export interface JwtClaims {
  header?: Readonly<Record<string, string>>;
  payload: Readonly<Record<string, string | number>>;
}

/** What a system offers, as far as it tells. */
export interface Discovered {
  name: string;
  fields: readonly string[];
}

/** A connector in use: its settings with what it may reach. Holds no state but tokens of the other side. */
export interface Session {
  /** Proves that place, certificate, and credentials work, as cheaply as it can; throws what is wrong. */
  check(bounds: CallBounds): Promise<void>;
  /** Lists what the system offers; empty when it cannot tell. */
  discover(bounds: CallBounds): Promise<Discovered[]>;
  run(operation: string, input: Readonly<Record<string, string>>, call: CallContext): Promise<RawResult>;
  /** What became of a write whose answer was lost; undefined: the system cannot tell. */
  inquire?(
    operation: string,
    input: Readonly<Record<string, string>>,
    call: CallContext,
  ): Promise<'done' | 'absent' | undefined>;
}

/** A connector module. `C` is the form of its settings, which `configSchema` has checked. */
export interface ConnectorModule<C = unknown> {
  manifest: {
    id: string;
    version: string;
    vendor: string;
    kinds: readonly ConnectorKind[];
    title: Titles;
    about: Titles;
  };
  configSchema: JsonSchema;
  /** Properties are texts; all of them are secret. */
  secretSchema: JsonSchema;
  /** Settings to begin with, by name; no secrets, no real hosts. */
  presets: readonly { id: string; title: Titles; config: C }[];
  /** Refuses what the schema can't say; throws `connector.config_invalid`. */
  assertConfig(config: C): void;
  /** Every place the settings call; the security administrator opens each. */
  places(config: C): Place[];
  operations(config: C): Operation[];
  open(config: C, io: ConnectorIo): Session;
}

/** A module whose form of settings nobody needs. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the list mixes modules of all forms
export type AnyConnector = ConnectorModule<any>;

/** A record as it leaves the host: masked, checked, texts only. */
export type ConnectorRecord = Readonly<Record<string, string | null>>;

/** What a lookup gave. */
export interface LookupAnswer {
  records: readonly ConnectorRecord[];
  source: 'live' | 'cache' | 'stale' | 'recorded';
  /** When the system said so. */
  at: Date;
  correlationId: string;
}

/** A lookup that can be made for a customer now. */
export interface LookupOffer {
  connectorId: string;
  connectorName: string;
  operation: string;
  title: Titles;
  input: Readonly<Record<string, InputField>>;
  fields: readonly { name: string; type: FieldType; title: Titles }[];
}

/** Who asks, why, and about what. */
export interface LookupRequest {
  connectorId: string;
  operation: string;
  input: Readonly<Record<string, string>>;
  purpose: Purpose;
  actor: { type: string; id: string };
  requestId?: string;
  requesterId?: string;
  ticketId?: string;
  conversationId?: string;
  /** All the time there is, retries included; default 5 s. */
  budgetMs?: number;
}

/** A write that waits until the system has taken it. */
export interface WriteState {
  id: string;
  connectorId: string;
  operation: string;
  state: 'waiting' | 'done' | 'failed' | 'unknown';
  attempts: number;
  lastCode: string | null;
  /** The record's id in the other system. */
  reference: string | null;
  createdAt: Date;
  doneAt: Date | null;
}
