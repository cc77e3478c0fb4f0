/** Types of `supply-chain.mjs`, which `npm run check` runs without a compiler. */
export const LIMITS: { direct: number; production: number };
export const FLOORS: Readonly<Record<string, string>>;
export const KNOWN_SCRIPTS: ReadonlyMap<string, string>;
export function isAtLeast(version: string, floor: string): boolean;
export function inspectLockfile(lockfile: object): { faults: string[]; direct: number; production: number };
