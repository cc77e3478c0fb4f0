import { existsSync } from 'node:fs';
import { hasProgram, mustRun, runProgram } from '../run-program.ts';
import type { Layout } from './layout.ts';
import type { UndoList } from './undo.ts';

/** Programs of a release may be started by the service manager under this label. */
const PROGRAM_TYPE = 'bin_t';

/** Whether SELinux is on, and the tools for labels are there. */
export function canLabel(): boolean {
  return existsSync('/sys/fs/selinux/enforce') && hasProgram('semanage') && hasProgram('restorecon');
}

/** Labels the programs of all releases where SELinux is on. Nothing switches it off. */
export function labelFiles({ base }: Layout, undo: UndoList): void {
  if (!canLabel()) return;
  const place = `${base}/releases/[^/]+/(node|postgres)/bin(/.*)?`;
  undo.add('SELinux label', () => void runProgram('semanage', ['fcontext', '--delete', place]));
  mustRun('semanage', ['fcontext', '--add', '--type', PROGRAM_TYPE, place]);
  mustRun('restorecon', ['-R', base]);
}
