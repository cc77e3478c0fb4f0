import process from 'node:process';

const WIDTH = 30;
const SHARE_SHOWN = 0.1;

/** A bar on stderr: redrawn in place on a terminal, a line each tenth elsewhere. */
export function createProgress(what: string, total: number): { at(done: number): void } {
  const startedMs = performance.now();
  let shown = -1;
  return {
    at(done) {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      const step = process.stderr.isTTY ? Math.floor(share * 1_000) : Math.floor(share / SHARE_SHOWN);
      if (step === shown) return;
      shown = step;
      const seconds = (performance.now() - startedMs) / 1_000;
      const left = share === 0 ? '' : `, ${Math.ceil((seconds * (1 - share)) / share)} s left`;
      const bar = '#'.repeat(Math.round(share * WIDTH)).padEnd(WIDTH, '.');
      const line = `[${bar}] ${done} of ${total} ${what}${share === 1 ? `, ${Math.ceil(seconds)} s` : left}`;
      if (!process.stderr.isTTY) process.stderr.write(`${line}\n`);
      else process.stderr.write(`\r\u001b[K${line}${share === 1 ? '\n' : ''}`);
    },
  };
}
