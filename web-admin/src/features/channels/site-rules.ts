/** Texts of a site's widget. */
export interface SiteTexts {
  title: string;
  welcome: string;
  offline: string;
}

/** What people enter for a site. */
export interface SiteInput {
  name: string;
  origins: string[];
  publicKeyPem: string | null;
  skillGroupId: string | null;
  locale: 'zh-CN' | 'en';
  texts: SiteTexts;
  isActive: boolean;
}

/** A site as the server gives it. */
export interface Site extends SiteInput {
  id: string;
  /** The line that puts the chat on a page. */
  scriptTag: string;
  version: number;
}

/** The form: lists and absent values as text. */
export interface SiteForm {
  id: string;
  name: string;
  origins: string;
  publicKeyPem: string;
  skillGroupId: string;
  locale: 'zh-CN' | 'en';
  texts: SiteTexts;
  isActive: boolean;
}

/** Limits of the server, so that the form says it before the server does. */
export const SITE_LIMITS = {
  id: 40,
  name: 200,
  origins: 50,
  origin: 300,
  title: 100,
  text: 500,
  publicKeyPem: 4_000,
} as const;

/** Ids stand in addresses. */
export const SITE_ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

const PUBLIC_KEY = /^-----BEGIN PUBLIC KEY-----\s[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----$/;

/** Lines of the origins field, without blanks and repeats. */
export function parseOrigins(text: string): string[] {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ''))];
}

/** Whether a line is exactly an origin as browsers send it: scheme, host, port, no path, nothing to be normalised. */
export function isOrigin(line: string): boolean {
  if (!/^https?:\/\//.test(line) || line.length > SITE_LIMITS.origin) return false;
  try {
    return new URL(line).origin === line;
  } catch {
    // The address is malformed, which is the answer.
    return false;
  }
}

/** Whether the origins field may be sent. */
export function areOrigins(text: string): boolean {
  const origins = parseOrigins(text);
  return origins.length <= SITE_LIMITS.origins && origins.every(isOrigin);
}

/** Whether the key field is empty or one public key; a private key never passes. */
export function isPublicKey(text: string): boolean {
  return text.trim() === '' || PUBLIC_KEY.test(text.trim());
}

/** What the server is sent. */
export function toInput({ id: _id, ...form }: SiteForm): SiteInput {
  return {
    ...form,
    name: form.name.trim(),
    origins: parseOrigins(form.origins),
    publicKeyPem: form.publicKeyPem.trim() || null,
    skillGroupId: form.skillGroupId || null,
  };
}

/** The form of a site, or of a new one. */
export function toForm(site: Site | undefined, newTexts: SiteTexts): SiteForm {
  return {
    id: site?.id ?? '',
    name: site?.name ?? '',
    origins: site?.origins.join('\n') ?? '',
    publicKeyPem: site?.publicKeyPem ?? '',
    skillGroupId: site?.skillGroupId ?? '',
    locale: site?.locale ?? 'zh-CN',
    texts: site?.texts ?? newTexts,
    isActive: site?.isActive ?? true,
  };
}

/** Where the chat comes from, for the content security policy of the page; undefined when the tag names no address. */
export function scriptHost(scriptTag: string): string | undefined {
  const address = /src="([^"]+)"/.exec(scriptTag)?.[1];
  try {
    return address === undefined ? undefined : new URL(address).origin;
  } catch {
    // A relative address: the page's own host, which every policy can name as 'self'.
    return undefined;
  }
}
