import { spawn } from 'node:child_process';
import process from 'node:process';

/** Where .ci/peers installs other people's programs. */
export const PEER_MODULES = process.env['VAULTDESK_PEER_MODULES'] ?? '/opt/vaultdesk-peers/node_modules';
/** Whether a missing program is a failure: in `npm run test:peers` it is, elsewhere it is said aloud. */
export const ARE_PEERS_REQUIRED = process.env['VAULTDESK_TEST_PEERS'] === 'required';

const START_MS = 60_000;

/** Another maker's program at work. */
export interface PeerProcess {
  /** What it printed when it was ready: the groups of the pattern. */
  ready: RegExpExecArray;
  stop(): void;
}

/** Starts it and waits for the line that says it is ready. */
export function startPeerProcess(
  args: readonly string[],
  ready: RegExp,
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<PeerProcess> {
  const child = spawn(process.execPath, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (what: string) => reject(new Error(`The peer ${what}:\n${output}`));
    const late = setTimeout(() => fail('did not get ready'), START_MS);
    const hear = (chunk: Buffer) => {
      output += chunk.toString();
      const match = ready.exec(output);
      if (match === null) return;
      clearTimeout(late);
      resolve({ ready: match, stop: () => void child.kill('SIGKILL') });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
}
