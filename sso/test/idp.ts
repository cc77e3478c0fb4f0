import { SignedXml } from 'xml-crypto';
import { encrypt } from 'xml-encryption';
import type { IdpParty, KeyPair, PendingLogin, SpParty } from '../types.ts';
import { createEcKeyPair, createKeyPair } from './key-pair.ts';

/** Algorithms an identity provider of a spec may be told to use. */
export const ALG = {
  rsaSha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  rsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  rsaSha384: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha384',
  rsaSha512: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  ecdsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256',
  ecdsaSha384: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384',
  ecdsaSha512: 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512',
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha384: 'http://www.w3.org/2001/04/xmldsig-more#sha384',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
  exc: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  excComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
  gcm128: 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  gcm256: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  cbc256: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
  tripleDes: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc',
  oaep: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  rsa15: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5',
} as const;

export const SP_BASE = 'https://desk.bank.example/sso/corp';
export const IDP_ENTITY = 'https://idp.bank.example/saml';

const spKey = createKeyPair('desk.bank.example');
/** The key of the identity provider, and one of somebody else. */
export const idpKey = createKeyPair('idp.bank.example');
export const otherKey = createKeyPair('idp.bank.example');

/** Keys on curves, for identity providers that sign by ECDSA. */
export const ecKeys = {
  p256: createEcKeyPair(idpKey, 'P-256'),
  p384: createEcKeyPair(idpKey, 'P-384'),
  p521: createEcKeyPair(idpKey, 'P-521'),
};

/** Us, as the identity provider of a spec knows us. */
export const SP: SpParty = {
  entityId: `${SP_BASE}/metadata`,
  acsUrl: `${SP_BASE}/acs`,
  sloUrl: `${SP_BASE}/slo`,
  keys: [spKey],
};

/** The identity provider of a spec; `change` what the spec is about. */
export function buildIdp(change: Partial<IdpParty> = {}): IdpParty {
  return {
    entityId: IDP_ENTITY,
    ssoUrl: 'https://idp.bank.example/sso',
    ssoBinding: 'redirect',
    sloUrl: 'https://idp.bank.example/slo',
    sloBinding: 'redirect',
    certificates: [idpKey.certificate],
    signPolicy: 'both',
    allowCbc: false,
    allow3des: false,
    requireEncrypted: false,
    ...change,
  };
}

/** A sign-in that was begun a moment ago. */
export function buildPending(change: Partial<PendingLogin> = {}): PendingLogin {
  return {
    requestId: '_request1',
    authnContext: [],
    isForced: false,
    createdAt: new Date(),
    ...change,
  };
}

/** Everything of an answer that a spec may want different. Times are seconds from now. */
export interface AnswerParts {
  now: Date;
  responseId: string;
  assertionId: string;
  destination: string | null;
  inResponseTo: string | null;
  responseIssuer: string | null;
  assertionIssuer: string | null;
  status: string;
  version: string;
  assertionVersion: string;
  issuedS: number;
  assertionIssuedS: number;
  nameId: string;
  recipient: string | null;
  method: string;
  subjectInResponseTo: string | null;
  confirmedS: number | null;
  confirmedFromS: number | null;
  notBeforeS: number | null;
  notOnOrAfterS: number | null;
  audience: string | null;
  extraCondition: string;
  authnS: number;
  sessionEndS: number | null;
  sessionIndex: string;
  context: string;
  attributes: Record<string, readonly string[]>;
  /** Raw XML put in place of the subject, the confirmation, or the statements. */
  subject: string | null;
  confirmation: string | null;
  statements: string | null;
  responseExtra: string;
  assertionExtra: string;
}

const DEFAULTS: Omit<AnswerParts, 'now'> = {
  responseId: '_response1',
  assertionId: '_assertion1',
  destination: SP.acsUrl,
  inResponseTo: '_request1',
  responseIssuer: IDP_ENTITY,
  assertionIssuer: IDP_ENTITY,
  status: 'urn:oasis:names:tc:SAML:2.0:status:Success',
  version: '2.0',
  assertionVersion: '2.0',
  issuedS: 0,
  assertionIssuedS: 0,
  nameId: 'zhang.wei',
  recipient: SP.acsUrl,
  method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
  subjectInResponseTo: '_request1',
  confirmedS: 300,
  confirmedFromS: null,
  notBeforeS: -30,
  notOnOrAfterS: 300,
  audience: SP.entityId,
  extraCondition: '',
  authnS: -5,
  sessionEndS: null,
  sessionIndex: '_session1',
  context: 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport',
  attributes: { uid: ['zhang.wei'], groups: ['agents'] },
  subject: null,
  confirmation: null,
  statements: null,
  responseExtra: '',
  assertionExtra: '',
};

/** The parts of a legal answer, changed. */
export function buildParts(change: Partial<AnswerParts> = {}): AnswerParts {
  return { now: new Date(), ...DEFAULTS, ...change };
}

const at = (parts: AnswerParts, seconds: number) =>
  new Date(parts.now.getTime() + seconds * 1000).toISOString();
const maybe = (name: string, value: string | null) => (value === null ? '' : ` ${name}="${value}"`);
const maybeAt = (name: string, parts: AnswerParts, seconds: number | null) =>
  seconds === null ? '' : ` ${name}="${at(parts, seconds)}"`;
const issuer = (name: string | null) => (name === null ? '' : `<saml:Issuer>${name}</saml:Issuer>`);
const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');

