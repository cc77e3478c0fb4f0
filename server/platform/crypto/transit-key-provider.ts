import { AppError, type Clock } from '../../kernel/index.ts';
import { BackOff, KeysAway } from './back-off.ts';
import { lengthPrefixed } from './digest.ts';
import { keyFault, type KeyHealth, type KeyProvider, type WrapContext } from './key-provider.ts';

/** Limits of talking to a key server. */
export const TRANSIT_LIMITS = {
  /** Keys wrapped or unwrapped by one call. */
  itemsAtOnce: 250,
} as const;

/** One call to the key server: its path behind `/v1/`, and what is sent; throws when there is no answer. */
export type TransitCall = (request: {
  method: 'GET' | 'POST';
  path: string;
  body?: unknown;
}) => Promise<{ status: number; body: unknown }>;

/** What the provider needs. */
export interface TransitOptions {
  call: TransitCall;
  clock: Clock;
  /** Where the transit engine is mounted, and the name of the key in it. */
  mount: string;
  key: string;
}

type Operation = 'encrypt' | 'decrypt';
interface Waiting {
  item: Record<string, unknown>;
  resolve(value: string): void;
  reject(error: unknown): void;
}

/**
 * Master keys that never leave a key server: HashiCorp Vault's transit engine, or one that speaks its interface. Data keys
 * are wrapped by its versions, bound to their row by associated data. Calls of the same moment travel together. While the
 * server is away every call throws `crypto.key_missing` at once, and it is asked again with growing pauses.
 *
 * Interface: https://developer.hashicorp.com/vault/api-docs/secret/transit
 */
export async function createTransitKeyProvider(options: TransitOptions): Promise<KeyProvider> {
  const keys = new TransitKeys(options);
  await keys.open();
  return keys;
}

class TransitKeys implements KeyProvider {
  readonly #options: TransitOptions;
  readonly #waiting: Record<Operation, Waiting[]> = { encrypt: [], decrypt: [] };
  readonly #backOff: BackOff;
  #versions: number[] = [];

  constructor(options: TransitOptions) {
    this.#options = options;
    this.#backOff = new BackOff(options.clock);
  }

  get kekId(): string {
    return this.#idOf(this.#versions.at(-1) ?? 0);
  }

  async list(): Promise<string[]> {
    return this.#versions.map((version) => this.#idOf(version));
  }

  /** Finds the key, or makes it where there is none; throws a key fault when the server refuses. */
  async open(): Promise<void> {
    const { status } = await this.#ask('GET', this.#path('keys'));
    if (status === 404) {
      const made = await this.#ask('POST', this.#path('keys'), { type: 'aes256-gcm96' });
      if (made.status >= 300) throw refusal(made.status);
    } else if (status !== 200) throw refusal(status);
    await this.reload();
  }

