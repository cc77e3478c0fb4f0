export { createLease, LEASE_MS, type Lease, type TechnicalDb, type WithDb } from './lease.ts';
export { createOutboxRelay, type OutboxRelay, type RelayLog } from './outbox-relay.ts';
