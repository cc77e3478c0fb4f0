import { availableParallelism } from 'node:os';
import process from 'node:process';
import { StartError } from '../kernel/index.ts';
import { loadConfig, startEnvironment, type Config } from '../platform/config/index.ts';
import { presentFault, runProcess } from './process.ts';
import { weaknesses } from './run-checks.ts';

const USAGE = `usage: vaultdesk run

  Runs the server of VAULTDESK_HOME in the foreground until SIGTERM or SIGINT, which drain it. Its database runs already.
`;
const WORKERS_MAX = 16;
/** The model of an earlier start is read at once; a new installation has nothing to learn from. */
const ROBOT_WAIT_MS = 3_000;

/**
 * `vaultdesk run`: an installed server, in the foreground. Nothing of an evaluation is in it, and it refuses to start on
 * settings that would leave it open. Gives 1 for a refusal, 2 for bad use, `undefined` when it runs.
 */
export async function runCommand(args: string[]): Promise<number | undefined> {
  if (process.argv[2] === 'run' && args.length > 0) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const config = loadInstalled();
    refuseWeak(config);
    await runProcess({ config, robotWaitMs: ROBOT_WAIT_MS });
    return undefined;
  } catch (error) {
    process.stderr.write(`${presentFault(error)}\n`);
    return 1;
  }
}

/** The configuration, with a worker for each core unless it says otherwise. */
function loadInstalled(): Config {
  const workers = Math.min(WORKERS_MAX, availableParallelism());
  return loadConfig({ isEvaluation: false, fallbacks: { workers } });
}

function refuseWeak(config: Config): void {
  const found = weaknesses(config, startEnvironment());
  const [first] = found;
  if (first === undefined) return;
  throw new StartError({
    code: 'run.weak',
    sentence: `The server does not start, because ${found.map(({ sentence }) => sentence).join('; ')}.`,
    remedy: found.map(({ remedy }) => remedy).join(' '),
  });
}
