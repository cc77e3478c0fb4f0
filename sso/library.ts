import { decrypt } from 'xml-encryption';
import { SAML, ValidateInResponseTo, type Profile, type SamlConfig } from 'passport-saml';
import { privateKeyOf } from './keys.ts';
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
import { escapeXml } from './xml.ts';
import './xpath-lookups.ts';

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

  /** The library's rules for an assertion without a signature of its own, whose response was verified before. */
  async takeCovered(assertion: string, envelope: string, requestId: string): Promise<void> {
    await this.processValidlySignedAssertionAsync(assertion, envelope, requestId);
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

/** An encrypted assertion that was opened. */
export interface Opened {
  text: string;
  /** It has a signature of its own, of the one form; not verified yet. */
  isSigned: boolean;
}

/** What the library is told for one answer. Every option is named: none of its defaults decides anything here. */
export interface LibraryCall {
  sp: SpParty;
  idp: IdpParty;
  pending: Pick<PendingLogin, 'requestId'>;
  clock: SsoClock;
  /** Judges the text of the one assertion that the signatures cover. */
  judge(assertion: string): VerifiedAssertion;
}

function optionsOf({ sp, idp, pending }: LibraryCall): SamlConfig {
  return {
    issuer: sp.entityId,
    callbackUrl: sp.acsUrl,
    audience: sp.entityId,
    entryPoint: idp.ssoUrl,
    logoutUrl: idp.sloUrl ?? '',
    logoutCallbackUrl: sp.sloUrl,
    idpIssuer: idp.entityId,
    idpCert: [...idp.certificates],
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

/** Lets the library verify a plain answer and has what it verified judged. Throws `SsoRefusal`. */
export function verifyAnswer(xml: string, call: LibraryCall): Promise<VerifiedAssertion> {
  return judged(new JudgedSaml(optionsOf(call), call), (library) => take(library, xml));
}

/**
 * Lets the library verify an assertion that was opened, whose response has been verified if it is signed. The envelope it
 * goes in is ours and in no namespace, so that the canonical form of the assertion is what it is alone.
 */
export function verifyOpened({ text, isSigned }: Opened, call: LibraryCall): Promise<VerifiedAssertion> {
  const { requestId } = call.pending;
  const envelope = `<Response InResponseTo="${escapeXml(requestId)}">${text}</Response>`;
  const options = { ...optionsOf(call), wantAuthnResponseSigned: false, wantAssertionsSigned: true };
  return judged(new JudgedSaml(options, call), (library) =>
    isSigned ? take(library, envelope) : library.takeCovered(text, envelope, requestId),
  );
}

async function take(library: JudgedSaml, xml: string): Promise<void> {
  await library.validatePostResponseAsync({ SAMLResponse: Buffer.from(xml, 'utf8').toString('base64') });
}

async function judged(
  library: JudgedSaml,
  work: (library: JudgedSaml) => Promise<void>,
): Promise<VerifiedAssertion> {
  try {
    await work(library);
  } catch (cause) {
    if (cause instanceof SsoRefusal) throw cause;
    throw new SsoRefusal('sso.signature', 'library', cause);
  }
  demand(library.verified !== undefined, 'sso.signature', 'no-assertion');
  return library.verified;
}

/** Decrypts an assertion with the first of our keys that fits; throws `sso.decryption`. */
export async function decryptAssertion(xml: string, keys: readonly KeyPair[]): Promise<string> {
  for (const key of keys) {
    const text = await decryptWith(xml, key.privateKey);
    if (text !== undefined) return text;
  }
  throw new SsoRefusal('sso.decryption', 'no-key-fits');
}

function decryptWith(xml: string, key: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    decrypt(
      xml,
      {
        key: privateKeyOf(key),
        disallowDecryptionWithInsecureAlgorithm: false,
        warnInsecureAlgorithm: false,
      },
      (error, text) => resolve(error === null || error === undefined ? text : undefined),
    );
  });
}
