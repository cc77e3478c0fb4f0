import { readFileSync } from 'node:fs';
import { sha256 } from './digest.ts';
import { keyFault } from './key-provider.ts';
import {
  constantOf,
  dropSession,
  findNumbered,
  findToken,
  logIn,
  numberId,
  openSession,
  pinRefused,
  type Handle,
  type Pkcs11Base,
  type Pkcs11Binding,
  type Template,
} from './pkcs11-answers.ts';

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

interface Pkcs11 extends Pkcs11Base {
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
const SIGNATURE_BYTES = 64;
const POINT_BYTES = 65;
/** DER of the name of the curve prime256v1, as CKA_EC_PARAMS takes it. */
const P256_PARAMS = Buffer.from('06082a8648ce3d030107', 'hex');
/** DER in front of the point in CKA_EC_POINT: OCTET STRING of 65 bytes. */
const POINT_PREFIX = Buffer.from('0441', 'hex');

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
    this.#p11 = new options.binding.PKCS11() as Pkcs11;
  }

  list(): ModuleSigner[] {
    return this.#within((session) => this.#pairs(session)).map(({ point }) => this.#signerOf(point));
  }

  generate(): ModuleSigner {
    const point = this.#within((session) => {
      const number = Math.max(0, ...this.#pairs(session).map((one) => one.number)) + 1;
      const id = numberId(number);
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
    dropSession(this.#p11, this.#session);
    this.#session = undefined;
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
    const { binding, module, token, pinFile } = this.#options;
    if (this.#isPinRefused) throw pinRefused();
    if (!this.#isLoaded) this.#p11.load(module);
    this.#isLoaded = true;
    const slot = findToken(this.#p11, token);
    if (slot === undefined) throw keyFault('server_away', `There is no token ${token}.`);
    const session = openSession(this.#p11, binding, slot);
    if (!logIn(this.#p11, binding, { session, pin: readFileSync(pinFile, 'utf8').trim() })) {
      this.#isPinRefused = true;
      throw pinRefused();
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
    return findNumbered(this.#p11, this.#options.binding, { session, kind, label: LABEL });
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
    return constantOf(this.#options.binding, name);
  }
}

/** The point of CKA_EC_POINT; some modules give it without its DER. */
function pointOf(value: Buffer): Buffer | undefined {
  const hasPrefix =
    value.length === POINT_BYTES + POINT_PREFIX.length && value.subarray(0, 2).equals(POINT_PREFIX);
  const point = hasPrefix ? value.subarray(POINT_PREFIX.length) : value;
  return point.length === POINT_BYTES && point[0] === 0x04 ? Buffer.from(point) : undefined;
}
