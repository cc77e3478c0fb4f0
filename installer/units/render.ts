import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answers } from '../answers/read.ts';
import type { Layout } from '../install/layout.ts';

/** Services by name; the database's only where it comes along. */
export const SERVICES = { server: 'vaultdesk.service', database: 'vaultdesk-db.service' } as const;

/** From this version on the service manager hands secrets over; before, the key of the certificate is the server's file. */
export const CREDENTIALS_SINCE = 247;
const UNPRIVILEGED_PORT_MIN = 1_024;

/** The texts of the unit files of an installation, by name. `folder` holds the templates. */
export function renderUnits(
  folder: string,
  about: { answers: Answers; layout: Layout; systemdVersion: number },
): Map<string, string> {
  const { answers, layout, systemdVersion } = about;
  const isEmbedded = answers.text('database.mode') === 'embedded';
  const isLowPort = answers.number('port') < UNPRIVILEGED_PORT_MIN && answers.text('tls.mode') !== 'front';
  const hasKey = answers.text('tls.mode') !== 'front' && systemdVersion >= CREDENTIALS_SINCE;
  const values: Record<string, string> = {
    ...{ CURRENT: layout.current, HOME: layout.home, ETC: layout.etc, USER: layout.user },
    ...{ DATABASE_USER: layout.databaseUser, DATABASE_HOME: layout.databaseHome, DATABASE: layout.database },
    AFTER_DATABASE: isEmbedded ? ` ${SERVICES.database}` : '',
    WANTS_DATABASE: isEmbedded ? `Requires=${SERVICES.database}` : '',
    CREDENTIALS: hasKey ? `LoadCredential=server.key:${layout.etc}/tls/server.key` : '',
    CAPABILITIES: isLowPort ? 'CAP_NET_BIND_SERVICE' : '',
    // A port below 1024 needs a right in the namespace of the machine.
    PRIVATE_USERS: isLowPort ? 'no' : 'yes',
    NETWORKS: answers.list('networks').join(' '),
  };
  const names = isEmbedded ? [SERVICES.server, SERVICES.database] : [SERVICES.server];
  return new Map(names.map((name) => [name, fill(readFileSync(join(folder, name), 'utf8'), values)]));
}

function fill(template: string, values: Record<string, string>): string {
  const text = template.replaceAll(/@([A-Z_]+)@/g, (whole, name: string) => values[name] ?? whole);
  return text.replaceAll(/^\n(?=\n)/gm, '');
}
