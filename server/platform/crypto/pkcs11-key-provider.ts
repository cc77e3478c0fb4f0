import { AppError, type Clock } from '../../kernel/index.ts';
import { BackOff, KeysAway } from './back-off.ts';
import { lengthPrefixed } from './digest.ts';
import { keyFault, type KeyHealth, type KeyProvider, type WrapContext } from './key-provider.ts';
import { randomBytes } from './random.ts';

/** What is used of pkcs11js: PKCS #11 2.40 with its names, and its constants. */
export interface Pkcs11Binding {
  PKCS11: new () => Pkcs11;
  [constant: string]: unknown;
}
type Handle = Buffer;
type Template = { type: number; value?: Buffer | boolean | number | string }[];
interface Mechanism {
  mechanism: number;
  parameter?: { type: number; iv: Buffer; aad: Buffer; ivBits: number; tagBits: number };
}
interface Pkcs11 {
  load(path: string): void;
  close(): void;
  C_Initialize(): void;
  C_Finalize(): void;
  C_GetSlotList(isTokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, userType: number, pin: string): void;
  C_FindObjectsInit(session: Handle, template: Template): void;
  C_FindObjects(session: Handle, count: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: Template): { value: Buffer }[];
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
const ID_BYTES = 4;
const KEYS_MAX = 256;

/** Answers (PKCS #11 2.40, 11.1) after which a session, not what was asked, is at fault. */
const SESSION_GONE: ReadonlySet<number> = new Set([
  ...[0x30, 0x31, 0x32, 0xb0, 0xb3, 0xe0, 0x101, 0x190, 0x03, 0x60, 0x82, 0x54],
]);
const NOT_INITIALIZED = 0x190;
const ALREADY_INITIALIZED = 0x191;
const ALREADY_LOGGED_IN = 0x100;
const PIN_REFUSED: ReadonlySet<number> = new Set([0xa0, 0xa1, 0xa2, 0xa4]);

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
    this.#p11 = new options.binding.PKCS11();
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
        if (SESSION_GONE.has(codeOf(cause))) throw cause;
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
      allowing(NOT_INITIALIZED, () => this.#p11.C_Finalize());
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
          const isGone = SESSION_GONE.has(codeOf(error));
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
    allowing(ALREADY_INITIALIZED, () => this.#p11.C_Initialize());
    const slot = this.#p11
      .C_GetSlotList(true)
      .find((one) => this.#p11.C_GetTokenInfo(one).label.trim() === token);
    if (slot === undefined) throw new KeysAway(new Error(`There is no token ${token}.`));
    const flags = numberOf(binding, 'CKF_SERIAL_SESSION') | numberOf(binding, 'CKF_RW_SESSION');
    const handle = this.#p11.C_OpenSession(slot, flags);
    try {
      const pin = await this.#options.pin();
      allowing(ALREADY_LOGGED_IN, () => this.#p11.C_Login(handle, numberOf(binding, 'CKU_USER'), pin));
    } catch (cause) {
      if (!PIN_REFUSED.has(codeOf(cause))) throw cause;
      this.#isPinRefused = true;
      throw pinRefused(cause);
    }
    const session = { handle, keys: new Map<number, Handle>() };
    this.#find(session);
    return session;
  }

  /** Looks which keys there are. */
  #find(session: Session): void {
    const { binding } = this.#options;
    const template = [
      { type: numberOf(binding, 'CKA_CLASS'), value: numberOf(binding, 'CKO_SECRET_KEY') },
      { type: numberOf(binding, 'CKA_LABEL'), value: LABEL },
    ];
    this.#p11.C_FindObjectsInit(session.handle, template);
    const found = this.#p11.C_FindObjects(session.handle, KEYS_MAX);
    this.#p11.C_FindObjectsFinal(session.handle);
    const numbered = found.map((key): [number, Handle] => {
      const wanted = [{ type: numberOf(binding, 'CKA_ID') }];
      const [id] = this.#p11.C_GetAttributeValue(session.handle, key, wanted);
      return [id?.value.length === ID_BYTES ? id.value.readUInt32BE() : 0, key];
    });
    session.keys = new Map(numbered.filter(([number]) => number > 0).sort(([a], [b]) => a - b));
    this.#known = [...session.keys.keys()];
  }

  #generate(session: Session, number: number): void {
    const { binding } = this.#options;
    const id = Buffer.alloc(ID_BYTES);
    id.writeUInt32BE(number);
    const set = (name: string, value: boolean | number | string | Buffer) => ({
      ...{ type: numberOf(binding, name), value },
    });
    this.#p11.C_GenerateKey(session.handle, { mechanism: numberOf(binding, 'CKM_AES_KEY_GEN') }, [
      set('CKA_CLASS', numberOf(binding, 'CKO_SECRET_KEY')),
      set('CKA_KEY_TYPE', numberOf(binding, 'CKK_AES')),
      ...[set('CKA_LABEL', LABEL), set('CKA_ID', id), set('CKA_VALUE_LEN', KEY_BYTES)],
      ...[set('CKA_TOKEN', true), set('CKA_PRIVATE', true), set('CKA_SENSITIVE', true)],
      ...[set('CKA_EXTRACTABLE', false), set('CKA_ENCRYPT', true), set('CKA_DECRYPT', true)],
    ]);
    this.#find(session);
  }

  #gcm(iv: Buffer, kekId: string, { dekId, scope, ownerId }: WrapContext): Mechanism {
    const { binding } = this.#options;
    const aad = lengthPrefixed(['kw1', kekId, String(dekId), scope, ownerId]);
    const sizes = { ivBits: IV_BYTES * 8, tagBits: TAG_BYTES * 8 };
    const type = numberOf(binding, 'CK_PARAMS_AES_GCM');
    return { mechanism: numberOf(binding, 'CKM_AES_GCM'), parameter: { type, iv, aad, ...sizes } };
  }

  #drop(): void {
    const session = this.#session;
    this.#session = undefined;
    if (session === undefined) return;
    try {
      this.#p11.C_CloseSession(session.handle);
    } catch {
      // It is gone already, which is why it is dropped.
    }
  }
}

function idOf(number: number): string {
  return `pkcs11:${LABEL}:${number}`;
}

function keyOf(session: Session, kekId: string): Handle {
  for (const [number, key] of session.keys) if (idOf(number) === kekId) return key;
  throw new AppError('crypto.auth_failed');
}

function numberOf(binding: Pkcs11Binding, name: string): number {
  return binding[name] as number;
}

function codeOf(error: unknown): number {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' ? code : 0;
}

/** Calls what may answer that it was done already. */
function allowing(code: number, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (codeOf(error) !== code) throw error;
  }
}

function pinRefused(cause?: unknown): AppError {
  return keyFault(
    'pin_refused',
    'The token refuses the PIN; it is not tried again, because a token locks itself. Mend the file and start anew.',
    cause,
  );
}
