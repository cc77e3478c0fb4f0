import { connectorFault } from '../kit/index.ts';

/** A statement with its parameters by position, as the driver takes it. */
export interface ParsedSelect {
  sql: string;
  names: string[];
}

/** Words that change something or leave the statement; none may stand outside of a text or a quoted name. */
const FORBIDDEN =
  /\b(insert|update|delete|merge|truncate|drop|alter|create|grant|revoke|copy|call|do|execute|prepare|set|lock|into|begin|commit|rollback|listen|notify|vacuum|pg_sleep|dblink|lo_import|lo_export|pg_read_file|pg_read_binary_file|pg_ls_dir)\b/i;
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|::|:([a-z][A-Za-z0-9]{0,39})|--|\/\*|\$\w*\$|\\|;|\u0000|[^'":\-/$\\;\u0000]+|[-/:$]/gy;

/**
 * Reads one SELECT with parameters `:name`. Throws `connector.config_invalid`, reason `sql`, for a second statement,
 * a comment, a dollar quote, or a word that changes something. The database's own read-only transaction stands behind it.
 */
export function parseSelect(text: string, known: ReadonlySet<string>): ParsedSelect {
  const names: string[] = [];
  let sql = '';
  let plain = '';
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) throw sqlFault();
    const [token, name] = match;
    at += token.length;
    if (name !== undefined) {
      if (!known.has(name)) throw connectorFault('connector.config_invalid', 'placeholder');
      if (!names.includes(name)) names.push(name);
      sql += `$${names.indexOf(name) + 1}`;
      continue;
    }
    const isHidden =
      token === '--' || token === '/*' || token.startsWith('$') || ['\\', ';', '\u0000'].includes(token);
    if (isHidden) throw sqlFault();
    if (!token.startsWith("'") && !token.startsWith('"')) plain += token;
    sql += token;
  }
  if (!/^\s*(select|with)\b/i.test(plain) || FORBIDDEN.test(plain)) throw sqlFault();
  return { sql: sql.trim(), names };
}

function sqlFault(): Error {
  return connectorFault('connector.config_invalid', 'sql');
}
