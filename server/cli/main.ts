import process from 'node:process';
import { AppError, presentStartError, StartError } from '../kernel/index.ts';
import { workerNumber } from '../primary.ts';
import { loadInstanceConfig, loadRestoreConfig } from './instance.ts';

/** Exit codes that every verb shares; verbs add their own. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

/** `undefined` while the process goes on by itself. */
type Verb = (args: string[]) => Promise<number | undefined>;

const USAGE = `usage: vaultdesk VERB

  run                                   the server, in the foreground, until a signal ends it
  status [--json]                       what runs, where, with which database
  migrate status|up|verify|sql [...]     the database schema
  audit verify|export|status|...        the audit trail; vaultdesk audit --help
  join --from HOME --node N --listen H:P  makes the home folder of a second server on one database
  db copy [--from URL] --to URL         moves an installation between PostgreSQL and Oracle
  db compat [--url URL] [--json]        tries what is needed of a database like PostgreSQL
  backup key N K | --to FILE            backups that this machine can write and not read
  verify-backup FILE                    whether a backup is whole
  restore --from FILE                   a backup into an empty database
  archive verify|read FOLDER            what retention sweeps have archived
  admin setup [--json]                   the code for making the first three administrators
  idp add|list|show|test|remove [...]   identity providers of single sign-on
  connector verify --id X               the contract of connectors against the system behind one
  crypto status|rotate|retire|check ...  keys: state, new ones, values sealed anew
  robot evaluate --knowledge F --lang L measure the robot on your own questions
  robot report --knowledge F --queries F the same with the right answers, as a page with plots
  robot sentiment --lang L              praise or blame of texts
  robot converse --flows F              plays dialogues with a file of flows

The instance is the one of VAULTDESK_HOME (default ./var).
`;

/** Verbs by name; each loads only what it needs. */
const VERBS: Record<string, Verb> = {
  run: async (args) => (await import('./run.ts')).runCommand(args),
  status: async (args) => (await import('./status.ts')).statusCommand(args, loadInstanceConfig()),
  migrate: async (args) => (await import('./migrate.ts')).migrateCommand(args, loadInstanceConfig()),
  join: async (args) => (await import('./join.ts')).joinCommand(args),
  db: async (args) => (await import('./db.ts')).dbCommand(args, loadInstanceConfig),
  audit: async (args) => (await import('./audit.ts')).auditVerb(args, loadInstanceConfig()),
  backup: async (args) => backup('backup', args),
  'verify-backup': async (args) => backup('verify-backup', args),
  restore: async (args) => backup('restore', args, loadRestoreConfig),
  archive: async (args) => (await import('./archive.ts')).archiveCommand(args, loadInstanceConfig()),
  idp: async (args) => (await import('./idp.ts')).idpCommand(args, loadInstanceConfig()),
  connector: async (args) => (await import('./connector.ts')).connectorCommand(args, loadInstanceConfig()),
  admin: async (args) => (await import('./admin.ts')).adminCommand(args, loadInstanceConfig()),
  crypto: async (args) => (await import('./crypto.ts')).cryptoCommand(args, loadInstanceConfig()),
  robot: async (args) => {
    const [verb, ...rest] = args;
    if (verb === 'evaluate') return (await import('./robot-evaluate.ts')).evaluateCommand(rest, process);
    if (verb === 'report') return (await import('./robot-report.ts')).reportCommand(rest, process);
    if (verb === 'sentiment') return (await import('./robot-sentiment.ts')).sentimentCommand(rest, process);
    if (verb === 'converse') return (await import('./robot-converse.ts')).converseCommand(rest, process);
    return usage(`vaultdesk robot: there is no verb ${verb ?? ''}`);
  },
};

async function backup(verb: string, args: string[], load = loadInstanceConfig): Promise<number> {
  return (await import('./backup.ts')).backupCommand(verb, args, load());
}

function usage(fault?: string): number {
  process.stderr.write(`${fault ? `${fault}\n\n` : ''}${USAGE}`);
  return fault ? EXIT.usage : EXIT.ok;
}

async function main([name, ...args]: string[]): Promise<number | undefined> {
  if (name === undefined || name === 'help' || name === '--help') return usage();
  // A worker of the server is this program again, started by its supervisor.
  const verb = workerNumber(process.argv) === undefined ? VERBS[name] : VERBS['run'];
  if (!verb) return usage(`vaultdesk: there is no verb ${name}`);
  try {
    return await verb(args);
  } catch (error) {
    process.stderr.write(`${presentFault(error)}\n`);
    return EXIT.failed;
  }
}

function presentFault(error: unknown): string {
  if (error instanceof StartError) return presentStartError(error);
  if (error instanceof AppError) {
    // Of keys: which file, and what to do.
    const { faults, explanation } = error.details ?? {};
    const why = [faults, explanation].map((text) => (typeof text === 'string' ? ` ${text}` : '')).join('');
    return `vaultdesk: ${error.message}${why} [${error.code}]`;
  }
  return `vaultdesk: ${error instanceof Error ? error.message : String(error)}`;
}

const code = await main(process.argv.slice(2));
if (code !== undefined) process.exitCode = code;
