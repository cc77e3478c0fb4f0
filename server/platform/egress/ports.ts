import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What a connection speaks; a rule opens one of them, never all. `http` is plain. */
export const EGRESS_PROTOCOLS = [
  'https',
  'http',
  'smtp',
  'imap',
  'syslog',
  'clamd',
  'mllp',
  'database',
  'tcp',
] as const;

/** One of the protocols a rule may open. */
export type EgressProtocol = (typeof EGRESS_PROTOCOLS)[number];

/** Who calls out, and what it speaks. */
export interface EgressUse {
  /** The part of the product and its instance: `webhook:ID`, `notify:smtp`, `files:clamd`, `connector:ID`. */
  owner: string;
  protocol: EgressProtocol;
}

/** How a TLS connection is made; peers are always verified, TLS 1.2 is the least. */
export interface EgressTls {
  /** Name the certificate must carry; the host unless set. */
  servername?: string;
  /** PEM certificates of the authority; instead of the system's. */
  ca?: string;
  /** Own certificate chain and key, PEM, for peers that ask for one. */
  cert?: string;
  key?: string;
}

/** Where to connect. With `tls` the handshake is done as well. */
export interface EgressTarget {
  host: string;
  port: number;
  tls?: EgressTls;
}

/** Bounds of one call; `timeoutMs` counts from the call to its end, name resolution included. */
export interface EgressLimits {
  timeoutMs: number;
  /** How long one address of a name may take to connect; 5 s unless set. */
  connectMs?: number;
  /** Ends the call early, with `egress.timeout`. */
  signal?: AbortSignal;
}

/** One HTTP call. Redirects are never followed: the answer with its status 3xx is the result. */
export interface EgressRequest extends EgressLimits {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Absolute, printable ASCII, no user and password in it. */
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | string;
  /** A longer answer is cut and refused with `egress.too_large`. */
  maxResponseBytes: number;
  tls?: EgressTls;
}

/** The answer of an HTTP call, whole and within its limits. */
export interface EgressResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/**
 * The only way out of the server. Nothing is reachable unless a rule names owner, protocol, host, and port; the
 * addresses that were checked are the ones connected to. Never call it inside a unit of work. Errors:
 * `egress.refused` (no rule, or an address the rule does not cover; each stands in the audit trail),
 * `egress.unreachable`, `egress.timeout`, `egress.tls`, `egress.too_large`, `egress.invalid_answer`, `egress.busy`;
 * `details.reason` says more.
 */
export interface Egress {
  /** Opens a connection; whoever asked for it ends it. It is also ended when its rule goes. */
  connect(use: EgressUse, target: EgressTarget, limits: EgressLimits): Promise<Socket | TLSSocket>;
  /** Turns an open connection into a TLS one (STARTTLS). `host` is the name the certificate must carry. */
  secure(socket: Socket, host: string, tls: EgressTls, limits: EgressLimits): Promise<TLSSocket>;
  request(use: EgressUse, request: EgressRequest): Promise<EgressResponse>;
  /** Ends every connection. */
  close(): void;
}

/** An address a name stands for. */
export interface ResolvedAddress {
  address: string;
  family: number;
}

/** Finds all addresses of a name; specs replace the system's. */
export type ResolveHost = (host: string) => Promise<readonly ResolvedAddress[]>;
