/**
 * Drafts of replies. What was typed must survive a reload and an idle exit, and customer data must not lie readable on
 * the disk (browsers write session storage to it). So drafts are kept in memory and, sealed, in session storage:
 * AES-256-GCM under a key derived (HKDF-SHA-256) from a secret of the account, which the server hands to its live
 * sessions alone and no browser storage holds. Whoever signs in again finds the draft; whoever copies a disk, or signs
 * in as somebody else, cannot read it.
 */
const PREFIX = 'vaultdesk.draft.';
const IV_BYTES = 12;
const INFO = new TextEncoder().encode('vaultdesk console drafts v1');

/** The part of Storage that is used; tests hand in their own. */
export type DraftStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

export interface DraftStore {
  /** The draft of a conversation; empty when there is none. */
  get(conversationId: string): string;
  /** Keeps a draft; an empty text forgets it. */
  set(conversationId: string, text: string): void;
  /** Resolves when what an earlier page left has been read. */
  ready: Promise<void>;
  /** Resolves when everything set so far is sealed and stored. */
  settled(): Promise<void>;
}

async function deriveKey(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', new TextEncoder().encode(secret), 'HKDF', false, [
    'deriveKey',
  ]);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info: INFO },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

async function seal(key: CryptoKey, conversationId: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const additionalData = new TextEncoder().encode(conversationId);
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData },
    key,
    new TextEncoder().encode(text),
  );
  const bytes = new Uint8Array(IV_BYTES + sealed.byteLength);
  bytes.set(iv);
  bytes.set(new Uint8Array(sealed), IV_BYTES);
  return toBase64(bytes);
}

async function open(key: CryptoKey, conversationId: string, sealed: string): Promise<string | undefined> {
  try {
    const bytes = fromBase64(sealed);
    const additionalData = new TextEncoder().encode(conversationId);
    const iv = bytes.slice(0, IV_BYTES);
    const text = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv, additionalData },
      key,
      bytes.slice(IV_BYTES),
    );
    return new TextDecoder().decode(text);
  } catch {
    // Of another account, or damaged: nobody can read it, so it is forgotten.
    return undefined;
  }
}

function storedIds(storage: DraftStorage): string[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index));
  return keys.flatMap((key) => (key?.startsWith(PREFIX) ? [key.slice(PREFIX.length)] : []));
}

/** Makes the drafts of an account; `secret` comes with its session. */
export function createDraftStore(storage: DraftStorage, secret: string): DraftStore {
  const texts = new Map<string, string>();
  const key = deriveKey(secret);
  let writing: Promise<void> = Promise.resolve();

  async function restore(): Promise<void> {
    for (const id of storedIds(storage)) {
      const text = await open(await key, id, storage.getItem(PREFIX + id) ?? '');
      if (text === undefined) storage.removeItem(PREFIX + id);
      else if (!texts.has(id)) texts.set(id, text);
    }
  }

  async function store(id: string, text: string): Promise<void> {
    if (texts.get(id) !== text) return;
    const sealed = await seal(await key, id, text);
    // Only the newest text of a conversation is written; an emptied one stays away.
    if (texts.get(id) === text) storage.setItem(PREFIX + id, sealed);
  }

  return {
    ready: restore(),
    get: (id) => texts.get(id) ?? '',
    set(id, text) {
      texts.set(id, text);
      if (text === '') return storage.removeItem(PREFIX + id);
      // A full storage costs the copy that survives a reload, not the draft: memory still holds it.
      writing = writing.then(() => store(id, text)).catch(() => undefined);
      return undefined;
    },
    settled: () => writing,
  };
}
