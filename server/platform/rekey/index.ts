export { REKEY_JOBS, rekeyJobs, type RekeyDeps } from './rekey.jobs.ts';
export { countKeys, countNeeding } from './rekey.repo.ts';
