import type { Plugin } from 'vite';

export function packagePath(id: string): string | undefined;
export function packageName(path: string): string;
export function closingBracket(code: string, open: number): number;
export function patchStyleAttribute(code: string): string;
export function patchInnerHtml(code: string): string;
export function missingPatches(loadedPaths: Iterable<string>, patchedPaths: ReadonlySet<string>): string[];
export function strictCspPlugin(): Plugin;
