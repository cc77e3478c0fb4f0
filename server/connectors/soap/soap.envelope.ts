import type { ConnectorIo, Raw } from '../connector.ts';
import { connectorFault, elementToRaw, escapeXml, parseXmlText } from '../kit/index.ts';
import type { SoapConfig } from './soap.config.ts';

/** Namespaces of envelopes (SOAP 1.1 §4, SOAP 1.2 part 1 §5). */
export const ENVELOPES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;
/** Web Services Security 1.1.1 with its UsernameToken profile (OASIS). */
const OASIS = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-';
const EXTENSION = `${OASIS}wssecurity-secext-1.0.xsd`;
const UTILITY = `${OASIS}wssecurity-utility-1.0.xsd`;
const TOKEN_PROFILE = `${OASIS}username-token-profile-1.0`;
const BASE64 = `${OASIS}soap-message-security-1.0#Base64Binary`;
/** How long a message is good. */
const LIFE_MS = 5 * 60_000;

/** A fault of the other side. */
export interface SoapFault {
  /** Local names of the code and its sub-codes. */
  codes: string[];
  detail: Raw;
}

/** The whole envelope around a body. Throws `connector.auth_failed` when the password is missing. */
export function envelopeOf(
  config: SoapConfig,
  io: Pick<ConnectorIo, 'secret' | 'now' | 'newId' | 'crypto'>,
  body: string,
): string {
  const head = config.security === 'none' ? '' : `<s:Header>${securityOf(config, io)}</s:Header>`;
  const name = ENVELOPES[config.version];
  return `<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="${name}">${head}<s:Body>${body}</s:Body></s:Envelope>`;
}

function securityOf(
  { security, user = '' }: SoapConfig,
  io: Pick<ConnectorIo, 'secret' | 'now' | 'newId' | 'crypto'>,
): string {
  const now = io.now();
  const created = now.toISOString();
  const expires = new Date(now.getTime() + LIFE_MS).toISOString();
  const timestamp = `<u:Timestamp u:Id="T1"><u:Created>${created}</u:Created><u:Expires>${expires}</u:Expires></u:Timestamp>`;
  const open = `<w:Security s:mustUnderstand="1" xmlns:w="${EXTENSION}" xmlns:u="${UTILITY}">${timestamp}`;
  if (security === 'timestamp') return `${open}</w:Security>`;
  const password = io.secret('password');
  if (password === undefined) throw connectorFault('connector.auth_failed', 'secret_missing');
  const isDigest = security === 'digest';
  // An id of ours comes once in the world, which is all a nonce has to do.
  const nonce = Buffer.from(io.newId().replaceAll('-', ''), 'hex');
  const digest = () =>
    io.crypto
      .digest('sha1', Buffer.concat([nonce, Buffer.from(created + password, 'utf8')]))
      .toString('base64');
  const value = isDigest ? digest() : escapeXml(password);
  return [
    `${open}<w:UsernameToken u:Id="U1"><w:Username>${escapeXml(user)}</w:Username>`,
    `<w:Password Type="${TOKEN_PROFILE}#${isDigest ? 'PasswordDigest' : 'PasswordText'}">${value}</w:Password>`,
    `<w:Nonce EncodingType="${BASE64}">${nonce.toString('base64')}</w:Nonce>`,
    `<u:Created>${created}</u:Created></w:UsernameToken></w:Security>`,
  ].join('');
}

/**
 * What the body of an answer holds, or its fault. Throws `connector.schema`: reason `xml` for what is no document,
 * `envelope` for a document that is no envelope with one body.
 */
export function readEnvelope(text: string): { content: Raw } | { fault: SoapFault } {
  const root = parseXmlText(text);
  const names: readonly (string | null)[] = Object.values(ENVELOPES);
  if (root.localName !== 'Envelope' || !names.includes(root.namespaceURI)) throw envelopeFault();
  const bodies = Array.from(root.childNodes).filter(
    (node) => (node as Element).localName === 'Body' && node.nodeType === 1,
  ) as Element[];
  const [body] = bodies;
  if (body === undefined || bodies.length > 1 || body.namespaceURI !== root.namespaceURI)
    throw envelopeFault();
  const value = elementToRaw(body);
  const content = typeof value === 'object' && value !== null ? value : {};
  const fault = (content as Record<string, Raw>)['Fault'];
  return fault === undefined ? { content } : { fault: faultOf(fault) };
}

function faultOf(fault: Raw): SoapFault {
  const codes: string[] = [];
  const at = (value: Raw | undefined, name: string): Raw | undefined =>
    typeof value === 'object' && value !== null ? (value as Record<string, Raw>)[name] : undefined;
  const add = (value: Raw | undefined) => {
    const text = typeof value === 'string' ? value : at(value, '$');
    if (typeof text === 'string') codes.push(text.replace(/^[^:]*:/, '').trim());
  };
  add(at(fault, 'faultcode'));
  let code = at(fault, 'Code');
  for (let depth = 0; depth < SUBCODES_MAX && code !== undefined; depth += 1) {
    add(at(code, 'Value'));
    code = at(code, 'Subcode');
  }
  return { codes, detail: at(fault, 'detail') ?? at(fault, 'Detail') ?? {} };
}

const SUBCODES_MAX = 5;

function envelopeFault(): Error {
  return connectorFault('connector.schema', 'envelope');
}
