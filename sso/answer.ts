import { XMLSerializer } from '@xmldom/xmldom';
import { checkEncryption, checkSignatureForm, signatureOf } from './algorithms.ts';
import { readAssertion } from './assertion.ts';
import { checkIssuer } from './issuer.ts';
import { decryptAssertion, verifyAnswer, verifyOpened, type Opened } from './library.ts';
import { demand } from './refusal.ts';
import { checkText, decodeBase64, decodeUtf8 } from './text.ts';
import { SSO_TIMES } from './types.ts';
import type { IdpParty, PendingLogin, SpParty, SsoClock, VerifiedAssertion } from './types.ts';
import {
  attributeOf,
  childrenNamed,
  childrenOf,
  descendants,
  instantOf,
  isNamed,
  NS,
  onlyChild,
  parseXml,
} from './xml.ts';
import { signedRoot } from './verify.ts';

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
/** Elements that a message holds once or never, wherever they stand: a second one is a wrapped message. */
const SINGLE = ['Response', 'Assertion', 'EncryptedAssertion', 'Subject', 'Conditions', 'NameID'];

/** What judging an answer needs besides its bytes. */
export interface AnswerCall {
  sp: SpParty;
  idp: IdpParty;
  pending: PendingLogin;
  clock: SsoClock;
}

/**
 * Judges the `SAMLResponse` of a sign-in from outside to inside: text, envelope, algorithms, signatures, assertion.
 * Consume the pending login before. Remember `assertionId` in one statement after; throws `SsoRefusal`.
 */
export async function judgeAnswer(field: string, call: AnswerCall): Promise<VerifiedAssertion> {
  const text = decodeUtf8(decodeBase64(field));
  const response = parseXml(text);
  checkResponse(response, call);
  const outer = checkForms(response, call.idp);
  const { sp, idp, pending, clock } = call;
  const judge = (assertion: string) => readAssertion(parseXml(assertion), call);
  const library = { sp, idp, pending, clock, judge };
  const isSealed = childrenNamed(response, NS.assertion, 'EncryptedAssertion').length > 0;
  if (!isSealed) return verifyAnswer(text, library);
  // Nothing is opened that the signature of the response does not cover: what it covers is read, and nothing else.
  const covered = outer === undefined ? response : signedRoot(text, outer, idp.certificates);
  const opened = await openAssertion(covered, { sp, idp, isResponseSigned: outer !== undefined });
  return verifyOpened(opened, library);
}

/** The envelope (SAML core §3.2.2, profiles §4.1.4.2). */
function checkResponse(response: Element, { sp, idp, pending, clock }: AnswerCall): void {
  demand(isNamed(response, NS.protocol, 'Response'), 'sso.malformed', 'response');
  demand(attributeOf(response, 'Version') === '2.0', 'sso.malformed', 'version');
  const allowed = ['Issuer', 'Signature', 'Status', 'Assertion', 'EncryptedAssertion'];
  const areKnown = childrenOf(response).every(({ localName }) => allowed.includes(localName));
  demand(areKnown, 'sso.malformed', 'response-content');
  demand(attributeOf(response, 'Destination') === sp.acsUrl, 'sso.destination', 'destination');
  demand(attributeOf(response, 'InResponseTo') === pending.requestId, 'sso.no_pending', 'in-response-to');
  checkIssuer(response, idp.entityId);
  const issued = instantOf(response, 'IssueInstant', 'sso.malformed');
  demand(issued !== undefined, 'sso.malformed', 'issue-instant');
  const ageMs = clock.now().getTime() - issued;
  demand(ageMs <= SSO_TIMES.messageAgeMs + SSO_TIMES.skewMs, 'sso.expired', 'issue-instant');
  demand(ageMs >= -SSO_TIMES.skewMs, 'sso.not_yet', 'issue-instant');
  const status = onlyChild(response, [NS.protocol, 'Status'], 'sso.status');
  const code = onlyChild(status, [NS.protocol, 'StatusCode'], 'sso.status');
  demand(attributeOf(code, 'Value') === SUCCESS, 'sso.status', 'status');
  const all = [response, ...descendants(response)];
  for (const name of SINGLE) {
    const count = all.filter(({ localName }) => localName === name).length;
    demand(count <= 1, 'sso.malformed', `two-${name}`);
  }
  const plain = childrenNamed(response, NS.assertion, 'Assertion').length;
  const sealed = childrenNamed(response, NS.assertion, 'EncryptedAssertion').length;
  demand(plain + sealed === 1, 'sso.malformed', 'one-assertion');
  demand(sealed === 1 || !idp.requireEncrypted, 'sso.decryption', 'not-encrypted');
}

/** Every signature is where the policy wants it, of the one form, and there is no other; gives the response's own. */
function checkForms(response: Element, idp: IdpParty): Element | undefined {
  const outer = signatureOf(response);
  const assertion = childrenNamed(response, NS.assertion, 'Assertion')[0];
  const inner = assertion && signatureOf(assertion);
  const known = [outer, inner].filter((signature) => signature !== undefined);
  const isSignature = (element: Element) => element.localName === 'Signature';
  const all = descendants(response).filter(isSignature);
  demand(all.length === known.length, 'sso.signature', 'stray-signature');
  for (const signature of known) checkSignatureForm(signature);
  demand(idp.signPolicy === 'assertion' || outer !== undefined, 'sso.signature', 'response-unsigned');
  const isInnerNeeded = idp.signPolicy !== 'response' && assertion !== undefined;
  demand(!isInnerNeeded || inner !== undefined, 'sso.signature', 'assertion-unsigned');
  return outer;
}

/** Opens the encrypted assertion, once and under the list; what comes out passes the same checks as a plain one. */
async function openAssertion(
  response: Element,
  { sp, idp, isResponseSigned }: { sp: SpParty; idp: IdpParty; isResponseSigned: boolean },
): Promise<Opened> {
  const encrypted = onlyChild(response, [NS.assertion, 'EncryptedAssertion'], 'sso.malformed');
  demand(sp.keys.length > 0, 'sso.decryption', 'no-key');
  checkEncryption(encrypted, { ...idp, isResponseSigned });
  const xml = new XMLSerializer().serializeToString(encrypted as never);
  const text = await decryptAssertion(xml, sp.keys);
  const assertion = parseXml(text);
  demand(isNamed(assertion, NS.assertion, 'Assertion'), 'sso.malformed', 'decrypted-content');
  const inside = [assertion, ...descendants(assertion)];
  for (const name of [...SINGLE, 'Signature']) {
    demand(inside.filter(({ localName }) => localName === name).length <= 1, 'sso.malformed', `two-${name}`);
  }
  const signature = signatureOf(assertion);
  const isStray = inside.some(({ localName }) => localName === 'Signature') !== (signature !== undefined);
  demand(!isStray, 'sso.signature', 'stray-signature');
  demand(signature !== undefined || idp.signPolicy === 'response', 'sso.signature', 'assertion-unsigned');
  if (signature !== undefined) checkSignatureForm(signature);
  return { text: checkText(text), isSigned: signature !== undefined };
}
