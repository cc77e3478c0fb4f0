import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { AppError } from '../../kernel/index.ts';
import { sha256 } from '../../platform/crypto/index.ts';
import type { CheckResult } from './check.entity.ts';

/** Limits of the verifier's process. */
export const VERIFIER_LIMITS = {
  memoryMib: 256,
  timeoutMs: 60 * 60_000,
  outputBytesMax: 1024 * 1024,
  warningsMax: 50,
  warningCharactersMax: 300,
} as const;

/** The one file that verifies: what anybody runs on a machine of their own. */
export const VERIFIER_PATH = fileURLToPath(new URL('../../../audit/audit-verify.mjs', import.meta.url));

/** Exit codes that come with a result on the output. */
const ANSWERED: ReadonlySet<number | null> = new Set([0, 1, 3]);
const STATUSES = ['whole', 'tampered', 'not-provable'] as const;

/** What the verifier says of an export. */
export type Verdict = Omit<CheckResult, 'exportMs' | 'verifyMs'>;

/**
 * Runs the verifier over an export, in a process of its own with limited memory, time, and output, without the
 * environment of this one. Throws `audit.verifier_failed` when it gives no verdict.
 */
export async function runVerifier(options: {
  folder: string;
  anchorFolder: string;
  keyPath: string;
  signal: AbortSignal;
  verifierPath?: string;
  timeoutMs?: number;
}): Promise<Verdict> {
  const { folder, anchorFolder, keyPath, signal, verifierPath = VERIFIER_PATH } = options;
  const verifierSha256 = sha256(await readFile(verifierPath)).toString('hex');
  const { code, output } = await collect(
    spawn(
      process.execPath,
      [
        `--max-old-space-size=${VERIFIER_LIMITS.memoryMib}`,
        ...[verifierPath, folder, '--anchors', anchorFolder, '--keys', keyPath, '--json'],
      ],
      {
        ...{ cwd: folder, env: {}, stdio: ['ignore', 'pipe', 'ignore'], signal },
        ...{ timeout: options.timeoutMs ?? VERIFIER_LIMITS.timeoutMs, killSignal: 'SIGKILL' },
      },
    ),
  );
  const verdict = ANSWERED.has(code) ? readVerdict(output) : undefined;
  if (verdict === undefined) throw new AppError('audit.verifier_failed', { details: { exit: code ?? -1 } });
  return { ...verdict, verifierSha256 };
}

function collect(child: ReturnType<typeof spawn>): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    child.stdout?.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes > VERIFIER_LIMITS.outputBytesMax) child.kill('SIGKILL');
      else pieces.push(piece);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output: Buffer.concat(pieces).toString('utf8') }));
  });
}

/** The verdict on the output; undefined for anything that is none. */
function readVerdict(output: string): Omit<Verdict, 'verifierSha256'> | undefined {
  let value: Partial<Verdict> | null;
  try {
    value = JSON.parse(output) as Partial<Verdict> | null;
  } catch {
    return undefined;
  }
  const status = STATUSES.find((one) => one === value?.status);
  const { size, root, events, anchors, firstBad = null, warnings = [] } = value ?? {};
  const isForm = Number.isSafeInteger(size) && Number.isSafeInteger(events) && Number.isSafeInteger(anchors);
  if (status === undefined || !isForm || typeof root !== 'string' || !Array.isArray(warnings))
    return undefined;
  const cut = warnings.slice(0, VERIFIER_LIMITS.warningsMax);
  return {
    ...{ status, size: size as number, root, events: events as number, anchors: anchors as number },
    firstBad,
    warnings: cut.map((one) => String(one).slice(0, VERIFIER_LIMITS.warningCharactersMax)),
  };
}
