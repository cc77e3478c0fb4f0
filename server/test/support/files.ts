import { createFiles, type Files } from '../../platform/files/index.ts';
import { QUIET_LOG, type Core } from './core.ts';

/** Files on a spec's database, with the groups of types that a new site allows and no scanner. */
export function buildFileStore(core: Core): Files {
  const { uow, database, crypto, clock, ids } = core;
  const groups = ['image', 'pdf', 'office', 'text', 'audio', 'video'];
  return createFiles({ ...{ uow, database, crypto, clock, ids, groups }, log: QUIET_LOG });
}
