import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import oracledb from 'oracledb';
import { oracleCredentials } from '../../platform/persistence/index.ts';
import { VERSION } from '../../version.ts';
import { runSpecs, specsOnCore } from '../support/core-specs.ts';
import { checkResult, signResult } from './result-file.ts';

/**
 * `ORACLE_URL=oracle://user:password@host:port/service npm run test:oracle`: every spec that stands on a database, on a real
 * Oracle in thin mode, in the empty schema of that account; ORACLE_SECOND_URL names another, for specs with two. Prints the server's version and writes a signed result file
 * without any personal or connection data, for the makers of Vaultdesk. Names of spec files behind `--` run those alone;
 * `-- --check FILE` says what a result file holds and whether it is whole.
 */
const RESULT_FILE = 'oracle-result.json';

async function serverVersion(url: string): Promise<string> {
  const connection = await oracledb.getConnection(oracleCredentials(url));
  try {
    return connection.oracleServerVersionString;
  } finally {
    await connection.close();
  }
}

function check(file: string): number {
  const { result, fingerprint } = checkResult(readFileSync(file, 'utf8'));
  process.stdout.write(`${JSON.stringify(result, null, 2)}\nwhole, key fingerprint ${fingerprint}\n`);
  return 0;
}

async function run(url: string, named: readonly string[]): Promise<number> {
  const oracle = await serverVersion(url);
  process.stdout.write(`Oracle ${oracle}\n`);
  const specs = named.length > 0 ? named : specsOnCore();
  const statements = readFileSync('server/test/snapshots/statements.oracle.sql');
  const { status, closing, failures } = await runSpecs(specs, { VAULTDESK_TEST_DATABASE: 'oracle' });
  const { text, fingerprint } = signResult({
    ...{ product: VERSION, oracle, node: process.version, platform: process.platform },
    statements: createHash('sha256').update(statements).digest('hex'),
    ...{ at: new Date().toISOString(), specs: specs.length, closing, failures },
  });
  writeFileSync(RESULT_FILE, text);
  process.stdout.write(`${RESULT_FILE} written, key fingerprint ${fingerprint}\n`);
  return status;
}

async function main(args: readonly string[]): Promise<number> {
  if (args[0] === '--check') return check(args[1] ?? RESULT_FILE);
  const url = process.env.ORACLE_URL;
  if (url) return run(url, args);
  process.stdout.write(
    'SKIPPED: set ORACLE_URL=oracle://user:password@host:port/service of an empty schema\n',
  );
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
