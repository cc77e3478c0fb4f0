import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { InstallFault } from './fault.ts';
import type { Lang } from './verify/index.ts';

/** Verbs of the installer. */
export const VERBS = ['verify', 'preflight', 'install', 'uninstall'] as const;
/** One of them. */
export type Verb = (typeof VERBS)[number];

/** How the installer was called. */
export interface Call {
  verb: Verb;
  lang: Lang;
  isJson: boolean;
  answers: string | undefined;
  /** Without a service manager, below this folder. */
  prefix: string | undefined;
  fingerprint: string | undefined;
  keyFile: string | undefined;
  isPurge: boolean;
}

/** What the installer prints for --help. */
export const USAGE = `usage: ./install.sh VERB [--json] [--lang zh|en]

  verify     [--trust-fingerprint SHA256:…] [--release-key FILE] checks this bundle
  preflight  [--answers FILE]                                   looks at this machine; writes nothing
  install    [--answers FILE] [--trust-fingerprint SHA256:…]    installs; asks on a terminal without --answers
             [--no-systemd --prefix DIR]                        below DIR, for hosts of containers, not as root
  uninstall  [--purge]                                          takes it away; with --purge data, keys, and accounts too
`;

/** Reads the arguments; `undefined` asks for help. Throws `usage.wrong`. */
export function readCall(args: readonly string[]): Call | undefined {
  if (args.length === 0 || args.includes('--help') || args[0] === 'help') return undefined;
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...{
          json: { type: 'boolean' },
          lang: { type: 'string', multiple: true },
          answers: { type: 'string' },
        },
        ...{ 'no-systemd': { type: 'boolean' }, prefix: { type: 'string' }, purge: { type: 'boolean' } },
        ...{ 'trust-fingerprint': { type: 'string' }, 'release-key': { type: 'string' } },
      },
    });
    const verb = VERBS.find((each) => each === positionals[0]);
    const lang = values.lang?.[0] ?? 'en';
    const isWhole = verb !== undefined && positionals.length === 1 && (lang === 'zh' || lang === 'en');
    const isPaired =
      verb === 'uninstall' || (values['no-systemd'] === true) === (values.prefix !== undefined);
    if (!isWhole || !isPaired) throw new InstallFault('usage.wrong', args.join(' '));
    return {
      ...{
        verb,
        lang,
        isJson: values.json === true,
        answers: values.answers,
        isPurge: values.purge === true,
      },
      prefix: values.prefix === undefined ? undefined : resolve(values.prefix),
      ...{ fingerprint: values['trust-fingerprint'], keyFile: values['release-key'] },
    };
  } catch (error) {
    if (error instanceof InstallFault) throw error;
    throw new InstallFault('usage.wrong', (error as Error).message, error);
  }
}
