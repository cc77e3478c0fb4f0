import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import {
  createFolderAnchor,
  createKeyFile,
  createNoteSigner,
  createSealer,
  generateSealKey,
  parseKeyFile,
  readAnchors,
  verifyDatabaseTrail,
  writeExport,
  type AuditDraft,
  type AuditStorage,
  type ProofSource,
  type Sealer,
  type VerifyResult,
} from '../../../audit/index.ts';
import { createFakeClock, type Actor, type FakeClock } from '../../kernel/index.ts';
import { createAuditStorage } from '../../platform/persistence/index.ts';
import { buildCore, type Core } from './core.ts';

const VERIFIER = fileURLToPath(new URL('../../../audit/audit-verify.mjs', import.meta.url));
const DAY_MS = 86_400_000;
export const AGENT: Actor = { type: 'account', id: '01900000-0000-7000-8000-0000000000a7' };

/** A trail in a database of its own that begins years ago, with its sealer and its anchors. */
export class TrailStage {
  readonly clock: FakeClock;
  readonly folder = mkdtempSync(join(tmpdir(), 'vd-trail-'));
  readonly anchors = join(this.folder, 'anchors');
  readonly signer = createNoteSigner('vaultdesk/spec', generateSealKey());
  readonly keyFile = createKeyFile(this.signer);
  core!: Core;
  storage!: AuditStorage & ProofSource;
  sealer!: Sealer;
  #exports = 0;

  private constructor(yearsBack: number) {
    this.clock = createFakeClock(new Date(Date.now() - yearsBack * 366 * DAY_MS));
  }

  static async open(yearsBack = 5): Promise<TrailStage> {
    const stage = new TrailStage(yearsBack);
    stage.core = await buildCore({ clock: stage.clock });
    stage.storage = createAuditStorage(stage.core.database);
    stage.rebuildSealer();
    return stage;
  }

  /** What a restart does. */
  rebuildSealer(): void {
    const { storage, signer, clock } = this;
    this.sealer = createSealer({ storage, signer, clock, anchors: [createFolderAnchor(this.anchors)] });
  }

  async close(): Promise<void> {
    await this.sealer.stop();
    await this.core.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Entries of so many acts, one second apart, sealed by tens. */
  async grow(count: number, draftOf: (i: number) => Partial<AuditDraft> = () => ({})): Promise<void> {
    for (let i = 0; i < count; i += 1) {
      this.clock.advance(1_000);
      await this.core.uow.run({ actor: AGENT }, async (tx) =>
        tx.record({
          action: 'ticket.view',
          outcome: 'ok',
          target: { type: 'ticket', id: `t-${i}` },
          ...draftOf(i),
        }),
      );
      if (i % 10 === 9) await this.sealer.sealOnce();
    }
    await this.sealer.sealOnce();
  }

  /** Days from here on the clock of the stage. */
  days(count: number): void {
    this.clock.advance(count * DAY_MS);
  }

  /** The library on the database. */
  verify(): Promise<VerifyResult> {
    return verifyDatabaseTrail(this.storage, () => ({
      keys: parseKeyFile(this.keyFile),
      anchors: [readAnchors(this.anchors)],
    }));
  }

  /** A folder that an officer would take away. */
  async export(): Promise<string> {
    this.#exports += 1;
    const folder = join(this.folder, `export-${this.#exports}`);
    const { storage: source, keyFile } = this;
    await writeExport(folder, { source, keyFile, anchors: readAnchors(this.anchors) });
    return folder;
  }

  /** The single file on a folder. */
  verifyByFile(folder: string): Promise<{ exit: number; text: string }> {
    return new Promise((resolve) => {
      execFile(process.execPath, [VERIFIER, folder, '--json'], { env: {} }, (error, stdout, stderr) => {
        resolve({ exit: error === null ? 0 : Number(error.code), text: `${stdout}${stderr}` });
      });
    });
  }

  async count(where: string): Promise<number> {
    const [row] = await this.core.sql(`SELECT COUNT(*) AS n FROM ${where}`);
    return Number(row?.['n']);
  }
}
