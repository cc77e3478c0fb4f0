import type { ChatFile } from '../protocol/index.ts';
import type { KeptFile, KeptFiles } from './kept-files.ts';

/** Largest file the server takes, in bytes. */
export const FILE_BYTES_MAX = 20 * 1024 * 1024;
/** One request carries this much: a slow line loses little by a cut, and the bar moves. */
const PART_BYTES = 256 * 1024;
const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 30_000;

/** A file on its way, as the chat draws it. `code` is set when the server refused it for good. */
export interface Upload {
  id: string;
  name: string;
  size: number;
  sent: number;
  code?: string;
}

/** The answers of the server an upload needs; `isPassing` refusals are tried again. */
export interface UploadPort {
  call(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object | Blob,
  ): Promise<
    | { isOk: true; value: Record<string, unknown> }
    | { isOk: false; code: string; isPassing: boolean; received?: number }
  >;
}

interface UploaderDeps extends UploadPort {
  files: KeptFiles;
  /** Whether there is a conversation to upload into. */
  isReady(): boolean;
  onChange(uploads: Upload[]): void;
  /** The server has the file: it can be sent as a message. */
  onDone(file: ChatFile): void;
}

/** Uploads files one after the other and resumes after anything: a cut, a restart, a reload. */
export class Uploader {
  private readonly deps: UploaderDeps;
  private readonly waiting = new Map<string, KeptFile>();
  private uploads: Upload[] = [];
  private isRunning = false;
  private failures = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(deps: UploaderDeps) {
    this.deps = deps;
  }

  /** Takes up what an earlier page left. */
  async restore(): Promise<boolean> {
    const kept = await this.deps.files.all();
    for (const file of kept) this.take(file);
    return kept.length > 0;
  }

  async add(file: KeptFile): Promise<void> {
    const size = file.blob.size;
    const code = size === 0 ? 'file.empty' : size > FILE_BYTES_MAX ? 'file.too_large' : undefined;
    this.take(file, code);
    if (code === undefined) await this.deps.files.put(file);
    this.pump();
  }

  retry(id: string): void {
    const file = this.waiting.get(id);
    const known = this.uploads.find((upload) => upload.id === id);
    if (!file || !known) return;
    this.change(id, { ...known, code: undefined });
    this.pump();
  }

  async discard(id: string): Promise<void> {
    this.drop(id);
    await this.deps.files.remove(id);
    await this.deps.call('DELETE', `visitor/uploads/${id}`);
  }

  /** Goes on; called when there is a session, a network, or something new. */
  pump(): void {
    if (this.isRunning || !this.deps.isReady()) return;
    const next = this.uploads.find(({ code }) => code === undefined);
    const file = next && this.waiting.get(next.id);
    if (!file) return;
    clearTimeout(this.timer);
    this.isRunning = true;
    void this.upload(file).then((outcome) => {
      this.isRunning = false;
      if (outcome === 'again') this.pauseThenPump();
      else {
        this.failures = 0;
        this.pump();
      }
    });
  }

  private pauseThenPump(): void {
    this.failures += 1;
    const delayMs = Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** Math.min(this.failures - 1, 10));
    this.timer = setTimeout(() => this.pump(), delayMs);
  }

  private async upload(file: KeptFile): Promise<'done' | 'again'> {
    const { id, name, blob } = file;
    const path = `visitor/uploads/${id}`;
    const begun = await this.deps.call('POST', 'visitor/uploads', { id, name, size: blob.size });
    if (!begun.isOk) return this.refused(id, begun);
    let sent = Number(begun.value.received);
    while (sent < blob.size && begun.value.state === 'receiving') {
      this.progress(id, sent);
      if (!this.waiting.has(id)) return 'done';
      const part = blob.slice(sent, sent + PART_BYTES);
      const answer = await this.deps.call('PUT', `${path}?offset=${sent}`, part);
      if (answer.isOk) sent = Number(answer.value.received);
      else if (answer.received === undefined) return this.refused(id, answer);
      else sent = answer.received;
    }
    this.progress(id, blob.size);
    const sha256 = await hashOf(blob);
    const finished = await this.deps.call('POST', `${path}/finish`, { sha256 });
    if (!finished.isOk) return this.refused(id, finished);
    if (!this.waiting.has(id)) return 'done';
    this.deps.onDone(finished.value as unknown as ChatFile);
    this.drop(id);
    await this.deps.files.remove(id);
    return 'done';
  }

  private refused(id: string, { code, isPassing }: { code: string; isPassing: boolean }): 'done' | 'again' {
    if (isPassing) return 'again';
    const known = this.uploads.find((upload) => upload.id === id);
    if (known) this.change(id, { ...known, code });
    return 'done';
  }

  private take(file: KeptFile, code?: string): void {
    const { id, name, blob } = file;
    this.waiting.set(id, file);
    this.uploads = [...this.uploads, { id, name, size: blob.size, sent: 0, ...(code ? { code } : {}) }];
    this.deps.onChange(this.uploads);
  }

  private progress(id: string, sent: number): void {
    const known = this.uploads.find((upload) => upload.id === id);
    if (known) this.change(id, { ...known, sent });
  }

  private change(id: string, next: Upload): void {
    this.uploads = this.uploads.map((upload) => (upload.id === id ? next : upload));
    this.deps.onChange(this.uploads);
  }

  private drop(id: string): void {
    this.waiting.delete(id);
    this.uploads = this.uploads.filter((upload) => upload.id !== id);
    this.deps.onChange(this.uploads);
  }
}

async function hashOf(blob: Blob): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
