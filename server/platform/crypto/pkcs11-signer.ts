import { readFileSync } from 'node:fs';
import { sha256 } from './digest.ts';
import { keyFault } from './key-provider.ts';
import type { Pkcs11Binding } from './pkcs11-key-provider.ts';

/** A P-256 key in a hardware module: ECDSA over SHA-256, 64 bytes. */
export interface ModuleSigner {
  readonly kind: 'p256';
  /** The point, uncompressed: 65 bytes. */
  readonly publicKey: Buffer;
  sign(data: Buffer): Buffer;
}

/** The signing keys of this program in a module. */
export interface ModuleSigners {
  /** Those there are, the newest last. */
  list(): ModuleSigner[];
  /** Makes a key that never leaves the module. */
  generate(): ModuleSigner;
  close(): void;
}

/** What opening them needs. */
export interface ModuleSignerOptions {
  binding: Pkcs11Binding;
  /** The maker's library. */
  module: string;
  /** Label of the token. */
  token: string;
  pinFile: string;
}

type Handle = Buffer;
type Template = { type: number; value?: Buffer | boolean | number | string }[];
interface Pkcs11 {
  load(path: string): void;
  C_Initialize(): void;
  C_GetSlotList(isTokenPresent: boolean): Handle[];
  C_GetTokenInfo(slot: Handle): { label: string };
  C_OpenSession(slot: Handle, flags: number): Handle;
  C_CloseSession(session: Handle): void;
  C_Login(session: Handle, userType: number, pin: string): void;
  C_FindObjectsInit(session: Handle, template: Template): void;
  C_FindObjects(session: Handle, count: number): Handle[];
  C_FindObjectsFinal(session: Handle): void;
  C_GetAttributeValue(session: Handle, object: Handle, template: Template): { value: Buffer }[];
  C_GenerateKeyPair(
    session: Handle,
    mechanism: { mechanism: number },
    publicTemplate: Template,
    privateTemplate: Template,
  ): { publicKey: Handle; privateKey: Handle };
  C_SignInit(session: Handle, mechanism: { mechanism: number }, key: Handle): void;
  C_Sign(session: Handle, data: Buffer, out: Buffer): Buffer;
}

const LABEL = 'vaultdesk-seal';
const KEYS_MAX = 256;
const ID_BYTES = 4;
const SIGNATURE_BYTES = 64;
const POINT_BYTES = 65;
/** DER of the name of the curve prime256v1, as CKA_EC_PARAMS takes it. */
const P256_PARAMS = Buffer.from('06082a8648ce3d030107', 'hex');
/** DER in front of the point in CKA_EC_POINT: OCTET STRING of 65 bytes. */
const POINT_PREFIX = Buffer.from('0441', 'hex');
const ALREADY_INITIALIZED = 0x191;
const ALREADY_LOGGED_IN = 0x100;
const PIN_REFUSED: ReadonlySet<number> = new Set([0xa0, 0xa1, 0xa2, 0xa4]);

interface Pair {
  number: number;
  point: Buffer;
  key: Handle;
}

/**
 * Signing keys in a hardware module. Work is synchronous, as the module's is; a session that died is opened anew once. A
 * refused PIN is never tried twice, since a token locks itself. The library stays loaded: it may serve master keys too.
 */
export function openModuleSigners(options: ModuleSignerOptions): ModuleSigners {
  return new Pkcs11Signers(options);
}

class Pkcs11Signers implements ModuleSigners {
  readonly #options: ModuleSignerOptions;
  readonly #p11: Pkcs11;
  #session: Handle | undefined;
  #isLoaded = false;
  #isPinRefused = false;

  constructor(options: ModuleSignerOptions) {
    this.#options = options;
    this.#p11 = new options.binding.PKCS11() as unknown as Pkcs11;
  }

  list(): ModuleSigner[] {
    return this.#within((session) => this.#pairs(session)).map(({ point }) => this.#signerOf(point));
  }

