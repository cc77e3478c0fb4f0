import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import oracledb from 'oracledb';
import { oracleCredentials } from '../../platform/persistence/index.ts';
import { VERSION } from '../../version.ts';
import { runSpecs, specsOnCore } from '../support/core-specs.ts';

/**
 * `ORACLE_URL=oracle://user:password@host:port/service npm run test:oracle`: every spec that stands on a database, on a real
 * Oracle in thin mode, in the empty schema of that account. Prints the server's version and writes a signed result file
 * without any personal or connection data, for the makers of Vaultdesk.
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

/** A file whose bytes nobody changed since the run: its key is made for it, and the fingerprint is printed. */
function writeSigned(result: object): string {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const body = JSON.stringify(result);
  const key = publicKey.export({ type: 'spki', format: 'pem' });
  const signature = sign(null, Buffer.from(body), privateKey).toString('base64');
  writeFileSync(RESULT_FILE, `${JSON.stringify({ result, body, key, signature }, null, 2)}\n`);
  return createHash('sha256').update(key).digest('hex');
}

async function main(): Promise<number> {
  const url = process.env.ORACLE_URL;
  if (!url) {
    process.stdout.write(
      'SKIPPED: set ORACLE_URL=oracle://user:password@host:port/service of an empty schema\n',
    );
    return 0;
  }
  const oracle = await serverVersion(url);
  process.stdout.write(`Oracle ${oracle}\n`);
  const statements = readFileSync('server/test/snapshots/statements.oracle.sql');
  const { status, closing } = runSpecs(specsOnCore(), { VAULTDESK_TEST_DATABASE: 'oracle' });
  const fingerprint = writeSigned({
    ...{ product: VERSION, oracle, node: process.version, platform: process.platform },
    statements: createHash('sha256').update(statements).digest('hex'),
    at: new Date().toISOString(),
    closing,
  });
  process.stdout.write(`${RESULT_FILE} written, key fingerprint ${fingerprint}\n`);
  return status;
}

process.exitCode = await main();
