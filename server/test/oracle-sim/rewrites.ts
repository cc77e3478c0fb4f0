/** A lookup for each row of what stands before it. */
export const LATERAL = /\bCROSS\s+JOIN\s+LATERAL\s*\(/i;
/** Rows out of a JSON text. */
export const JSON_TABLE = /\bJSON_TABLE\s*\(/i;

/** `SELECT columns FROM table alias WHERE … [ORDER BY …] FETCH FIRST n ROWS ONLY`. */
const FIRST_ROWS =
  /^\s*SELECT\s+(.+?)\s+FROM\s+(\w+)\s+(\w+)\s+WHERE\s+(.+?)(?:\s+ORDER\s+BY\s+([^()]+?))?\s+FETCH\s+FIRST\s+(\d+|\?)\s+ROWS\s+ONLY\s*$/is;
/** `name TYPE PATH 'path'` of a JSON_TABLE. */
const JSON_COLUMN = /(\w+)\s+(NUMBER|VARCHAR2)(?:\(\d+(?:\s+CHAR)?\))?\s+PATH\s+'\$\.?([^']*)'/gi;
const NESTED = /NESTED\s+PATH\s+'\$\.(\w+)\[\*\]'\s+COLUMNS\s*\(([^()]*(?:\(\d+(?:\s+CHAR)?\)[^()]*)*)\)/i;

/**
 * The first n rows for each outer row are those of rank 1 to n among the inner rows with the same key: the lookup becomes a
 * join with ranked rows. Its binds keep their order, since the limit was the last of them.
 */
export function withRanks(sql: string): string {
  let text = sql;
  for (let found = LATERAL.exec(text); found !== null; found = LATERAL.exec(text)) {
    const from = found.index + found[0].length;
    const to = closingOf(text, from);
    const [, alias = ''] = /^\s*(\w+)/.exec(text.slice(to + 1)) ?? [];
    const joined = rankedJoin(text.slice(from, to), alias);
    const end = to + 1 + text.slice(to + 1).indexOf(alias) + alias.length;
    text = text.slice(0, found.index) + joined + text.slice(end);
  }
  return text;
}

function rankedJoin(lookup: string, alias: string): string {
  const [, columns, table, inner, where = '', order, limit] = FIRST_ROWS.exec(lookup) ?? [];
  const link = new RegExp(`\\b${String(inner)}\\.(\\w+)\\s*=\\s*((?!${String(inner)}\\.)\\w+\\.\\w+)`).exec(
    where,
  );
  if (table === undefined || link === null) throw new Error(`The stand-in cannot rank: ${lookup}`);
  const [whole, key, outer] = link as unknown as [string, string, string];
  const others = where.replace(whole, '1 = 1');
  const by = order === undefined ? '' : ` ORDER BY ${order}`;
  return (
    `JOIN (SELECT ${columns}, ${inner}.${key} AS lateral_key, ` +
    `ROW_NUMBER() OVER (PARTITION BY ${inner}.${key}${by}) AS lateral_rank ` +
    `FROM ${table} ${inner} WHERE ${others}) ${alias} ` +
    `ON ${alias}.lateral_key = ${outer} AND ${alias}.lateral_rank <= ${limit}`
  );
}

/** `JSON_TABLE(?, '$[*]' COLUMNS (…))` as a call of the bridge's own function, its columns said in a text. */
export function withJsonRows(sql: string): string {
  let text = sql;
  for (let found = JSON_TABLE.exec(text); found !== null; found = JSON_TABLE.exec(text)) {
    const from = found.index + found[0].length;
    const to = closingOf(text, from);
    const [, columns = ''] =
      /^\s*\?\s*,\s*'\$\[\*\]'\s+COLUMNS\s*\((.*)\)\s*$/is.exec(text.slice(from, to)) ?? [];
    if (columns === '') throw new Error(`The stand-in cannot read: ${text.slice(found.index, to + 1)}`);
    text = `${text.slice(0, found.index)}JSON_ROWS(?, '${jsonColumns(columns)}')${text.slice(to + 1)}`;
  }
  return text;
}

/** `name type path` lines, with the list that a nested column walks as `path[]`. */
function jsonColumns(columns: string): string {
  const nested = NESTED.exec(columns);
  const plain = columns.replace(NESTED, '');
  const line =
    (prefix: string) =>
    ([, name, type, path]: RegExpMatchArray) =>
      `${name} ${type?.toUpperCase()} ${prefix}${path ?? ''}`;
  return [
    ...[...plain.matchAll(JSON_COLUMN)].map(line('')),
    ...[...(nested?.[2] ?? '').matchAll(JSON_COLUMN)].map(line(`${nested?.[1]}[]`)),
  ].join(';');
}

/** Where the parenthesis that opened before `from` closes; texts in quotes hold none. */
function closingOf(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`A parenthesis stays open: ${text.slice(from - 20)}`);
}
