export { rekeyJobs } from './rekey.jobs.ts';
export type { RekeyDeps } from './rekey.deps.ts';
export { REKEY_JOBS, REKEY_LIMITS } from './rekey.rules.ts';
export { countKeys, countNeeding, findInstallationKey, listIndexKeys } from './rekey.repo.ts';
export { bucketSizes, type BucketSize } from './bucket-sizes.ts';
export type { IndexWalk, WalkedPage } from './index-walk.ts';
export { createWornKeys, type WornKeys } from './worn-keys.ts';
