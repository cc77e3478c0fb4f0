import { AppError, type Clock } from '../../kernel/index.ts';
import { BackOff, KeysAway } from './back-off.ts';
import { lengthPrefixed } from './digest.ts';
import type { KeyHealth, KeyProvider, WrapContext } from './key-provider.ts';
import {
  allowDone,
  constantOf,
  dropSession,
  findNumbered,
  findToken,
  isSessionGone,
  logIn,
  numberId,
  openSession,
  pinRefused,
  type Handle,
  type Pkcs11Base,
  type Pkcs11Binding,
  type Template,
} from './pkcs11-answers.ts';
import { randomBytes } from './random.ts';

interface Mechanism {
  mechanism: number;
  parameter?: { type: number; iv: Buffer; aad: Buffer; ivBits: number; tagBits: number };
}
interface Pkcs11 extends Pkcs11Base {
  C_Finalize(): void;
  C_GenerateKey(session: Handle, mechanism: Mechanism, template: Template): Handle;
  C_DestroyObject(session: Handle, object: Handle): void;
  C_EncryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Encrypt(session: Handle, data: Buffer, out: Buffer): Buffer;
  C_DecryptInit(session: Handle, mechanism: Mechanism, key: Handle): void;
  C_Decrypt(session: Handle, data: Buffer, out: Buffer): Buffer;
}

/** What the provider needs. */
export interface Pkcs11Options {
  binding: Pkcs11Binding;
  /** The maker's library. */
  module: string;
  /** Label of the token. */
  token: string;
  pin(): Promise<string>;
  clock: Clock;
}

const LABEL = 'vaultdesk';
const WRAP_VERSION = 1;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/**
 * Master keys in a hardware module: AES keys that never leave it, found by label and number. Sessions die in the field
 * (idle time, a replaced token), so each is tried anew once with a fresh one; a module that stays away is asked with
 * growing pauses. A refused PIN is never tried twice, since a token locks itself.
 */
export async function createPkcs11KeyProvider(options: Pkcs11Options): Promise<KeyProvider> {
  const keys = new Pkcs11Keys(options);
  await keys.open();
  return keys;
}

interface Session {
  handle: Handle;
  /** Keys by number, in their order. */
  keys: Map<number, Handle>;
}

class Pkcs11Keys implements KeyProvider {
  readonly #options: Pkcs11Options;
  readonly #p11: Pkcs11;
  readonly #backOff: BackOff;
  #session: Session | undefined;
  /** Numbers that were there when the module last answered. */
  #known: number[] = [];
  #isLoaded = false;
  #isPinRefused = false;

  constructor(options: Pkcs11Options) {
    this.#options = options;
    this.#p11 = new options.binding.PKCS11() as Pkcs11;
    this.#backOff = new BackOff(options.clock);
  }

