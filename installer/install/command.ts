import { posix } from 'node:path';
import type { Layout } from './layout.ts';

/** Verbs that root runs by the installer; every other one is the server's, under its account. */
const INSTALLER_VERBS = 'verify | preflight | install | uninstall';

/** The text of `vaultdesk` on an installed system: POSIX sh, an environment of its own. */
export function renderCommand({ current, home, user, prefix }: Layout): string {
  const node = posix.join(current, 'node/bin/node');
  const place = prefix === undefined ? '' : ` --prefix '${prefix}'`;
  const server = `'${node}' --max-semi-space-size=64 '${current}/server/vaultdesk.mjs'`;
  // Whoever may not read the folder it is called from could not start there.
  const asUser =
    prefix === undefined
      ? `[ "$(id -u)" -ne 0 ] || { cd /; exec runuser -u '${user}' -- env -i "$@"; }\n  exec env -i "$@"`
      : 'exec env -i "$@"';
  return `#!/bin/sh
# Vaultdesk: the commands of this installation.
set -u
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
as_server() {
  ${asUser}
}
case "\${1:-}" in
  ${INSTALLER_VERBS}) exec env -i PATH="$PATH" TERM="\${TERM:-dumb}" LANG=C.UTF-8 '${node}' '${current}/server/installer.mjs' "$@"${place} ;;
esac
as_server PATH="$PATH" TERM="\${TERM:-dumb}" LANG=C.UTF-8 VAULTDESK_HOME='${home}' \\
  ${server} "$@"
`;
}

/** The text of `vaultdesk-db` where no service manager runs: the database in the foreground. */
export function renderDatabaseCommand({ current, database }: Layout): string {
  return `#!/bin/sh
# Vaultdesk: its PostgreSQL, in the foreground; SIGINT stops it.
exec env -i PATH=/usr/bin:/bin TZ=UTC LC_MESSAGES=C '${current}/postgres/bin/postgres' -D '${database}'
`;
}
