import process from 'node:process';
import type { CopyProgress } from '../platform/persistence/index.ts';

const PROGRESS_EVERY_MS = 500;

/** Writes one line that is written over on a terminal, and one line per table elsewhere. */
export function createProgressLine(): (progress: CopyProgress) => void {
  const { stderr } = process;
  let lastMs = 0;
  let lastTable = '';
  return ({ phase, table, tableNo, tableCount, done, total }) => {
    const isDue = stderr.isTTY ? Date.now() - lastMs >= PROGRESS_EVERY_MS : `${phase}${table}` !== lastTable;
    if (!isDue) return;
    lastMs = Date.now();
    lastTable = `${phase}${table}`;
    const percent = total === 0 ? 100 : Math.floor((done / total) * 100);
    const line = `${phase} ${tableNo}/${tableCount} ${table}  ${done} of ${total} rows, ${percent} %`;
    stderr.write(stderr.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  };
}