function subjectOf(parts: AnswerParts): string {
  const confirmation =
    parts.confirmation ??
    `<saml:SubjectConfirmation Method="${parts.method}"><saml:SubjectConfirmationData` +
      maybe('Recipient', parts.recipient) +
      maybe('InResponseTo', parts.subjectInResponseTo) +
      maybeAt('NotBefore', parts, parts.confirmedFromS) +
      maybeAt('NotOnOrAfter', parts, parts.confirmedS) +
      `/></saml:SubjectConfirmation>`;
  return (
    parts.subject ??
    `<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified">` +
      `${parts.nameId}</saml:NameID>${confirmation}</saml:Subject>`
  );
}

function statementsOf(parts: AnswerParts): string {
  const attributes = Object.entries(parts.attributes).map(
    ([name, values]) =>
      `<saml:Attribute Name="${name}">` +
      values.map((value) => `<saml:AttributeValue>${escape(value)}</saml:AttributeValue>`).join('') +
      '</saml:Attribute>',
  );
  return (
    parts.statements ??
    `<saml:AuthnStatement AuthnInstant="${at(parts, parts.authnS)}" SessionIndex="${parts.sessionIndex}"` +
      maybeAt('SessionNotOnOrAfter', parts, parts.sessionEndS) +
      `><saml:AuthnContext><saml:AuthnContextClassRef>${parts.context}</saml:AuthnContextClassRef>` +
      `</saml:AuthnContext></saml:AuthnStatement>` +
      `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`
  );
}

/** An unsigned assertion. */
export function buildAssertion(parts: AnswerParts): string {
  const audience =
    parts.audience === null
      ? ''
      : `<saml:AudienceRestriction><saml:Audience>${parts.audience}</saml:Audience></saml:AudienceRestriction>`;
  return (
    `<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${parts.assertionId}"` +
    ` Version="${parts.assertionVersion}" IssueInstant="${at(parts, parts.assertionIssuedS)}">` +
    issuer(parts.assertionIssuer) +
    subjectOf(parts) +
    `<saml:Conditions${maybeAt('NotBefore', parts, parts.notBeforeS)}` +
    `${maybeAt('NotOnOrAfter', parts, parts.notOnOrAfterS)}>${audience}${parts.extraCondition}</saml:Conditions>` +
    `${statementsOf(parts)}${parts.assertionExtra}</saml:Assertion>`
  );
}

/** An unsigned response around an assertion. */
export function buildResponse(parts: AnswerParts, assertion: string): string {
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"` +
    ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="${parts.responseId}" Version="${parts.version}"` +
    ` IssueInstant="${at(parts, parts.issuedS)}"${maybe('Destination', parts.destination)}` +
    `${maybe('InResponseTo', parts.inResponseTo)}>${issuer(parts.responseIssuer)}` +
    `<samlp:Status><samlp:StatusCode Value="${parts.status}"/></samlp:Status>` +
    `${assertion}${parts.responseExtra}</samlp:Response>`
  );
}

/** How something is signed. */
export interface SignOptions {
  key?: KeyPair;
  signature?: string;
  digest?: string;
  canonical?: string;
  transforms?: readonly string[];
  /** Where the signature goes; right behind the issuer unless said. */
  reference?: string;
  action?: 'append' | 'prepend' | 'before' | 'after';
}

/** Signs the element with an id, in place. */
export function signXml(xml: string, id: string, options: SignOptions = {}): string {
  const { privateKey, certificate } = options.key ?? idpKey;
  const signer = new SignedXml({
    privateKey,
    publicCert: certificate,
    signatureAlgorithm: options.signature ?? ALG.rsaSha256,
    canonicalizationAlgorithm: (options.canonical ?? ALG.exc) as never,
  });
  signer.addReference({
    xpath: `//*[@ID='${id}']`,
    digestAlgorithm: options.digest ?? ALG.sha256,
    transforms: [...(options.transforms ?? [ALG.enveloped, ALG.exc])],
  });
  const reference = options.reference ?? `//*[@ID='${id}']/*[local-name(.)='Issuer']`;
  signer.computeSignature(xml, { prefix: 'ds', location: { reference, action: options.action ?? 'after' } });
  return signer.getSignedXml();
}

/** Encrypts an assertion for us. */
export function encryptXml(
  xml: string,
  options: { method?: string; transport?: string; digest?: string; certificate?: string } = {},
): Promise<string> {
  const pem = options.certificate ?? spKey.certificate;
  return new Promise((resolve, reject) => {
    const encryption = {
      rsa_pub: pem,
      pem,
      encryptionAlgorithm: options.method ?? ALG.gcm256,
      keyEncryptionAlgorithm: options.transport ?? ALG.oaep,
      keyEncryptionDigest: options.digest ?? 'sha1',
      warnInsecureAlgorithm: false,
    };
    encrypt(xml, encryption, (error, result) =>
      error
        ? reject(error)
        : resolve(
            `<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${result}</saml:EncryptedAssertion>`,
          ),
    );
  });
}

/** What an identity provider sends: both parts signed, or as told. */
export async function buildAnswer(
  change: Partial<AnswerParts> = {},
  how: {
    signResponse?: SignOptions | false;
    signAssertion?: SignOptions | false;
    encryption?: Parameters<typeof encryptXml>[1];
  } = {},
): Promise<string> {
  const parts = buildParts(change);
  let assertion = buildAssertion(parts);
  if (how.signAssertion !== false) assertion = signXml(assertion, parts.assertionId, how.signAssertion ?? {});
  if (how.encryption !== undefined) assertion = await encryptXml(assertion, how.encryption);
  const response = buildResponse(parts, assertion);
  return how.signResponse === false ? response : signXml(response, parts.responseId, how.signResponse ?? {});
}

/** As the form field carries it. */
export const toField = (xml: string): string => Buffer.from(xml, 'utf8').toString('base64');
