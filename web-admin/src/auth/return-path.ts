/** Where to go after signing in: a path of this console and nothing else, so that no link can lead elsewhere. */
export function returnPath(state: unknown): string {
  const from = (state as { from?: unknown } | null)?.from;
  if (typeof from !== 'string' || !from.startsWith('/') || from.startsWith('//') || from.includes('\\'))
    return '/';
  return from.startsWith('/sign-in') ? '/' : from;
}
