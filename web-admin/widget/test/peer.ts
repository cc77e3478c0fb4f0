import { readFile } from 'node:fs/promises';
import { createServer as createPlainServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server as HttpServer, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { extname, join } from 'node:path';
import { WebSocketServer, type WebSocket } from 'ws';
import { SUBPROTOCOL, type ClientFrame, type ServerFrame } from '../protocol/index.ts';
import { PeerConversation } from './conversation.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
const STRICT =
  `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; base-uri 'none';
 form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; report-uri /csp-report;`.replace(
    /\n/g,
    '',
  );

/** How a peer is set up: where the built files are, a certificate for HTTPS, other pages by path. */
export interface PeerOptions {
  webDir?: string;
  tls?: { key: string; cert: string };
  /** Pages of a host application: path to [policy, HTML]. */
  pages?: Record<string, { policy: string; html: string }>;
}

/**
 * A server that speaks `vaultdesk.v1` and its HTTP side as the contract has them, in memory, for tests of the
 * requester's programs. It can be told to fail in the ways real ones do.
 */
export class Peer {
  readonly conversations = new Map<string, PeerConversation>();
  /** Reports of browsers that something broke a policy; a test expects none. */
  readonly cspReports: string[] = [];
  readonly identities: string[] = [];
  /** While false, the WebSocket upgrade is refused, as some company networks do. */
  allowsSockets = true;
  /** While true, every HTTP call and every socket fails, as during a restart. */
  isDown = false;
  /** Called between the commit of what a requester said and its acknowledgement. */
  onTaken: () => void = () => undefined;
  site: Record<string, string> = {
    id: 'demo',
    title: '示范银行',
    welcome: '您好，我是示范银行的智能客服。',
    locale: 'zh-CN',
  };
  private readonly tokens = new Map<string, string>();
  private readonly options: PeerOptions;
  private readonly http: HttpServer;
  private readonly sockets = new WebSocketServer({ noServer: true, handleProtocols: () => SUBPROTOCOL });
  private count = 0;

  constructor(options: PeerOptions = {}) {
    this.options = options;
    const listener: RequestListener = (request, response) => {
      this.answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    };
    this.http = options.tls ? createTlsServer(options.tls, listener) : createPlainServer(listener);
    this.http.on('upgrade', (request, socket, head) => {
      const isRefused = !this.allowsSockets || this.isDown || request.url !== '/ws/visitor';
      if (isRefused) socket.destroy();
      else this.sockets.handleUpgrade(request, socket, head, (webSocket) => this.serve(webSocket));
    });
  }

  /** Listens on a free port of the loopback; answers the address without a slash at its end. */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(port, '127.0.0.1', resolve));
    const address = this.http.address();
    const chosen = typeof address === 'object' && address ? address.port : port;
    return `${this.options.tls ? 'https' : 'http'}://127.0.0.1:${chosen}`;
  }

  async close(): Promise<void> {
    this.dropSockets();
    this.http.closeAllConnections();
    await new Promise((resolve) => this.http.close(resolve));
  }

  /** Cuts every socket without a closing frame, as a killed process does. */
  dropSockets(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }

  /** The conversation that was opened last. */
  get last(): PeerConversation {
    return [...this.conversations.values()][this.conversations.size - 1]!;
  }

  private serve(socket: WebSocket): void {
    let conversation: PeerConversation | undefined;
    const send = (frame: ServerFrame) => socket.send(JSON.stringify(frame));
    socket.on('close', () => conversation?.listeners.delete(send));
    const hear = (data: unknown): void => {
      const frame = JSON.parse(String(data)) as ClientFrame;
      if (frame.t === 'hello') {
        conversation = this.find(frame.token);
        if (!conversation) {
          send({ t: 'error', code: 'visitor.token_invalid', message: '' });
          return socket.close(4401);
        }
        send({ t: 'welcome', conversation: conversation.id, last: conversation.log.length });
        for (const message of conversation.log.slice(frame.after)) send({ t: 'message', ...message });
        if (conversation.state !== 'robot') send(conversation.stateFrame());
        conversation.listeners.add(send);
      } else if (conversation) {
        if (frame.t === 'ping') send({ t: 'pong' });
        else if (frame.t === 'read') conversation.readSeq = frame.seq;
        else if (frame.t !== 'typing') {
          const answer = conversation.take(frame, send);
          this.onTaken();
          send(answer);
        }
      }
    };
    socket.on('message', hear);
  }

  private find(token: string | undefined): PeerConversation | undefined {
    return this.conversations.get(this.tokens.get(token ?? '') ?? '');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.isDown) return void request.socket.destroy();
    const url = new URL(request.url ?? '/', 'http://peer');
    const body = await readBody(request);
    if (url.pathname === '/csp-report') {
      this.cspReports.push(body);
      return void response.writeHead(204).end();
    }
    if (url.pathname.startsWith('/api/v1/visitor/')) {
      const [status, value] = await this.call(url, request, body ? JSON.parse(body) : {});
      response.writeHead(status, { 'content-type': 'application/json' });
      return void response.end(value && JSON.stringify(value));
    }
    await this.serveFile(url.pathname, request, response);
  }

  private async call(
    url: URL,
    request: IncomingMessage,
    body: Record<string, string>,
  ): Promise<[number, object?]> {
    const path = url.pathname.slice('/api/v1/visitor/'.length);
    if (path.startsWith('site/')) return [200, this.site];
    if (path === 'session') return this.openSession(body);
    const conversation = this.find(request.headers.authorization?.replace(/^Bearer /, ''));
    if (!conversation) return [401, { code: 'visitor.token_invalid' }];
    if (path === 'csat') {
      conversation.csat = body as unknown as PeerConversation['csat'];
      return [204];
    }
    if (path === 'handover') {
      conversation.take({ t: 'handover', id: `h${(this.count += 1)}` });
      return [202, {}];
    }
    if (request.method === 'POST') {
      const frame = conversation.take({ t: 'send', id: body.id ?? '', kind: 'text', text: body.text ?? '' });
      return frame.t === 'ack' ? [200, frame] : [409, frame];
    }
    return [
      200,
      await this.poll(
        conversation,
        Number(url.searchParams.get('after')),
        Number(url.searchParams.get('wait')),
      ),
    ];
  }

  private openSession({ site, resumeToken, identity, fresh }: Record<string, unknown>): [number, object] {
    if (site !== this.site.id) return [404, { code: 'site.unknown' }];
    if (typeof identity === 'string') this.identities.push(identity);
    const known = typeof resumeToken === 'string' && fresh !== true ? resumeToken : undefined;
    let conversationId = known && this.tokens.get(known);
    if (!conversationId) {
      conversationId = `c${(this.count += 1)}`;
      this.conversations.set(conversationId, new PeerConversation(conversationId));
    }
    const token = `t${(this.count += 1)}`;
    const nextResume = known ?? `r${(this.count += 1)}`;
    this.tokens.set(token, conversationId).set(nextResume, conversationId);
    return [200, { token, resumeToken: nextResume, conversationId }];
  }

  private async poll(conversation: PeerConversation, after: number, waitSeconds: number): Promise<object> {
    if (conversation.log.length <= after) {
      await new Promise<void>((resolve) => {
        const timeout = setTimeout(resolve, waitSeconds * 1000);
        timeout.unref();
        conversation.listeners.add(function heard() {
          conversation.listeners.delete(heard);
          clearTimeout(timeout);
          resolve();
        });
      });
    }
    const { state, position } = conversation;
    return { items: conversation.log.slice(after), last: conversation.log.length, state, position };
  }

  private async serveFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const own = this.options.pages?.[path];
    if (own) {
      response.writeHead(200, { 'content-type': TYPES['.html'], 'content-security-policy': own.policy });
      return void response.end(own.html);
    }
    const webDir = this.options.webDir ?? 'dist/web';
    const file = toFile(path);
    const content = await readFile(join(webDir, file)).catch(() => undefined);
    if (!content) return void response.writeHead(404).end();
    const host = request.headers.host ?? '';
    const framing =
      file === 'demo/index.html' ? "frame-src 'self'" : `connect-src 'self' ws://${host} wss://${host}`;
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': `${STRICT} ${framing}`,
      'cross-origin-resource-policy': file === 'widget/loader.js' ? 'cross-origin' : 'same-origin',
    });
    response.end(content);
  }
}

function toFile(path: string): string {
  if (path === '/widget.js') return 'widget/loader.js';
  if (path === '/demo') return 'demo/index.html';
  if (/^\/widget\/[^/.]+$/.test(path)) return 'widget/index.html';
  return path.slice(1).replace(/\.\./g, '');
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
