/** The time, so that tests can move it. */
export interface SsoClock {
  now(): Date;
}

/** Which parts of an answer the identity provider signs; `both` unless its operator says otherwise. */
export type SignPolicy = 'both' | 'assertion' | 'response';

/** How a message travels: in the address, or in a form. */
export type Binding = 'redirect' | 'post';

/** What is known of an identity provider. */
export interface IdpParty {
  entityId: string;
  ssoUrl: string;
  ssoBinding: Binding;
  /** Where requests to end a session go; undefined when it knows no single logout. */
  sloUrl?: string;
  sloBinding?: Binding;
  /** Where answers to its own logout requests go, when that is another place. */
  sloResponseUrl?: string;
  /** Certificates, PEM; more than one while it changes its key. At least one, at most `CERTIFICATES_MAX`. */
  certificates: readonly string[];
  signPolicy: SignPolicy;
  allowCbc: boolean;
  allow3des: boolean;
  /** Refuse assertions that are not encrypted. */
  requireEncrypted: boolean;
  nameIdFormat?: string;
}

/** A key of ours with its certificate, PEM. */
export interface KeyPair {
  certificate: string;
  privateKey: string;
}

/** Who we are to one identity provider; every one sees another audience, so that no answer fits two. */
export interface SpParty {
  entityId: string;
  acsUrl: string;
  sloUrl: string;
  /** The first signs; all are published. */
  keys: readonly KeyPair[];
}

/** What was asked of the identity provider and for whom. */
export interface PendingLogin {
  requestId: string;
  /** Authentication contexts of which one must be named in the answer; empty: any. */
  authnContext: readonly string[];
  /** The person had to sign in anew; an older sign-in is refused. */
  isForced: boolean;
  createdAt: Date;
}

/** What a verified assertion says. Read from the bytes that the signature covers, and from nothing else. */
export interface VerifiedAssertion {
  assertionId: string;
  /** Until when the id has to be remembered. */
  rememberUntil: Date;
  nameId: string;
  nameIdFormat: string | undefined;
  sessionIndex: string | undefined;
  authnInstant: Date;
  /** The identity provider ends its session then; ours does not outlive it. */
  sessionNotOnOrAfter: Date | undefined;
  authnContext: string | undefined;
  attributes: ReadonlyMap<string, readonly string[]>;
}

/** Times of the checks, milliseconds. */
export const SSO_TIMES = {
  /** Clocks may differ by that much. */
  skewMs: 60_000,
  /** From asking to the answer. */
  pendingMs: 5 * 60_000,
  /** How old an assertion may be, whatever it says. */
  messageAgeMs: 5 * 60_000,
  /** How long ago the person may have signed in at the identity provider. */
  authnAgeMs: 12 * 60 * 60_000,
  /** How long ago, when a new sign-in was asked for. */
  forcedAgeMs: 5 * 60_000,
} as const;

/** Certificates of one identity provider; two are enough to change a key, four to change two of them. */
export const CERTIFICATES_MAX = 4;
