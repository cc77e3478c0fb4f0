import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A time-stamp authority of a spec, run by openssl. */
export interface StampAuthority {
  /** Certificate of its root, PEM. */
  ca: string;
  /** The DER answer to a DER request. */
  answer(request: Buffer): Buffer;
}

const CONFIG = `[tsa]
default_tsa = one
[one]
serial = serial
crypto_device = builtin
digests = sha256, sha384, sha512
default_policy = 1.2.3.4.1
signer_digest = sha256
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
`;

/** Makes one in a folder; undefined where there is no openssl, and then the caller skips its tests. */
export function createStampAuthority(
  folder: string,
  usage = 'critical,timeStamping',
): StampAuthority | undefined {
  if (spawnSync('openssl', ['version']).status !== 0) return undefined;
  mkdirSync(folder, { recursive: true });
  const run = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  writeFileSync(join(folder, 'ts.cnf'), CONFIG);
  writeFileSync(join(folder, 'serial'), '01\n');
  writeFileSync(join(folder, 'tsa.ext'), `extendedKeyUsage=${usage}\n`);
  const subject = ['-subj', '/CN=Spec Root', '-days', '30', '-nodes', '-newkey', 'rsa:2048'];
  run('req', '-x509', ...subject, '-keyout', 'ca.key', '-out', 'ca.pem');
  run(
    'req',
    '-new',
    '-nodes',
    '-newkey',
    'rsa:2048',
    '-subj',
    '/CN=Spec Stamps',
    '-keyout',
    'tsa.key',
    '-out',
    'tsa.csr',
  );
  const issue = [
    '-CA',
    'ca.pem',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-days',
    '30',
    '-extfile',
    'tsa.ext',
  ];
  run('x509', '-req', '-in', 'tsa.csr', ...issue, '-out', 'tsa.pem');
  return {
    ca: readFileSync(join(folder, 'ca.pem'), 'utf8'),
    answer(request) {
      writeFileSync(join(folder, 'request.tsq'), request);
      const signer = ['-signer', 'tsa.pem', '-inkey', 'tsa.key', '-queryfile', 'request.tsq'];
      run('ts', '-reply', '-config', 'ts.cnf', '-section', 'one', ...signer, '-out', 'answer.tsr');
      return readFileSync(join(folder, 'answer.tsr'));
    },
  };
}
