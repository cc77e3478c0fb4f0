import type { Statement } from '../statements.ts';
import type { DialectName, Rendered, TextPart } from './dialect.ts';
import { oracle } from './oracle.ts';
import { postgres } from './postgres.ts';

const WORDS: Record<TextPart, string> = { first: '', next: ' (next page)', many: ' (many rows)' };

/** A statement in one database's words: its first page, and the next one and the one for many where it has them. */
export function renderStatement(statement: Statement, dialect: DialectName): Rendered[] {
  const { render } = dialect === 'postgres' ? postgres : oracle;
  const parts: TextPart[] = ['first'];
  if (statement.nextPageSql !== undefined) parts.push('next');
  if (statement.manySql !== undefined && dialect === 'postgres') parts.push('many');
  return parts.map((part) => ({ ...render(statement, part), name: `${statement.name}${WORDS[part]}` }));
}
