import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import type { Clock } from '../../kernel/index.ts';
import {
  createPkcs11KeyProvider,
  type KeyProvider,
  type Pkcs11Binding,
} from '../../platform/crypto/index.ts';

const IS_REQUIRED = process.env['VAULTDESK_TEST_PEERS'] === 'required';
/** Where .ci/peers builds the binding. */
const BINDING = process.env['VAULTDESK_PKCS11JS'] ?? '/opt/vaultdesk-peers/node_modules/pkcs11js';
/** The library of Debian's softhsm2. */
export const SOFT_MODULE = '/usr/lib/softhsm/libsofthsm2.so';
/** Label and PIN of the token. */
export const SOFT_TOKEN = 'vaultdesk spec';
export const SOFT_PIN = '271828';

/** A token of its own in a folder of its own. */
export interface Token {
  folder: string;
  binding: Pkcs11Binding;
  open(pin?: string): Promise<KeyProvider>;
  remove(): void;
}

/** Makes one; undefined, with a word on stderr, on a machine without the module or its binding. */
export function openToken(clock: Clock): Token | undefined {
  const missing = [SOFT_MODULE, BINDING].filter((path) => !existsSync(path));
  if (missing.length > 0) {
    const names = missing.join(', ');
    if (IS_REQUIRED) throw new Error(`There is no ${names}: .ci/peers installs it.`);
    process.stderr.write(`SKIPPED: there is no ${names}, so hardware modules are not tested here.\n`);
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'vd-hsm-'));
  mkdirSync(join(folder, 'tokens'));
  const config = join(folder, 'softhsm2.conf');
  writeFileSync(config, `directories.tokendir = ${join(folder, 'tokens')}\nobjectstore.backend = file\n`);
  process.env['SOFTHSM2_CONF'] = config;
  const args = ['--init-token', '--free', '--label', SOFT_TOKEN, '--pin', SOFT_PIN, '--so-pin', '31415926'];
  const made = spawnSync('softhsm2-util', args, { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`softhsm2-util: ${made.stderr}`);
  const binding = createRequire(import.meta.url)(BINDING) as Pkcs11Binding;
  return {
    ...{ folder, binding },
    open: (pin = SOFT_PIN) =>
      createPkcs11KeyProvider({
        ...{ binding, module: SOFT_MODULE, token: SOFT_TOKEN, clock },
        pin: async () => pin,
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
