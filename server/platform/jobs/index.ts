export { nextFiring, parseCron, type Cron } from './cron.ts';
export { JOB_LIMITS, type AnyJobKind, type JobContext, type JobKind } from './job.rules.ts';
export type { EnqueueOptions, JobQueue } from './job.queue.ts';
export { createLoop, type Loop, type LoopLog } from './job.loop.ts';
export { jobHistoryKind } from './job.history.ts';
export { createJobs, type Jobs, type JobsDeps } from './jobs.ts';
export { createLease, LEASE_MS, type Lease, type TechnicalDb, type WithDb } from './lease.ts';
export { createOutboxRelay, type OutboxRelay, type RelayLog } from './outbox-relay.ts';
