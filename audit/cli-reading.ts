import { readFile, stat } from 'node:fs/promises';
import type { AuditCliPorts } from './cli-io.ts';
import { optionOf, type CliOptions } from './cli-options.ts';
import { parseKeyFile, type TrailKeys } from './keys.ts';
import { parseWitnessKeys } from './cosign.ts';
import type { NoteVerifier } from './note.ts';
import type { ProofSource } from './proof.ts';
import { NotProvableError } from './verify-result.ts';

/** Opens the trail for the length of some work. */
export async function withSource<T>(
  options: CliOptions,
  ports: AuditCliPorts,
  work: (source: ProofSource) => Promise<T>,
): Promise<T> {
  const { source, close } = await ports.openSource(optionOf(options, 'db'));
  try {
    return await work(source);
  } finally {
    await close();
  }
}

/** The public keys in a file. Throws what reading and parsing throw. */
export async function readKeys(path: string): Promise<TrailKeys> {
  return parseKeyFile(await readText(path));
}

/** Keys of witnesses from `--witnesses FILE`, or else the given text; undefined without either. */
export async function readWitnesses(
  options: CliOptions,
  otherwise: string | undefined,
): Promise<NoteVerifier[] | undefined> {
  const path = optionOf(options, 'witnesses');
  const text = path === undefined ? otherwise : await readText(path);
  return text === undefined ? undefined : parseWitnessKeys(text);
}

/** No key file, proof, or head comes near this; a longer file is read no further. */
const SMALL_BYTES_MAX = 8 * 1024 * 1024;

/** Text of a file; one that is missing, or longer than anything of ours, proves nothing. */
export async function readText(path: string): Promise<string> {
  try {
    if ((await stat(path)).size > SMALL_BYTES_MAX) throw new NotProvableError(`${path} is too long`);
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new NotProvableError(`${path} is missing`);
    throw error;
  }
}

/** Text for a terminal: control and direction characters escaped. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