  get kekId(): string {
    return idOf(this.#known.at(-1) ?? 0);
  }

  async list(): Promise<string[]> {
    return this.#known.map(idOf);
  }

  async open(): Promise<void> {
    await this.#with((session) => {
      if (session.keys.size === 0) this.#generate(session, 1);
    });
  }

  reload(): Promise<void> {
    return this.#with((session) => this.#find(session));
  }

  wrap(secret: Buffer, context: WrapContext, kekId = this.kekId): Promise<Buffer> {
    return this.#with((session) => {
      const iv = randomBytes(IV_BYTES);
      this.#p11.C_EncryptInit(session.handle, this.#gcm(iv, kekId, context), keyOf(session, kekId));
      const out = Buffer.alloc(secret.length + TAG_BYTES);
      const sealed = this.#p11.C_Encrypt(session.handle, secret, out);
      return Buffer.concat([Buffer.of(WRAP_VERSION), iv, sealed]);
    });
  }

  unwrap(wrapped: Buffer, context: WrapContext, kekId = this.kekId): Promise<Buffer> {
    return this.#with((session) => {
      if (wrapped.length <= 1 + IV_BYTES + TAG_BYTES || wrapped[0] !== WRAP_VERSION)
        throw new AppError('crypto.auth_failed');
      const iv = Buffer.from(wrapped.subarray(1, 1 + IV_BYTES));
      const sealed = Buffer.from(wrapped.subarray(1 + IV_BYTES));
      this.#p11.C_DecryptInit(session.handle, this.#gcm(iv, kekId, context), keyOf(session, kekId));
      try {
        return Buffer.from(this.#p11.C_Decrypt(session.handle, sealed, Buffer.alloc(sealed.length)));
      } catch (cause) {
        if (isSessionGone(cause)) throw cause;
        // Modules disagree on the answer to a wrong tag.
        throw new AppError('crypto.auth_failed', { cause });
      }
    });
  }

  newKek(): Promise<string> {
    return this.#with((session) => {
      this.#find(session);
      const number = Math.max(0, ...session.keys.keys()) + 1;
      this.#generate(session, number);
      return idOf(number);
    });
  }

  async retire(kekId: string): Promise<void> {
    if (kekId === this.kekId) throw new AppError('crypto.key_in_use', { details: { count: 1 } });
    return this.#with((session) => {
      this.#p11.C_DestroyObject(session.handle, keyOf(session, kekId));
      this.#find(session);
    });
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

  close(): void {
    if (!this.#isLoaded) return;
    this.#drop();
    this.#isLoaded = false;
    try {
      allowDone('C_Finalize', () => this.#p11.C_Finalize());
    } finally {
      this.#p11.close();
    }
  }

  /** Works on a session, once more on a fresh one when the first has died. */
  #with<T>(work: (session: Session) => T): Promise<T> {
    return this.#backOff.run(async () => {
      for (let attempt = 0; ; attempt += 1) {
        try {
          const session = (this.#session ??= await this.#connect());
          return work(session);
        } catch (error) {
          if (error instanceof AppError) throw error;
          const isGone = isSessionGone(error);
          this.#drop();
          if (!isGone || attempt > 0) throw new KeysAway(error);
        }
      }
    });
  }

  async #connect(): Promise<Session> {
    const { binding, module, token } = this.#options;
    if (this.#isPinRefused) throw pinRefused();
    if (!this.#isLoaded) {
      this.#p11.load(module);
      this.#isLoaded = true;
    }
    const slot = findToken(this.#p11, token);
    if (slot === undefined) throw new KeysAway(new Error(`There is no token ${token}.`));
    const handle = openSession(this.#p11, binding, slot);
    if (!logIn(this.#p11, binding, { session: handle, pin: await this.#options.pin() })) {
      this.#isPinRefused = true;
      throw pinRefused();
    }
    const session = { handle, keys: new Map<number, Handle>() };
    this.#find(session);
    return session;
  }

  /** Looks which keys there are. */
  #find(session: Session): void {
    const wanted = { session: session.handle, kind: 'CKO_SECRET_KEY', label: LABEL };
    const numbered = findNumbered(this.#p11, this.#options.binding, wanted)
      .filter(({ number }) => number > 0)
      .sort((a, b) => a.number - b.number);
    session.keys = new Map(numbered.map(({ number, object }) => [number, object]));
    this.#known = [...session.keys.keys()];
  }

  #generate(session: Session, number: number): void {
    const { binding } = this.#options;
    const set = (name: string, value: boolean | number | string | Buffer) => ({
      ...{ type: constantOf(binding, name), value },
    });
    this.#p11.C_GenerateKey(session.handle, { mechanism: constantOf(binding, 'CKM_AES_KEY_GEN') }, [
      set('CKA_CLASS', constantOf(binding, 'CKO_SECRET_KEY')),
      set('CKA_KEY_TYPE', constantOf(binding, 'CKK_AES')),
      ...[set('CKA_LABEL', LABEL), set('CKA_ID', numberId(number)), set('CKA_VALUE_LEN', KEY_BYTES)],
      ...[set('CKA_TOKEN', true), set('CKA_PRIVATE', true), set('CKA_SENSITIVE', true)],
      ...[set('CKA_EXTRACTABLE', false), set('CKA_ENCRYPT', true), set('CKA_DECRYPT', true)],
    ]);
    this.#find(session);
  }

  #gcm(iv: Buffer, kekId: string, { dekId, scope, ownerId }: WrapContext): Mechanism {
    const { binding } = this.#options;
    const aad = lengthPrefixed(['kw1', kekId, String(dekId), scope, ownerId]);
    const sizes = { ivBits: IV_BYTES * 8, tagBits: TAG_BYTES * 8 };
    const type = constantOf(binding, 'CK_PARAMS_AES_GCM');
    return { mechanism: constantOf(binding, 'CKM_AES_GCM'), parameter: { type, iv, aad, ...sizes } };
  }

  #drop(): void {
    const session = this.#session;
    this.#session = undefined;
    dropSession(this.#p11, session?.handle);
  }
}

function idOf(number: number): string {
  return `pkcs11:${LABEL}:${number}`;
}

function keyOf(session: Session, kekId: string): Handle {
  for (const [number, key] of session.keys) if (idOf(number) === kekId) return key;
  throw new AppError('crypto.auth_failed');
}
