import type {
  LookupAnswer,
  LookupOffer,
  LookupRequest,
  Purpose,
  WriteState,
} from '../../connectors/connector.ts';
import type { Db, Tx } from '../../platform/persistence/index.ts';

/** Systems outside, as the desk sees them; the host of connectors answers. */
export interface DeskConnectors {
  lookup(request: LookupRequest): Promise<LookupAnswer>;
  offers(purpose: Purpose): Promise<LookupOffer[]>;
  writes(purpose: Purpose): Promise<LookupOffer[]>;
  /** Throws what a write would be refused for; sends nothing. */
  dryRun(request: LookupRequest): Promise<unknown>;
  ask(tx: Tx, write: AskedWrite): Promise<WriteState>;
  writesOfTicket(db: Db, ticketId: string): Promise<WriteState[]>;
}

/** A record that is to be made in another system. */
export interface AskedWrite {
  connectorId: string;
  operation: string;
  purpose: Purpose;
  input: Readonly<Record<string, string>>;
  requesterId: string;
  dekId: number;
  ticketId?: string;
}
