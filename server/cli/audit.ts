import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import {
  adoptedLaneDetails,
  adoptionDetails,
  findOverrun,
  parseKeyFile,
  runAuditCli,
  UsageError,
} from '../../audit/index.ts';
import { alertsWaiting, keepDaysOf, registerPurge } from '../compliance/index.ts';
import { ApprovalService } from '../identity/index.ts';
import { placesOf } from '../foundation.ts';
import { BEAT_MS, listBeats } from '../platform/cluster/index.ts';
import { rotateSealKey } from '../seal-keys.ts';
import type { Config } from '../platform/config/index.ts';
import { createAuditStorage, openDatabase, type Database } from '../platform/persistence/index.ts';
import { recordAuditVerb, workOnTrail } from './audit-recorder.ts';
import { holdPorts } from './audit-holds.ts';
import { openInstanceDatabase, withDatabase } from './instance.ts';

/**
 * `vaultdesk audit …` on the instance's database, or on the one of `--db`, which is only read. What is done with the
 * instance's own trail is an entry of it.
 */
export async function auditVerb(args: string[], config: Config): Promise<number> {
  const places = placesOf(config.home);
  let own: Database | undefined;
  return runAuditCli(args, {
    async openSource(url) {
      const opened = url
        ? { database: await openDatabase({ url, poolSize: 2 }), stop: async () => undefined }
        : await openInstanceDatabase(config);
      own = url === undefined ? opened.database : undefined;
      return {
        source: createAuditStorage(opened.database),
        async close() {
          await opened.database.close();
          await opened.stop();
        },
      };
    },
    defaultAnchors: places.anchors,
    defaultStamps: places.stamps,
    defaultKeys: places.auditKeys,
    ...(await witnessesOf(config)),
    async askPurge({ before, reason }) {
      const opened = await openInstanceDatabase(config);
      try {
        const id = await askPurge(opened.database, config, { before, reason });
        return { approvalId: id };
      } finally {
        await opened.database.close();
        await opened.stop();
      }
    },
    async adopt(fork, reason) {
      if (own === undefined) throw new Error('adopt works on the trail of this installation');
      await workOnTrail(own, config.home, async (tx) =>
        tx.record({
          ...{ action: 'audit.adopt', outcome: 'ok', reason },
          details: {
            by: 'command-line',
            ...('head' in fork ? adoptionDetails(fork) : adoptedLaneDetails(fork)),
          },
        }),
      );
    },
    findOverrun: async () => (own === undefined ? undefined : findOverrun(createAuditStorage(own))),
    ...holdPorts(config),
    reviewWaiting: () => withDatabase(config, (database) => database.read(alertsWaiting)),
    rotateKey: () => rotateKey(config),
    record: async (entry) => {
      if (own !== undefined) await recordAuditVerb(own, config.home, entry);
    },
    write: (text) => void process.stdout.write(text),
    writeError: (text) => void process.stderr.write(text),
  });
}

/** Keys of the witness that the configuration names. */
async function witnessesOf({ home, audit }: Config): Promise<{ defaultWitnesses?: string }> {
  const path = audit.witnessKeyFile;
  return path === undefined ? {} : { defaultWitnesses: await readFile(resolve(home, path), 'utf8') };
}

/** A process beats each second; one that has not within so many is none, or hangs too long to seal. */
const BEATS_WAITED = 3;

/** The next seal key counts from the seal behind the newest one, so nobody may seal meanwhile. */
export async function rotateKey(config: Config) {
  const opened = await openInstanceDatabase(config);
  const { database } = opened;
  try {
    await assertNobodyRuns(() => database.read(listBeats));
    const places = placesOf(config.home);
    const { origin } = parseKeyFile(await readFile(places.auditKeys, 'utf8'));
    const fromSeal = ((await createAuditStorage(database).lastSeal())?.no ?? 0) + 1;
    const next = await rotateSealKey(config, places, { origin, fromSeal });
    const target = { type: 'key', id: next.fingerprint.slice(0, 16) };
    await workOnTrail(database, config.home, async (tx) =>
      tx.record({ action: 'key.rotate', outcome: 'ok', target, details: { by: 'command-line', fromSeal } }),
    );
    return { fromSeal, ...next };
  } finally {
    await database.close();
    await opened.stop();
  }
}

/** Looks twice at how far each process has beaten; refuses when one went on meanwhile, or came. */
export async function assertNobodyRuns(
  beats: () => Promise<ReadonlyMap<string, number>>,
  pause = () => new Promise((done) => setTimeout(done, BEATS_WAITED * BEAT_MS)),
): Promise<void> {
  const before = await beats();
  if (before.size === 0) return;
  await pause();
  for (const [process, beat] of await beats())
    if (before.get(process) !== beat) throw new UsageError('stop every server of this installation first');
}

/** Asks in the name of the operating-system account, which is nobody's approval. */
function askPurge(
  database: Database,
  config: Config,
  { before, reason }: { before: Date; reason: string },
): Promise<string> {
  return workOnTrail(database, config.home, async (tx, { clock, ids }) => {
    const approvals = new ApprovalService({ clock, ids });
    const requests = registerPurge({ approvals, clock, ids, keepDays: keepDaysOf(config.audit) });
    return (await requests.propose(tx, { before: before.toISOString() }, reason)).id;
  });
}
