import { isBridgeMessage, type ToLauncher } from '../bridge.ts';
import { cleanText, createProtocolClient, TEXT_CHARACTERS_MAX } from '../protocol/index.ts';
import type { ChatFile, ClarifyOption, ProtocolClient, ProtocolState } from '../protocol/index.ts';
import { applyColour } from './look.ts';
import { createServer, type Server, type Site } from './server.ts';
import { createStorage, type WidgetStorage } from './storage.ts';
import { openKeptFiles } from './kept-files.ts';
import { Uploader, type Upload } from './uploads.ts';
import { pickLanguage, type Language } from './texts.ts';

/** Everything the chat draws from. Never changed in place. */
export interface View {
  protocol: ProtocolState;
  site: Site | undefined;
  language: Language;
  /** Whether the launcher shows the chat; always true for a chat that is a page of its own. */
  isOpen: boolean;
  isFramed: boolean;
  isRated: boolean;
  draft: string;
  uploads: readonly Upload[];
}

/** What the chat's parts may do. */
export interface Actions {
  /** Sends a text; false when nothing is left of it after cleaning, or it is too long. */
  send(text: string): boolean;
  choose(option: ClarifyOption): void;
  askPerson(): void;
  retry(id: string): void;
  discard(id: string): void;
  restart(): void;
  typed(draft: string): void;
  rate(score: number, comment: string): Promise<boolean>;
  minimise(): void;
  attach(files: readonly File[]): void;
  retryFile(id: string): void;
  discardFile(id: string): void;
  loadFile(id: string, isThumbnail: boolean): Promise<Blob | undefined>;
  /** Hands the file to the browser to save; false when it could not be had. */
  saveFile(file: ChatFile): Promise<boolean>;
}

/** A store with one listener: the drawing. */
export interface Store {
  view(): View;
  actions: Actions;
  subscribe(listener: () => void): void;
  start(): void;
}

/** The browser has begun to save a file by then. */
const SAVE_MS = 60_000;
/** How long the chat waits for the launcher's `hello` before it goes on without it. */
const HELLO_WAIT_MS = 3_000;

/** A random UUID (version 4); `crypto.randomUUID` is younger than the oldest browser we serve. */
export function makeId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Messages of others the customer has not seen. */
export function countUnread({ messages, readSeq }: ProtocolState): number {
  return messages.filter((message) => message.seq > readSeq && message.from !== 'requester').length;
}

/** A text of the site, when it is written in the customer's language; a site has its texts in one. */
export function pickSiteText({ site, language }: View, key: 'welcome' | 'offline'): string | undefined {
  const isReadable = !site?.locale || pickLanguage(site.locale) === language;
  return isReadable ? site?.[key] : undefined;
}

/** Splits the page's address `<base>widget/<site>?lang=…`. */
export function parseAddress(location: URL): { base: URL; site: string; lang: string | null } {
  const parts = location.pathname.split('/');
  const site = decodeURIComponent(parts[parts.length - 1] ?? '');
  return { base: new URL('..', location), site, lang: location.searchParams.get('lang') };
}

/** Makes the store of the page at `location` and everything behind it. */
export function createStore(location: URL): Store {
  return new WidgetStore(location);
}

class WidgetStore implements Store {
  readonly actions: Actions;
  private readonly storage: WidgetStorage;
  private readonly server: Server;
  private readonly client: ProtocolClient;
  private readonly uploader: Uploader;
  private readonly askedLanguage: string | null;
  private current: View;
  private listener: () => void = () => undefined;
  private identity: string | undefined;
  private launcherOrigin: string | undefined;
  private isStarted = false;
  private unreadTold = 0;

  constructor(location: URL) {
    const { base, site, lang } = parseAddress(location);
    this.askedLanguage = lang;
    this.storage = createStorage(site, { lasting: () => localStorage, tab: () => sessionStorage });
    this.server = createServer({ base, site, storage: this.storage, identity: () => this.identity });
    this.client = createProtocolClient({
      ports: this.server.ports,
      outbox: this.storage.outbox(),
      onChange: (state) => this.protocolChanged(state),
    });
    const isFramed = window.parent !== window;
    this.current = {
      protocol: this.client.state(),
      site: undefined,
      language: pickLanguage(lang ?? navigator.language),
      isOpen: !isFramed,
      isFramed,
      isRated: false,
      draft: this.storage.draft(),
      uploads: [],
    };
    const { call } = this.server.upload(() => this.client.state().token);
    this.uploader = new Uploader({
      call,
      files: openKeptFiles(site),
      isReady: () => this.client.state().token !== undefined,
      onChange: (uploads) => this.update({ uploads }),
      onDone: (file) =>
        this.client.dispatch({ kind: 'submit', item: { id: file.id, kind: 'file', text: file.name, file } }),
    });
    this.actions = this.makeActions();
  }

  view(): View {
    return this.current;
  }

  subscribe(listener: () => void): void {
    this.listener = listener;
  }

