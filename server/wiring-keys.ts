import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { isAbsolute, join } from 'node:path';
import { StartError, type Clock } from './kernel/index.ts';
import type { Config } from './platform/config/index.ts';
import {
  createFileKeyProvider,
  createMovingKeyProvider,
  createPkcs11KeyProvider,
  createTransitKeyProvider,
  keyFault,
  openModuleSigners,
  readSecretFile,
  sha256,
  type FileKeyOptions,
  type KeyProvider,
  type ModuleSigners,
  type Pkcs11Binding,
  type TransitOptions,
} from './platform/crypto/index.ts';
import { configuredRules, createEgress, type Egress } from './platform/egress/index.ts';
import { createMetrics } from './platform/http/index.ts';
import type { Log } from './platform/log/index.ts';
import type { UnitOfWork } from './platform/persistence/index.ts';
import { egressOptions } from './egress-options.ts';

/** Who calls, in the allow-list: `keys:transit https vault.bank.example:8200`. */
const OWNER = 'keys:transit';
const CALL_TIMEOUT_MS = 5_000;
/** A batch of 250 answers of some 200 bytes each, with room. */
const ANSWER_BYTES_MAX = 1024 * 1024;
const DEFAULT_MOUNT = 'transit';
const DEFAULT_KEY = 'vaultdesk';

/** What opening the keys needs. */
interface KeyParts {
  folder: string;
  clock: Clock;
  log: Log;
  /** Units of work, once there are: refused calls stand in the trail. */
  later(): UnitOfWork | undefined;
}
/** The keys, and how to give back what they are reached by. */
interface OpenKeys {
  provider: KeyProvider;
  close(): void;
}

type Place = Config['keys']['provider'];

/** Opens the master keys that the configuration names. They come before the database, whose keys they unwrap. */
export async function openKeyProvider(config: Config, parts: KeyParts): Promise<OpenKeys> {
  const { provider: place, also: second } = config.keys;
  if (second === place) throw sameTwice();
  const used = await openPlace(place, config, parts);
  if (second === 'none') return used;
  try {
    const also = await openPlace(second, config, parts);
    return {
      provider: createMovingKeyProvider(used.provider, also.provider),
      close() {
        also.close();
        used.close();
      },
    };
  } catch (error) {
    used.provider.close();
    used.close();
    throw error;
  }
}

async function openPlace(place: Place, config: Config, parts: KeyParts): Promise<OpenKeys> {
  if (place === 'vault-transit') return openTransit(config, parts);
  const keys =
    place === 'pkcs11'
      ? openPkcs11(config, parts)
      : createFileKeyProvider(await fileKeysOf(config, parts.folder));
  return { provider: await keys, close: () => undefined };
}

/** Where master keys in files are, with the passphrase that locks them, if there is one. */
export async function fileKeysOf(config: Config, folder: string): Promise<FileKeyOptions> {
  const { passphraseFile: file } = config.keys;
  if (file === undefined) return { folder };
  const passphrase = await readSecretFile(pathOf(config, file)).catch((cause: unknown) => {
    throw unreadable(cause);
  });
  if (passphrase === undefined) throw unreadable();
  return { folder, passphrase: passphrase.toString('utf8').trim() };
}

async function openTransit(config: Config, parts: KeyParts): Promise<OpenKeys> {
  const { vaultUrl: url, vaultTokenFile: file, vaultNamespace: namespace, ...names } = config.keys;
  if (url === undefined || file === undefined) throw incomplete('keys.vaultUrl and keys.vaultTokenFile');
  const egress = await openWay(config, parts);
  try {
    const provider = await createTransitKeyProvider({
      call: transitCall(egress, { url, namespace, token: () => readSecret(config, file) }),
      clock: parts.clock,
      mount: names.vaultMount ?? DEFAULT_MOUNT,
      key: names.vaultKey ?? DEFAULT_KEY,
    });
    return { provider, close: () => egress.close() };
  } catch (error) {
    egress.close();
    throw error;
  }
}

/** The binding is built on the machine and no part of the program, which has no native parts. */
async function openPkcs11(config: Config, { clock }: KeyParts): Promise<KeyProvider> {
  const { pinFile, ...place } = moduleOf(config);
  return createPkcs11KeyProvider({ ...place, pin: () => readSecret(config, pinFile), clock });
}

