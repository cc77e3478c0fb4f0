import { StartError } from '../../kernel/index.ts';

interface Fault {
  pattern: RegExp;
  code: string;
  sentence: string;
  remedy: string;
}

/** What PostgreSQL says when it cannot start, and what that means to the person who started it; first match wins. */
const FAULTS: readonly Fault[] = [
  {
    pattern: /No space left on device|Disk quota exceeded/i,
    code: 'database.disk_full',
    sentence: 'The database cannot start because the disk is full.',
    remedy: 'Free space on the disk that holds the data folder and start again; nothing was lost.',
  },
  {
    pattern: /initialized by PostgreSQL version/,
    code: 'database.version_other',
    sentence: 'The data folder was made by another major version of PostgreSQL.',
    remedy: 'Start the Vaultdesk version that made it, or restore a logical backup into a new home folder.',
  },
  {
    pattern: /could not bind Unix address|could not create any Unix-domain sockets|Address already in use/,
    code: 'database.socket_in_use',
    sentence: 'The socket of the database is in use by another process.',
    remedy: 'Stop the other PostgreSQL that uses this home folder, then start again.',
  },
  {
    pattern: /lock file "[^"]*" already exists|pre-existing shared memory block/,
    code: 'database.in_use',
    sentence: 'Another PostgreSQL is working on this data folder.',
    remedy: 'Stop that process, then start again.',
  },
  {
    pattern:
      /database files are incompatible with server|invalid (primary )?checkpoint|could not locate a valid checkpoint|incorrect checksum in control file|invalid page|could not open file "(global|base|pg_wal|pg_xact)|could not read file "(global|base)|requested WAL segment|is corrupted/,
    code: 'database.corrupted',
    // `requireVersion` has passed by then, so incompatible files mean a control file that is not whole.
    sentence: 'The data folder is damaged and PostgreSQL refuses to open it.',
    remedy: 'Keep the folder as it is, restore the last backup into a new home folder, and call support.',
  },
  {
    pattern: /could not (map|create) (anonymous )?shared memory|Cannot allocate memory/,
    code: 'database.memory',
    sentence: 'The database cannot get the memory it needs.',
    remedy: 'Give the machine or container at least 512 MB of memory.',
  },
  {
    pattern:
      /Permission denied|operation not permitted|read-only file system|has wrong ownership|invalid permissions/i,
    code: 'database.permission',
    sentence: 'The data folder belongs to another account or may not be entered.',
    remedy: 'Start as the account that made the home folder, or give the folder back to it.',
  },
];

/** Translates the text PostgreSQL wrote while failing to start; `detail` is its last telling line. */
export function faultOf(output: string): StartError {
  const lines = output.split('\n').map((line) => line.trim());
  const telling =
    lines.filter((line) => /FATAL|PANIC|error:/.test(line)).at(-1) ?? lines.filter(Boolean).at(-1);
  const detail = telling === undefined ? '' : ` PostgreSQL says: ${telling.slice(0, 300)}`;
  const fault = knownFault(output);
  if (fault !== undefined) return new StartError({ ...fault, sentence: fault.sentence + detail });
  return new StartError({
    code: 'database.start_failed',
    sentence: `The database did not start.${detail}`,
    remedy: 'Read log/postgres.log in the home folder.',
  });
}

function knownFault(output: string): Fault | undefined {
  return FAULTS.find((candidate) => candidate.pattern.test(output));
}

/** Turns what the file system or the first connection threw into a StartError when its cause is a known one. */
export function translateFault(error: unknown): unknown {
  if (error instanceof StartError || !(error instanceof Error)) return error;
  const fault = knownFault(error.message);
  if (fault === undefined) return error;
  return new StartError({ ...fault, sentence: `${fault.sentence} ${error.message}`, cause: error });
}
