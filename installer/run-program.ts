import { spawnSync } from 'node:child_process';

/** How a program is started. Its environment is what is given and nothing else. */
export interface ProgramOptions {
  env?: Record<string, string>;
  uid?: number;
  gid?: number;
  input?: string;
  /** Default 120 s; then it is killed. */
  timeoutMs?: number;
}

/** How a program ended. */
export interface ProgramResult {
  /** Its exit code; 127 when it could not be started, 137 when it was killed. */
  status: number;
  stdout: string;
  stderr: string;
}

/** Where the programs of a system are. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const TIMEOUT_MS = 120_000;
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Runs a program to its end, in `/`: a folder of root's would keep another account from starting. Never throws; a program
 * that could not be started says why in `stderr`.
 */
export function runProgram(
  file: string,
  args: readonly string[],
  options: ProgramOptions = {},
): ProgramResult {
  const { env, uid, gid, input = '', timeoutMs = TIMEOUT_MS } = options;
  const result = spawnSync(file, args, {
    ...{ cwd: '/', encoding: 'utf8', input, timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX },
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', ...env },
    ...(uid === undefined ? {} : { uid, gid: gid ?? uid }),
  });
  const { stdout = '', stderr = '' } = result;
  if (result.error === undefined && result.status !== null) return { status: result.status, stdout, stderr };
  const why = result.error?.message ?? `ended by ${result.signal}`;
  return { status: result.signal ? 137 : 127, stdout: stdout ?? '', stderr: `${stderr ?? ''}${why}` };
}

/** The output of a program that must succeed; throws with what it said last. */
export function mustRun(file: string, args: readonly string[], options?: ProgramOptions): string {
  const { status, stdout, stderr } = runProgram(file, args, options);
  if (status === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ');
  throw new Error(`${file.split('/').at(-1)} ${args[0] ?? ''} (${status}): ${said}`);
}

/** Whether a program of this name can be found. */
export function hasProgram(name: string): boolean {
  return runProgram('/bin/sh', ['-c', `command -v ${name}`]).status === 0;
}
