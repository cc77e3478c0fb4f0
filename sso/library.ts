import { decrypt } from 'xml-encryption';
import { SAML, ValidateInResponseTo, type Profile, type SamlConfig } from 'passport-saml';
import { demand, SsoRefusal } from './refusal.ts';
import {
  SSO_TIMES,
  type IdpParty,
  type KeyPair,
  type PendingLogin,
  type SpParty,
  type SsoClock,
  type VerifiedAssertion,
} from './types.ts';

/**
 * The SAML library behind our judgement: what its signatures cover is judged here first, so that a refusal has our
 * code, and by the library's own rules after that. Its checks of time run on our clock, so that one clock decides.
 */
class JudgedSaml extends SAML {
  readonly #clock: SsoClock;
  readonly #judge: (assertion: string) => VerifiedAssertion;
  verified: VerifiedAssertion | undefined;

  constructor(options: SamlConfig, { clock, judge }: Pick<LibraryCall, 'clock' | 'judge'>) {
    super(options);
    this.#clock = clock;
    this.#judge = judge;
  }

  protected override async processValidlySignedAssertionAsync(
    xml: string,
    responseXml: string,
    inResponseTo: string | null,
  ): Promise<{ profile: Profile; loggedOut: boolean }> {
    const verified = this.#judge(xml);
    const result = await super.processValidlySignedAssertionAsync(xml, responseXml, inResponseTo);
    this.verified = verified;
    return result;
  }

  protected override checkTimestampsValidityError(
    _nowMs: number,
    notBefore: string,
    notOnOrAfter: string,
    maxTimeLimitMs?: number,
  ): Error | null {
    const nowMs = this.#clock.now().getTime();
    return super.checkTimestampsValidityError(nowMs, notBefore, notOnOrAfter, maxTimeLimitMs);
  }
}

/** What the library is told for one answer. Every option is named: none of its defaults decides anything here. */
export interface LibraryCall {
  sp: SpParty;
  idp: IdpParty;
  pending: Pick<PendingLogin, 'requestId'>;
  clock: SsoClock;
  decryptionKey: KeyPair;
  /** Judges the text of the one assertion that the signatures cover. */
  judge(assertion: string): VerifiedAssertion;
}

function optionsOf({ sp, idp, pending, decryptionKey }: LibraryCall): SamlConfig {
  return {
    issuer: sp.entityId,
    callbackUrl: sp.acsUrl,
    audience: sp.entityId,
    entryPoint: idp.ssoUrl,
    logoutUrl: idp.sloUrl ?? '',
    logoutCallbackUrl: sp.sloUrl,
    idpIssuer: idp.entityId,
    idpCert: [...idp.certificates],
    privateKey: decryptionKey.privateKey,
    publicCert: decryptionKey.certificate,
    decryptionPvk: decryptionKey.privateKey,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    xmlSignatureTransforms: [
      'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
      'http://www.w3.org/2001/10/xml-exc-c14n#',
    ],
    wantAuthnResponseSigned: idp.signPolicy !== 'assertion',
    wantAssertionsSigned: idp.signPolicy !== 'response',
    validateInResponseTo: ValidateInResponseTo.always,
    requestIdExpirationPeriodMs: SSO_TIMES.pendingMs,
    // The pending login has been found and consumed already; the library may know its id and no other.
    cacheProvider: {
      saveAsync: async () => null,
      getAsync: async (key) => (key === pending.requestId ? new Date().toISOString() : null),
      removeAsync: async () => null,
    },
    acceptedClockSkewMs: SSO_TIMES.skewMs,
    maxAssertionAgeMs: SSO_TIMES.messageAgeMs,
    identifierFormat: idp.nameIdFormat ?? null,
    allowCreate: false,
    spNameQualifier: null,
    disableRequestedAuthnContext: true,
    authnContext: [],
    racComparison: 'exact',
    forceAuthn: false,
    passive: false,
    providerName: 'Vaultdesk',
    disableRequestAcsUrl: false,
    skipRequestCompression: false,
    authnRequestBinding: 'HTTP-Redirect',
    signMetadata: false,
    additionalParams: {},
    additionalAuthorizeParams: {},
    additionalLogoutParams: {},
    generateUniqueId: () => {
      throw new Error('The library makes no message of ours.');
    },
  };
}

/** Lets the library verify an answer and has what it verified judged. Throws `SsoRefusal`. */
export async function verifyAnswer(field: string, call: LibraryCall): Promise<VerifiedAssertion> {
  const library = new JudgedSaml(optionsOf(call), call);
  try {
    await library.validatePostResponseAsync({ SAMLResponse: field });
  } catch (cause) {
    if (cause instanceof SsoRefusal) throw cause;
    throw new SsoRefusal('sso.signature', 'library', cause);
  }
  demand(library.verified !== undefined, 'sso.signature', 'no-assertion');
  return library.verified;
}

/** Decrypts an assertion with the first of our keys that fits; throws `sso.decryption`. */
export async function decryptAssertion(
  xml: string,
  keys: readonly KeyPair[],
): Promise<{ text: string; key: KeyPair }> {
  for (const key of keys) {
    const text = await decryptWith(xml, key.privateKey);
    if (text !== undefined) return { text, key };
  }
  throw new SsoRefusal('sso.decryption', 'no-key-fits');
}

function decryptWith(xml: string, key: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    decrypt(
      xml,
      { key, disallowDecryptionWithInsecureAlgorithm: false, warnInsecureAlgorithm: false },
      (error, text) => resolve(error === null || error === undefined ? text : undefined),
    );
  });
}
