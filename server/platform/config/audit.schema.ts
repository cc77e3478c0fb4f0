import { choice, integer, isBaseUrl, isHostAndPort, list, text } from './fields.ts';

const isAnyText = () => true;
/** Nothing of the trail goes before 200 days, whatever a file says; a century is longer than any rule asks for. */
const KEEP_DAYS = [200, 36_525] as const;

/** Settings of the audit trail. */
export const AUDIT_SCHEMA = {
  sealIntervalMs: integer('Milliseconds between tree heads while entries come.', 250, [100, 1000]),
  anchorSeconds: integer('Seconds between the heads that anchors outside get.', 60, [5, 3600]),
  syslog: text(
    'Syslog server over TLS that keeps heads; needs a rule of the way out for audit:syslog.',
    'host:port',
    isHostAndPort,
  ),
  syslogCaFile: text(
    'PEM file with the authority of its certificate; without it those of the system count.',
    'a path, relative to the home folder or absolute',
    isAnyText,
  ),
  syslogEntries: choice('In which form it gets every entry as well, once it is sealed.', 'none', [
    'none',
    'rfc5424',
    'cef',
    'ocsf',
  ]),
  stampUrl: text(
    'Time-stamp authority (RFC 3161) that stamps heads; needs a rule of the way out for audit:stamp.',
    'an http or https address',
    (value) => /^https?:\/\/[^\s@]+$/.test(value) && URL.canParse(value),
  ),
  stampCaFile: text(
    'PEM file with the authority its stamps must lead to; without it any stamp that holds is taken.',
    'a path, like syslogCaFile',
    isAnyText,
  ),
  heartbeatSeconds: integer('Seconds between tree heads when nothing happens.', 60, [10, 3600]),
  witnessUrl: text(
    'Another Vaultdesk that keeps heads and refuses any of another history; needs a rule for audit:witness.',
    'an https address without a path',
    isBaseUrl,
  ),
  witnessCaFile: text(
    'PEM file with the authority of its certificate; without it those of the system count.',
    'a path, like syslogCaFile',
    isAnyText,
  ),
  witnessKeyFile: text(
    'Public key of that witness (its keys/anchor.pub): its signature under each head is checked and kept; without it not asked for.',
    'a path, like syslogCaFile',
    isAnyText,
  ),
  anchorFolder: text(
    'Folder on a volume of another host, or one that is only appended to (WORM), that keeps every head too.',
    'an absolute path',
    (value) => value.startsWith('/'),
  ),
  fewAnchors: choice(
    'accept: an installed server starts although heads go to one place alone, and warns for as long.',
    'refuse',
    ['refuse', 'accept'],
  ),
  clockSource: choice(
    'What is asked whether the clock follows a time server: marks of systemd-timesyncd or chrony; auto takes the first there is.',
    'auto',
    ['auto', 'timesyncd', 'chrony', 'none'],
  ),
  witnessKeys: list(
    'Public key files (keys/audit.keys) of other installations whose witness this one is.',
    'paths, like syslogCaFile',
    isAnyText,
  ),
  keepDays: {
    access: integer('Days entries about signing in are kept before they may be purged.', 1096, KEEP_DAYS),
    administration: integer('The same of accounts, rights, and settings.', 1096, KEEP_DAYS),
    personalData: integer("The same of looking at or changing customers' data.", 1096, KEEP_DAYS),
    business: integer('The same of conversations, tickets, and quality.', 1096, KEEP_DAYS),
    knowledge: integer('The same of what the robot may say.', 1096, KEEP_DAYS),
    system: integer('The same of the machine, keys, and backups.', 1096, KEEP_DAYS),
    audit: integer('The same of the trail itself.', 1096, KEEP_DAYS),
  },
} as const;
