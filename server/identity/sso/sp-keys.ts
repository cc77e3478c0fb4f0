import { readCertificate, type KeyPair, type SpParty } from '../../../sso/index.ts';
import { AppError, SYSTEM_ACTOR, type Clock, type Ids } from '../../kernel/index.ts';
import { createServerCertificate, type Crypto } from '../../platform/crypto/index.ts';
import type { Tx, UnitOfWork } from '../../platform/persistence/index.ts';
import { insertSpKey, listSpKeys } from './sso.repo.ts';

/** What keys of ours need. */
export interface SpKeyDeps {
  uow: UnitOfWork;
  clock: Clock;
  ids: Ids;
  crypto: Crypto;
  publicBaseUrl: string;
}

const CACHE_MS = 5_000;
const VALID_DAYS = 1_095;
/** A new key is published that long before it signs, so that identity providers can load our metadata anew. */
const KEY_LEAD_MS = 7 * 86_400_000;
const cellOf = (id: string) => ({ table: 'sso_sp_key', column: 'key_enc', rowId: id });

interface LoadedKey extends KeyPair {
  signsFromAt: Date;
}

/** Keys that we sign requests with and that assertions are encrypted for. */
export class SpKeys {
  readonly #deps: SpKeyDeps;
  #cache: { atMs: number; keys: readonly LoadedKey[] } | undefined;

  constructor(deps: SpKeyDeps) {
    this.#deps = deps;
  }

  /** Who we are to an identity provider, with every key: the one that signs first. Makes the first key if need be. */
  async party(idpId: string): Promise<SpParty> {
    const base = `${this.#deps.publicBaseUrl}/sso/${idpId}`;
    const keys = await this.#keys();
    return { entityId: `${base}/metadata`, acsUrl: `${base}/acs`, sloUrl: `${base}/slo`, keys };
  }

  async #keys(): Promise<readonly LoadedKey[]> {
    const now = this.#deps.clock.now();
    if (this.#cache === undefined || Math.abs(now.getTime() - this.#cache.atMs) > CACHE_MS) {
      let keys = await this.#load();
      if (keys.length === 0) {
        const made = await this.create();
        await this.#deps.uow.run({ actor: SYSTEM_ACTOR }, (tx) => this.insert(tx, made, now));
        keys = await this.#load();
      }
      this.#cache = { atMs: now.getTime(), keys };
    }
    const { keys } = this.#cache;
    const signing = keys.find(({ signsFromAt }) => signsFromAt <= now) ?? keys[0];
    return keys.toSorted((a, b) => Number(b === signing) - Number(a === signing));
  }

  async #load(): Promise<LoadedKey[]> {
    const rows = await this.#deps.uow.read(listSpKeys);
    return Promise.all(
      rows.map(async ({ id, certificate, keyEnc, signsFromAt }) => ({
        ...{ certificate, signsFromAt },
        privateKey: await this.#deps.crypto.open(cellOf(id), keyEnc),
      })),
    );
  }

  /** Makes a key; outside units of work, for it takes a while. */
  async create(): Promise<KeyPair & { notAfter: Date }> {
    const hostnames = [new URL(this.#deps.publicBaseUrl).hostname];
    return createServerCertificate({ hostnames, now: this.#deps.clock.now(), validDays: VALID_DAYS });
  }

  /** Keeps a key that is published now and signs in seven days. Throws `idp.key_waiting` while another one waits. */
  async add(tx: Tx, key: KeyPair & { notAfter: Date }): Promise<void> {
    const now = this.#deps.clock.now();
    const rows = await listSpKeys(tx);
    if (rows.some(({ signsFromAt }) => signsFromAt > now)) throw new AppError('idp.key_waiting');
    await this.insert(tx, key, new Date(now.getTime() + KEY_LEAD_MS));
  }

  /** Keys of ours as administrators compare them, the newest first. */
  async list(): Promise<Record<string, unknown>[]> {
    const now = this.#deps.clock.now();
    const rows = await this.#deps.uow.read(listSpKeys);
    const signing = rows.find(({ signsFromAt }) => signsFromAt <= now);
    return rows.map(({ id, certificate, signsFromAt, notAfter }) => ({
      ...{ id, fingerprint: readCertificate(certificate).fingerprint, isSigning: id === signing?.id },
      ...{ signsFrom: signsFromAt.toISOString(), notAfter: notAfter.toISOString() },
    }));
  }

  /** Keeps a key that signs from an instant on. */
  async insert(tx: Tx, key: KeyPair & { notAfter: Date }, signsFromAt: Date): Promise<void> {
    const id = this.#deps.ids.next();
    const { certificate, privateKey, notAfter } = key;
    const keyEnc = this.#deps.crypto.installation.seal(cellOf(id), privateKey);
    await insertSpKey(tx, { id, certificate, keyEnc, signsFromAt, notAfter, warnedDays: null });
    tx.record({ action: 'sso.key', outcome: 'ok', target: { type: 'sso-key', id } });
    tx.afterCommit(() => {
      this.#cache = undefined;
    });
  }
}
