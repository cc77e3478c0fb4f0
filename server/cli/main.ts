import process from 'node:process';
import { AppError, presentStartError, StartError } from '../kernel/index.ts';
import { loadInstanceConfig } from './instance.ts';

/** Exit codes that every verb shares; verbs add their own. */
const EXIT = { ok: 0, failed: 1, usage: 2 } as const;

type Verb = (args: string[]) => Promise<number>;

const USAGE = `usage: vaultdesk VERB

  status [--json]                       what runs, where, with which database
  migrate status|up|verify|sql [...]     the database schema
  audit verify|export|status|...        the audit trail; vaultdesk audit --help
  db copy [--from URL] --to URL         moves an installation between PostgreSQL and Oracle
  db compat [--url URL] [--json]        tries what is needed of a database like PostgreSQL
  archive verify|read FOLDER            what retention sweeps have archived
  idp add|list|show|test|remove [...]   identity providers of single sign-on
  crypto status|rotate|retire|check ...  keys: state, new ones, values sealed anew
  robot evaluate --knowledge F --lang L measure the robot on your own questions

The instance is the one of VAULTDESK_HOME (default ./var).
`;

/** Verbs by name; each loads only what it needs. */
const VERBS: Record<string, Verb> = {
  status: async (args) => (await import('./status.ts')).statusCommand(args, loadInstanceConfig()),
  migrate: async (args) => (await import('./migrate.ts')).migrateCommand(args, loadInstanceConfig()),
  db: async (args) => (await import('./db.ts')).dbCommand(args, loadInstanceConfig),
  audit: async (args) => (await import('./audit.ts')).auditVerb(args, loadInstanceConfig()),
  archive: async (args) => (await import('./archive.ts')).archiveCommand(args, loadInstanceConfig()),
  idp: async (args) => (await import('./idp.ts')).idpCommand(args, loadInstanceConfig()),
  crypto: async (args) => (await import('./crypto.ts')).cryptoCommand(args, loadInstanceConfig()),
  robot: async (args) => {
    const [verb, ...rest] = args;
    if (verb !== 'evaluate') return usage(`vaultdesk robot: there is no verb ${verb ?? ''}`);
    const { evaluateCommand } = await import('./robot-evaluate.ts');
    return evaluateCommand(rest, process);
  },
};

function usage(fault?: string): number {
  process.stderr.write(`${fault ? `${fault}\n\n` : ''}${USAGE}`);
  return fault ? EXIT.usage : EXIT.ok;
}

async function main([name, ...args]: string[]): Promise<number> {
  if (name === undefined || name === 'help' || name === '--help') return usage();
  const verb = VERBS[name];
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
    const faults = error.details?.['faults'];
    const why = typeof faults === 'string' ? ` ${faults}` : '';
    return `vaultdesk: ${error.message}${why} [${error.code}]`;
  }
  return `vaultdesk: ${error instanceof Error ? error.message : String(error)}`;
}

process.exitCode = await main(process.argv.slice(2));
