import type { AppError } from '../../kernel/index.ts';
import { keyFault } from './key-provider.ts';

/** Handles of a module are opaque bytes. */
export type Handle = Buffer;
/** Attributes of an object: to look for, to make one with, or to ask for. */
export type Template = { type: number; value?: Buffer | boolean | number | string }[];

/** What every user of a module calls: PKCS #11 2.40 with its names. */
export interface Pkcs11Base {
  load(path: string): void;
  close(): void;
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
}

/** What is used of pkcs11js: the calls, and the constants of the standard by their names. */
export interface Pkcs11Binding {
  PKCS11: new () => Pkcs11Base;
  [constant: string]: unknown;
}

/** Objects of one label and class that are looked at; a token holds far fewer of ours. */
const OBJECTS_MAX = 256;
/** Ours are numbered: four bytes, big-endian, in CKA_ID. */
const ID_BYTES = 4;

/** Answers (PKCS #11 2.40, 11.1) after which a session, not what was asked, is at fault. */
const SESSION_GONE: ReadonlySet<number> = new Set([
  ...[0x30, 0x31, 0x32, 0xb0, 0xb3, 0xe0, 0x101, 0x190, 0x03, 0x60, 0x82, 0x54],
]);
/** CKR_PIN_INCORRECT, _INVALID, _LEN_RANGE, _LOCKED. */
const PIN_REFUSED: ReadonlySet<number> = new Set([0xa0, 0xa1, 0xa2, 0xa4]);
/** Answers that say a thing was done before, which is as good. */
const DONE_ALREADY = { C_Initialize: 0x191, C_Login: 0x100, C_Finalize: 0x190 } as const;

/** The standard's constant of this name. */
export function constantOf(binding: Pkcs11Binding, name: string): number {
  return binding[name] as number;
}

/** Whether a fault says that the session died, and not that what was asked is wrong. */
export function isSessionGone(error: unknown): boolean {
  return SESSION_GONE.has(codeOf(error));
}

/** Makes a call that may answer that it was done already. */
export function allowDone(name: keyof typeof DONE_ALREADY, call: () => void): void {
  try {
    call();
  } catch (error) {
    if (codeOf(error) !== DONE_ALREADY[name]) throw error;
  }
}

/** The slot of the token with this label; undefined when it is not there. Initialises the module. */
export function findToken(p11: Pkcs11Base, token: string): Handle | undefined {
  allowDone('C_Initialize', () => p11.C_Initialize());
  return p11.C_GetSlotList(true).find((slot) => p11.C_GetTokenInfo(slot).label.trim() === token);
}

/** A session that may read and write, not yet logged in. */
export function openSession(p11: Pkcs11Base, binding: Pkcs11Binding, slot: Handle): Handle {
  const flags = constantOf(binding, 'CKF_SERIAL_SESSION') | constantOf(binding, 'CKF_RW_SESSION');
  return p11.C_OpenSession(slot, flags);
}

/**
 * Logs a session in. False when the token refuses the PIN: the caller must not try that one again, since a token locks
 * itself, and says `pinRefused`. Other faults are thrown as the module gave them.
 */
export function logIn(
  p11: Pkcs11Base,
  binding: Pkcs11Binding,
  login: { session: Handle; pin: string },
): boolean {
  try {
    allowDone('C_Login', () => p11.C_Login(login.session, constantOf(binding, 'CKU_USER'), login.pin));
    return true;
  } catch (error) {
    if (PIN_REFUSED.has(codeOf(error))) return false;
    throw error;
  }
}

/** The fault of a PIN that was refused. */
export function pinRefused(): AppError {
  return keyFault(
    'pin_refused',
    'The token refuses the PIN; it is not tried again, because a token locks itself. Mend the file and start anew.',
  );
}

/** Closes a session that may be gone already. */
export function dropSession(p11: Pkcs11Base, session: Handle | undefined): void {
  try {
    if (session !== undefined) p11.C_CloseSession(session);
  } catch {
    // It is gone already, which is why it is dropped.
  }
}

/** The objects of a class (`CKO_…`) with this label, by their numbers; 0 for one that is not numbered as ours are. */
export function findNumbered(
  p11: Pkcs11Base,
  binding: Pkcs11Binding,
  wanted: { session: Handle; kind: string; label: string },
): { number: number; object: Handle }[] {
  const { session, kind, label } = wanted;
  p11.C_FindObjectsInit(session, [
    { type: constantOf(binding, 'CKA_CLASS'), value: constantOf(binding, kind) },
    { type: constantOf(binding, 'CKA_LABEL'), value: label },
  ]);
  const found = p11.C_FindObjects(session, OBJECTS_MAX);
  p11.C_FindObjectsFinal(session);
  return found.map((object) => {
    const [id] = p11.C_GetAttributeValue(session, object, [{ type: constantOf(binding, 'CKA_ID') }]);
    return { number: id?.value.length === ID_BYTES ? id.value.readUInt32BE() : 0, object };
  });
}

/** The number of an object as CKA_ID holds it. */
export function numberId(number: number): Buffer {
  const id = Buffer.alloc(ID_BYTES);
  id.writeUInt32BE(number);
  return id;
}

function codeOf(error: unknown): number {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'number' ? code : 0;
}
