import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { SYSTEM_ACTOR, type Clock } from '../../kernel/index.ts';
import type { JobKind } from '../../platform/jobs/index.ts';
import type { UnitOfWork } from '../../platform/persistence/index.ts';
import type { ComplianceDeps } from '../ports.ts';
import { digestOf, makeDigest } from './digest.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;
const TIMEOUT_MS = 60_000;
const WRITTEN_BY = 'Vaultdesk';

/** Writes yesterday's digest into a folder each night, in both languages, for a printer that takes files from there. */
export function digestJob(deps: {
  trail: ComplianceDeps['trail'];
  auditKeys: string;
  folder: string;
  clock: Clock;
  uow: UnitOfWork;
}): JobKind {
  const { trail, auditKeys, folder, clock, uow } = deps;
  return {
    kind: 'compliance.audit-digest',
    title: { zh: '审计日摘要', en: 'Daily digest of the trail' },
    schedule: '20 8 * * *',
    ...{ maxAttempts: 5, timeoutMs: TIMEOUT_MS },
    async run() {
      const day = new Date(clock.now().getTime() - DAY_MS).toISOString().slice(0, 10);
      const digest = await digestOf(trail, day, auditKeys);
      if (digest === undefined) return { day, written: 0 };
      await mkdir(folder, { recursive: true, mode: 0o750 });
      for (const lang of ['zh-CN', 'en'] as const) {
        const bytes = makeDigest(digest, { lang, takenBy: WRITTEN_BY });
        await writeDurably(join(folder, `audit-${day}.${lang}.pdf`), bytes);
      }
      await uow.run({ actor: SYSTEM_ACTOR }, async (tx) => {
        const target = { type: 'seal', id: String(digest.seal.no) };
        tx.record({
          action: 'audit.digest',
          outcome: 'ok',
          target,
          details: { day, size: digest.seal.size },
        });
      });
      return { day, written: 2 };
    },
  };
}

async function writeDurably(path: string, bytes: Buffer): Promise<void> {
  const handle = await open(path, 'w', 0o640);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
