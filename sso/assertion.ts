import { checkIssuer } from './issuer.ts';
import { demand } from './refusal.ts';
import {
  SSO_TIMES,
  type IdpParty,
  type PendingLogin,
  type SpParty,
  type SsoClock,
  type VerifiedAssertion,
} from './types.ts';
import {
  attributeOf,
  childrenNamed,
  childrenOf,
  instantOf,
  isNamed,
  NS,
  onlyChild,
  textOf,
  descendants,
  parseXml,
} from './xml.ts';

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const NAME_ID_CHARACTERS_MAX = 255;
/** No control or format characters, which look like nothing and make two names of one. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const CONDITIONS = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction'];
const STATEMENTS = ['AuthnStatement', 'AttributeStatement'];
const ATTRIBUTES_MAX = 200;
const VALUES_MAX = 1_000;
const VALUE_CHARACTERS_MAX = 4_096;

interface Call {
  sp: SpParty;
  idp: IdpParty;
  pending: PendingLogin;
  clock: SsoClock;
}

/** Judges a verified assertion (SAML core §2, profiles §4.1.4.2) and reads it. Throws `SsoRefusal`. */
export function readAssertion(assertion: Element, call: Call): VerifiedAssertion {
  demand(isNamed(assertion, NS.assertion, 'Assertion'), 'sso.malformed', 'assertion');
  demand(attributeOf(assertion, 'Version') === '2.0', 'sso.malformed', 'assertion-version');
  const assertionId = attributeOf(assertion, 'ID') ?? '';
  demand(assertionId.length >= 1 && assertionId.length <= 256, 'sso.malformed', 'assertion-id');
  const allowed = ['Issuer', 'Signature', 'Subject', 'Conditions', ...STATEMENTS];
  const areKnown = childrenOf(assertion).every(({ localName }) => allowed.includes(localName));
  demand(areKnown, 'sso.malformed', 'assertion-content');
  checkIssuer(assertion, call.idp.entityId);
  const issued = instantOf(assertion, 'IssueInstant', 'sso.malformed');
  demand(issued !== undefined, 'sso.malformed', 'assertion-instant');
  checkAge(issued, call.clock);
  const subject = onlyChild(assertion, [NS.assertion, 'Subject'], 'sso.subject');
  const { nameId, nameIdFormat } = readNameId(subject);
  const confirmedUntil = checkConfirmation(subject, call);
  const conditionsUntil = checkConditions(
    onlyChild(assertion, [NS.assertion, 'Conditions'], 'sso.audience'),
    call,
  );
  const authn = readAuthn(assertion, call);
  const lastMs = Math.max(confirmedUntil, conditionsUntil, issued + SSO_TIMES.messageAgeMs);
  return {
    assertionId,
    rememberUntil: new Date(lastMs + 2 * SSO_TIMES.skewMs),
    ...{ nameId, nameIdFormat, ...authn },
    attributes: readAttributes(assertion),
  };
}

function checkAge(issuedMs: number, clock: SsoClock): void {
  const ageMs = clock.now().getTime() - issuedMs;
  demand(ageMs <= SSO_TIMES.messageAgeMs + SSO_TIMES.skewMs, 'sso.expired', 'assertion-instant');
  demand(ageMs >= -SSO_TIMES.skewMs, 'sso.not_yet', 'assertion-instant');
}

function readNameId(subject: Element): { nameId: string; nameIdFormat: string | undefined } {
  const element = onlyChild(subject, [NS.assertion, 'NameID'], 'sso.subject');
  const nameId = textOf(element, 'sso.subject').trim();
  demand(isNameId(nameId), 'sso.subject', 'name-id');
  return { nameId, nameIdFormat: attributeOf(element, 'Format') };
}

/** One stable spelling: NFKC changes nothing, nothing invisible, at most 255 characters. */
export function isNameId(text: string): boolean {
  const hasLength = text.length > 0 && text.length <= NAME_ID_CHARACTERS_MAX;
  return hasLength && text.normalize('NFKC') === text && text.trim() === text && !INVISIBLE.test(text);
}

/** At least one bearer confirmation for us, now, and for what was asked; gives when the last of them ends. */
function checkConfirmation(subject: Element, { sp, pending, clock }: Call): number {
  const nowMs = clock.now().getTime();
  const bearers = childrenNamed(subject, NS.assertion, 'SubjectConfirmation').filter(
    (confirmation) => attributeOf(confirmation, 'Method') === BEARER,
  );
  demand(bearers.length === 1, 'sso.subject', 'one-bearer');
  const data = onlyChild(bearers[0] as Element, [NS.assertion, 'SubjectConfirmationData'], 'sso.subject');
  demand(attributeOf(data, 'Recipient') === sp.acsUrl, 'sso.recipient', 'recipient');
  demand(attributeOf(data, 'InResponseTo') === pending.requestId, 'sso.no_pending', 'subject-in-response-to');
  demand(attributeOf(data, 'NotBefore') === undefined, 'sso.subject', 'bearer-not-before');
  const until = instantOf(data, 'NotOnOrAfter', 'sso.subject');
  demand(until !== undefined, 'sso.subject', 'bearer-without-end');
  demand(nowMs - SSO_TIMES.skewMs < until, 'sso.expired', 'bearer');
  return until;
}

