import type { Clock, Ids } from '../../kernel/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import type {
  AnyConnector,
  CallBounds,
  ConnectorCrypto,
  DatabaseQuery,
  Place,
  Raw,
  Wire,
} from '../connector.ts';
import type { Masks } from './records.ts';

/** What the host itself is handed by the program. */
export interface HostPorts {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  modules: readonly AnyConnector[];
  out: WayOut;
  places: Places;
  secrets: SecretBox;
  masks: Masks;
  crypto: ConnectorCrypto;
  /** Keyed hash of 8 bytes, to find the same question again without keeping it. */
  keyedHash(text: string): Buffer;
  /** Until when a PEM certificate is valid; undefined when it cannot be read. */
  certificateEnd(pem: string): Date | undefined;
  /** From 0 to 1; spreads retries. */
  random(): number;
  log: { warn(message: string, fields: { code: string; connector?: string }, error?: unknown): void };
  /** Tells every process, after the commit, that a connector changed. */
  announce(tx: Tx, connectorId: string): void;
  /** Somebody should look: a certificate ends soon, or answers changed their form. */
  notify(tx: Tx, notice: ConnectorNotice): Promise<void>;
}

/** What people are told. */
export interface ConnectorNotice {
  kind: 'certificate' | 'drift';
  connectorId: string;
  name: string;
}

/** TLS material of one connector. */
export interface OutTls {
  ca?: string;
  cert?: string;
  key?: string;
  servername?: string;
}

/** The way out of the server, with the connector as the owner. Throws `egress.*`. */
export interface WayOut {
  http(
    connectorId: string,
    call: {
      protocol: 'https' | 'http';
      method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
      url: string;
      headers: Record<string, string>;
      body?: string;
      maxResponseBytes: number;
      tls: OutTls;
    },
    bounds: OutBounds,
  ): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: Buffer }>;
  connect(connectorId: string, place: Place & { tls?: OutTls }, bounds: OutBounds): Promise<Wire>;
  select(connectorId: string, query: DatabaseQuery, tls: OutTls, bounds: OutBounds): Promise<Raw[]>;
}

/** Time of one call: all of it, and of its connection. */
export interface OutBounds extends CallBounds {
  connectMs: number;
}

/** The rules that open places to call. */
export interface Places {
  ask(tx: Tx, place: Place & { connectorId: string; reason: string }): Promise<void>;
  /** Closes what was opened or asked for. */
  close(tx: Tx, connectorId: string): Promise<void>;
  isOpen(connectorId: string, place: Place): Promise<boolean>;
}

/** Seals secrets for their rows. */
export interface SecretBox {
  seal(rowId: string, column: 'value_enc' | 'old_enc', text: string): Buffer;
  open(rowId: string, column: 'value_enc' | 'old_enc', envelope: Buffer): Promise<string>;
  /** Under the data key of a requester. */
  sealFor(dekId: number, rowId: string, text: string): Promise<Buffer>;
  openWrite(rowId: string, envelope: Buffer): Promise<string>;
}
