import { sha256 } from './hash.ts';
import { parseHead, type SignedHead } from './head.ts';
import { keyForSeal, type TrailKeys } from './keys.ts';
import { isSignedBy } from './note.ts';
import { NO_SEAL_HASH, parseStatement, type SealStatement } from './seal.ts';
import type { SealRow } from './storage.ts';
import { decodeFrontier, frontierRoot } from './tree.ts';
import type { Findings } from './verify-result.ts';

/** A seal as an export has it; the database repeats parts of it as columns. */
export type SealTexts = Pick<SealRow, 'statement' | 'checkpoint'> & { row?: SealRow };

/** A seal that may be walked: well-formed, and the next in number and size. */
export interface CheckedSeal {
  statement: SealStatement;
  hash: Buffer;
  head: SignedHead | undefined;
}

/** Where the walk stands. */
export interface SealCursor {
  no: number;
  size: number;
  hash: Buffer;
  atMs: number;
}

/** Before seal 1. */
export const SEAL_START: SealCursor = { no: 0, size: 0, hash: NO_SEAL_HASH, atMs: 0 };

/**
 * Checks everything of a seal but its leaves: form, number, size, chain, head, signature, columns. Undefined when the
 * walk cannot go on, since then the order of the leaves is unknown.
 */
export function checkSeal(
  seal: SealTexts,
  before: SealCursor,
  context: { keys: TrailKeys; findings: Findings },
): CheckedSeal | undefined {
  const { keys, findings } = context;
  const statement = parseStatement(seal.statement);
  if (statement === undefined) return void findings.add('seal-form', before.size);
  if (statement.no !== before.no + 1) return void findings.add('seal-missing', before.size);
  if (!isContinuous(statement, before)) return void findings.add('seal-content', before.size);
  const hash = sha256(seal.statement);
  if (!statement.prev.equals(before.hash)) findings.add('seal-chain', before.size);
  const head = checkHead(seal.checkpoint, { statement, hash }, context);
  if (seal.row !== undefined && !hasSameColumns(seal.row, statement))
    findings.add('seal-content', before.size);
  if (statement.origin !== keys.origin) findings.add('seal-content', before.size);
  if (statement.at.getTime() < before.atMs) findings.warn('seal clock went back', `seal ${statement.no}`);
  return { statement, hash, head };
}

function isContinuous(statement: SealStatement, before: SealCursor): boolean {
  const count = statement.ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return statement.prevSize === before.size && statement.size === before.size + count;
}

function checkHead(
  checkpoint: string,
  seal: { statement: SealStatement; hash: Buffer },
  { keys, findings }: { keys: TrailKeys; findings: Findings },
): SignedHead | undefined {
  const { statement, hash } = seal;
  const head = parseHead(checkpoint);
  if (head === undefined) return void findings.add('seal-form', statement.prevSize);
  const isSame =
    head.origin === statement.origin &&
    head.size === statement.size &&
    head.sealNo === statement.no &&
    head.root.equals(statement.root) &&
    head.sealHash.equals(hash);
  if (!isSame) findings.add('seal-content', statement.prevSize);
  const key = keyForSeal(keys, statement.no);
  const isSigned = key !== undefined && key.keyId === statement.keyId && isSignedBy(head.note, key);
  if (!isSigned) findings.add('signature', statement.prevSize);
  return head;
}

function hasSameColumns(row: SealRow, statement: SealStatement): boolean {
  const frontier = decodeFrontier(row.size, row.frontier);
  return (
    row.no === statement.no &&
    row.size === statement.size &&
    row.prevSize === statement.prevSize &&
    row.root.equals(statement.root) &&
    row.at.getTime() === statement.at.getTime() &&
    frontier !== undefined &&
    frontierRoot(frontier).equals(statement.root)
  );
}
