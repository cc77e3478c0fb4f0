import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { AuditDraft } from '../../../audit/index.ts';
import { AppError, type Clock, type Ids } from '../../kernel/index.ts';
import { toAuditRow } from './audit.entity.ts';
import type { Database } from './data-source.ts';
import { portable } from './statements.ts';
import { AUDIT_INSERT, type Trail } from './trail.ts';
import type { UnitContext, UnitOfWork } from './unit.ts';

/** Limits of the spool: what a database that is away for a day leaves of refusals, and no more. */
export const SPOOL_LIMITS = { bytes: 64 * 1024 * 1024, lineBytes: 32 * 1024 } as const;

/** Entries of acts that stand on no other change, kept even while the database is away. */
export interface AuditEmitter {
  /**
   * Resolves when the entry is durable: in the database, or in the spool when that can't take it.
   * @throws AppError `audit.unavailable` when neither can: then the act must not happen.
   */
  emit(context: UnitContext, draft: AuditDraft): Promise<void>;
  /** Writes what waits into the trail, in its order, each entry once; does nothing while the database is away. */
  replay(): Promise<void>;
  /** Entries that wait. */
  readonly waiting: number;
}

interface SpooledAct {
  id: string;
  at: string;
  context: UnitContext;
  draft: AuditDraft;
}

const ENTRY_EXISTS = portable<{ id: string }, { n: number }>(
  'audit_event.by_id_exists',
  'SELECT n FROM audit_event WHERE id = :id',
  { params: { id: 'uuid' }, result: { n: 'int' } },
);

const FILE_NAME = 'audit-spool.jsonl';

/** What keeps an entry from the database without being the entry's own fault. */
function isAway(error: unknown): boolean {
  return error instanceof AppError && (error.code === 'storage.unavailable' || error.code === 'storage.full');
}

/** Opens the spool in `folder`; what an earlier run left there is written with the first replay. */
export async function openAuditSpool(deps: {
  folder: string;
  database: Database;
  trail: Trail;
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  bytesMax?: number;
  /** Told when entries begin to wait, and when all of them were written. */
  onChange?: (waiting: number) => void;
}): Promise<AuditEmitter> {
  const { folder, clock, ids, uow, bytesMax = SPOOL_LIMITS.bytes } = deps;
  const path = join(folder, FILE_NAME);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const left = await readSpool(path, clock.now());
  let waiting = left.acts.length;
  let bytes = left.bytes;
  let turn: Promise<unknown> = Promise.resolve();

  /** One at a time, in the order of the calls. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  }

  async function spool(context: UnitContext, draft: AuditDraft): Promise<void> {
    const line = lineOf({ id: ids.next(), at: clock.now().toISOString(), context: bare(context), draft });
    if (line.length > SPOOL_LIMITS.lineBytes || bytes + line.length > bytesMax)
      throw new AppError('audit.unavailable');
    try {
      await appendDurably(path, line, bytes);
    } catch (cause) {
      throw new AppError('audit.unavailable', { cause });
    }
    bytes += line.length;
    waiting += 1;
    if (waiting === 1) deps.onChange?.(1);
  }

  async function replayAll(): Promise<void> {
    if (waiting === 0) return;
    const { acts } = await readSpool(path, clock.now());
    for (const act of acts) await writeLate(deps, act);
    await rm(path, { force: true });
    [waiting, bytes] = [0, 0];
    deps.onChange?.(waiting);
  }

  function unlessAway(error: unknown): void {
    if (!isAway(deps.database.dialect.translateError(error))) throw error;
  }

  return {
    get waiting() {
      return waiting;
    },
    replay: () => inTurn(() => replayAll().catch(unlessAway)),
    async emit(context, draft) {
      try {
        // What waits came first.
        if (waiting > 0) await inTurn(replayAll);
        await uow.run(context, async (tx) => tx.record(draft));
      } catch (error) {
        unlessAway(error);
        await inTurn(() => spool(context, draft));
      }
    },
  };
}

function lineOf(act: SpooledAct): Buffer {
  return Buffer.from(`${JSON.stringify(act)}\n`);
}

/** What an entry takes of its context; a scope may be large and is no part of it. */
function bare({ actor, requestId, route }: UnitContext): UnitContext {
  const { scope: _scope, ...who } = actor;
  return { actor: who, ...(requestId ? { requestId } : {}), ...(route ? { route } : {}) };
}

/** Appends behind `end`: half a line that a failed write left is written over, and nothing stands behind it. */
async function appendDurably(path: string, line: Buffer, end: number): Promise<void> {
  const handle = await openOrMake(path);
  try {
    await handle.truncate(end);
    // A disk with a little room takes a part of the line, and says so by a count alone.
    for (let done = 0; done < line.length;) {
      const { bytesWritten } = await handle.write(line, done, line.length - done, end + done);
      done += bytesWritten;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openOrMake(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'wx+', 0o600);
  }
}

/** The acts of the spool; a last line that broke off was never acknowledged. */
async function readSpool(path: string, now: Date): Promise<{ acts: SpooledAct[]; bytes: number }> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { acts: [], bytes: 0 };
    throw error;
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  try {
    const acts = whole
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as SpooledAct);
    return { acts, bytes: Buffer.byteLength(whole) };
  } catch {
    // Damaged from outside: put aside for somebody to look at, rather than lost or in the way.
    await rename(path, `${path}.damaged-${now.getTime()}`);
    return { acts: [], bytes: 0 };
  }
}

/** Writes one entry, unless an earlier replay that broke off has written it. */
async function writeLate(
  { database, trail }: { database: Database; trail: Trail },
  { id, at, context, draft }: SpooledAct,
): Promise<void> {
  await database.read(async (session) => {
    if ((await session.one(ENTRY_EXISTS, { id })) !== undefined) return;
    const entry = trail.drawLate(draft, context, { id, at: new Date(at) });
    try {
      await session.run(AUDIT_INSERT, toAuditRow(entry));
    } catch (error) {
      trail.abandon([entry], false);
      throw error;
    }
  });
}
