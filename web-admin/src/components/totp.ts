/** How a secret says that its codes are made with SHA-256; without it they are made with SHA-1. */
const SHA256_MARK = 'sha256:';

/** A secret as an authenticator takes it; that its codes are made with SHA-256 stands in front. */
export function totpSecretText(secret: string): string {
  return secret.startsWith(SHA256_MARK) ? `${secret.slice(SHA256_MARK.length)} (SHA-256)` : secret;
}

/** The link authenticators read (Key Uri Format): issuer, account, hash, 6 digits, 30 s. */
export function totpUri(username: string, secret: string): string {
  const issuer = 'Vaultdesk';
  const label = `${issuer}:${encodeURIComponent(username)}`;
  const isSha256 = secret.startsWith(SHA256_MARK);
  const text = isSha256 ? secret.slice(SHA256_MARK.length) : secret;
  const algorithm = isSha256 ? 'SHA256' : 'SHA1';
  return `otpauth://totp/${label}?secret=${text}&issuer=${issuer}&algorithm=${algorithm}&digits=6&period=30`;
}
