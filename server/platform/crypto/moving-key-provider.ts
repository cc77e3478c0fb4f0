import type { KeyProvider } from './key-provider.ts';

/** `file-…`, `transit:…`, `pkcs11:…`: which provider made a master key stands at the beginning of its id. */
const FAMILY = /^[a-z0-9]+/;

/**
 * Master keys of two places, while a site moves from one to the other or is about to: those of `used` wrap, those of both
 * unwrap. Both must be reachable at the start.
 */
export function createMovingKeyProvider(used: KeyProvider, also: KeyProvider): KeyProvider {
  const ofAlso = FAMILY.exec(also.kekId)?.[0];
  const holderOf = (kekId: string) => (FAMILY.exec(kekId)?.[0] === ofAlso ? also : used);
  return {
    get kekId() {
      return used.kekId;
    },
    wrap: (secret, context, kekId = used.kekId) => holderOf(kekId).wrap(secret, context, kekId),
    unwrap: (wrapped, context, kekId = used.kekId) => holderOf(kekId).unwrap(wrapped, context, kekId),
    newKek: () => used.newKek(),
    list: async () => [...(await also.list()), ...(await used.list())],
    retire: (kekId) => holderOf(kekId).retire(kekId),
    async reload() {
      await also.reload();
      await used.reload();
    },
    async health() {
      const health = await used.health();
      return health.ok ? also.health() : health;
    },
    close() {
      also.close();
      used.close();
    },
  };
}
