import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { oracleTexts, type OracleText } from './corpus.ts';

/** Name and version of the grammar; a verdict holds for one of them only. Changing the package means judging anew. */
const GRAMMAR = '@griffithswaite/ts-plsql-parser 1.1.1';

/** Texts the grammar accepted before, kept in the repository so that a run parses only what is new. */
const KEPT = fileURLToPath(new URL('../snapshots/oracle-grammar.json', import.meta.url));

interface KeptVerdicts {
  grammar: string;
  accepted: string[];
}

/** What a run over all texts came to. */
export interface GrammarReport {
  grammar: string;
  /** Distinct texts of the product. */
  texts: number;
  /** Of these, how many this run parsed; the others were accepted before. */
  parsed: number;
  refused: { origin: string; text: string; why: string }[];
}

/** SHA-256 of a text, shortened to 128 bits. */
export function keyOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex').slice(0, 32);
}

function readKept(grammar: string): Set<string> {
  const kept = JSON.parse(readFileSync(KEPT, 'utf8')) as KeptVerdicts;
  return new Set(kept.grammar === grammar ? kept.accepted : []);
}

/** How texts are judged. */
export interface JudgeOptions {
  /** Default: every text of the product. */
  texts?: readonly OracleText[];
  isFresh?: boolean;
  keep?: boolean;
  onProgress?: (done: number, total: number) => void;
}

/**
 * Puts every Oracle text of the product to the grammar. With `isFresh` all are parsed (about half a minute), otherwise those
 * that were not accepted before. `keep` writes what was accepted down.
 */
export async function judgeAll(options: JudgeOptions = {}): Promise<GrammarReport> {
  const kept = options.isFresh ? new Set<string>() : readKept(GRAMMAR);
  const texts = options.texts ?? oracleTexts();
  const byKey = new Map<string, OracleText>(texts.map((text) => [keyOf(text.text), text]));
  const open = [...byKey].filter(([key]) => !kept.has(key));
  const refused: GrammarReport['refused'] = [];
  if (open.length === 0) return { grammar: GRAMMAR, texts: byKey.size, parsed: 0, refused };
  // The grammar's tables take seconds to load.
  const { refusalOf } = await import('./grammar.ts');
  open.forEach(([, { origin, text }], index) => {
    const why = refusalOf(text);
    if (why !== undefined) refused.push({ origin, text, why });
    options.onProgress?.(index + 1, open.length);
  });
  if (options.keep && refused.length === 0) write({ grammar: GRAMMAR, accepted: [...byKey.keys()].sort() });
  return { grammar: GRAMMAR, texts: byKey.size, parsed: open.length, refused };
}

function write(kept: KeptVerdicts): void {
  writeFileSync(KEPT, `${JSON.stringify(kept, null, 1)}\n`);
}
