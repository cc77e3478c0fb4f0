import { spawnSync } from 'node:child_process';

/** What a bundle is built from. */
export interface SourceState {
  /** 40 hex digits. */
  commit: string;
  /** Seconds since 1970 of the commit: the time of every file in a bundle. */
  timeSeconds: number;
  /** Nothing changed since the commit. */
  isClean: boolean;
}

/** The commit of a checkout. Throws where git does not know it. */
export function readSource(project: string): SourceState {
  const [commit = '', seconds = ''] = git(project, ['log', '-1', '--format=%H %ct']).trim().split(' ');
  const isClean = git(project, ['status', '--porcelain']).trim() === '';
  if (!/^[0-9a-f]{40}$/.test(commit) || !/^\d+$/.test(seconds)) throw new Error('git names no commit here.');
  return { commit, timeSeconds: Number(seconds), isClean };
}

function git(project: string, args: string[]): string {
  const result = spawnSync('git', args, { cwd: project, encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
  if (result.error) throw new Error(`git cannot be started: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`git ${args[0]}: ${result.stderr.trim()}`);
  return result.stdout;
}
