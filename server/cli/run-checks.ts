import { existsSync, readdirSync, statSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { placesOf } from '../foundation.ts';
import type { Config, StartEnvironment } from '../platform/config/index.ts';

/** One reason not to start, and what to do about it. */
export interface Weakness {
  sentence: string;
  remedy: string;
}

const OTHERS = 0o007;
const GROUP_AND_OTHERS = 0o077;
const WRITABLE_BY_OTHERS = 0o022;
/** Files that only an evaluation instance has: they hold passwords that stand in clear. */
const EVALUATION_FILES = ['evaluation-accounts.json', 'evaluation-token.txt'];
/** Passwords that stand in examples and in other people's images. */
const KNOWN_PASSWORDS = new Set([
  ...['vaultdesk', 'postgres', 'oracle', 'password', 'passw0rd', 'changeme', 'change_me', 'secret', 'admin'],
  ...['example', 'test', '123456', '12345678', 'welcome1', 'manager', 'tiger'],
]);
/** Switches of Node that open the process to others, or turn the checking of certificates off. */
const OPEN_SWITCH =
  /(^|\s)--(inspect|inspect-brk|inspect-wait|inspect-port|tls-min-v1\.[01]|insecure-http-parser)\b/;

/**
 * Everything that would leave an installed server open: running as root, secrets others may read, known passwords, an
 * evaluation's accounts, a debugger. Empty when it may start. Reads modes of files, no content.
 */
export function weaknesses(config: Config, environment: StartEnvironment): Weakness[] {
  return [
    ...processWeaknesses(environment),
    ...folderWeaknesses(config),
    ...secretFileWeaknesses(config),
    ...databaseWeaknesses(config),
    ...anchorWeaknesses(config),
  ];
}

function processWeaknesses({ uid, nodeOptions, rejectUnauthorized, programSwitches }: StartEnvironment) {
  const found: Weakness[] = [];
  if (uid === 0)
    found.push({
      sentence: 'it would run as root',
      remedy: 'Start it by its service, or as the account that owns the home folder.',
    });
  if (rejectUnauthorized === '0')
    found.push({
      sentence: 'NODE_TLS_REJECT_UNAUTHORIZED=0 lets anybody pose as the servers it calls',
      remedy: 'Unset it, and put the authority of the bank into egress.caFile.',
    });
  if (OPEN_SWITCH.test(nodeOptions) || programSwitches.some((argument) => OPEN_SWITCH.test(argument)))
    found.push({
      sentence: 'Node is started with a debugger, or with old protocols allowed',
      remedy: 'Remove the switch from NODE_OPTIONS and from the command.',
    });
  return found;
}

function folderWeaknesses({ home }: Config): Weakness[] {
  const found: Weakness[] = [];
  const own = stateOf(home);
  if (own === undefined)
    return [{ sentence: `there is no home folder ${home}`, remedy: 'Set VAULTDESK_HOME, or install first.' }];
  if ((own.mode & GROUP_AND_OTHERS) !== 0) found.push(openTo(home, own, 'chmod 700'));
  const file = join(home, 'config.yaml');
  const settings = stateOf(file);
  if (settings && (settings.mode & (WRITABLE_BY_OTHERS | OTHERS)) !== 0)
    found.push(openTo(file, settings, 'chmod 640'));
  for (const name of EVALUATION_FILES.filter((each) => existsSync(join(home, each))))
    found.push({
      sentence: `${join(home, name)} makes this the home of an evaluation instance`,
      remedy: 'Install into a new home folder; an evaluation never becomes a production server.',
    });
  return found;
}

function secretFileWeaknesses({ home, tls, keys }: Config): Weakness[] {
  const { keys: folder } = placesOf(home);
  const kept = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.key')) : [];
  const named = [tls.keyFile, keys.passphraseFile, keys.vaultTokenFile, keys.pkcs11PinFile];
  const files = [...kept.map((name) => join(folder, name)), ...named.filter((file) => file !== undefined)];
  const found = files.flatMap((file) => {
    const state = stateOf(file);
    // Credentials of the service manager carry an access list, which shows as rights of the group.
    const forbidden = file.startsWith('/run/credentials/') ? OTHERS : GROUP_AND_OTHERS;
    if (state === undefined)
      return [
        { sentence: `${file} cannot be read`, remedy: 'Put the file there for the account of the server.' },
      ];
    return (state.mode & forbidden) === 0 ? [] : [openTo(file, state, 'chmod 600')];
  });
  const { certFile } = tls;
  if (certFile !== undefined && stateOf(certFile) === undefined)
    found.push({
      sentence: `${certFile} cannot be read`,
      remedy: 'Put the certificate there, or mend tls.certFile.',
    });
  return found;
}

function databaseWeaknesses({ database }: Config): Weakness[] {
  const found = /^[a-z]+:\/\/([^:@/?#]*):([^@/?#]*)@/.exec(database.url ?? '');
  if (found === null) return [];
  const [user, password] = [found[1] ?? '', decodeURIComponent(found[2] ?? '')];
  const isKnown = KNOWN_PASSWORDS.has(password.toLowerCase()) || password === user || password.length < 8;
  if (!isKnown) return [];
  return [
    {
      sentence: 'the password of its database is empty, short, the name of the user, or a well-known one',
      remedy: 'Give the user another password, and name its file in database.passwordFile.',
    },
  ];
}

/** Heads of the trail go to two places at least, and one of them is off this machine, unless somebody takes less. */
function anchorWeaknesses({ home, audit }: Config): Weakness[] {
  const { anchorFolder, syslog, stampUrl, witnessUrl, fewAnchors } = audit;
  if (fewAnchors === 'accept') return [];
  if (anchorFolder !== undefined) {
    const state = stateOf(anchorFolder);
    if (state?.isDirectory() !== true)
      return [
        {
          sentence: `audit.anchorFolder ${anchorFolder} is no folder here`,
          remedy: 'Mount its volume first.',
        },
      ];
    if (state.dev !== stateOf(home)?.dev) return [];
  }
  if ([syslog, stampUrl, witnessUrl].some((place) => place !== undefined)) return [];
  const isNear = anchorFolder !== undefined;
  return [
    {
      sentence: isNear
        ? `audit.anchorFolder ${anchorFolder} lies on the disk of the home folder, which is no second place`
        : 'signed heads of the audit trail go to one place on this machine alone',
      remedy:
        'Set audit.syslog, audit.stampUrl, audit.witnessUrl, or audit.anchorFolder on a volume of another host; or ' +
        'audit.fewAnchors: accept, which warns for as long.',
    },
  ];
}

function stateOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

function openTo(path: string, { mode }: Stats, command: string): Weakness {
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  return { sentence: `${path} is open to others (mode ${octal})`, remedy: `Run ${command} ${path}.` };
}
