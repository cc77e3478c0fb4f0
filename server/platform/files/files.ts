import type { Clock, Ids } from '../../kernel/index.ts';
import type { Crypto } from '../crypto/index.ts';
import type { Database, Statement, StorageGuard, UnitOfWork } from '../persistence/index.ts';
import type { ContentDeps } from './content.ts';
import {
  createFileChecker,
  type CheckerLog,
  type CheckerTellings,
  type FileChecker,
  type Scanner,
  type Thumbnailer,
} from './file-checker.ts';
import { FileStore } from './file-store.ts';

interface FilesDeps {
  uow: UnitOfWork;
  database: Database;
  crypto: Crypto;
  clock: Clock;
  ids: Ids;
  log: CheckerLog;
  /** Refuses pieces while the disk is full. */
  guard?: StorageGuard;
  /** Groups of types that people may send. */
  groups: readonly string[];
  scanner?: Scanner;
  thumbnail?(store: FileStore): Thumbnailer;
  tell?: CheckerTellings;
  /** See the checker's. */
  renewEveryMs?: number;
}

/** Files and the loop that checks them. */
export interface Files {
  store: FileStore;
  checker: FileChecker;
}

/** Builds the store of files and its checker. */
export function createFiles(deps: FilesDeps): Files {
  const { uow, database, crypto, clock, ids, log, guard, groups, scanner } = deps;
  async function write<P>(statement: Statement<P, never>, params: P): Promise<number> {
    guard?.assertWritable();
    try {
      return await database.read((session) => session.run(statement, params));
    } catch (error) {
      guard?.note(error);
      throw error;
    }
  }
  const read: UnitOfWork['read'] = (work) => uow.read(work);
  const readBytes: ContentDeps['readBytes'] = (statement, params) =>
    database.read((session) => session.bytes(statement, params));
  const store = new FileStore({
    ...{ uow, crypto, clock, ids, groups, read, readBytes, write },
    onWaiting: () => checker.nudge(),
  });
  const checker = createFileChecker({
    ...{ store, uow, clock, log, write },
    ...(scanner === undefined ? {} : { scanner }),
    ...(deps.tell === undefined ? {} : { tell: deps.tell }),
    ...(deps.renewEveryMs === undefined ? {} : { renewEveryMs: deps.renewEveryMs }),
    ...(deps.thumbnail === undefined ? {} : { thumbnail: deps.thumbnail(store) }),
  });
  return { store, checker };
}
