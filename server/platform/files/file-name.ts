import { FILE_LIMITS } from './limits.ts';

/** Controls, and the format characters that turn a name around or hide part of it. */
const UNWANTED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu;
const EXTENSION = /\.([A-Za-z0-9]{1,10})$/;

/**
 * The name a file is kept under: the last part of a path, without control and direction characters, at most 255
 * characters with its extension kept. Nothing of it ever becomes a path on the server.
 */
export function cleanFileName(name: string): string {
  const base = name.normalize('NFC').split(/[/\\]/).at(-1) ?? '';
  const clean = base.replaceAll(UNWANTED, '').replaceAll(/\s+/g, ' ').trim().replace(/^\.+/, '');
  if (clean === '') return 'file';
  const letters = [...clean];
  if (letters.length <= FILE_LIMITS.nameCharactersMax) return clean;
  const extension = EXTENSION.exec(clean)?.[0] ?? '';
  return letters.slice(0, FILE_LIMITS.nameCharactersMax - extension.length).join('') + extension;
}

/** The extension in lower case without its dot; empty when there is none. */
export function extensionOf(name: string): string {
  return EXTENSION.exec(name)?.[1]?.toLowerCase() ?? '';
}
