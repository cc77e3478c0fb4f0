import { X509Certificate } from 'node:crypto';
import { createServer, connect, type TLSSocket } from 'node:tls';
import { chmod, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError } from '../../kernel/index.ts';
import { createServerCertificate } from './server-certificate.ts';
import { loadSigningKey, openSigningKey, signingKeyId, verifySignature } from './signing-key.ts';
import { randomBytes, randomToken, timingSafeEqual } from './random.ts';

const NOW = new Date();

describe('a self-signed server certificate', () => {
  it('names the host and the loopback, and is no authority', async () => {
    const made = await createServerCertificate({ hostnames: ['desk.bank.example', '10.0.0.5'], now: NOW });
    const parsed = new X509Certificate(made.certificate);
    for (const host of ['localhost', 'desk.bank.example']) expect(parsed.checkHost(host)).to.equal(host);
    for (const ip of ['127.0.0.1', '::1', '10.0.0.5']) expect(parsed.checkIP(ip)).to.not.equal(undefined);
    expect(parsed.checkHost('other.example')).to.equal(undefined);
    expect(parsed.ca).to.equal(false);
    expect(parsed.keyUsage).to.deep.equal(['1.3.6.1.5.5.7.3.1']);
    expect(parsed.verify(parsed.publicKey)).to.equal(true);
    const days = (new Date(parsed.validTo).getTime() - new Date(parsed.validFrom).getTime()) / 86_400_000;
    expect(days).to.be.within(397, 398);
  });

  it('carries a TLS 1.3 connection of a client that trusts it', async () => {
    const { certificate, privateKey } = await createServerCertificate({ now: NOW });
    const server = createServer({ cert: certificate, key: privateKey, minVersion: 'TLSv1.3' }, (s) =>
      s.end('ok'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      const client = connect({ port, host: '127.0.0.1', servername: 'localhost', ca: certificate }, () =>
        resolve(client),
      );
      client.on('error', reject);
    });
    expect([socket.authorized, socket.getProtocol()]).to.deep.equal([true, 'TLSv1.3']);
    socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('a signing key', () => {
  it('signs as RFC 8032 §7.1 test 2', () => {
    const seed = '4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb';
    const der = Buffer.from(`302e020100300506032b657004220420${seed}`, 'hex').toString('base64');
    const key = openSigningKey(`-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`);
    const signature = key.sign(Buffer.of(0x72));
    expect(signature.toString('hex')).to.equal(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da' +
        '085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    );
    expect(verifySignature(key.publicKey, Buffer.of(0x72), signature)).to.equal(true);
    expect(verifySignature(key.publicKey, Buffer.of(0x73), signature)).to.equal(false);
    expect(verifySignature(key.publicKey, Buffer.of(0x72), signature.subarray(1))).to.equal(false);
    expect(verifySignature('no key', Buffer.of(0x72), signature)).to.equal(false);
    expect(signingKeyId(key.publicKey)).to.equal(key.keyId);
  });

  it('is kept in a file for its owner only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vaultdesk-sign-'));
    const path = join(folder, 'audit.key');
    const first = await loadSigningKey(path);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect((await loadSigningKey(path)).keyId).to.equal(first.keyId);
    expect(await readFile(path, 'utf8')).to.include('PRIVATE KEY');
    await chmod(path, 0o644);
    const error = await loadSigningKey(path).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(AppError).with.nested.property('details.reason', 'key_readable_by_others');
    await rm(folder, { recursive: true });
  });

  it('is refused in another form', () => {
    expect(() => openSigningKey('nothing')).to.throw(AppError);
  });
});

describe('randomness', () => {
  it('gives tokens of the asked size, each another', () => {
    const made = Array.from({ length: 1_000 }, () => randomToken(32));
    expect(new Set(made).size).to.equal(1_000);
    expect(made.every((token) => /^[\w-]{43}$/.test(token))).to.equal(true);
    expect(randomBytes(20).length).to.equal(20);
  });

  it('refuses tokens that could be guessed', () => {
    for (const bytes of [0, 15, 16.5, 257, Number.NaN]) expect(() => randomToken(bytes)).to.throw(RangeError);
  });

  it('compares texts and bytes of any length', () => {
    expect(timingSafeEqual('abc', 'abc')).to.equal(true);
    expect(timingSafeEqual('abc', Buffer.from('abc'))).to.equal(true);
    for (const other of ['abd', 'ab', '']) expect(timingSafeEqual('abc', other)).to.equal(false);
  });
});
