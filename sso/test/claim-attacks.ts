import type { SsoCode } from '../refusal.ts';
import type { PendingLogin } from '../types.ts';
import type { Attack } from './attack.ts';
import { buildAnswer, IDP_ENTITY, SP, SP_BASE, toField, type AnswerParts } from './idp.ts';

type Claim = readonly [
  name: string,
  code: SsoCode,
  parts: Partial<AnswerParts>,
  pending?: Partial<PendingLogin>,
];

const conditions = (inner: string) => ({ extraCondition: inner });
const confirmation = (inner: string) => ({ confirmation: inner });
const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const data = (attributes: string) =>
  `<saml:SubjectConfirmation Method="${BEARER}"><saml:SubjectConfirmationData ${attributes}/></saml:SubjectConfirmation>`;
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:';
const OTHER = 'https://desk.bank.example/sso/other/acs';
const subject = (inner: string) => ({ subject: `<saml:Subject>${inner}</saml:Subject>` });
const authn = (inner: string) => ({ statements: inner });
const instant = (seconds = 0) => new Date(Date.now() + seconds * 1000).toISOString();
const context =
  '<saml:AuthnContext><saml:AuthnContextClassRef>x</saml:AuthnContextClassRef></saml:AuthnContext>';

/** Signed by the right key, and yet not for us, not now, or not about this person. */
const CLAIMS: readonly Claim[] = [
  ['an answer for another address of ours', 'sso.destination', { destination: OTHER }],
  ['an answer without Destination', 'sso.destination', { destination: null }],
  ['an empty Destination', 'sso.destination', { destination: '' }],
  ['a Destination in capitals', 'sso.destination', { destination: SP.acsUrl.toUpperCase() }],
  ['a Destination with a slash more', 'sso.destination', { destination: `${SP.acsUrl}/` }],
  ['a Destination with a query', 'sso.destination', { destination: `${SP.acsUrl}?x=1` }],
  ['an unsolicited answer', 'sso.no_pending', { inResponseTo: null, subjectInResponseTo: null }],
  ['an answer to another request', 'sso.no_pending', { inResponseTo: '_other' }],
  ['an empty InResponseTo', 'sso.no_pending', { inResponseTo: '' }],
  ['another request in the confirmation', 'sso.no_pending', { subjectInResponseTo: '_other' }],
  ['no request in the confirmation', 'sso.no_pending', { subjectInResponseTo: null }],
  ['another issuer of the response', 'sso.issuer', { responseIssuer: 'https://evil.example' }],
  ['another issuer of the assertion', 'sso.issuer', { assertionIssuer: 'https://evil.example' }],
  ['an issuer with a space', 'sso.issuer', { assertionIssuer: `${IDP_ENTITY} ` }],
  ['an issuer in capitals', 'sso.issuer', { assertionIssuer: IDP_ENTITY.toUpperCase() }],
  ['an issuer that only begins alike', 'sso.issuer', { responseIssuer: `${IDP_ENTITY}.evil.example` }],
  ['two issuers', 'sso.issuer', { responseExtra: `<saml:Issuer>${IDP_ENTITY}</saml:Issuer>` }],
  [
    'two issuers of the assertion',
    'sso.issuer',
    { assertionExtra: `<saml:Issuer>${IDP_ENTITY}</saml:Issuer>` },
  ],
  ['the status Responder', 'sso.status', { status: `${STATUS}Responder` }],
  ['the status Requester', 'sso.status', { status: `${STATUS}Requester` }],
  ['the status AuthnFailed', 'sso.status', { status: `${STATUS}AuthnFailed` }],
  ['the status NoPassive', 'sso.status', { status: `${STATUS}NoPassive` }],
  ['an empty status', 'sso.status', { status: '' }],
  ['a status that only ends alike', 'sso.status', { status: 'urn:evil:Success' }],
  [
    'two statuses',
    'sso.status',
    { responseExtra: `<samlp:Status><samlp:StatusCode Value="x"/></samlp:Status>` },
  ],
  ['SAML 1.1 outside', 'sso.malformed', { version: '1.1' }],
  ['SAML 1.1 inside', 'sso.malformed', { assertionVersion: '1.1' }],
  ['extensions', 'sso.malformed', { responseExtra: '<samlp:Extensions><x/></samlp:Extensions>' }],
  ['advice in the assertion', 'sso.malformed', { assertionExtra: '<saml:Advice/>' }],
  ['an authorisation statement', 'sso.malformed', { assertionExtra: '<saml:AuthzDecisionStatement/>' }],
  ['a response of six minutes ago', 'sso.expired', { issuedS: -400 }],
  ['a response of tomorrow', 'sso.not_yet', { issuedS: 86_400 }],
  ['a response 61 s ahead and more', 'sso.not_yet', { issuedS: 65 }],
  ['an assertion of six minutes ago', 'sso.expired', { assertionIssuedS: -400 }],
  ['an assertion of tomorrow', 'sso.not_yet', { assertionIssuedS: 86_400 }],
  ['a confirmation that ended', 'sso.expired', { confirmedS: -65 }],
  ['a confirmation that ended a year ago', 'sso.expired', { confirmedS: -31_536_000 }],
  ['a confirmation without an end', 'sso.subject', { confirmedS: null }],
  ['a confirmation with a beginning', 'sso.subject', { confirmedFromS: -10 }],
  ['conditions that ended', 'sso.expired', { notOnOrAfterS: -65 }],
  ['conditions without an end', 'sso.expired', { notOnOrAfterS: null }],
  ['conditions that begin later', 'sso.not_yet', { notBeforeS: 120 }],
  ['another Recipient', 'sso.recipient', { recipient: OTHER }],
  ['no Recipient', 'sso.recipient', { recipient: null }],
  ['a Recipient in capitals', 'sso.recipient', { recipient: SP.acsUrl.toUpperCase() }],
  ['holder of key', 'sso.subject', { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }],
  ['sender vouches', 'sso.subject', { method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }],
  ['an unknown confirmation', 'sso.subject', { method: 'urn:evil' }],
  ['no confirmation', 'sso.subject', confirmation('')],
  [
    'a confirmation without data',
    'sso.subject',
    confirmation(`<saml:SubjectConfirmation Method="${BEARER}"/>`),
  ],
  [
    'two bearers, the second for us',
    'sso.subject',
    confirmation(data(`Recipient="${OTHER}"`) + data(`Recipient="${SP.acsUrl}"`)),
  ],
  ['another audience', 'sso.audience', { audience: 'https://other.bank.example' }],
  ['the audience of another identity provider of ours', 'sso.audience', { audience: `${SP_BASE}2/metadata` }],
  ['no audience', 'sso.audience', { audience: null }],
  ['an empty audience', 'sso.audience', { audience: '' }],
  [
    'a second restriction without us',
    'sso.audience',
    conditions('<saml:AudienceRestriction><saml:Audience>x</saml:Audience></saml:AudienceRestriction>'),
  ],
  ['an empty second restriction', 'sso.audience', conditions('<saml:AudienceRestriction/>')],
  ['a condition nobody knows', 'sso.audience', conditions('<saml:Condition/>')],
  ['a condition of another namespace', 'sso.audience', conditions('<x:OneTimeUse xmlns:x="urn:x"/>')],
  ['two conditions', 'sso.malformed', { assertionExtra: '<saml:Conditions/>' }],
  ['no subject', 'sso.subject', { subject: '' }],
  ['a subject without a name', 'sso.subject', subject(data(`Recipient="${SP.acsUrl}"`))],
  ['an empty name', 'sso.subject', { nameId: '' }],
  ['a name of spaces', 'sso.subject', { nameId: '   ' }],
  ['a name of 256 characters', 'sso.subject', { nameId: 'a'.repeat(256) }],
  ['a name in full width', 'sso.subject', { nameId: 'ａdmin' }],
  ['a name with a ligature', 'sso.subject', { nameId: 'oﬃcer' }],
  ['a name with a zero-width space', 'sso.subject', { nameId: 'zhang\u200b.wei' }],
  ['a name that turns around', 'sso.subject', { nameId: 'zhang\u202e.wei' }],
  ['a name with a line break', 'sso.subject', { nameId: 'zhang\nwei' }],
  ['a name with a reference to a line break', 'sso.subject', { nameId: 'zhang&#10;wei' }],
  ['a name not in NFKC', 'sso.subject', { nameId: 'u\u0308ber' }],
  ['markup in the name', 'sso.subject', { nameId: 'admin<b/>.zhang.wei' }],
  ['two names', 'sso.malformed', subject('<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>')],
  [
    'two subjects',
    'sso.malformed',
    { assertionExtra: '<saml:Subject><saml:NameID>a</saml:NameID></saml:Subject>' },
  ],
  ['no authentication statement', 'sso.context', authn('')],
  ['attributes without authentication', 'sso.context', authn('<saml:AttributeStatement/>')],
  [
    'two authentication statements',
    'sso.context',
    { assertionExtra: `<saml:AuthnStatement AuthnInstant="${instant()}">${context}</saml:AuthnStatement>` },
  ],
  ['a sign-in thirteen hours ago', 'sso.expired', { authnS: -46_900 }],
  ['a sign-in of tomorrow', 'sso.not_yet', { authnS: 3_600 }],
  ['no time of the sign-in', 'sso.context', authn(`<saml:AuthnStatement>${context}</saml:AuthnStatement>`)],
  ['no context', 'sso.context', authn(`<saml:AuthnStatement AuthnInstant="${instant()}"/>`)],
  ['a session that ended', 'sso.expired', { sessionEndS: -1 }],
  [
    'another context than asked for',
    'sso.context',
    {},
    { authnContext: ['urn:oasis:names:tc:SAML:2.0:ac:classes:X509'] },
  ],
  ['an old sign-in where a fresh one was asked for', 'sso.expired', { authnS: -600 }, { isForced: true }],
  [
    'an instant that is no instant',
    'sso.malformed',
    authn(`<saml:AuthnStatement AuthnInstant="soon">${context}</saml:AuthnStatement>`),
  ],
  [
    'an instant without a zone',
    'sso.malformed',
    authn(`<saml:AuthnStatement AuthnInstant="2026-01-01T00:00:00">${context}</saml:AuthnStatement>`),
  ],
  [
    'an instant of another zone',
    'sso.malformed',
    authn(`<saml:AuthnStatement AuthnInstant="2026-01-01T00:00:00+08:00">${context}</saml:AuthnStatement>`),
  ],
  [
    'a month that does not exist',
    'sso.malformed',
    authn(`<saml:AuthnStatement AuthnInstant="2026-13-01T00:00:00Z">${context}</saml:AuthnStatement>`),
  ],
  ['an attribute without a name', 'sso.attributes', { attributes: { '': ['x'] } }],
  ['a value of 5,000 characters', 'sso.attributes', { attributes: { uid: ['x'.repeat(5_000)] } }],
  [
    'eleven hundred groups',
    'sso.attributes',
    { attributes: { groups: Array.from({ length: 1_100 }, (_, index) => `g${index}`) } },
  ],
  [
    'an encrypted attribute',
    'sso.attributes',
    { assertionExtra: '<saml:AttributeStatement><saml:EncryptedAttribute/></saml:AttributeStatement>' },
  ],
];

/** Attacks with what is said, as plain and as encrypted assertions. */
export const CLAIM_ATTACKS: readonly Attack[] = CLAIMS.flatMap(([name, code, parts, pending]) =>
  [undefined, {}].map((encryption) => ({
    ...{ name: encryption === undefined ? name : `${name}, encrypted`, code },
    ...(pending === undefined ? {} : { pending }),
    field: async () => toField(await buildAnswer(parts, encryption === undefined ? {} : { encryption })),
  })),
);
