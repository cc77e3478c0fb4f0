import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, rootCertificates, type TLSSocket } from 'node:tls';
import type { Deadline } from './deadline.ts';
import { fault, toFault } from './fault.ts';
import type { EgressTls } from './ports.ts';

/** How long one address of several may take before the next is tried. */
const CONNECT_TIMEOUT_MS = 5_000;
/** Longest answer of a proxy to CONNECT. */
const PROXY_ANSWER_BYTES_MAX = 8 * 1024;

/** A proxy that carries connections by HTTP CONNECT (RFC 9110 §9.3.6). */
export interface Proxy {
  host: string;
  port: number;
}

/** One TCP connection to one checked address; never to a name, so nothing is looked up again. */
export function dialAddress(address: string, port: number, deadline: Deadline): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: address, port, family: isIP(address), autoSelectFamily: false });
    const connectMs = deadline.connectMs ?? CONNECT_TIMEOUT_MS;
    const timer = setTimeout(() => give(fault('egress.unreachable', 'no_answer')), connectMs);
    const onEnd = () => give(deadline.signal.reason);
    function give(error: unknown): void {
      clearTimeout(timer);
      deadline.signal.removeEventListener('abort', onEnd);
      socket.removeAllListeners('connect').removeAllListeners('error');
      if (error === undefined) return resolve(socket);
      socket.on('error', () => undefined);
      socket.destroy();
      reject(toFault(error));
    }
    socket.once('connect', () => give(undefined));
    socket.once('error', give);
    if (deadline.signal.aborted) onEnd();
    else deadline.signal.addEventListener('abort', onEnd, { once: true });
  });
}

/** Asks a proxy for a connection to the checked address, not to its name. */
export async function dialThroughProxy(
  proxySocket: Socket,
  target: { address: string; port: number },
  deadline: Deadline,
): Promise<Socket> {
  const host = target.address.includes(':') ? `[${target.address}]` : target.address;
  const place = `${host}:${target.port}`;
  proxySocket.write(`CONNECT ${place} HTTP/1.1\r\nHost: ${place}\r\n\r\n`);
  try {
    const head = await deadline.race(readHead(proxySocket));
    if (!/^HTTP\/1\.[01] 200[ \r]/.test(head)) throw fault('egress.unreachable', 'proxy_refused');
    return proxySocket;
  } catch (error) {
    proxySocket.destroy();
    throw toFault(error);
  }
}

/** The head of the proxy's answer; what follows it stays in the socket for the one who reads next. */
function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let head = Buffer.alloc(0);
    const done = (result: string | Error) => {
      socket.off('readable', onReadable).off('error', done).off('close', onClose);
      if (typeof result === 'string') resolve(result);
      else reject(result);
    };
    const onClose = () => done(fault('egress.unreachable', 'proxy_refused'));
    const onReadable = () => {
      for (
        let chunk = socket.read() as Buffer | null;
        chunk !== null;
        chunk = socket.read() as Buffer | null
      ) {
        head = Buffer.concat([head, chunk]);
        const end = head.indexOf('\r\n\r\n');
        if (end >= 0) {
          if (head.length > end + 4) socket.unshift(head.subarray(end + 4));
          return done(head.subarray(0, end + 2).toString('latin1'));
        }
        if (head.length > PROXY_ANSWER_BYTES_MAX) return done(fault('egress.too_large', 'headers'));
      }
    };
    // Not 'data': pausing afterwards would keep the next reader from starting.
    socket.on('readable', onReadable).on('error', done).on('close', onClose);
  });
}

/** Gives what a handshake is made with: own certificate, trusted authorities, TLS 1.2 at least. */
export type ContextOf = (tls: EgressTls) => ReturnType<typeof createSecureContext>;

/** `trusted` stands beside the public authorities. What most calls use is made once: it reads 140 certificates. */
export function createContexts(trusted: readonly string[]): ContextOf {
  const authorities = trusted.length === 0 ? {} : { ca: [...rootCertificates, ...trusted] };
  const common = createSecureContext({ minVersion: 'TLSv1.2', ...authorities });
  return ({ ca, cert, key }) => {
    if (ca === undefined && cert === undefined && key === undefined) return common;
    const own = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
    return createSecureContext({
      minVersion: 'TLSv1.2',
      ...(ca === undefined ? authorities : { ca }),
      ...own,
    });
  };
}

/** The TLS handshake on an open connection; the certificate must be valid, trusted, and carry the name. */
export function handshake(
  socket: Socket,
  options: { host: string; tls: EgressTls; contextOf: ContextOf },
  deadline: Deadline,
): Promise<TLSSocket> {
  const { host, tls } = options;
  const name = tls.servername ?? host;
  const secureContext = readContext(options.contextOf, tls);
  return new Promise((resolve, reject) => {
    const secure = connectTls({
      socket,
      // A server name is a name (RFC 6066 §3); an address is compared with the certificate all the same.
      host: name,
      servername: isIP(name) === 0 ? name : '',
      rejectUnauthorized: true,
      secureContext,
    });
    const onEnd = () => give(deadline.signal.reason);
    const onClose = () => give(fault('egress.tls', 'handshake'));
    function give(error: unknown): void {
      deadline.signal.removeEventListener('abort', onEnd);
      secure.off('secureConnect', onSecure).off('error', give).off('close', onClose);
      if (error === undefined) return resolve(secure);
      secure.on('error', () => undefined);
      secure.destroy();
      socket.destroy();
      const known = toFault(error);
      // A peer that hangs up in mid-handshake answers no TLS.
      reject(known.code === 'egress.unreachable' ? fault('egress.tls', 'handshake', error) : known);
    }
    const onSecure = () => give(secure.authorized ? undefined : fault('egress.tls', 'untrusted'));
    secure.once('secureConnect', onSecure).on('error', give).on('close', onClose);
    if (deadline.signal.aborted) onEnd();
    else deadline.signal.addEventListener('abort', onEnd, { once: true });
  });
}

/** Own certificates that cannot be read are a fault of the settings, told like every other fault of TLS. */
function readContext(contextOf: ContextOf, tls: EgressTls): ReturnType<ContextOf> {
  try {
    return contextOf(tls);
  } catch (error) {
    throw fault('egress.tls', 'certificate_form', error);
  }
}
