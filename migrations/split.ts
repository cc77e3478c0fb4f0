import type { Dialect } from './port.ts';

/** Parts of a script in which a semicolon ends nothing, tried in this order at each position. */
const QUIET_PARTS: Readonly<Record<Dialect, readonly RegExp[]>> = {
  postgres: [
    /--[^\n]*/y,
    /\/\*[\s\S]*?\*\//y,
    /'(?:[^']|'')*'/y,
    /"[^"]*"/y,
    /\$([A-Za-z_]\w*|)\$[\s\S]*?\$\1\$/y,
  ],
  oracle: [/--[^\n]*/y, /\/\*[\s\S]*?\*\//y, /'(?:[^']|'')*'/y, /"[^"]*"/y],
};

/** Oracle statements that hold semicolons and end with a line of one slash, as in SQL*Plus. */
const BLOCK_START =
  /^(?:DECLARE|BEGIN|CREATE\s+(?:OR\s+REPLACE\s+)?(?:TRIGGER|PROCEDURE|FUNCTION|PACKAGE|TYPE\s+BODY))\b/i;
const SLASH_LINE = /\n[ \t]*\/[ \t]*(?:\n|$)/g;

/**
 * Cuts a script into statements, comments in front of a statement dropped. PostgreSQL: strings, quoted names,
 * comments, and `$tag$` bodies hide semicolons; nested comments and E'' escapes are not understood and don't occur in
 * our scripts. Oracle: PL/SQL blocks run to a line with only `/` and keep their closing semicolon; others lose it.
 */
export function splitStatements(script: string, dialect: Dialect): string[] {
  const text = script.replace(/\r\n/g, '\n');
  const statements: string[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    const isBlock = dialect === 'oracle' && BLOCK_START.test(text.slice(at, at + 200));
    const [end, next] = isBlock ? endOfBlock(text, at) : endOfStatement(text, at, dialect);
    const statement = text.slice(at, end).trim();
    if (statement !== '') statements.push(statement);
    at = skipSpace(text, next);
  }
  return statements;
}

function skipSpace(text: string, from: number): number {
  const space = /(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/|\/(?=[ \t]*(?:\n|$)))*/y;
  space.lastIndex = from;
  space.exec(text);
  return space.lastIndex;
}

function endOfBlock(text: string, from: number): [end: number, next: number] {
  SLASH_LINE.lastIndex = from;
  const slash = SLASH_LINE.exec(text);
  return slash === null ? [text.length, text.length] : [slash.index, slash.index + slash[0].length];
}

function endOfStatement(text: string, from: number, dialect: Dialect): [end: number, next: number] {
  let at = from;
  while (at < text.length && text[at] !== ';') {
    at = QUIET_PARTS[dialect].map((part) => endOf(part, text, at)).find((end) => end > at) ?? at + 1;
  }
  return [at, Math.min(at + 1, text.length)];
}

function endOf(part: RegExp, text: string, at: number): number {
  part.lastIndex = at;
  return part.exec(text) === null ? -1 : part.lastIndex;
}
