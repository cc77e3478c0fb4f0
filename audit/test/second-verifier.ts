import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Finding } from '../verify-result.ts';

/** What the second verifier says of an export. */
export interface SecondAnswer {
  exit: number;
  status: string | null;
  firstBad: Finding | null;
}

/** The verifier in Python, kept running: starting it anew for each export would cost more than verifying. */
export interface SecondVerifier {
  verify(folder: string): Promise<SecondAnswer>;
  stop(): void;
}

const SCRIPT = fileURLToPath(new URL('./second_verifier.py', import.meta.url));

/** Starts it; undefined where there is no python3, and then the caller skips its tests, which the run counts. */
export function startSecondVerifier(): SecondVerifier | undefined {
  if (spawnSync('python3', ['--version']).status !== 0) return undefined;
  const child = spawn('python3', ['-B', SCRIPT], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async verify(folder) {
      child.stdin.write(`${folder}\n`);
      const line = await lines.next();
      if (line.done === true) throw new Error('the second verifier ended');
      return JSON.parse(line.value) as SecondAnswer;
    },
    stop: () => child.stdin.end(),
  };
}
