import { constants } from 'node:crypto';

/**
 * What every listener of ours speaks: TLS 1.3 and 1.2, forward secrecy and authenticated encryption only, the server's
 * order, no renegotiation (RFC 8446 has none; in 1.2 it costs the server more than the client), no compression
 * (RFC 7525 §3.3), no signature over SHA-1. A handshake that is not done in ten seconds ends.
 */
export const SERVER_TLS = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.3',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ].join(':'),
  ecdhCurve: 'X25519:P-256:P-384',
  sigalgs: [
    'ed25519',
    'ecdsa_secp256r1_sha256',
    'ecdsa_secp384r1_sha384',
    'rsa_pss_rsae_sha256',
    'rsa_pss_rsae_sha384',
    'rsa_pss_rsae_sha512',
    'RSA+SHA256',
    'RSA+SHA384',
    'RSA+SHA512',
  ].join(':'),
  honorCipherOrder: true,
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
  handshakeTimeout: 10_000,
} as const;
