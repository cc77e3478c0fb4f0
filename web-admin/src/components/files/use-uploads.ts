import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiError, createUuid, useApi, type ApiClient } from '../../api/index.ts';
import type { SharedFile } from '../../realtime/index.ts';

/** Largest file the server takes, in bytes. */
const FILE_BYTES_MAX = 20 * 1024 * 1024;
/** One request carries this much, so that the bar moves and a cut costs little. */
const PART_BYTES = 512 * 1024;
const ATTEMPTS_MAX = 6;
const RETRY_FIRST_MS = 500;

/** A file on its way to the server. */
export interface Upload {
  id: string;
  file: File;
  sent: number;
  /** Code of the refusal; the person decides. */
  code?: string;
}

/** Passes by itself: no answer, a busy or restarting server, a limit of the moment. */
function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (thrown) {
      if (!isPassing(thrown) || attempt >= ATTEMPTS_MAX) throw thrown;
      await new Promise((resolve) => setTimeout(resolve, RETRY_FIRST_MS * 2 ** attempt));
    }
  }
}

/** Where an upload that lost its place goes on, as the server says. */
function placeOf(thrown: unknown): number | undefined {
  if (!(thrown instanceof ApiError) || thrown.code !== 'file.offset_wrong') return undefined;
  const received = (thrown.details as { receivedBytes?: unknown } | undefined)?.receivedBytes;
  return typeof received === 'number' ? received : undefined;
}

async function hashOf(file: File): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function send(
  api: ApiClient,
  beginPath: string,
  { id, file }: Upload,
  onProgress: (sent: number) => boolean,
): Promise<SharedFile | undefined> {
  const body = { id, name: file.name, size: file.size };
  const begun = await patiently(() => api.post<{ received: number }>(beginPath, { body }));
  let sent = begun.received;
  while (sent < file.size) {
    if (!onProgress(sent)) return undefined;
    const part = file.slice(sent, sent + PART_BYTES);
    try {
      const put = () =>
        api.put<{ received: number }>(`/uploads/${id}`, { query: { offset: sent }, body: part });
      sent = (await patiently(put)).received;
    } catch (thrown) {
      const place = placeOf(thrown);
      if (place === undefined) throw thrown;
      sent = place;
    }
  }
  onProgress(sent);
  const sha256 = await hashOf(file);
  return patiently(() => api.post<SharedFile>(`/uploads/${id}/finish`, { body: { sha256 } }));
}

/** Uploads files one after the other into what `beginPath` names; each done one is handed over once. */
export function useUploads(beginPath: string, onDone: (file: SharedFile) => void) {
  const api = useApi();
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const line = useRef<Promise<void>>(Promise.resolve());
  const dropped = useRef(new Set<string>());
  const done = useRef(onDone);
  useEffect(() => {
    done.current = onDone;
  }, [onDone]);

  const change = useCallback((id: string, next: Partial<Upload> | undefined) => {
    setUploads((held) =>
      next === undefined
        ? held.filter((upload) => upload.id !== id)
        : held.map((upload) => (upload.id === id ? { ...upload, ...next } : upload)),
    );
  }, []);
  const start = useCallback(
    (upload: Upload) => {
      const run = async () => {
        const isWanted = () => !dropped.current.has(upload.id);
        if (!isWanted()) return;
        try {
          const file = await send(api, beginPath, upload, (sent) => {
            change(upload.id, { sent });
            return isWanted();
          });
          if (!file || !isWanted()) return;
          change(upload.id, undefined);
          done.current(file);
        } catch (thrown) {
          change(upload.id, { code: thrown instanceof ApiError ? thrown.code : 'unknown' });
        }
      };
      line.current = line.current.then(run);
    },
    [api, beginPath, change],
  );
  const add = useCallback(
    (files: readonly File[]) => {
      for (const file of files) {
        const upload: Upload = { id: createUuid(), file, sent: 0 };
        const code =
          file.size === 0 ? 'file.empty' : file.size > FILE_BYTES_MAX ? 'file.too_large' : undefined;
        setUploads((held) => [...held, { ...upload, ...(code && { code }) }]);
        if (code === undefined) start(upload);
      }
    },
    [start],
  );
  const retry = useCallback(
    (upload: Upload) => {
      setUploads((held) =>
        held.map((other) => (other.id === upload.id ? { ...upload, code: undefined } : other)),
      );
      start(upload);
    },
    [start],
  );
  const drop = useCallback(
    (id: string) => {
      dropped.current.add(id);
      change(id, undefined);
      // What had arrived is thrown away at once; otherwise the server does it after a day.
      api.delete(`/uploads/${id}`).catch(() => undefined);
    },
    [api, change],
  );
  return { uploads, add, retry, drop };
}

/** What `useUploads` gives. */
export type Uploads = ReturnType<typeof useUploads>;