  async reload(): Promise<void> {
    const { status, body } = await this.#ask('GET', this.#path('keys'));
    if (status !== 200) throw refusal(status);
    const data = (body as { data?: { keys?: object; min_decryption_version?: number } }).data;
    const least = data?.min_decryption_version ?? 1;
    const versions = Object.keys(data?.keys ?? {}).map(Number);
    this.#versions = versions.filter((version) => version >= least).sort((a, b) => a - b);
    if (this.#versions.length === 0) throw refusal(status);
  }

  async wrap(secret: Buffer, context: WrapContext, kekId = this.kekId): Promise<Buffer> {
    const text = await this.#later('encrypt', {
      plaintext: secret.toString('base64'),
      associated_data: this.#bound(kekId, context),
      key_version: this.#versionOf(kekId),
    });
    return Buffer.from(text, 'utf8');
  }

  async unwrap(wrapped: Buffer, context: WrapContext, kekId = this.kekId): Promise<Buffer> {
    const text = await this.#later('decrypt', {
      ciphertext: wrapped.toString('utf8'),
      associated_data: this.#bound(kekId, context),
    });
    return Buffer.from(text, 'base64');
  }

  async newKek(): Promise<string> {
    const { status } = await this.#ask('POST', `${this.#path('keys')}/rotate`);
    if (status >= 300) throw refusal(status);
    await this.reload();
    return this.kekId;
  }

  /** Versions go in order: the server cuts off everything below one. */
  async retire(kekId: string): Promise<void> {
    await this.reload();
    const [oldest, next] = this.#versions;
    if (oldest === undefined || next === undefined || kekId !== this.#idOf(oldest)) {
      throw new AppError('crypto.key_in_use', { details: { count: 1 } });
    }
    const keys = this.#path('keys');
    const least = { min_decryption_version: next, min_encryption_version: next };
    for (const [path, body] of [
      [`${keys}/config`, least],
      [`${keys}/trim`, { min_available_version: next }],
    ] as const) {
      const { status } = await this.#ask('POST', path, body);
      if (status >= 300) throw refusal(status);
    }
    await this.reload();
  }

  async health(): Promise<KeyHealth> {
    try {
      await this.reload();
      return { ok: true };
    } catch (error) {
      const reason =
        error instanceof AppError ? String(error.details?.['reason'] ?? error.code) : 'unreachable';
      return { ok: false, reason };
    }
  }

  /** Nothing of a key is held here. */
  close(): void {}

  #idOf(version: number): string {
    return `transit:${this.#options.key}:v${version}`;
  }

  #versionOf(kekId: string): number {
    const version = this.#versions.find((one) => this.#idOf(one) === kekId);
    if (version === undefined) throw new AppError('crypto.auth_failed');
    return version;
  }

  #path(part: string): string {
    const { mount, key } = this.#options;
    return `${mount}/${part}/${encodeURIComponent(key)}`;
  }

  #bound(kekId: string, { dekId, scope, ownerId }: WrapContext): string {
    return lengthPrefixed(['kw1', kekId, String(dekId), scope, ownerId]).toString('base64');
  }

  /** Puts an item to those of the same moment; they travel together when this turn of the event loop ends. */
  #later(operation: Operation, item: Record<string, unknown>): Promise<string> {
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting[operation];
      if (waiting.length === 0) setImmediate(() => this.#flush(operation));
      waiting.push({ item, resolve, reject });
    });
  }

  #flush(operation: Operation): void {
    const all = this.#waiting[operation].splice(0);
    for (let start = 0; start < all.length; start += TRANSIT_LIMITS.itemsAtOnce) {
      const some = all.slice(start, start + TRANSIT_LIMITS.itemsAtOnce);
      void this.#send(operation, some).catch((error: unknown) => {
        for (const { reject } of some) reject(error);
      });
    }
  }

  async #send(operation: Operation, items: readonly Waiting[]): Promise<void> {
    const batch = { batch_input: items.map(({ item }) => item) };
    const { status, body } = await this.#ask('POST', this.#path(operation), batch);
    type Result = { ciphertext?: string; plaintext?: string; error?: string };
    const results = (body as { data?: { batch_results?: Result[] } }).data?.batch_results;
    // A batch in which one item is refused is answered with 400 and a result for each.
    if (results?.length !== items.length) throw refusal(status);
    items.forEach(({ resolve, reject }, index) => {
      const text = results[index]?.[operation === 'encrypt' ? 'ciphertext' : 'plaintext'];
      if (text === undefined || text === '') reject(new AppError('crypto.auth_failed'));
      else resolve(text);
    });
  }

  /** Asks unless the server was away just now. */
  #ask(method: 'GET' | 'POST', path: string, body?: unknown) {
    return this.#backOff.run(async () => {
      const request = { method, path, ...(body === undefined ? {} : { body }) };
      const answer = await this.#options.call(request).catch((cause: unknown) => {
        throw new KeysAway(cause);
      });
      if (answer.status >= 500 || answer.status === 429) throw new KeysAway();
      return answer;
    });
  }
}

function refusal(status: number): AppError {
  return keyFault(
    'server_refused',
    `The key server answers with status ${status}; its token or policy does not allow the key.`,
  );
}