  start(): void {
    window.addEventListener('message', (event) => this.hear(event));
    window.addEventListener('online', () => this.client.dispatch({ kind: 'network', isOnline: true }));
    window.addEventListener('offline', () => this.client.dispatch({ kind: 'network', isOnline: false }));
    document.addEventListener('visibilitychange', () => this.markSeen());
    void this.server.findSite().then((site) => {
      const language = pickLanguage(this.askedLanguage ?? site?.locale ?? navigator.language);
      if (site?.look) applyColour(site.look);
      this.update({ site, language });
    });
    if (!this.current.isFramed) return this.begin();
    // The launcher's answer tells its origin and who the customer is. `ready` itself tells nothing.
    window.parent.postMessage({ vaultdesk: 'ready' } satisfies ToLauncher, '*');
    setTimeout(() => this.begin(), HELLO_WAIT_MS);
  }

  /** Connects when there is a conversation to go on with; otherwise the first message does it. */
  private begin(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    // A file that an earlier page left on its way goes on, too.
    void this.uploader.restore().then((hasFiles) => hasFiles && this.client.dispatch({ kind: 'start' }));
    const isKnown = this.storage.resumeToken() !== undefined || this.identity !== undefined;
    if (isKnown || this.current.protocol.outbox.length > 0) this.client.dispatch({ kind: 'start' });
  }

  private hear(event: MessageEvent): void {
    if (event.source !== window.parent || !isBridgeMessage(event.data)) return;
    // The first launcher that speaks is the one we belong to; `frame-ancestors` decided who may frame us.
    if (this.launcherOrigin !== undefined && event.origin !== this.launcherOrigin) return;
    const message = event.data;
    if (message.vaultdesk === 'hello') {
      this.launcherOrigin = event.origin;
      if (typeof message.identity === 'string') this.identity = message.identity;
      this.update({ isOpen: message.isOpen });
      this.begin();
    } else if (message.vaultdesk === 'visibility') {
      this.update({ isOpen: message.isOpen });
    }
    this.markSeen();
  }

  private tellLauncher(message: ToLauncher): void {
    if (this.launcherOrigin !== undefined) window.parent.postMessage(message, this.launcherOrigin);
  }

  private protocolChanged(protocol: ProtocolState): void {
    if (protocol.outbox !== this.current.protocol.outbox) this.storage.setOutbox(protocol.outbox);
    const { conversationId } = protocol;
    this.update({ protocol, isRated: conversationId !== undefined && this.storage.isRated(conversationId) });
    this.markSeen();
    this.uploader.pump();
    const unread = countUnread(this.client.state());
    if (unread !== this.unreadTold) {
      this.unreadTold = unread;
      this.tellLauncher({ vaultdesk: 'unread', count: unread });
    }
  }

  private markSeen(): void {
    const { messages } = this.client.state();
    const last = messages[messages.length - 1];
    if (last && this.current.isOpen && document.visibilityState === 'visible') {
      this.client.dispatch({ kind: 'seen', seq: last.seq });
    }
  }

  private update(change: Partial<View>): void {
    this.current = { ...this.current, ...change };
    this.listener();
  }

  private submit(item: { kind: 'text' | 'choose' | 'handover'; text: string; articleId?: string }): void {
    this.client.dispatch({ kind: 'submit', item: { id: makeId(), ...item } });
  }

  private async rate(score: number, comment: string): Promise<boolean> {
    const { token, conversationId } = this.current.protocol;
    if (token === undefined || conversationId === undefined) return false;
    const isTaken = await this.server.rate(token, score, cleanText(comment));
    if (isTaken) {
      this.storage.setRated(conversationId);
      this.update({ isRated: true });
    }
    return isTaken;
  }

  private async load(id: string, isThumbnail: boolean): Promise<Blob | undefined> {
    const { token } = this.current.protocol;
    return token === undefined ? undefined : this.server.loadFile(token, id, isThumbnail);
  }

  private makeActions(): Actions {
    return {
      send: (text) => {
        const clean = cleanText(text);
        if (!clean || clean.length > TEXT_CHARACTERS_MAX) return false;
        this.storage.setDraft('');
        this.update({ draft: '' });
        this.submit({ kind: 'text', text: clean });
        return true;
      },
      choose: ({ articleId, question }) => this.submit({ kind: 'choose', text: question, articleId }),
      askPerson: () => this.submit({ kind: 'handover', text: '' }),
      retry: (id) => this.client.dispatch({ kind: 'retry', id }),
      discard: (id) => this.client.dispatch({ kind: 'discard', id }),
      restart: () => this.client.dispatch({ kind: 'restart' }),
      typed: (draft) => {
        this.storage.setDraft(draft);
        this.update({ draft });
        if (draft) this.client.dispatch({ kind: 'typed' });
      },
      rate: (score, comment) => this.rate(score, comment),
      minimise: () => this.tellLauncher({ vaultdesk: 'minimise' }),
      attach: (files) => {
        this.client.dispatch({ kind: 'start' });
        for (const file of files) void this.uploader.add({ id: makeId(), name: file.name, blob: file });
      },
      retryFile: (id) => this.uploader.retry(id),
      discardFile: (id) => void this.uploader.discard(id),
      loadFile: (id, isThumbnail) => this.load(id, isThumbnail),
      saveFile: async ({ id, name }) => {
        const blob = await this.load(id, false);
        if (!blob) return false;
        const link = document.createElement('a');
        link.href = URL.createObjectURL(blob);
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), SAVE_MS);
        return true;
      },
    };
  }
}
