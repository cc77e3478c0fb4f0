import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { AppError, createFakeClock } from '../kernel/index.ts';
import { createNoteSigner, isSignedBy, parseNote, parseVerifierKey } from '../../audit/index.ts';
import { openModuleSigners, type KeyProvider } from '../platform/crypto/index.ts';
import { buildCrypto, createMemoryDekStore } from './support/build-crypto.ts';
import { openToken, SOFT_MODULE, SOFT_PIN, SOFT_TOKEN, type Token } from './support/soft-token.ts';

const CONTEXT = { dekId: 7, scope: 'requester', ownerId: 'a' };
const SECRET = Buffer.alloc(32, 9);

/** Another user of the same library in this process, which can take sessions away from the first. */
interface Disturber {
  load(path: string): void;
  C_GetSlotList(isTokenPresent: boolean): Buffer[];
  C_CloseAllSessions(slot: Buffer): void;
  C_Finalize(): void;
}

describe('master keys in a hardware module', function () {
  this.timeout(60_000);
  const clock = createFakeClock();
  let folder: string;
  let token: Token | undefined;
  let disturber: Disturber;
  const opened: KeyProvider[] = [];

  before(function () {
    token = openToken(clock);
    if (token === undefined) return this.skip();
    folder = token.folder;
    disturber = new token.binding.PKCS11() as unknown as Disturber;
    disturber.load(SOFT_MODULE);
  });
  after(() => {
    for (const provider of opened) provider.close();
    token?.remove();
  });

  async function open(pin?: string): Promise<KeyProvider> {
    const provider = await (token as Token).open(pin);
    opened.push(provider);
    return provider;
  }
  const codeOf = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: unknown) => {
        if (!(error instanceof AppError)) return String(error);
        return [error.code, error.details?.['reason']].filter(Boolean).join(' ');
      },
    );

  it('refuses a wrong PIN at the start, once', async () => {
    expect(await codeOf(open('000000'))).to.equal('crypto.key_missing pin_refused');
  });

  it('makes a key that never leaves it, wraps, and unwraps, bound to the row', async () => {
    const provider = await open();
    expect(provider.kekId).to.equal('pkcs11:vaultdesk:1');
    const wrapped = await provider.wrap(SECRET, CONTEXT);
    expect((await provider.unwrap(wrapped, CONTEXT)).equals(SECRET)).to.equal(true);
    expect(await codeOf(provider.unwrap(wrapped, { ...CONTEXT, dekId: 8 }))).to.equal('crypto.auth_failed');
    for (const at of [1, 20, wrapped.length - 1]) {
      const flipped = Buffer.from(wrapped);
      flipped[at] = (flipped[at] as number) ^ 1;
      expect(await codeOf(provider.unwrap(flipped, CONTEXT)), `byte ${at}`).to.equal('crypto.auth_failed');
    }
    // What was refused has left no session in a state that the next one trips over.
    expect((await provider.unwrap(wrapped, CONTEXT)).equals(SECRET)).to.equal(true);
  });

  it('makes keys that sign heads of the trail and never leave it', () => {
    const pinFile = join(folder, 'pin');
    writeFileSync(pinFile, `${SOFT_PIN}\n`);
    const signers = openModuleSigners({
      binding: (token as Token).binding,
      module: SOFT_MODULE,
      token: SOFT_TOKEN,
      pinFile,
    });
    expect(signers.list()).to.deep.equal([]);
    const first = createNoteSigner('vaultdesk/spec', signers.generate());
    const second = signers.generate();
    const verifier = parseVerifierKey(first.verifierKey)!;
    for (let i = 0; i < 20; i += 1) {
      const note = parseNote(first.sign(`head ${i}\n`))!;
      expect(isSignedBy(note, verifier)).to.equal(true);
      expect(isSignedBy({ ...note, text: 'another\n' }, verifier)).to.equal(false);
    }
    const points = signers.list().map(({ publicKey }) => publicKey.toString('hex'));
    expect(points).to.have.length(2).and.to.include(second.publicKey.toString('hex'));
    // Sessions die in the field; the next signature opens another.
    disturber.C_CloseAllSessions(disturber.C_GetSlotList(true)[0]!);
    expect(isSignedBy(parseNote(first.sign('after\n'))!, verifier)).to.equal(true);
    signers.close();
    writeFileSync(pinFile, '000000');
    disturber.C_CloseAllSessions(disturber.C_GetSlotList(true)[0]!);
    expect(() =>
      openModuleSigners({
        binding: (token as Token).binding,
        module: SOFT_MODULE,
        token: SOFT_TOKEN,
        pinFile,
      }).list(),
    ).to.throw(AppError);
  });

  it('makes further keys, and destroys an older one', async () => {
    const provider = await open();
    const old = await provider.wrap(SECRET, CONTEXT);
    const [first = ''] = await provider.list();
    const second = await provider.newKek();
    expect(await provider.list()).to.deep.equal([first, second]);
    expect((await provider.unwrap(old, CONTEXT, first)).equals(SECRET)).to.equal(true);
    expect(await codeOf(provider.retire(second))).to.equal('crypto.key_in_use');
    await provider.retire(first);
    expect(await provider.list()).to.deep.equal([second]);
    expect(await codeOf(provider.unwrap(old, CONTEXT, first))).to.equal('crypto.auth_failed');
  });

  it('opens a session that died again without anybody noticing', async () => {
    const provider = await open();
    const wrapped = await provider.wrap(SECRET, CONTEXT);
    for (const slot of disturber.C_GetSlotList(true)) disturber.C_CloseAllSessions(slot);
    expect((await provider.unwrap(wrapped, CONTEXT)).equals(SECRET)).to.equal(true);
  });

  it('serves from the cache while the token is gone, then says so, and comes back by itself', async () => {
    const provider = await open();
    const store = createMemoryDekStore();
    const { crypto } = await buildCrypto({ provider, store, clock, cacheTtlMs: 60_000 });
    const { dek, row } = await crypto.newDek('requester', 'r');
    store.rows.set(row.id, row);
    const cell = { table: 't', column: 'c', rowId: 'r' };
    const sealed = dek.seal(cell, '王小明');
    const [tokens, away] = [join(folder, 'tokens'), join(folder, 'away')];
    renameSync(tokens, away);
    mkdirSync(tokens);
    disturber.C_Finalize();
    expect(await crypto.open(cell, sealed)).to.equal('王小明');
    clock.advance(61_000);
    expect(await codeOf(crypto.open(cell, sealed))).to.equal('crypto.key_missing server_away');
    expect((await provider.health()).ok).to.equal(false);
    rmSync(tokens, { recursive: true });
    renameSync(away, tokens);
    disturber.C_Finalize();
    clock.advance(30_000);
    expect(await crypto.open(cell, sealed)).to.equal('王小明');
    expect(await provider.health()).to.deep.equal({ ok: true });
  });
});
