import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFakeClock } from '../../kernel/index.ts';
import { createCrypto, createFileKeyProvider, type CryptoDeps } from '../../platform/crypto/index.ts';
import type { Crypto, DekRow, DekStore, KeyProvider } from '../../platform/crypto/index.ts';

/** A key table in memory that counts how often it was asked. */
export interface MemoryDekStore extends DekStore {
  readonly rows: Map<number, DekRow>;
  findCalls: number;
}

/** Keeps wrapped keys in memory, with the same rules as the table. */
export function createMemoryDekStore(): MemoryDekStore {
  const rows = new Map<number, DekRow>();
  let nextId = 1;
  const inUse = (scope: DekRow['scope'], state: DekRow['state'] = 'active') =>
    [...rows.values()].find((row) => row.scope === scope && row.state === state);
  return {
    rows,
    findCalls: 0,
    async find(ids) {
      this.findCalls += 1;
      return ids.flatMap((id) => rows.get(id) ?? []);
    },
    findInstallation: async (state) => inUse('installation', state),
    findIndexKeys: async () => [...rows.values()].filter(({ scope }) => scope === 'index'),
    async insertOnly(row) {
      if (inUse(row.scope) !== undefined) throw new Error('there is such a key already');
      rows.set(row.id, row);
    },
    async successors(ids) {
      const activeOf = (ownerId: string) =>
        [...rows.values()].find((row) => row.ownerId === ownerId && row.state === 'active');
      return ids.flatMap((id) => {
        const row = rows.get(id);
        const active = row?.state === 'decrypt_only' ? activeOf(row.ownerId) : undefined;
        return active === undefined ? [] : [{ id, activeId: active.id }];
      });
    },
    async nextIds(count) {
      const first = nextId;
      nextId += count;
      return first;
    },
  };
}

/** A keyring on a memory store and a file provider in a folder of its own. */
export interface BuiltCrypto {
  crypto: Crypto;
  store: MemoryDekStore;
  provider: KeyProvider;
  /** Closes the keyring and removes the folder. */
  dispose(): Promise<void>;
}

/** Builds a keyring for tests; pass `store` or `provider` to share them between two. */
export async function buildCrypto(overrides: Partial<CryptoDeps> = {}): Promise<BuiltCrypto> {
  const folder = await mkdtemp(join(tmpdir(), 'vaultdesk-keys-'));
  const provider = overrides.provider ?? (await createFileKeyProvider({ folder }));
  const store = (overrides.store as MemoryDekStore | undefined) ?? createMemoryDekStore();
  const crypto = await createCrypto({
    clock: createFakeClock(),
    installationId: 'installation-a',
    suite: 'intl',
    ...overrides,
    provider,
    store,
  });
  return {
    crypto,
    store,
    provider,
    async dispose() {
      crypto.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
