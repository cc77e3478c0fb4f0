import { isCommonPassword } from './common-passwords.ts';
import { PASSWORD_CHARACTERS_MAX, verifyPassword } from './password.ts';

/** Shortest password for a local account. */
export const PASSWORD_CHARACTERS_MIN = 12;
/** Of lower case, upper case, digits, and everything else, this many classes must occur. */
export const PASSWORD_CLASSES_MIN = 3;
/** A password may not be one of this many before. */
export const PASSWORD_RECENT_MAX = 5;
const USERNAME_PART_MIN = 4;
const CLASSES = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];

/** What is wrong with a new password. */
export type PasswordFault =
  'too_short' | 'too_long' | 'too_few_classes' | 'common' | 'contains_username' | 'recent';

/** What a new password is compared with. */
export interface PasswordContext {
  username?: string;
  /** Stored hashes of earlier passwords, the newest first; the first five count. */
  recentHashes?: readonly string[];
}

/**
 * Everything that is wrong with a new password; an empty list accepts it. Comparing with earlier ones costs one
 * password hash each, and is done only when nothing else is wrong.
 */
export async function passwordFaults(
  password: string,
  context: PasswordContext = {},
): Promise<PasswordFault[]> {
  if (password.length > PASSWORD_CHARACTERS_MAX) return ['too_long'];
  const normalised = password.normalize('NFKC');
  const faults: PasswordFault[] = [];
  if ([...normalised].length < PASSWORD_CHARACTERS_MIN) faults.push('too_short');
  if (CLASSES.filter((one) => one.test(normalised)).length < PASSWORD_CLASSES_MIN)
    faults.push('too_few_classes');
  if (isCommonPassword(normalised)) faults.push('common');
  if (containsUsername(normalised, context.username)) faults.push('contains_username');
  if (faults.length === 0 && (await isRecent(password, context.recentHashes ?? []))) faults.push('recent');
  return faults;
}

function containsUsername(password: string, username: string | undefined): boolean {
  const name = username?.normalize('NFKC').toLowerCase() ?? '';
  return name.length >= USERNAME_PART_MIN && password.toLowerCase().includes(name);
}

async function isRecent(password: string, hashes: readonly string[]): Promise<boolean> {
  for (const hash of hashes.slice(0, PASSWORD_RECENT_MAX)) {
    if (await verifyPassword(password, hash)) return true;
  }
  return false;
}
