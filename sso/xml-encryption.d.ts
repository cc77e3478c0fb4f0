/** The part of xml-encryption that is used; the package brings no types. */
declare module 'xml-encryption' {
  import type { KeyObject } from 'node:crypto';
  type Done = (error: Error | null | undefined, result: string) => void;
  export function decrypt(
    xml: string,
    options: {
      key: KeyObject;
      disallowDecryptionWithInsecureAlgorithm: boolean;
      warnInsecureAlgorithm: boolean;
    },
    done: Done,
  ): void;
  export function encrypt(
    content: string,
    options: {
      rsa_pub: string;
      pem: string;
      encryptionAlgorithm: string;
      keyEncryptionAlgorithm: string;
      keyEncryptionDigest?: string;
      warnInsecureAlgorithm: boolean;
    },
    done: Done,
  ): void;
}
