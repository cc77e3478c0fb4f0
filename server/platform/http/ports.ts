import type { Actor, DataScope, ErrorCode } from '../../kernel/index.ts';
import type { ReaderLimits } from './slow-readers.ts';

/** Who sends a request, found from its credentials. */
export interface Principal {
  actor: Actor;
  permissions: ReadonlySet<string>;
  /** What of the organisation any of these permissions reaches; the actor's own scope when absent. */
  scopeFor?(...permissions: string[]): DataScope;
  /** Those of the permissions that open reading routes (GET) only. */
  readOnly?: ReadonlySet<string>;
  /** Set for cookie sessions; then unsafe requests must carry this token in `X-CSRF-Token`. */
  session?: { id: string; csrfToken: string; isProven?: boolean };
  visitor?: { conversationId: string; requesterId: string; siteId: string };
  /** When set, only routes that are open to restricted sessions answer; the others give this code. */
  restriction?: ErrorCode;
}

/** The credentials of a request. A client address is no credential. */
export interface Credentials {
  /** Value of the session cookie. */
  cookie?: string;
  /** Token of `Authorization: Bearer`. */
  bearer?: string;
  /** For the trail, and for tokens that are bound to networks. */
  ip: string;
  /** The page asked by itself (`X-Background: 1`), so nobody is there: the idle time goes on. */
  isBackground?: boolean;
}

/** Finds who sends a request; undefined when the credentials are none of its kind or no longer good. */
export type Authenticator = (credentials: Credentials) => Promise<Principal | undefined>;

/** The fields that may be logged: ids, counts, codes, and route patterns; never what a person typed. */
export type LogFields = Record<string, string | number | boolean>;

/** Where this part writes what happened. */
export interface HttpLog {
  info(event: string, fields: LogFields): void;
  warn(event: string, fields: LogFields): void;
  /** `error` goes to the log with its stack, never to the caller. */
  error(event: string, fields: LogFields, error: unknown): void;
}

/** Turns addresses away for a while that look for holes; see platform/defence. */
export interface AddressGuard {
  /** Seconds for which it is turned away; 0 for everybody else. */
  blockedSeconds(address: string): number;
  /** Hears of each answer: route pattern, path, code of the error. */
  note(address: string, sighting: { route: string; path: string; code?: string | undefined }): void;
}

/** Settings of the HTTP side. */
export interface HttpConfig {
  /** The address people type: `https://desk.bank.example`; its origin may send unsafe requests. */
  publicBaseUrl: string;
  /** Host header values that are answered, with port unless 443, lower case. */
  hosts: readonly string[];
  /** Addresses or networks (`10.0.0.0/8`) whose `X-Forwarded-For` is believed; `unix` for a Unix socket. */
  trustedProxies: readonly string[];
  /** Says so in the answer to whoever is not signed in, so that every page can show it. */
  isEvaluation?: boolean;
  /** Whether limits hold for the loopback as well. */
  isLoopbackLimited: boolean;
  /** Requests a second, and at once, from one address and from one account. */
  limits?: { perSecond: number; burst: number };
  /** The same from one address alone, where it differs. */
  addressLimits?: { perSecond: number; burst: number };
  /** Networks that may read `/metrics`; the loopback when absent. */
  metricsNetworks?: readonly string[];
  /** How slowly streamed answers may be read. */
  readers?: ReaderLimits;
  /** Compare answers with their schemas; costs time, for tests. */
  areResponsesChecked?: boolean;
}

/** One condition of readiness; throwing or taking over two seconds means not ready. */
export interface ReadinessCheck {
  name: string;
  check(): Promise<void>;
}

/** Hashes keys and bodies of idempotent requests and seals what was answered, under the installation's key. */
export interface AnswerSeal {
  /** SHA-256. */
  hash(data: string | Uint8Array): Buffer;
  /** `rowId` names the stored answer and goes into the additional data. */
  seal(rowId: string, text: string): Buffer;
  open(rowId: string, envelope: Buffer): Promise<string>;
}
