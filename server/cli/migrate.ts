import process from 'node:process';
import {
  migrateUp,
  migrationSql,
  protectionSql,
  readSteps,
  schemaStatus,
  verifySchema,
} from '../../migrations/index.ts';
import { withTrailReleased } from '../database-start.ts';
import type { Config } from '../platform/config/index.ts';
import { urlArgument, withDatabase } from './instance.ts';
import { onSchema, requireDeclared } from './schema.ts';
// The declared tables of every module, for the comparison.
import '../compose.ts';

const USAGE =
  'usage: vaultdesk migrate status | up [--administrator URL|@FILE] | verify\n' +
  '                         | sql --dialect postgres|oracle [--from N] [--to N]\n' +
  '                         | protect --dialect postgres|oracle --login NAME [--owner NAME]\n';
const CHANGED_BY_HAND = 'Somebody changed it by hand; put the named columns back, then verify again.';

/**
 * `vaultdesk migrate …`: where the schema stands, bringing it up to this program, whether it is whole and as declared, and
 * the SQL for a database administrator to read: of the steps, and of the trail's protection. With `--administrator` (the
 * address of a superuser) `up` takes the protection off for its time and puts it on again, at a first time as well.
 */
export async function migrateCommand(
  args: string[],
  config: Config,
  print: (text: string) => void = (text) => void process.stdout.write(text),
): Promise<number> {
  const [verb] = args;
  if (verb === 'sql') return printSql(args, print);
  if (verb === 'protect') return printProtection(args, print);
  if (verb !== 'status' && verb !== 'verify' && verb !== 'up') return usage();
  return withDatabase(config, (database, administratorUrl) =>
    onSchema(database, 'nothing was changed by this command', async (port) => {
      const deps = { port, now: () => new Date() };
      const up = async () => void (await migrateUp(deps));
      const administrator = urlArgument(args, '--administrator') ?? administratorUrl;
      if (verb === 'up') await (administrator === undefined ? up() : withTrailReleased(administrator, up));
      if (verb === 'verify') {
        await verifySchema(deps);
        await requireDeclared(database, 'database', CHANGED_BY_HAND);
      }
      print(`${JSON.stringify(await schemaStatus(deps))}\n`);
      return 0;
    }),
  );
}

function printSql(args: string[], print: (text: string) => void): number {
  const dialect = valueOf(args, '--dialect');
  if (dialect !== 'postgres' && dialect !== 'oracle') return usage();
  const steps = readSteps();
  const from = stepNumber(args, '--from', 0, steps.length);
  const to = stepNumber(args, '--to', steps.length, steps.length);
  if (from === undefined || to === undefined || from > to) return usage();
  print(migrationSql(dialect, from, steps.slice(0, to)));
  return 0;
}

/** What a database administrator runs behind the steps, so that the server's login can't change the trail. */
function printProtection(args: string[], print: (text: string) => void): number {
  const [dialect, login, owner] = ['--dialect', '--login', '--owner'].map((name) => valueOf(args, name));
  if ((dialect !== 'postgres' && dialect !== 'oracle') || login === undefined) return usage();
  if (dialect === 'oracle' && owner === undefined) return usage();
  try {
    print(protectionSql(dialect, { login, ...(owner === undefined ? {} : { owner }) }));
    return 0;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return usage();
  }
}

function valueOf(args: string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

function stepNumber(args: string[], name: string, fallback: number, max: number): number | undefined {
  const text = valueOf(args, name);
  if (text === undefined) return args.includes(name) ? undefined : fallback;
  const number = Number(text);
  return Number.isInteger(number) && number >= 0 && number <= max ? number : undefined;
}

function usage(): number {
  process.stderr.write(USAGE);
  return 2;
}
