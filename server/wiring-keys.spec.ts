import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError, createFakeClock, StartError } from './kernel/index.ts';
import { loadConfig } from './platform/config/index.ts';
import type { KeyProvider } from './platform/crypto/index.ts';
import type { Log } from './platform/log/index.ts';
import { openKeyProvider } from './wiring-keys.ts';

/** Nobody connects to it here. */
const URL = 'postgres://vaultdesk@127.0.0.1:1/vaultdesk';
const PASSPHRASE = 'correct horse 电池 staple';

describe('the master keys a configuration names', () => {
  let home: string;
  let opened: KeyProvider[];
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'vd-keys-'));
    await chmod(home, 0o700);
    opened = [];
  });
  afterEach(async () => {
    for (const provider of opened) provider.close();
    await rm(home, { recursive: true, force: true });
  });

  async function open(keys: object = {}): Promise<KeyProvider> {
    const parts = {
      folder: join(home, 'keys'),
      clock: createFakeClock(),
      log: {} as Log,
      later: () => undefined,
    };
    const { provider } = await openKeyProvider(
      loadConfig({ home, given: { keys, database: { url: URL } }, env: {} }),
      parts,
    );
    opened.push(provider);
    return provider;
  }
  const reasonOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => {
        if (error instanceof StartError) return error.code;
        return error instanceof AppError ? String(error.details?.['reason']) : String(error);
      },
    );
  const write = (name: string, text: string, mode = 0o600) => writeFile(join(home, name), text, { mode });

  it('are locked by the passphrase of a file, and refused at the start without it or with another', async () => {
    await write('pass', `${PASSPHRASE}\n`);
    const { kekId } = await open({ passphraseFile: 'pass' });
    expect(await readFile(join(home, 'keys', 'master.key'), 'utf8')).to.match(/^vdk1:scrypt:/);
    expect((await open({ passphraseFile: join(home, 'pass') })).kekId).to.equal(kekId);
    expect(await reasonOf(open())).to.equal('passphrase_needed');
    await write('other', 'correct horse');
    expect(await reasonOf(open({ passphraseFile: 'other' }))).to.equal('passphrase_wrong');
    expect(await reasonOf(open({ passphraseFile: 'nowhere' }))).to.equal('token_unreadable');
    await chmod(join(home, 'pass'), 0o644);
    expect(await reasonOf(open({ passphraseFile: 'pass' }))).to.equal('token_unreadable');
  });

  it('are refused at the start when their file is damaged', async () => {
    await open();
    const path = join(home, 'keys', 'master.key');
    const text = await readFile(path, 'utf8');
    await writeFile(
      path,
      text.replace(/.$/m, (last) => (last === 'a' ? 'b' : 'a')),
    );
    expect(await reasonOf(open())).to.equal('key_checksum');
  });

  it('are not looked for in one place twice, nor in a place that is not described', async () => {
    expect(await reasonOf(open({ also: 'file' }))).to.equal('config.invalid');
    expect(await reasonOf(open({ also: 'vault-transit' }))).to.equal('config.invalid');
    expect(await reasonOf(open({ provider: 'pkcs11', also: 'file' }))).to.equal('config.invalid');
  });
});
