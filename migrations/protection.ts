import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Dialect, SchemaPort } from './port.ts';
import { splitStatements } from './split.ts';

/** Who works with the tables, and on Oracle who owns them. */
export interface ProtectionNames {
  /** The login of the server. */
  login: string;
  /** Oracle only: the user whose schema holds the tables; it is locked. */
  owner?: string;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_$]{0,29}$/;

/**
 * The SQL that takes the trail out of the hands of the server's login, for a database administrator to read and run.
 * Throws RangeError for a name that is none.
 */
export function protectionSql(dialect: Dialect, names: ProtectionNames): string {
  return fill(dialect === 'oracle' ? 'oracle.sql' : 'postgres.sql', names);
}

/**
 * Protects the trail of a PostgreSQL: an owner nobody can sign in as, and roles that only add and read. `port` is of a
 * superuser. Idempotent.
 */
export function protectTrail(port: SchemaPort, login: string): Promise<void> {
  return runAtOnce(port, fill('postgres.sql', { login }));
}

/** Gives the trail back to the login for a migration. `port` is of a superuser. Idempotent. */
export function releaseTrail(port: SchemaPort, login: string): Promise<void> {
  return runAtOnce(port, fill('postgres.release.sql', { login }));
}

function fill(file: string, { login, owner = '' }: ProtectionNames): string {
  const text = readFileSync(fileURLToPath(new URL(`./protection/${file}`, import.meta.url)), 'utf8');
  return text.replaceAll(/\{\{(login|owner)\}\}/g, (_, which) => {
    const name = which === 'login' ? login : owner;
    if (!NAME.test(name)) throw new RangeError(`${JSON.stringify(name)} is no plain name of a ${which}`);
    return name;
  });
}

async function runAtOnce(port: SchemaPort, script: string): Promise<void> {
  await port.begin();
  try {
    for (const statement of splitStatements(script, port.dialect)) await port.query(statement);
    await port.commit();
  } catch (error) {
    await port.rollback();
    throw error;
  }
}
