import { formatUuid } from '../../kernel/index.ts';
import { sha256 } from './digest.ts';

/**
 * The same id for the same name, every time: UUID version 8 (RFC 9562 §5.8) over SHA-256. For effects that must not
 * happen twice (an answer to an event) and for rows that are matched by an outside name. Not secret.
 */
export function deriveUuid(name: string): string {
  const bytes = sha256(name).subarray(0, 16);
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return formatUuid(bytes);
}
