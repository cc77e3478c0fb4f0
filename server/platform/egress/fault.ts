import { AppError, type ErrorCode } from '../../kernel/index.ts';

/** Node's and OpenSSL's codes by what a person does about them. */
const TLS_REASONS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'untrusted',
  CERT_UNTRUSTED: 'untrusted',
  CERT_REJECTED: 'untrusted',
  CERT_SIGNATURE_FAILURE: 'untrusted',
  CERT_REVOKED: 'untrusted',
  INVALID_CA: 'untrusted',
  INVALID_PURPOSE: 'untrusted',
};

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  EHOSTUNREACH: 'no_route',
  ENETUNREACH: 'no_route',
  EADDRNOTAVAIL: 'no_route',
  ETIMEDOUT: 'no_answer',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  EAI_FAIL: 'dns',
  EAI_NODATA: 'dns',
  EAI_NONAME: 'dns',
};

/** An error of this part; `reason` is a word of ours, never what a peer sent. */
export function fault(code: ErrorCode & `egress.${string}`, reason: string, cause?: unknown): AppError {
  return new AppError(code, { details: { reason }, ...(cause === undefined ? {} : { cause }) });
}

/** Translates what sockets, TLS, and the HTTP reader throw; errors of ours pass unchanged. */
export function toFault(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const code = String((error as NodeJS.ErrnoException | undefined)?.code ?? '');
  const tlsReason = TLS_REASONS[code];
  if (tlsReason !== undefined) return fault('egress.tls', tlsReason, error);
  if (code === 'HPE_HEADER_OVERFLOW') return fault('egress.too_large', 'headers', error);
  if (code.startsWith('HPE_')) return fault('egress.invalid_answer', 'http', error);
  if (code.startsWith('ERR_SSL_') || code.startsWith('ERR_TLS_') || code === 'EPROTO') {
    return fault('egress.tls', 'handshake', error);
  }
  return fault('egress.unreachable', NETWORK_REASONS[code] ?? 'network', error);
}
