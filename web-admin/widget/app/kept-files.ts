/** A file on its way to the server. */
export interface KeptFile {
  /** Of the upload and of the message that will carry it. */
  id: string;
  name: string;
  blob: Blob;
}

/** Keeps files until the server has them, so that a reload goes on where it was. */
export interface KeptFiles {
  all(): Promise<KeptFile[]>;
  put(file: KeptFile): Promise<void>;
  remove(id: string): Promise<void>;
}

const STORE = 'files';

/** Opens the browser's database; where it is blocked everything works until the page is left. */
export function openKeptFiles(site: string): KeptFiles {
  const memory = new Map<string, KeptFile>();
  const database = new Promise<IDBDatabase | undefined>((resolve) => {
    try {
      const request = indexedDB.open(`vaultdesk.${site}`, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: 'id' });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(undefined);
    } catch {
      // Some browsers throw in private windows.
      resolve(undefined);
    }
  });
  async function run<T>(
    mode: IDBTransactionMode,
    act: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T | undefined> {
    const open = await database;
    if (!open) return undefined;
    return new Promise((resolve) => {
      const request = act(open.transaction(STORE, mode).objectStore(STORE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(undefined);
    });
  }
  return {
    async all() {
      return (await run<KeptFile[]>('readonly', (store) => store.getAll())) ?? [...memory.values()];
    },
    async put(file) {
      memory.set(file.id, file);
      await run('readwrite', (store) => store.put(file));
    },
    async remove(id) {
      memory.delete(id);
      await run('readwrite', (store) => store.delete(id));
    },
  };
}
