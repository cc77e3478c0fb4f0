/** What the tests use of sm-crypto, which brings no types. */
declare module 'sm-crypto' {
  interface Sm2Options {
    der: boolean;
    hash: boolean;
    userId?: string;
  }
  export const sm2: {
    generateKeyPairHex(): { privateKey: string; publicKey: string };
    doSignature(message: number[], privateKeyHex: string, options: Sm2Options): string;
    doVerifySignature(
      message: number[],
      signatureHex: string,
      publicKeyHex: string,
      options: Sm2Options,
    ): boolean;
  };
  const all: { sm2: typeof sm2 };
  export default all;
}
