import { canonicalJson, parseCanonical } from './canonical.ts';
import { HASH_BYTES, sha256 } from './hash.ts';
import { parseHead } from './head.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import { parseStatement, type SealStatement } from './seal.ts';
import type { SealRow } from './storage.ts';
import { decodeFrontier, encodeFrontier, frontierRoot, type Frontier } from './tree.ts';

/** The seal behind which a trail is taken up: what lies before it is proven by its head alone. */
export interface TrailStart {
  statement: SealStatement;
  statementText: string;
  checkpoint: string;
  /** SHA-256 of the statement. */
  hash: Buffer;
  frontier: Frontier;
  /** The trail was purged up to here, so an entry `audit.purge` behind it has to say so. */
  isPurged?: boolean;
}

/** A start as text, canonical JSON and a line feed; docs/compliance/audit-format.md §6.1. */
export function writeStart(seal: Pick<SealRow, 'size' | 'frontier' | 'statement' | 'checkpoint'>): string {
  const frontier = decodeFrontier(seal.size, seal.frontier);
  const nodes = (frontier?.nodes ?? []).map((node) => node.toString('hex'));
  const { checkpoint, statement } = seal;
  return `${canonicalJson({ checkpoint, frontier: nodes, statement })}\n`;
}

/**
 * Reads a start. Undefined unless all of it fits: the frontier folds to the root, the head is of this statement and
 * signed by the key in force.
 */
export function parseStart(text: string, keys: TrailKeys): TrailStart | undefined {
  const parsed = parseForm(text);
  if (parsed === undefined) return undefined;
  const { checkpoint, statementText, nodes } = parsed;
  const statement = parseStatement(statementText);
  const head = parseHead(checkpoint);
  if (statement === undefined || head === undefined) return undefined;
  const frontier = decodeFrontier(statement.size, encodeFrontier({ size: statement.size, nodes }));
  const hash = sha256(statementText);
  const key = keyForSeal(keys, statement.no);
  const isHere = frontier !== undefined && frontierRoot(frontier).equals(statement.root);
  const isHead =
    head.origin === keys.origin &&
    statement.origin === keys.origin &&
    head.size === statement.size &&
    head.sealNo === statement.no &&
    head.root.equals(statement.root) &&
    head.sealHash.equals(hash);
  if (!isHere || !isHead || key?.keyId !== statement.keyId || !isSignedBy(head.note, key)) return undefined;
  return { statement, statementText, checkpoint, hash, frontier };
}

function parseForm(text: string): { checkpoint: string; statementText: string; nodes: Buffer[] } | undefined {
  try {
    const value = parseCanonical(text.replace(/\n$/, '')) as Record<string, unknown> | null;
    const { checkpoint, statement, frontier } = value ?? {};
    if (typeof checkpoint !== 'string' || typeof statement !== 'string' || !Array.isArray(frontier))
      return undefined;
    const isList = frontier.every((one) => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one));
    const nodes = isList ? frontier.map((one) => Buffer.from(String(one), 'hex')) : undefined;
    return nodes?.every((node) => node.length === HASH_BYTES)
      ? { checkpoint, statementText: statement, nodes }
      : undefined;
  } catch {
    return undefined;
  }
}
