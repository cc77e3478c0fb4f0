export { judgeAnswer, type AnswerCall } from './answer.ts';
export { readPastedAssertion } from './assertion.ts';
export {
  METADATA_BYTES_MAX,
  readCertificate,
  readIdpMetadata,
  type IdpMetadata,
  type ReadCertificate,
} from './idp-metadata.ts';
export { inspectMessage, type Inspected } from './inspect.ts';
export { judgeLogout, type LogoutCarrier, type LogoutMessage } from './logout.ts';
export {
  applyMap,
  readMap,
  type AttributeMap,
  type IdpMap,
  type MapFault,
  type MappedPerson,
  type RoleRule,
} from './mapping.ts';
export {
  buildLogin,
  buildLogoutRequest,
  buildLogoutResponse,
  type LoginRequest,
  type Outgoing,
} from './outgoing.ts';
export { SSO_CODES, SsoRefusal, type SsoCode } from './refusal.ts';
export { spMetadata } from './sp-metadata.ts';
export { decodeBase64, decodeUtf8, MESSAGE_LIMITS, type XmlLimits } from './text.ts';
export { attributesOf, childrenOf, escapeXml, parseXml } from './xml.ts';
export {
  CERTIFICATES_MAX,
  SSO_TIMES,
  type Binding,
  type IdpParty,
  type KeyPair,
  type PendingLogin,
  type SignPolicy,
  type SpParty,
  type SsoClock,
  type VerifiedAssertion,
} from './types.ts';
export * from './scim/index.ts';
