import { chmod, mkdir, mkdtemp, readFile, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { sha256 } from './digest.ts';
import { createFileKeyProvider, FINGERPRINT_FILE, MASTER_KEY_FILE } from './file-key-provider.ts';

const CONTEXT = { dekId: 5, scope: 'requester', ownerId: 'r-1' };
const SECRET = Buffer.alloc(32, 7);

async function reasonOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof AppError ? String(error.details?.['reason'] ?? error.code) : String(error);
  }
  return 'none';
}

function withChecksum(body: string): string {
  return `${body}:${sha256(body).toString('hex').slice(0, 16)}\n`;
}

describe('the master key file', () => {
  let folder: string;
  let path: string;
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), 'vaultdesk-keys-')), 'keys');
    path = join(folder, MASTER_KEY_FILE);
  });
  afterEach(() => rm(join(folder, '..'), { recursive: true, force: true }));
  const open = (passphrase?: string) =>
    createFileKeyProvider(passphrase === undefined ? { folder } : { folder, passphrase });

  it('is made at the first start, for its owner only, and used again', async () => {
    const first = await open();
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect((await stat(folder)).mode & 0o777).to.equal(0o700);
    const wrapped = await first.wrap(SECRET, CONTEXT);
    const second = await open();
    expect(second.kekId).to.equal(first.kekId);
    expect((await second.unwrap(wrapped, CONTEXT)).equals(SECRET)).to.equal(true);
  });

  it('is the same for workers that start at the same time', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => open()));
    expect(new Set(all.map((provider) => provider.kekId)).size).to.equal(1);
  });

  for (const mode of [0o640, 0o604, 0o660, 0o620]) {
    it(`is refused with mode ${mode.toString(8)}`, async () => {
      await open();
      await chmod(path, mode);
      expect(await reasonOf(open())).to.equal('key_readable_by_others');
    });
  }

  it('is refused in a folder that others may enter', async () => {
    await mkdir(folder, { mode: 0o755 });
    await chmod(folder, 0o755);
    expect(await reasonOf(open())).to.equal('folder_readable_by_others');
  });

  it('is refused when it was damaged, wherever the damage is', async () => {
    await open();
    const good = await readFile(path, 'latin1');
    for (let i = 0; i < good.trim().length; i += 1) {
      const other = good[i] === 'A' ? 'B' : 'A';
      await writeFile(path, good.slice(0, i) + other + good.slice(i + 1));
      expect(await reasonOf(open()), `character ${i}`).to.be.oneOf(['key_checksum', 'key_format']);
    }
  });

  for (const [name, content, reason] of [
    ['an empty file', '', 'key_format'],
    ['a raw key without a form', Buffer.alloc(32, 1), 'key_format'],
    ['16 bytes', withChecksum(`vdk1:raw:${Buffer.alloc(16, 1).toString('base64url')}`), 'key_length'],
    ['33 bytes', withChecksum(`vdk1:raw:${Buffer.alloc(33, 1).toString('base64url')}`), 'key_length'],
    ['an unknown kind', withChecksum('vdk1:other:abc'), 'key_format'],
    ['scrypt parameters beyond reason', withChecksum('vdk1:scrypt:1073741824:aa:bb'), 'passphrase_needed'],
    ['20 KiB', 'x'.repeat(20 * 1024), 'key_length'],
  ] as const) {
    it(`is refused with ${name}`, async () => {
      await mkdir(folder, { mode: 0o700 });
      await writeFile(path, content, { mode: 0o600 });
      expect(await reasonOf(open())).to.equal(reason);
    });
  }

  it('asks for no more memory than it would itself', async () => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path, withChecksum('vdk1:scrypt:1073741824:aa:bb'), { mode: 0o600 });
    expect(await reasonOf(open('passphrase'))).to.equal('key_format');
  });

  it('is not made anew when it was lost', async () => {
    await open();
    await unlink(path);
    expect(await reasonOf(open())).to.equal('key_lost');
  });

  it('is recognised as wrong when it is the key of another site', async () => {
    await open();
    const other = join(folder, '..', 'other');
    await createFileKeyProvider({ folder: other });
    await writeFile(path, await readFile(join(other, MASTER_KEY_FILE)));
    expect(await reasonOf(open())).to.equal('wrong_key');
  });

  it('gets its fingerprint back when only that was lost', async () => {
    const { kekId } = await open();
    await unlink(join(folder, FINGERPRINT_FILE));
    expect((await open()).kekId).to.equal(kekId);
    expect((await readFile(join(folder, FINGERPRINT_FILE), 'utf8')).trim()).to.equal(kekId);
  });

  it('opens with its passphrase only, and says which of the two is missing', async () => {
    const { kekId } = await open('correct horse 电池');
    expect(await readFile(path, 'utf8')).to.match(/^vdk1:scrypt:65536:/);
    expect(await reasonOf(open())).to.equal('passphrase_needed');
    expect(await reasonOf(open('correct horse'))).to.equal('passphrase_wrong');
    expect((await open('correct horse 电池')).kekId).to.equal(kekId);
  });

  it('stands in no error', async () => {
    await open();
    const key = (await readFile(path, 'utf8')).split(':')[2]!;
    await chmod(path, 0o644);
    const error = await open().catch((thrown: AppError) => thrown);
    expect(JSON.stringify(error) + String((error as AppError).stack)).to.not.include(key);
  });
});

describe('a wrapped data key', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vaultdesk-keys-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is refused for another id, scope, or owner', async () => {
    const provider = await createFileKeyProvider({ folder });
    const wrapped = await provider.wrap(SECRET, CONTEXT);
    for (const change of [{ dekId: 6 }, { scope: 'installation' }, { ownerId: 'r-2' }]) {
      const moved = provider.unwrap(wrapped, { ...CONTEXT, ...change });
      expect(await reasonOf(moved)).to.equal('crypto.auth_failed');
    }
  });

  it('is refused with any byte changed, cut, or added', async () => {
    const provider = await createFileKeyProvider({ folder });
    const wrapped = await provider.wrap(SECRET, CONTEXT);
    for (let i = 0; i < wrapped.length; i += 1) {
      const changed = Buffer.from(wrapped);
      changed[i] = (changed[i] ?? 0) ^ 1;
      for (const bad of [changed, wrapped.subarray(0, i), Buffer.concat([wrapped, Buffer.alloc(i + 1)])]) {
        expect(await reasonOf(provider.unwrap(bad, CONTEXT))).to.equal('crypto.auth_failed');
      }
    }
  });

  it('cannot be opened once the provider is closed', async () => {
    const provider = await createFileKeyProvider({ folder });
    const wrapped = await provider.wrap(SECRET, CONTEXT);
    expect(await provider.health()).to.deep.equal({ ok: true });
    provider.close();
    expect(await reasonOf(provider.unwrap(wrapped, CONTEXT))).to.equal('crypto.key_missing');
    expect(await provider.health()).to.deep.equal({ ok: false, reason: 'closed' });
  });
});