/** Signing keys in the hardware module, where that holds master keys too, or does still; undefined elsewhere. */
export function openSigners(config: Config): ModuleSigners | undefined {
  const { provider, also } = config.keys;
  if (provider !== 'pkcs11' && also !== 'pkcs11') return undefined;
  const { pinFile, ...place } = moduleOf(config);
  return openModuleSigners({ ...place, pinFile: pathOf(config, pinFile) });
}

function moduleOf(config: Config): {
  binding: Pkcs11Binding;
  module: string;
  token: string;
  pinFile: string;
} {
  const { pkcs11Binding, pkcs11Module: module, pkcs11Token: token, pkcs11PinFile: file } = config.keys;
  if (pkcs11Binding === undefined || module === undefined || token === undefined || file === undefined)
    throw incomplete('keys.pkcs11Binding, keys.pkcs11Module, keys.pkcs11Token, and keys.pkcs11PinFile');
  let binding: Pkcs11Binding;
  try {
    binding = createRequire(import.meta.url)(pkcs11Binding) as Pkcs11Binding;
  } catch (cause) {
    throw new StartError({
      code: 'config.invalid',
      sentence: `The folder of "keys.pkcs11Binding" holds no package pkcs11js that this Node can load.`,
      remedy: 'Build it with this version of Node; docs/operations/keys.md says how.',
      cause,
    });
  }
  return { binding, module, token, pinFile: file };
}

/** Calls a key server through the way out; the token is read for each call, since an agent may renew it. */
export function transitCall(
  egress: Egress,
  server: { url: string; token(): Promise<string>; namespace?: string | undefined },
): TransitOptions['call'] {
  const protocol = server.url.startsWith('https:') ? 'https' : 'http';
  return async ({ method, path, body }) => {
    const { status, body: bytes } = await egress.request(
      { owner: OWNER, protocol },
      {
        ...{ method, url: `${server.url.replace(/\/$/, '')}/v1/${path}` },
        headers: {
          'X-Vault-Token': await server.token(),
          'X-Vault-Request': 'true',
          ...(server.namespace === undefined ? {} : { 'X-Vault-Namespace': server.namespace }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...{ timeoutMs: CALL_TIMEOUT_MS, maxResponseBytes: ANSWER_BYTES_MAX },
      },
    );
    return { status, body: bytes.length === 0 ? {} : (JSON.parse(bytes.toString('utf8')) as unknown) };
  };
}

/** A way out of its own, by the allow-list of the configuration alone: rules of the database need a key to be read. */
async function openWay(
  config: Config,
  { log, later }: { log: Log; later(): UnitOfWork | undefined },
): Promise<Egress> {
  const { configured, ...options } = await egressOptions(config);
  const there = () => {
    const uow = later();
    if (uow === undefined) throw new Error('The database is not open yet.');
    return uow;
  };
  const uow: UnitOfWork = {
    run: async (context, work) => there().run(context, work),
    read: async (work) => there().read(work),
  };
  const rules = configuredRules(configured);
  return createEgress({ ...options, rules, uow, log, metrics: createMetrics(), hash: sha256 });
}

function pathOf({ home }: Config, file: string): string {
  return isAbsolute(file) ? file : join(home, file);
}

async function readSecret(config: Config, file: string): Promise<string> {
  try {
    return (await readFile(pathOf(config, file), 'utf8')).trim();
  } catch (cause) {
    throw unreadable(cause);
  }
}

function unreadable(cause?: unknown) {
  return keyFault(
    'token_unreadable',
    'The file with the token, PIN, or passphrase of the keys cannot be read, or others may read it.',
    cause,
  );
}

function sameTwice(): StartError {
  return new StartError({
    code: 'config.invalid',
    sentence: '"keys.also" names the same place as "keys.provider".',
    remedy: 'It names the place a site moves from, or will move to; leave it out otherwise.',
  });
}

function incomplete(names: string): StartError {
  return new StartError({
    code: 'config.invalid',
    sentence: `The master keys are elsewhere, but of ${names} one is missing.`,
    remedy: 'docs/operations/keys.md has an example of each.',
  });
}
