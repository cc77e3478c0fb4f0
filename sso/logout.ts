import { inflateRawSync } from 'node:zlib';
import { isNameId } from './assertion.ts';
import { checkIssuer } from './issuer.ts';
import { publicKeyOf } from './keys.ts';
import { demand, SsoRefusal } from './refusal.ts';
import { decodeBase64, decodeUtf8, MESSAGE_LIMITS } from './text.ts';
import { SSO_TIMES, type IdpParty, type SpParty, type SsoClock } from './types.ts';
import { verifyRoot } from './verify.ts';
import { isSignedBy, SIGNATURE_ALGORITHMS } from './xml-algorithms.ts';
import {
  attributeOf,
  childrenNamed,
  childrenOf,
  instantOf,
  isNamed,
  NS,
  onlyChild,
  parseXml,
  textOf,
} from './xml.ts';

/** A verified message about the end of a session. */
export type LogoutMessage =
  | {
      type: 'request';
      id: string;
      nameId: string;
      /** Empty: every session of that name. */
      sessionIndexes: readonly string[];
      relayState: string;
    }
  | { type: 'response'; inResponseTo: string; isSuccess: boolean; relayState: string };

/** How it came: the query exactly as it was sent, or the fields of a form. */
export type LogoutCarrier =
  { binding: 'redirect'; rawQuery: string } | { binding: 'post'; fields: ReadonlyMap<string, string> };

interface Call {
  sp: SpParty;
  idp: IdpParty;
  clock: SsoClock;
}

const NAMES = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature'] as const;
type Name = (typeof NAMES)[number];
const RELAY_STATE_CHARACTERS_MAX = 1_024;
const SESSION_INDEXES_MAX = 20;
const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

/**
 * Judges a logout request or answer. A signature is obligatory: over the raw bytes of the query, or inside the form.
 * Its id has to be remembered by the caller, in one statement. Throws `SsoRefusal`.
 */
export function judgeLogout(carrier: LogoutCarrier, call: Call): LogoutMessage {
  return carrier.binding === 'redirect' ? fromQuery(carrier.rawQuery, call) : fromForm(carrier.fields, call);
}

/**
 * Parameters of a query, each at most once and named literally; what a lenient parser would read as a second value is
 * refused, whichever one it would take.
 */
export function parseRawQuery(rawQuery: string): ReadonlyMap<Name, string> {
  demand(rawQuery.length <= MESSAGE_LIMITS.bytesMax, 'sso.malformed', 'query-size');
  const found = new Map<Name, string>();
  for (const pair of rawQuery.split(/[&;]/)) {
    const cut = pair.indexOf('=');
    const raw = cut === -1 ? pair : pair.slice(0, cut);
    const name = NAMES.find((known) => known === raw);
    if (name === undefined) {
      const isDisguised = NAMES.some((known) => known.toLowerCase() === decode(raw).trim().toLowerCase());
      demand(!isDisguised && !/[[\]]/.test(decode(raw)), 'sso.malformed', 'parameter-name');
      continue;
    }
    demand(!found.has(name), 'sso.malformed', 'parameter-twice');
    found.set(name, cut === -1 ? '' : pair.slice(cut + 1));
  }
  return found;
}

function decode(raw: string): string {
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '));
  } catch (cause) {
    throw new SsoRefusal('sso.malformed', 'percent-code', cause);
  }
}

/** Some senders leave the plus of base64 as it is, which a form decoder turns into a space. */
const decodeField = (raw: string) => decode(raw).replaceAll(' ', '+');

function fromQuery(rawQuery: string, call: Call): LogoutMessage {
  const raw = parseRawQuery(rawQuery);
  const field = raw.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  demand(raw.has('SAMLRequest') !== raw.has('SAMLResponse'), 'sso.malformed', 'one-message');
  verifyQuery(raw, field, call.idp);
  const deflated = decodeBase64(decodeField(raw.get(field) ?? ''), MESSAGE_LIMITS.inflatedBytesMax);
  const root = parseXml(decodeUtf8(inflate(deflated)));
  return read(
    root,
    { isRequest: field === 'SAMLRequest', relayState: decode(raw.get('RelayState') ?? '') },
    call,
  );
}

/** A bomb ends at the limit, not in memory. */
function inflate(bytes: Buffer): Buffer {
  try {
    return inflateRawSync(bytes, { maxOutputLength: MESSAGE_LIMITS.inflatedBytesMax });
  } catch (cause) {
    throw new SsoRefusal('sso.malformed', 'deflate', cause);
  }
}