function checkConditions(conditions: Element, { sp, clock }: Call): number {
  const nowMs = clock.now().getTime();
  const notBefore = instantOf(conditions, 'NotBefore', 'sso.malformed');
  const until = instantOf(conditions, 'NotOnOrAfter', 'sso.malformed');
  demand(until !== undefined, 'sso.expired', 'conditions-without-end');
  demand(nowMs - SSO_TIMES.skewMs < until, 'sso.expired', 'conditions');
  demand(notBefore === undefined || nowMs + SSO_TIMES.skewMs >= notBefore, 'sso.not_yet', 'conditions');
  for (const condition of childrenOf(conditions)) {
    const isKnown = condition.namespaceURI === NS.assertion && CONDITIONS.includes(condition.localName);
    demand(isKnown, 'sso.audience', 'condition');
  }
  const restrictions = childrenNamed(conditions, NS.assertion, 'AudienceRestriction');
  demand(restrictions.length > 0, 'sso.audience', 'no-audience');
  for (const restriction of restrictions) {
    const audiences = childrenNamed(restriction, NS.assertion, 'Audience');
    const names = audiences.map((audience) => textOf(audience, 'sso.audience').trim());
    demand(names.includes(sp.entityId), 'sso.audience', 'audience');
  }
  return until;
}

function readAuthn(assertion: Element, { pending, clock }: Call) {
  const statement = onlyChild(assertion, [NS.assertion, 'AuthnStatement'], 'sso.context');
  const nowMs = clock.now().getTime();
  const authnMs = instantOf(statement, 'AuthnInstant', 'sso.malformed');
  demand(authnMs !== undefined, 'sso.context', 'authn-instant');
  const ageMaxMs = pending.isForced ? SSO_TIMES.forcedAgeMs : SSO_TIMES.authnAgeMs;
  demand(nowMs - authnMs <= ageMaxMs + SSO_TIMES.skewMs, 'sso.expired', 'authn-instant');
  demand(nowMs - authnMs >= -SSO_TIMES.skewMs, 'sso.not_yet', 'authn-instant');
  const endMs = instantOf(statement, 'SessionNotOnOrAfter', 'sso.malformed');
  demand(endMs === undefined || nowMs < endMs, 'sso.expired', 'session-end');
  const context = onlyChild(statement, [NS.assertion, 'AuthnContext'], 'sso.context');
  const classes = childrenNamed(context, NS.assertion, 'AuthnContextClassRef');
  demand(classes.length <= 1, 'sso.context', 'contexts');
  const authnContext = classes[0] && textOf(classes[0], 'sso.context').trim();
  const isContext = pending.authnContext.length === 0 || pending.authnContext.includes(authnContext ?? '');
  demand(isContext, 'sso.context', 'context');
  const sessionIndex = attributeOf(statement, 'SessionIndex');
  demand((sessionIndex ?? '').length <= 256, 'sso.malformed', 'session-index');
  return {
    ...{ sessionIndex, authnContext },
    authnInstant: new Date(authnMs),
    sessionNotOnOrAfter: endMs === undefined ? undefined : new Date(endMs),
  };
}

/** Attributes by name; a name that comes twice adds its values. Values with markup inside are refused. */
function readAttributes(assertion: Element): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  let valueCount = 0;
  for (const statement of childrenNamed(assertion, NS.assertion, 'AttributeStatement')) {
    for (const attribute of childrenOf(statement)) {
      demand(isNamed(attribute, NS.assertion, 'Attribute'), 'sso.attributes', 'attribute-form');
      const name = attributeOf(attribute, 'Name') ?? '';
      demand(name.length > 0 && name.length <= 256, 'sso.attributes', 'attribute-name');
      const values = attributes.get(name) ?? [];
      for (const value of childrenNamed(attribute, NS.assertion, 'AttributeValue')) {
        const text = valueOf(value);
        if (text === undefined) continue;
        demand(text.length <= VALUE_CHARACTERS_MAX, 'sso.attributes', 'attribute-length');
        values.push(text);
        valueCount += 1;
      }
      attributes.set(name, values);
    }
  }
  demand(attributes.size <= ATTRIBUTES_MAX && valueCount <= VALUES_MAX, 'sso.attributes', 'attribute-count');
  return attributes;
}

/** The text of a value; a NameID inside (eduPersonTargetedID) and other markup give none, which no rule can use. */
function valueOf(value: Element): string | undefined {
  if (childrenOf(value).length > 0) return undefined;
  return textOf(value, 'sso.attributes').trim();
}

/**
 * Reads the name and the attributes of an assertion that somebody pasted, alone or in its response, without judging
 * who signed it, when, or for whom. For trying a map; nobody is ever signed in by it.
 */
export function readPastedAssertion(text: string): Pick<VerifiedAssertion, 'nameId' | 'attributes'> {
  const root = parseXml(text);
  const found = [root, ...descendants(root)].filter((each) => isNamed(each, NS.assertion, 'Assertion'));
  demand(found.length === 1, 'sso.malformed', 'one-assertion');
  const assertion = found[0] as Element;
  const { nameId } = readNameId(onlyChild(assertion, [NS.assertion, 'Subject'], 'sso.subject'));
  return { nameId, attributes: readAttributes(assertion) };
}
