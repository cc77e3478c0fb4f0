import type { Statement } from '../statements.ts';
import type { DialectName, Rendered } from './dialect.ts';
import { oracle } from './oracle.ts';
import { postgres } from './postgres.ts';

/** A statement in one database's words: its first page, and the next one where it has pages. */
export function renderStatement(statement: Statement, dialect: DialectName): Rendered[] {
  const { render } = dialect === 'postgres' ? postgres : oracle;
  const pages = statement.nextPageSql === undefined ? (['first'] as const) : (['first', 'next'] as const);
  return pages.map((page) => {
    const rendered = render(statement, page);
    return { ...rendered, name: page === 'next' ? `${statement.name} (next page)` : statement.name };
  });
}
