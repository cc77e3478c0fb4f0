import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { SignedXml } from 'xml-crypto';
import { OUR_DIGEST, OUR_SIGNATURE } from './algorithms.ts';
import { privateKeyOf } from './keys.ts';
import type { IdpParty, KeyPair, SpParty } from './types.ts';
import { escapeXml, NS } from './xml.ts';

/** A message on its way to the identity provider: an address to go to, or a form to send. */
export type Outgoing =
  | { binding: 'redirect'; url: string }
  | { binding: 'post'; url: string; fields: Readonly<Record<string, string>> };

interface Head {
  id: string;
  now: Date;
  sp: SpParty;
}

const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';

function head(name: string, { id, now, sp }: Head, rest: string, body: string): string {
  return (
    `<samlp:${name} xmlns:samlp="${NS.protocol}" xmlns:saml="${NS.assertion}" ID="${id}" Version="2.0"` +
    ` IssueInstant="${now.toISOString()}"${rest}><saml:Issuer>${escapeXml(sp.entityId)}</saml:Issuer>` +
    `${body}</samlp:${name}>`
  );
}

/** What asking for a sign-in takes. `authnContext` names what has to be used, exactly one of them. */
export interface LoginRequest extends Head {
  idp: IdpParty;
  forceAuthn: boolean;
  authnContext: readonly string[];
  /** Opaque key of the pending login; never an address. */
  relayState: string;
}

/** Asks an identity provider to sign somebody in (SAML core §3.4.1). Always signed. */
export function buildLogin(request: LoginRequest): Outgoing {
  const { sp, idp, forceAuthn, authnContext, relayState } = request;
  const format = idp.nameIdFormat === undefined ? '' : ` Format="${escapeXml(idp.nameIdFormat)}"`;
  const classes = authnContext.map(
    (name) => `<saml:AuthnContextClassRef>${escapeXml(name)}</saml:AuthnContextClassRef>`,
  );
  const context =
    classes.length === 0
      ? ''
      : `<samlp:RequestedAuthnContext Comparison="exact">${classes.join('')}</samlp:RequestedAuthnContext>`;
  const rest =
    ` Destination="${escapeXml(idp.ssoUrl)}" ProtocolBinding="${POST}"` +
    ` AssertionConsumerServiceURL="${escapeXml(sp.acsUrl)}"${forceAuthn ? ' ForceAuthn="true"' : ''}`;
  const xml = head(
    'AuthnRequest',
    request,
    rest,
    `<samlp:NameIDPolicy${format} AllowCreate="true"/>${context}`,
  );
  const target = { url: idp.ssoUrl, binding: idp.ssoBinding };
  return send({ xml, field: 'SAMLRequest', relayState, id: request.id, sp }, target);
}

/** Tells an identity provider that somebody leaves (SAML core §3.7.1); undefined when it knows no single logout. */
export function buildLogoutRequest(
  request: Head & {
    idp: IdpParty;
    nameId: string;
    nameIdFormat: string | undefined;
    sessionIndex: string | undefined;
    relayState: string;
  },
): Outgoing | undefined {
  const { sp, idp, nameId, nameIdFormat, sessionIndex, relayState } = request;
  if (idp.sloUrl === undefined) return undefined;
  const format = nameIdFormat === undefined ? '' : ` Format="${escapeXml(nameIdFormat)}"`;
  const index =
    sessionIndex === undefined ? '' : `<samlp:SessionIndex>${escapeXml(sessionIndex)}</samlp:SessionIndex>`;
  const body = `<saml:NameID${format}>${escapeXml(nameId)}</saml:NameID>${index}`;
  const xml = head('LogoutRequest', request, ` Destination="${escapeXml(idp.sloUrl)}"`, body);
  const target = { url: idp.sloUrl, binding: idp.sloBinding ?? ('redirect' as const) };
  return send({ xml, field: 'SAMLRequest', relayState, id: request.id, sp }, target);
}

/** Answers an identity provider's logout (SAML core §3.7.2); undefined when it named no place for answers. */
export function buildLogoutResponse(
  answer: Head & { idp: IdpParty; inResponseTo: string; status: 'Success' | 'Requester'; relayState: string },
): Outgoing | undefined {
  const { sp, idp, inResponseTo, status, relayState } = answer;
  const url = idp.sloResponseUrl ?? idp.sloUrl;
  if (url === undefined) return undefined;
  const rest = ` Destination="${escapeXml(url)}" InResponseTo="${escapeXml(inResponseTo)}"`;
  const code = `urn:oasis:names:tc:SAML:2.0:status:${status}`;
  const body = `<samlp:Status><samlp:StatusCode Value="${code}"/></samlp:Status>`;
  const xml = head('LogoutResponse', answer, rest, body);
  const target = { url, binding: idp.sloBinding ?? ('redirect' as const) };
  return send({ xml, field: 'SAMLResponse', relayState, id: answer.id, sp }, target);
}

interface Message {
  xml: string;
  field: 'SAMLRequest' | 'SAMLResponse';
  relayState: string;
  id: string;
  sp: SpParty;
}

function send(message: Message, target: { url: string; binding: 'redirect' | 'post' }): Outgoing {
  const [key] = message.sp.keys;
  if (key === undefined) throw new Error('There is no key to sign with.');
  return target.binding === 'redirect' ? redirect(message, target.url, key) : post(message, target.url, key);
}

/** SAML bindings §3.4.4.1: deflated, and signed over the encoded parameters in their order. */
function redirect({ xml, field, relayState }: Message, url: string, key: KeyPair): Outgoing {
  const value = encodeURIComponent(deflateRawSync(Buffer.from(xml, 'utf8')).toString('base64'));
  const state = relayState === '' ? '' : `&RelayState=${encodeURIComponent(relayState)}`;
  const signed = `${field}=${value}${state}&SigAlg=${encodeURIComponent(OUR_SIGNATURE)}`;
  const signature = sign('sha256', Buffer.from(signed), privateKeyOf(key.privateKey)).toString('base64');
  const query = `${signed}&Signature=${encodeURIComponent(signature)}`;
  return { binding: 'redirect', url: `${url}${url.includes('?') ? '&' : '?'}${query}` };
}

/** SAML bindings §3.5: signed inside, sent by a form. */
function post({ xml, field, relayState, id }: Message, url: string, key: KeyPair): Outgoing {
  const fields: Record<string, string> = {
    [field]: Buffer.from(signRoot(xml, id, key), 'utf8').toString('base64'),
  };
  if (relayState !== '') fields['RelayState'] = relayState;
  return { binding: 'post', url, fields };
}

/** Signs a message of ours in place, right behind its issuer. */
export function signRoot(xml: string, id: string, { privateKey, certificate }: KeyPair): string {
  const signer = new SignedXml({
    privateKey,
    publicCert: certificate,
    signatureAlgorithm: OUR_SIGNATURE,
    canonicalizationAlgorithm: NS.exclusive as never,
  });
  signer.addReference({
    xpath: `/*[@ID='${id}']`,
    digestAlgorithm: OUR_DIGEST,
    transforms: [`${NS.signature}enveloped-signature`, NS.exclusive],
  });
  const reference = `/*/*[local-name(.)='Issuer']`;
  signer.computeSignature(xml, { prefix: 'ds', location: { reference, action: 'after' } });
  return signer.getSignedXml();
}
