/** The part of samlp that is used; the package brings no types. */
declare module 'samlp' {
  export interface SamlpOptions {
    issuer: string;
    cert: string;
    key: string;
    signatureAlgorithm: string;
    digestAlgorithm: string;
    signResponse: boolean;
    signAssertion: boolean;
    lifetimeInSeconds: number;
    destination: string;
    recipient: string;
    audience: string;
    inResponseTo: string;
    sessionIndex: string;
    nameIdentifierFormat: string;
    authnContextClassRef: string;
    profileMapper(user: unknown): {
      getClaims(): Record<string, string | string[]>;
      getNameIdentifier(): { nameIdentifier: string };
    };
  }
  const samlp: {
    getSamlResponse(
      options: SamlpOptions,
      user: unknown,
      done: (error: Error | null, xml: string) => void,
    ): void;
  };
  export default samlp;
}
