import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Trust } from './tree.ts';

/** Name of the public key that is carried beside a bundle. */
export const PUBLIC_KEY_FILE = 'vaultdesk-release.pub';

/** Where an install keeps the key that later bundles are checked with, owned by root. */
export const INSTALLED_KEY_FILE = '/etc/vaultdesk/release.pub';

/**
 * By what an unpacked bundle is checked here. With an installed key that one, and a fingerprint typed as well must be its
 * own: nobody brings another key to an installed system by typing. Without one, the key file beside the folder or the one
 * named, which the typed fingerprint has to confirm.
 */
export function trustFor(
  folder: string,
  given: { fingerprint?: string | undefined; keyFile?: string | undefined; installedKeyFile?: string },
): Trust {
  const { fingerprint, keyFile, installedKeyFile = INSTALLED_KEY_FILE } = given;
  if (existsSync(installedKeyFile))
    return { publicKeyFile: installedKeyFile, isInstalledKey: true, fingerprint };
  return { publicKeyFile: keyFile ?? join(dirname(resolve(folder)), PUBLIC_KEY_FILE), fingerprint };
}
