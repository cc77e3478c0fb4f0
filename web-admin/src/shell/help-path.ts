/** Where help for a page is found, by the beginning of its path; the administrator's guide otherwise. */
const GUIDE_OF: readonly (readonly [path: string, guide: string])[] = [
  ['/inbox', 'agent'],
  ['/tickets', 'agent'],
  ['/knowledge', 'editor'],
  ['/flows', 'editor'],
  ['/robot', 'editor'],
  ['/learning', 'editor'],
  ['/audit', 'officer'],
];

/** The page of the help that explains a page of the console. */
export function helpPath(path: string): string {
  const guide = GUIDE_OF.find(([start]) => path === start || path.startsWith(`${start}/`))?.[1];
  return `/help/${guide ?? 'administrator'}`;
}