  generate(): ModuleSigner {
    const point = this.#within((session) => {
      const number = Math.max(0, ...this.#pairs(session).map((one) => one.number)) + 1;
      const id = Buffer.alloc(ID_BYTES);
      id.writeUInt32BE(number);
      const set = (name: string, value: boolean | string | Buffer) => ({ type: this.#constant(name), value });
      const both = [set('CKA_LABEL', LABEL), set('CKA_ID', id), set('CKA_TOKEN', true)];
      const toSign = [set('CKA_PRIVATE', true), set('CKA_SENSITIVE', true), set('CKA_SIGN', true)];
      this.#p11.C_GenerateKeyPair(
        session,
        { mechanism: this.#constant('CKM_EC_KEY_PAIR_GEN') },
        [...both, set('CKA_EC_PARAMS', P256_PARAMS), set('CKA_VERIFY', true)],
        [...both, ...toSign, set('CKA_EXTRACTABLE', false)],
      );
      return this.#pairs(session).at(-1)!.point;
    });
    return this.#signerOf(point);
  }

  close(): void {
    const session = this.#session;
    this.#session = undefined;
    try {
      if (session !== undefined) this.#p11.C_CloseSession(session);
    } catch {
      // It is gone already, which is why it is dropped.
    }
  }

  /** Works on a session, and once more on a fresh one. */
  #within<T>(work: (session: Handle) => T): T {
    for (let attempt = 0; ; attempt += 1) {
      try {
        this.#session ??= this.#connect();
        return work(this.#session);
      } catch (error) {
        this.close();
        if (attempt > 0 || this.#isPinRefused) throw error;
      }
    }
  }

  #connect(): Handle {
    const { module, token, pinFile } = this.#options;
    if (this.#isPinRefused) throw refused();
    if (!this.#isLoaded) this.#p11.load(module);
    this.#isLoaded = true;
    allowing(ALREADY_INITIALIZED, () => this.#p11.C_Initialize());
    const slot = this.#p11
      .C_GetSlotList(true)
      .find((one) => this.#p11.C_GetTokenInfo(one).label.trim() === token);
    if (slot === undefined) throw keyFault('server_away', `There is no token ${token}.`);
    const flags = this.#constant('CKF_SERIAL_SESSION') | this.#constant('CKF_RW_SESSION');
    const session = this.#p11.C_OpenSession(slot, flags);
    const pin = readFileSync(pinFile, 'utf8').trim();
    try {
      allowing(ALREADY_LOGGED_IN, () => this.#p11.C_Login(session, this.#constant('CKU_USER'), pin));
    } catch (cause) {
      this.#isPinRefused = PIN_REFUSED.has(codeOf(cause));
      throw this.#isPinRefused ? refused(cause) : cause;
    }
    return session;
  }

  #pairs(session: Handle): Pair[] {
    const privates = this.#find(session, 'CKO_PRIVATE_KEY');
    const found = this.#find(session, 'CKO_PUBLIC_KEY').flatMap(({ number, object }) => {
      const key = privates.find((one) => one.number === number)?.object;
      const wanted = [{ type: this.#constant('CKA_EC_POINT') }];
      const [der] = this.#p11.C_GetAttributeValue(session, object, wanted);
      const point = der && pointOf(der.value);
      return key === undefined || point === undefined ? [] : [{ number, point, key }];
    });
    return found.sort((a, b) => a.number - b.number);
  }

  #find(session: Handle, kind: string): { number: number; object: Handle }[] {
    this.#p11.C_FindObjectsInit(session, [
      { type: this.#constant('CKA_CLASS'), value: this.#constant(kind) },
      { type: this.#constant('CKA_LABEL'), value: LABEL },
    ]);
    const found = this.#p11.C_FindObjects(session, KEYS_MAX);
    this.#p11.C_FindObjectsFinal(session);
    return found.map((object) => {
      const wanted = [{ type: this.#constant('CKA_ID') }];
      const [id] = this.#p11.C_GetAttributeValue(session, object, wanted);
      return { number: id?.value.length === ID_BYTES ? id.value.readUInt32BE() : 0, object };
    });
  }

  #signerOf(point: Buffer): ModuleSigner {
    const sign = (data: Buffer) =>
      this.#within((session) => {
        // Handles die with their session, so the key is looked for by what everybody knows of it.
        const pair = this.#pairs(session).find((one) => one.point.equals(point));
        if (pair === undefined) throw keyFault('key_lost', 'The token has lost the seal key.');
        this.#p11.C_SignInit(session, { mechanism: this.#constant('CKM_ECDSA') }, pair.key);
        return Buffer.from(this.#p11.C_Sign(session, sha256(data), Buffer.alloc(SIGNATURE_BYTES)));
      });
    return { kind: 'p256', publicKey: point, sign };
  }

  #constant(name: string): number {
    return this.#options.binding[name] as number;
  }
}

/** The point of CKA_EC_POINT; some modules give it without its DER. */
function pointOf(value: Buffer): Buffer | undefined {
  const hasPrefix =
    value.length === POINT_BYTES + POINT_PREFIX.length && value.subarray(0, 2).equals(POINT_PREFIX);
  const point = hasPrefix ? value.subarray(POINT_PREFIX.length) : value;
  return point.length === POINT_BYTES && point[0] === 0x04 ? Buffer.from(point) : undefined;
}

function codeOf(error: unknown): number {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' ? code : 0;
}

function allowing(code: number, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (codeOf(error) !== code) throw error;
  }
}

function refused(cause?: unknown): Error {
  return keyFault(
    'pin_refused',
    'The token refuses the PIN; it is not tried again, because a token locks itself. Mend the file and start anew.',
    cause,
  );
}