/** SAML bindings §3.4.4.1: over the values as they were encoded, in the fixed order. */
function verifyQuery(raw: ReadonlyMap<Name, string>, field: Name, idp: IdpParty): void {
  const algorithm = raw.get('SigAlg');
  const encoded = raw.get('Signature') ?? '';
  demand(algorithm !== undefined && encoded !== '', 'sso.signature', 'unsigned');
  const name = decode(algorithm);
  const method = Object.hasOwn(SIGNATURE_ALGORITHMS, name) ? SIGNATURE_ALGORITHMS[name] : undefined;
  demand(method !== undefined, 'sso.algorithm', 'signature-method');
  const signature = decodeBase64(decodeField(encoded), MESSAGE_LIMITS.inflatedBytesMax);
  const state = raw.has('RelayState') ? `&RelayState=${raw.get('RelayState')}` : '';
  const bytes = Buffer.from(`${field}=${raw.get(field)}${state}&SigAlg=${algorithm}`);
  // Both encodings of ECDSA are met here: that of XML signature, and that of the crypto libraries.
  const encodings = ['ieee-p1363', 'der'] as const;
  const isRight = idp.certificates.some((certificate) =>
    isSignedBy(method, { bytes, signature, key: publicKeyOf(certificate), encodings }),
  );
  demand(isRight, 'sso.signature', 'unverified');
}

function fromForm(fields: ReadonlyMap<string, string>, call: Call): LogoutMessage {
  const field = fields.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  demand(fields.has('SAMLRequest') !== fields.has('SAMLResponse'), 'sso.malformed', 'one-message');
  const text = decodeUtf8(decodeBase64(fields.get(field) ?? ''));
  const root = verifyRoot(text, call.idp.certificates);
  return read(root, { isRequest: field === 'SAMLRequest', relayState: fields.get('RelayState') ?? '' }, call);
}

function read(
  root: Element,
  { isRequest, relayState }: { isRequest: boolean; relayState: string },
  { sp, idp, clock }: Call,
): LogoutMessage {
  demand(relayState.length <= RELAY_STATE_CHARACTERS_MAX, 'sso.malformed', 'relay-state');
  demand(
    isNamed(root, NS.protocol, isRequest ? 'LogoutRequest' : 'LogoutResponse'),
    'sso.malformed',
    'logout',
  );
  demand(attributeOf(root, 'Version') === '2.0', 'sso.malformed', 'version');
  demand(attributeOf(root, 'Destination') === sp.sloUrl, 'sso.destination', 'destination');
  checkIssuer(root, idp.entityId);
  const id = attributeOf(root, 'ID') ?? '';
  demand(id.length >= 1 && id.length <= 256, 'sso.malformed', 'id');
  const nowMs = clock.now().getTime();
  const issued = instantOf(root, 'IssueInstant', 'sso.malformed');
  demand(issued !== undefined, 'sso.malformed', 'issue-instant');
  demand(nowMs - issued <= SSO_TIMES.messageAgeMs + SSO_TIMES.skewMs, 'sso.expired', 'issue-instant');
  demand(nowMs - issued >= -SSO_TIMES.skewMs, 'sso.not_yet', 'issue-instant');
  const until = instantOf(root, 'NotOnOrAfter', 'sso.malformed');
  demand(until === undefined || nowMs - SSO_TIMES.skewMs < until, 'sso.expired', 'not-on-or-after');
  return isRequest ? readRequest(root, id, relayState) : readResponse(root, relayState);
}

function readRequest(root: Element, id: string, relayState: string): LogoutMessage {
  const allowed = ['Issuer', 'Signature', 'NameID', 'SessionIndex'];
  const areKnown = childrenOf(root).every(({ localName, namespaceURI }) => {
    // Extensions say why, to people; nothing in them changes what ends.
    return allowed.includes(localName) || (localName === 'Extensions' && namespaceURI === NS.protocol);
  });
  demand(areKnown, 'sso.malformed', 'logout-content');
  const nameId = textOf(onlyChild(root, [NS.assertion, 'NameID'], 'sso.subject'), 'sso.subject').trim();
  demand(isNameId(nameId), 'sso.subject', 'name-id');
  const indexes = childrenNamed(root, NS.protocol, 'SessionIndex');
  demand(indexes.length <= SESSION_INDEXES_MAX, 'sso.malformed', 'session-indexes');
  const sessionIndexes = indexes.map((index) => textOf(index, 'sso.malformed').trim());
  demand(
    sessionIndexes.every(({ length }) => length >= 1 && length <= 256),
    'sso.malformed',
    'session-index',
  );
  return { type: 'request', id, nameId, sessionIndexes, relayState };
}

function readResponse(root: Element, relayState: string): LogoutMessage {
  const inResponseTo = attributeOf(root, 'InResponseTo') ?? '';
  demand(inResponseTo !== '', 'sso.no_pending', 'in-response-to');
  const status = onlyChild(root, [NS.protocol, 'Status'], 'sso.status');
  const code = onlyChild(status, [NS.protocol, 'StatusCode'], 'sso.status');
  return { type: 'response', inResponseTo, isSuccess: attributeOf(code, 'Value') === SUCCESS, relayState };
}
